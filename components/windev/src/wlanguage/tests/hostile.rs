//! Input that no one wrote in good faith.

use crate::position::Code;
use crate::wlanguage::{Globals, declarations, initialization_blocks, mask_code};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// All that the module says of `text`.
fn everything(text: &str) -> String {
    let code = Code::from_text(text);
    let found = declarations(&code);
    let names: Vec<&str> = found.variables.iter().map(|v| v.name.as_str()).collect();
    let blocks = initialization_blocks(&code, &Globals::new(&names));
    format!("{found:?}{blocks:?}{}", mask_code(&code))
}

/// What planted secrets consist of.
const PLANTED: &str = "PLANTED";

const PIECES: &[&str] = &[
    "IF ",
    "SI ",
    " THEN ",
    " ALORS ",
    "ELSE",
    "SINON ",
    "END",
    "FIN",
    "FOR ",
    "POUR TOUT ",
    "WHILE ",
    "LOOP",
    "SWITCH ",
    "CASE ",
    ":",
    "WHEN EXCEPTION",
    "PROCEDURE ",
    "INTERNAL ",
    "x ",
    "gsPassword ",
    "y",
    " is ",
    " est ",
    " are ",
    "un ",
    "int",
    "string",
    "array of ",
    "tableau de ",
    "Structure",
    "composé de",
    "CONSTANT ",
    "GLOBAL ",
    "LOCAL ",
    "PRIVATE ",
    "EXTERN ",
    "LET ",
    "=",
    "<-",
    "+=",
    "++",
    "(",
    ")",
    "[",
    "]",
    "[[",
    "{",
    "}",
    ",",
    ";",
    ".",
    "..",
    "...",
    "<",
    ">",
    "<>",
    "<COMPILE IF ",
    "<ELSE>",
    "<END>",
    "<MAPPING>",
    "1",
    "8 bytes ",
    "0x1F",
    " 100 000",
    "\n",
    "\n",
    "\n\t",
    "\r\n",
    " ",
    "// note",
    "/* ",
    " */",
    "'",
    "’",
    "é",
    "\u{feff}",
    "<§rad:1§>",
    "<§cs:3§>",
    "<§$0007§>",
    "HPass(",
    "f(",
    "\"\"",
    "d'",
    "\"PLANTED\"",
    "\"PLANTED\"",
    "\"a \"\"PLANTED\"\" b\"",
    "= \"PLANTED\"\n",
    "\n= [\nPLANTED \"PLANTED\n]\n",
    "<§R1¤fr-FR¤PLANTED¤0§>",
    "<COMPILE IF x=\"PLANTED\">",
];

proptest! {
    #[test]
    fn arbitrary_text_is_read_without_a_panic(text in any::<String>()) {
        everything(&text);
    }

    #[test]
    fn no_literal_planted_among_keywords_comes_out(
        pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)
    ) {
        let text: String = pieces.concat();
        let output = everything(&text);
        prop_assert!(!output.contains(PLANTED), "{text}\n=> {output}");
    }

    #[test]
    fn no_number_assigned_to_a_credential_comes_out(
        before in prop::collection::vec(prop::sample::select(&["a", "x.", "(", "f(", "[1]", " ", "\t"][..]), 0..4),
        operator in prop::sample::select(&["=", " = ", " <- ", "+=", " is int = ", ", b are int = "][..]),
    ) {
        let text = format!("{}\nsPassword{operator}987654", before.concat());
        prop_assert!(!everything(&text).contains("987654"), "{text}");
    }
}

/// Eight times the text may take eight times as long, and four times that on a machine that does other things besides:
/// quadratic time would be 64 times as long.
fn grows_linearly(text: impl Fn(usize) -> String, size: usize) {
    let time = |size: usize| {
        let text = text(size);
        let start = Instant::now();
        everything(&text);
        start.elapsed()
    };
    let small = time(size / 8).max(Duration::from_millis(5));
    // Whoever else is busy now may not be the next time.
    let mut large = time(size);
    for _ in 0..6 {
        if large >= small * 32 {
            large = time(size);
        }
    }
    assert!(
        large < small * 32,
        "{small:?}, then {large:?} for {:?}…",
        text(size).chars().take(30).collect::<String>()
    );
}

#[test]
fn a_hundred_thousand_globals_are_read() {
    let globals = |count: usize| -> String {
        (0..count)
            .map(|index| format!("gn{index} is int = {index}\n"))
            .collect()
    };
    grows_linearly(globals, 20_000);
    let found = declarations(&Code::from_text(&globals(100_000)));
    assert_eq!(found.variables.len(), 100_000);
}

#[test]
fn blocks_nest_deeply() {
    let nested = |depth: usize| {
        format!(
            "{}{}x is int",
            "IF a THEN\n".repeat(depth),
            "END\n".repeat(depth)
        )
    };
    grows_linearly(nested, 20_000);
    let found = declarations(&Code::from_text(&nested(20_000)));
    assert_eq!(found.variables.len(), 1);
}

#[test]
fn nothing_takes_quadratic_time() {
    for piece in [
        "[",
        "]",
        "[\n",
        "x[1\n",
        "[a\n]b",
        "/*",
        "/*\n",
        "\"",
        "\"\n",
        "'",
        "'\n",
        "<§",
        "<",
        "<a",
        "<a\n",
        "<if x>\n",
        "<else if y>\n",
        "<MAPPING>\n",
        "...",
        "...\n",
        "(",
        "x(",
        "1 ",
        "1 000 ",
        ".",
        "a,",
        "a, b is int;",
        "IF a THEN ",
        "IF a b ",
        "x is array of ",
        "x is int = <",
        "PROCEDURE(",
        "=PROCEDURE(",
        "é",
        "\u{feff}<",
        "x is int;f();",
        "x is int,",
        "a.b.",
        "a[",
        "; ",
        "LET (a,",
        "CONSTANT a=1,",
        "<\u{feff}",
        "[%\n",
        "]=",
        "sPwd=1(",
        "f(\"pwd\",1,",
        "CASE 1 ",
        "HChangeConnection(",
        "c..Server=INIRead(a,b,",
        "f(//x\n",
        "a.b(/**/",
    ] {
        let text = |size: usize| piece.repeat(size / piece.len());
        grows_linearly(text, 60_000);
        grows_linearly(|size| format!("x is int = {}", text(size)), 60_000);
        grows_linearly(|size| format!("SWITCH sPwd\nsPwd = {}", text(size)), 60_000);
    }
    let long_name =
        |size: usize| format!("sPwd{} = [{}]", "a".repeat(size), "\"x\",".repeat(size / 4));
    grows_linearly(long_name, 60_000);
}
