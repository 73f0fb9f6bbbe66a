//! Initialisation code.

use crate::position::Code;
use crate::wlanguage::{Effect, Globals, InitializationBlock, initialization_blocks};

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
fn functions_of_the_database_are_no_procedures_of_the_project() {
    for code in [
        "HDescribeTrigger(Post, \"x\")",
        "hSetREP(False)",
        "Erreur(\"x\")",
    ] {
        assert_eq!(blocks(code, &[])[0].effects, [], "{code}");
    }
    assert_eq!(blocks("Halt()", &[])[0].effects, [Effect::CallsProcedure]);
}

#[test]
fn effects_are_known_in_both_languages() {
    for (code, effect) in [
        ("HOpenConnection(c)", Effect::OpensConnection),
        (
            "SI PAS HOuvreConnexion(c) ALORS f = 1",
            Effect::OpensConnection,
        ),
        ("HDécritConnexion(\"x\")", Effect::DescribesConnection),
        ("c..Serveur = \"x\"", Effect::DescribesConnection),
        ("HChangeConnexion(\"*\", c)", Effect::ChangesConnection),
        ("s = INILit(a, b)", Effect::ReadsConfiguration),
        ("s = LoadParameter(\"x\")", Effect::ReadsConfiguration),
        ("s = RegistryQueryValue(x)", Effect::ReadsConfiguration),
        ("HCréationSiInexistant(\"*\")", Effect::CreatesDataFiles),
        ("HCreationIfNotFound", Effect::CreatesDataFiles),
        (
            "QUAND EXCEPTION DANS\na = 1\nFAIRE\nFIN",
            Effect::SetsErrorHandler,
        ),
        ("HOnError(\"*\", x)", Effect::SetsErrorHandler),
        ("Ouvre(FEN_A)", Effect::OpensWindow),
        ("ExeRun(\"x\")", Effect::ExecutesProgram),
        ("LanceAppli(\"x\")", Effect::ExecutesProgram),
        ("HTTPRequest(\"x\")", Effect::Network),
        ("Nation(nationFrench)", Effect::SetsLocale),
        ("InitApp()", Effect::CallsProcedure),
        ("COL_Tools.Init()", Effect::CallsProcedure),
    ] {
        assert_eq!(blocks(code, &[])[0].effects, [effect], "{code}");
    }
    assert_eq!(blocks("a = Left(b, 3) + Gauche(c)", &[])[0].effects, []);
    assert_eq!(Effect::SetsErrorHandler.as_str(), "sets-error-handler");
}

#[test]
fn a_block_knows_where_it_stands() {
    let code = "a is int\nf()\ng()\nb is int";
    let span = blocks(code, &[])[0].span;
    let range = span.offset as usize..(span.offset + span.length) as usize;
    assert_eq!((&code[range], span.line), ("f()\ng()", 2));
}
