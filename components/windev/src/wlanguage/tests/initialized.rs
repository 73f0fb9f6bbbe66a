//! Initialisation code.

use crate::position::Code;
use crate::wlanguage::{Globals, InitializationBlock, initialization_blocks};

fn blocks(code: &str, globals: &[&str]) -> Vec<InitializationBlock> {
    initialization_blocks(&Code::from_text(code), &Globals::new(globals))
}

fn codes(code: &str) -> Vec<String> {
    blocks(code, &[])
        .into_iter()
        .map(|block| block.code)
        .collect()
}

#[test]
fn declarations_are_left_out_and_cut_the_code() {
    let code = "PROCEDURE P()\nGLOBAL\na is int = f()\nSTX is Structure\nx is int\nEND\nCONSTANT C = 1\n\
        // note\ng()\n\n\tIF a THEN\n\t\tb is int\n\tEND\nd is int\nh()\nLOCAL\nl is int\nm is int = 2\nEXTERN x\ni()";
    assert_eq!(
        codes(code),
        [
            "g()\n\tIF a THEN\n\t\tb is int\n\tEND",
            "h()\nm is int = 2\ni()"
        ]
    );
}

#[test]
fn a_block_ends_where_the_compile_condition_changes() {
    let found = blocks(
        "a()\n<COMPILE IF X=1>\nb()\nc()\n<ELSE>\nd()\n<END>\ne()",
        &[],
    );
    let found: Vec<_> = found
        .iter()
        .map(|block| (block.code.as_str(), block.condition.as_deref(), block.order))
        .collect();
    assert_eq!(
        found,
        [
            ("a()", None, 0),
            ("b()\nc()", Some("X=1"), 1),
            ("d()", Some("NOT (X=1)"), 2),
            ("e()", None, 3),
        ]
    );
}

#[test]
fn a_long_block_ends_with_its_paragraph() {
    let paragraph = "f()\n".repeat(30);
    let code = format!("{paragraph}\n{paragraph}\n{paragraph}");
    let lines: Vec<_> = codes(&code)
        .iter()
        .map(|code| code.lines().count())
        .collect();
    assert_eq!(lines, [60, 30]);
}

#[test]
fn what_is_assigned_is_written_and_the_rest_is_read() {
    let code = "GA = gb + 1\ngc++\ngd..Server = x.ge\ngf[gg] = 1\nIF gh = 1 THEN gi += 2 ELSE gj <- gk\n\
        gl.m(gn)\ngo, gp = f()\nFOR gq = 1 TO 2\nEND\ngr.s[1].t = 2\nCASE 1: gs = 1";
    let globals: Vec<String> = ('a'..='t')
        .map(|letter| format!("g{}", letter.to_ascii_uppercase()))
        .collect();
    let globals: Vec<&str> = globals.iter().map(String::as_str).collect();
    let found = blocks(code, &globals);
    assert_eq!(
        found[0].writes,
        [
            "gA", "gC", "gD", "gF", "gI", "gJ", "gO", "gP", "gQ", "gR", "gS"
        ]
    );
    assert_eq!(found[0].reads, ["gB", "gG", "gH", "gK", "gL", "gN"]);
}

#[test]
fn a_local_that_is_called_like_a_global_is_none() {
    let code = "IF a THEN\nsFile is string\nsFile = gsDir\nEND\nLOCAL\nn, m are int\nn = m\ngn = 1";
    let found = blocks(code, &["gsDir", "sFile", "n", "m", "gn"]);
    assert_eq!(found[0].reads, ["gsDir"]);
    assert_eq!(found[0].writes, ["gn"]);
    let member = blocks("ST is Structure\ngn is int\nEND\ngn = 1", &["gn"]);
    assert_eq!(member[0].writes, ["gn"]);
}

#[test]
fn the_name_of_an_element_may_qualify_a_global() {
    let globals = ["gsDir", "gnMode"];
    let globals = Globals::new(&globals).declared_by(["COL_Tools"]);
    let code =
        Code::from_text("col_tools.gsDir = COL_Tools.gnMode\nother.gsDir = 1\nf(other.gnMode)");
    let found = initialization_blocks(&code, &globals);
    assert_eq!(found[0].writes, ["gsDir"]);
    assert_eq!(found[0].reads, ["gnMode"]);
}

#[test]
fn a_block_knows_where_it_stands() {
    let code = "a is int\nf()\ng()\nb is int";
    let span = blocks(code, &[])[0].span;
    let range = span.offset as usize..(span.offset + span.length) as usize;
    assert_eq!((&code[range], span.line), ("f()\ng()", 2));
}

#[test]
fn a_listing_has_the_lines_of_the_file_with_the_places_of_comments_and_declarations() {
    let code = "gn is int\nf() // PLANTED\n\n\t/* PLANTED\n\tPLANTED */\n\tIF a THEN\n\t\tb is int //\n\tEND\n\
                LOCAL\nl is int\ng(1, ... // PLANTED\n\t[\nPLANTED\n\t], /* x */ 2) <§rad:1§>   \n<COMPILE IF X=1>\nh()";
    let found = blocks(code, &[]);
    assert_eq!(
        found[0].listing,
        "f() // …\n\n\t/* …\n*/\n\tIF a THEN\n\t\tb is int //\n\tEND\n\
         LOCAL\nl is int\ng(1, ... // …\n\t\"…\"\n\n, /* … */ 2)"
    );
    assert_eq!((found[0].span.line, found[1].span.line), (2, 16));
    assert_eq!(found[1].listing, "h()");
}

#[test]
fn texts_are_shown_that_are_empty_short_signs_formats_or_names_of_elements() {
    let elements = Globals::default().with_elements(["REQ_Clients"]);
    let code = "HChangeConnexion(\"*\", c)\ns = \"\" + \"a b c\" + \" - \" + DateVersChaîne(d, \"JJ/MM/AAAA\")\n\
                HExécuteRequête(\"REQ_Clients\")\ns = \"REQ_Clients\"\nHPass(\"*\", \"x\")\nsMDP = \"12\"\n\
                IF n = \"1\" THEN f(\"OK\", \"abc\")";
    let found = initialization_blocks(&Code::from_text(code), &elements);
    assert_eq!(
        found[0].code,
        "HChangeConnexion(\"*\", c)\ns = \"\" + \"…\" + \" - \" + DateVersChaîne(d, \"JJ/MM/AAAA\")\n\
         HExécuteRequête(\"REQ_Clients\")\ns = \"…\"\nHPass(\"*\", [REDACTED:password])\n\
         sMDP = [REDACTED:password]\nIF n = \"1\" THEN f(\"OK\", \"…\")"
    );
    assert_eq!(found[0].listing, found[0].code);
}
