//! Tokens.

use crate::wlanguage::{TokenKind, tokens};
use TokenKind::{Comment, Continuation, Directive, NewLine, Number, Operator, Text, Word};

fn kinds(code: &str) -> Vec<(TokenKind, &str)> {
    tokens(code)
        .iter()
        .map(|token| (token.kind, token.text(code)))
        .collect()
}

#[test]
fn words_may_have_accents_and_numbers_may_have_groups() {
    assert_eq!(
        kinds("gnQtéStock=100 000 000+0x0000FF-1.5e3"),
        [
            (Word, "gnQtéStock"),
            (Operator, "="),
            (Number, "100 000 000"),
            (Operator, "+"),
            (Number, "0x0000FF"),
            (Operator, "-"),
            (Number, "1.5e3"),
        ]
    );
    assert_eq!(kinds("1 20 300 4000").len(), 3);
    assert_eq!(kinds("1..2")[1], (Operator, ".."));
}

#[test]
fn a_quote_is_doubled_and_a_backslash_is_nothing() {
    assert_eq!(
        kinds(r#"a = "x ""y"" \" + "z""#)[2..],
        [(Text, r#""x ""y"" \""#), (Operator, "+"), (Text, r#""z""#)]
    );
}

#[test]
fn a_line_with_an_unclosed_literal_is_a_literal_from_its_first_quote_on() {
    assert_eq!(
        kinds("a = \"x\" y \"z\nb"),
        [
            (Word, "a"),
            (Operator, "="),
            (Text, "\"x\" y \"z"),
            (NewLine, "\n"),
            (Word, "b")
        ]
    );
}

#[test]
fn comments_end_with_the_line_or_with_their_closer() {
    assert_eq!(
        kinds("a // \"b\nc /* d\ne */ f"),
        [
            (Word, "a"),
            (Comment, "// \"b"),
            (NewLine, "\n"),
            (Word, "c"),
            (Comment, "/* d\ne */"),
            (Word, "f")
        ]
    );
    // Never closed: it is one line.
    assert_eq!(kinds("/*** title\na")[2], (Word, "a"));
}

#[test]
fn a_bracket_at_the_end_of_a_line_opens_a_string() {
    let code = "a = [\nx is int // \"no\nif [b] then\n]\nc";
    assert_eq!(kinds(code)[2].0, Text);
    assert_eq!(kinds(code).last(), Some(&(Word, "c")));
    let formatted = "a = [%\n{\"x\":[%y%]}\n] + b";
    assert_eq!(kinds(formatted)[2].0, Text);
    assert_eq!(kinds(formatted).last(), Some(&(Word, "b")));
}

#[test]
fn a_string_may_begin_beside_its_bracket_and_end_behind_its_text() {
    let beside = kinds("a = [ x\ny\n]\nb");
    assert_eq!(beside[2].0, Text);
    assert_eq!(beside.last(), Some(&(Word, "b")));
    let behind = kinds("a = [\nx [y]\nz]\nb");
    assert_eq!(behind[2].1, "[\nx [y]\nz]");
    assert_eq!(kinds("a = [\nx\ny").len(), 3);
}

#[test]
fn other_brackets_are_operators() {
    for code in [
        "fDir() + [fsep] + x",
        "[\"x\"]",
        "[CR]",
        "s[[1 TO 3]]",
        "t = [1,2]",
        "t = [ ...\n1 ]",
        "IF s [= x THEN",
    ] {
        let literal = kinds(code)
            .into_iter()
            .find(|(kind, text)| *kind == Text && text.len() > 4);
        assert_eq!(literal, None, "{code}");
    }
    assert_eq!(kinds("x[1]=5")[3..5], [(Operator, "]"), (Operator, "=")]);
    assert_eq!(kinds("x ]= y")[1], (Operator, "]="));
}

#[test]
fn markers_are_left_out_and_resources_are_literals() {
    assert_eq!(
        kinds("a = <§$0007§> + <§@1ff6ec00008eec320001§><§rad:1§>\nb <§cs:3§>"),
        [
            (Word, "a"),
            (Operator, "="),
            (Text, "<§$0007§>"),
            (Operator, "+"),
            (Text, "<§@1ff6ec00008eec320001§>"),
            (NewLine, "\n"),
            (Word, "b")
        ]
    );
    assert_eq!(kinds("<§R1¤fr-FR¤Bonjour¤0§>")[0].0, Text);
    assert_eq!(
        kinds("a = [<§cs:3§>\nx<§cs:3§>\n]<§cs:3§>\nb").last(),
        Some(&(Word, "b"))
    );
}

#[test]
fn a_statement_goes_on_behind_three_dots() {
    assert_eq!(kinds("a + ... // why\nb")[2].0, Continuation);
    let all: Vec<_> = kinds("a ...\nb\nc")
        .into_iter()
        .map(|(kind, _)| kind)
        .collect();
    assert_eq!(all, [Word, Continuation, Word, NewLine, Word]);
    assert_eq!(kinds("a...b")[1], (Operator, "..."));
}

#[test]
fn a_line_in_angle_brackets_is_a_directive() {
    for code in [
        "<COMPILE SI TypeConfiguration<>Android ET TypeConfiguration<>iOS >",
        "<if ExecutionTarget=iOS>",
        "<FIN>",
        "<MAPPING>",
    ] {
        assert_eq!(kinds(code), [(Directive, code)]);
    }
    assert_eq!(kinds("\t<FIN> // end\na")[0], (Directive, "<FIN>"));
    assert!(kinds("a <b> c").iter().all(|(kind, _)| *kind != Directive));
}
