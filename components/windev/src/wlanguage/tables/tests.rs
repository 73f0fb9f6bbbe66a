use super::*;
use proptest::prelude::*;

fn names() -> TableNames {
    let mut names = TableNames::default();
    names.add("Customer", "CUST01.FIC", ["CustomerID", "Name", "Order"]);
    names.add("Order", "", ["OrderID", "CustomerID", "Total"]);
    names.add("Pièce", "PIECE", ["Libellé"]);
    names.add("Stock", "T_STOCK", ["Quantity"]);
    names
}

/// `Customer read 1:12`, …
fn uses(code: &str) -> Vec<String> {
    let names = names();
    let labels = ["Customer", "Order", "Pièce", "Stock"];
    let mut uses = ElementUses::new(&names);
    uses.read_code(&Code::from_text(code));
    let all = uses.finish().into_iter();
    all.map(|found| {
        let (access, span) = (found.access.as_str(), found.span);
        format!(
            "{} {access} {}:{}",
            labels[found.table], span.line, span.column
        )
    })
    .collect()
}

/// What is done to which table, without the place.
fn operations(code: &str) -> Vec<String> {
    let found = uses(code).into_iter();
    found
        .map(|found| found.rsplit_once(' ').unwrap().0.to_owned())
        .collect()
}

#[test]
fn functions_on_data_files_read_or_write_in_both_languages() {
    for (code, expected) in [
        ("HReadFirst(Customer)", "Customer read"),
        ("HLitPremier(Customer, Name)", "Customer read"),
        ("IF HReadSeekFirst(customer,Name,x) THEN", "Customer read"),
        ("hlitrecherche(CUSTOMER, Name, x)", "Customer read"),
        ("x = HNbEnr(Customer) + 1", "Customer read"),
        ("HDésactiveFiltre(Customer)", "Customer read"),
        ("HFilter(Customer, Name, \"A\")", "Customer read"),
        ("HReset(Customer)", "Customer read"),
        ("HLinkMemo(Customer, Photo, s)", "Customer read"),
        ("HOpen(Customer)", "Customer read"),
        ("HCopyRecord(Customer, Customer)", "Customer read"),
        ("HAdd(Customer)", "Customer write"),
        ("HAjoute(Customer)", "Customer write"),
        ("HModifie(Customer)", "Customer write"),
        ("HSupprime(Customer)", "Customer write"),
        ("HEnregistre(Pièce)", "Pièce write"),
        ("HDeleteAll(PIÈCE)", "Pièce write"),
        ("HCréationSiInexistant(Customer)", "Customer write"),
        ("HRaye(Customer)", "Customer write"),
        ("HExécuteRequête(Customer)", "Customer read"),
        ("HAlias(Customer, MyAlias)", "Customer read"),
        ("FileToMemory(stCustomer, Customer)", "Customer read"),
        ("FichierVersEcran(MaFenêtre, Customer)", "Customer read"),
        ("FichierVersEcran(Customer)", "Customer read"),
        ("TableauVersFichier(tab, Customer)", "Customer write"),
        ("HAdd(\"Customer\")", "Customer write"),
        ("HAdd(...\n Customer)", "Customer write"),
        ("Customer.ReadFirst(Name)", "Customer read"),
        ("Customer.Ajoute()", "Customer write"),
    ] {
        assert_eq!(operations(code), [expected], "{code}");
    }
}

#[test]
fn what_is_read_and_written_is_told_once_with_its_first_place() {
    let code = "x = Customer.Name\nHAdd(Order)\nHModify(Customer)\nHAdd(Order)";
    assert_eq!(uses(code), ["Customer read-write 1:5", "Order write 2:6"]);
}

#[test]
fn loops_over_a_data_file_read_it() {
    for code in [
        "FOR EACH Customer",
        "FOR ALL Customer ON Name",
        "POUR TOUT Customer SUR Name",
        "pour toute Customer AVEC Name = x",
        "FOR EACH Customer WHERE Name = x",
    ] {
        assert_eq!(operations(code), ["Customer read"], "{code}");
    }
    for code in [
        "FOR EACH Customer OF tabCustomers",
        "POUR TOUT Customer DE tab",
        "FOR EACH Customer, n OF tab",
    ] {
        assert!(uses(code).is_empty(), "{code}");
    }
}

#[test]
fn columns_are_read_even_where_they_are_assigned() {
    assert_eq!(operations("Customer.Name = \"x\""), ["Customer read"]);
    assert_eq!(operations("x = CUSTOMER.NAME + 1"), ["Customer read"]);
    assert_eq!(operations("x = Pièce.libellé"), ["Pièce read"]);
}

#[test]
fn what_only_looks_like_a_table_is_none() {
    for code in [
        "Customer.Visible = True",
        "x.Customer.Name = 1",
        "win:Customer.Name = 1",
        "Customer..State = Grayed",
        "Customer = 1",
        "HReadSeek(QRY_x, Customer, 1)",
        "f(Customer)",
        "HAdd(Customer + 1)",
        "// HAdd(Customer)",
        "/* HAdd(Customer) */",
        "Info(\"HAdd(Customer)\")",
        "Info(\"Customer\")",
        "HAddCustomer()",
        "Customers.Name = 1",
        "PROCEDURE Customer(x)",
    ] {
        assert!(uses(code).is_empty(), "{code}");
    }
}

#[test]
fn a_variable_with_the_name_of_a_table_hides_its_columns_and_not_its_functions() {
    let code =
        "PROCEDURE f(Customer, Order is int)\nCustomer.Name = 1\nx = Order.Total\nHAdd(Order)";
    assert_eq!(operations(code), ["Order write"]);
    assert!(uses("Customer est un CClient\nCustomer.Name = 1").is_empty());
}

#[test]
fn a_class_mapped_to_a_table_reads_it() {
    let code = "MCustomer is class <mapping=Customer>\n<MAPPING>\nm_sOrder is string <mapping=Order>\n<END>\nEND";
    assert_eq!(uses(code), ["Customer read 1:29"]);
}

#[test]
fn tables_of_sql_statements_are_found() {
    for (code, expected) in [
        ("s = \"select * from Customer\"", vec!["Customer read"]),
        (
            "s = \"SELECT a FROM Customer C, Order AS O WHERE x\"",
            vec!["Customer read", "Order read"],
        ),
        (
            "s = \"SELECT a FROM (Customer INNER JOIN Order ON a=b) LEFT OUTER JOIN Stock ON c=d\"",
            vec!["Customer read", "Order read", "Stock read"],
        ),
        (
            "s = \"INSERT INTO Order (Customer) SELECT x FROM Stock\"",
            vec!["Order write", "Stock read"],
        ),
        (
            "s = \"SELECT a, (SELECT max(x) FROM Order), Stock FROM (SELECT y FROM z) t, Customer\"",
            vec!["Order read", "Customer read"],
        ),
        ("s = \"UPDATE Order SET Stock = 1\"", vec!["Order write"]),
        (
            "s = \"DELETE FROM Order WHERE x IN (SELECT x FROM Stock)\"",
            vec!["Order write", "Stock read"],
        ),
        ("s = \"TRUNCATE TABLE Order\"", vec!["Order write"]),
        ("s = \"DROP TABLE IF EXISTS Order\"", vec!["Order write"]),
        (
            "s = \"MERGE INTO Order USING Stock ON x\"",
            vec!["Order write", "Stock read"],
        ),
        ("s = \"SELECT * FROM dbo.Order\"", vec!["Order read"]),
        ("s = \"SELECT * FROM [dbo].[Order]\"", vec!["Order read"]),
        (
            "s = \"SELECT * FROM \"\"dbo\"\".\"\"Order\"\"\"",
            vec!["Order read"],
        ),
        ("s = \"SELECT * FROM cust01\"", vec!["Customer read"]),
        (
            "q is SQL Query =\n[\nSELECT *<§cs:3§>\n FROM<§cs:3§>\nOrder<§cs:3§>\n]",
            vec!["Order read"],
        ),
        (
            "s = \"SELECT x \" + ...\n \"FROM Order \" + \"WHERE a\"",
            vec!["Order read"],
        ),
        ("s = \"SELECT x \"\ns += \"FROM Order\"", vec!["Order read"]),
    ] {
        assert_eq!(operations(code), expected, "{code}");
    }
}

#[test]
fn texts_for_people_and_other_words_of_sql_name_no_table() {
    for code in [
        "Info(\"Update Customer\")",
        "Info(\"Delete the line from the Order\")",
        "Info(\"From Customer\")",
        "s = \"Import from Customer\"",
        "s = \"SELECT 'from Order' FROM x\"",
        "s = \"SELECT x -- FROM Order\"",
        "s = \"SELECT Customer, Order FROM Order1\"",
        "s = \"SELECT x FROM Order.x\"",
        "s = \"SELECT x FROM y FOR UPDATE Order\"",
        "// \"SELECT * FROM Order\"",
        "s = \"SELECT\"",
        "s = \"\"",
        "s = [\n]",
    ] {
        assert!(uses(code).is_empty(), "{code}");
    }
}

#[test]
fn bound_controls_read_their_table() {
    let names = names();
    let mut uses = ElementUses::new(&names);
    let place = Span {
        offset: 100,
        length: 13,
        line: 3,
        column: 5,
    };
    uses.read_binding("customer.Name", place);
    uses.read_binding("QRY_x.Name", place);
    let found = uses.finish();
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].table, found[0].access), (0, Access::Read));
    assert_eq!(found[0].span, Span { length: 8, ..place });
}

#[test]
fn of_two_tables_of_one_name_the_first_is_found() {
    let mut names = TableNames::default();
    assert!(names.is_empty());
    assert_eq!(names.add("A", "", []), 0);
    assert_eq!(names.add("a", "", ["x"]), 1);
    assert_eq!(names.find("A"), Some(0));
    assert!(!names.is_empty());
}

#[test]
fn hostile_code_takes_linear_time() {
    let started = std::time::Instant::now();
    for piece in [
        "HAdd(",
        "HAdd(Customer,",
        "((((",
        "\"SELECT FROM ",
        "\"SELECT * FROM a.\"+",
        "[\nSELECT * FROM Order",
        "Customer.Customer.",
        "FOR EACH Customer ",
        "<§",
        "\"'\"\n",
        "\"--\" ",
        "\"UPDATE Order \"+",
        "Customer is ",
        "é.",
    ] {
        uses(&piece.repeat(1_000_000 / piece.len()));
    }
    let quote = format!("s = \"SELECT {}\"", "'".repeat(1_000_000));
    uses(&quote);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn no_code_makes_it_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "HAdd", "(", ")", ",", ".", "..", ":", "Customer", "Pièce", "\"", "SELECT ", "FROM ", "UPDATE ", " SET ", "[", "]",
                "\n", "<§", "§>", "'", "--", "/*", "*/", "é", "§", "FOR EACH ", "is", "<mapping=", ">", "class", "%", "`",
            ]),
            0..60,
        ),
    ) {
        uses(&pieces.concat());
    }
}
