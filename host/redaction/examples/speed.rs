//! Prints how fast texts are redacted: `cargo run --release -p quarry-redaction --example speed`.

use quarry_redaction::{Context, Options, Redactor, rules};
use std::time::{Duration, Instant};

const MEGABYTE: usize = 1_000_000;
const SIZE: usize = 10 * MEGABYTE;

/// Ordinary code. It names passwords, keys and tokens as real code does, but holds none.
const CODE: &str = r#"
PROCEDURE PUBLIC LoadCustomers(nCity is int, sFilter is string = "")
	// Reads the customers of a city, the newest first.
	FOR EACH Customer WHERE CityID = nCity AND Name ~= sFilter
		IF Customer.Blocked = True AND NOT gbShowBlocked THEN CONTINUE
		TableAddLine(TABLE_Customers, Customer.Name, Customer.Town, NumToString(Customer.Total, "12.2f"))
	END
	SWITCH KeyPress
		CASE "monkey": Info("Key pressed", EDT_Key)
		CASE gsPasswordLabel: EDT_Password..Visible = True
	END
	sToken = NextToken(TokenKind, sLine)
	IF EDT_Password = "" THEN Error("Enter your password") ; ReturnToCapture(EDT_Password)
	HReadSeekFirst(Orders, CustomerKey, Customer.CustomerID)
	WHILE HFound(Orders)
		nTotal += Orders.Quantity * Orders.UnitPrice
		HReadNext(Orders, CustomerKey)
	END
	Trace("https://www.acme.test/customers?page=2", nTotal)
RESULT nTotal
"#;

fn main() {
    let code = CODE.repeat(SIZE / CODE.len() + 1);
    let one_line = code.replace('\n', " ");
    let mut with_secrets = code.clone();
    for number in 0..1000 {
        with_secrets.push_str(&format!("sPassword = \"q{number}#Xt7!\"\n"));
    }
    let start = Instant::now();
    let count = rules().len();
    println!("{count} rules read in {:?}", start.elapsed());
    let start = Instant::now();
    redact(CODE);
    println!(
        "their patterns compiled for a first text in {:?}",
        start.elapsed()
    );
    report("code without secrets", &code);
    report("the same on one line", &one_line);
    report("with 1000 secrets behind it", &with_secrets);
}

fn redact(text: &str) -> usize {
    let context = Context {
        language: Some("wlanguage"),
        ..Context::of_file("Code.wdg")
    };
    let mut redactor = Redactor::new(Options::default());
    redactor.redact(text, &context);
    redactor.findings().len()
}

fn report(name: &str, text: &str) {
    let start = Instant::now();
    let found = redact(text);
    let taken: Duration = start.elapsed();
    let megabytes = text.len() as f64 / MEGABYTE as f64;
    let speed = megabytes / taken.as_secs_f64();
    println!("{name}: {megabytes:.1} MB in {taken:.2?}, {speed:.0} MB/s, {found} findings");
}
