//! What becomes of a text, and what is said of it.

use super::examples::expand;
use super::support::{STRONG, allowing, redacted, redactor, wlanguage};
use crate::{Confidence, Context};
use std::borrow::Cow;

#[test]
fn a_text_without_secrets_is_not_copied() {
    let text = "monkey = KeyPress(TokenKind)\nLabel = gsPasswordLabel\n";
    assert!(matches!(redacted(text), Cow::Borrowed(same) if same == text));
}

#[test]
fn a_value_is_replaced_and_its_shape_kept() {
    assert_eq!(
        redacted("Server=db;User Id=sa;Password=s3cret!;Timeout=5"),
        "Server=db;User Id=sa;Password=[REDACTED:password#1];Timeout=5"
    );
}

#[test]
fn the_same_value_has_the_same_placeholder_and_kinds_are_numbered_apart() {
    let text = "sPassword = \"a1!\"\nsMDP = \"b2!\"\nsPwd = \"a1!\"\nCrypt(s, \"c3!\")";
    let expected = "sPassword = \"[REDACTED:password#1]\"\nsMDP = \"[REDACTED:password#2]\"\n\
                    sPwd = \"[REDACTED:password#1]\"\nCrypt(s, \"[REDACTED:encryption-key#1]\")";
    assert_eq!(redacted(text), expected);
}

#[test]
fn a_finding_says_what_was_found_where_and_not_the_value() {
    let mut redactor = redactor();
    let context = Context {
        line: 40,
        column: 9,
        ..wlanguage("Sets/Été.wdg")
    };
    redactor.redact(&format!("x\né = 1 ; cnx.Password = \"{STRONG}\""), &context);
    let [finding] = redactor.findings() else {
        panic!("{:?}", redactor.findings());
    };
    assert_eq!(finding.rule, "wlanguage-password-property");
    assert_eq!(finding.kind, "password");
    assert_eq!(finding.confidence, Confidence::High);
    assert_eq!((finding.line, finding.column), (41, 25));
    assert_eq!(
        finding.fingerprint,
        "Sets/Été.wdg:41:25:wlanguage-password-property"
    );
    assert_eq!(finding.placeholder, "[REDACTED:password#1]");
    assert!(!finding.allowed);
    assert!(!format!("{finding:?} {redactor:?}").contains(STRONG));
}

#[test]
fn a_context_gives_the_first_line_its_column() {
    let mut redactor = redactor();
    let context = Context {
        line: 7,
        column: 101,
        ..wlanguage("a.wdg")
    };
    redactor.redact("sPwd = \"a1!\"", &context);
    assert_eq!(
        redactor.findings()[0].fingerprint,
        "a.wdg:7:109:assigned-password"
    );
}

#[test]
fn rules_of_a_language_hold_for_that_language_only() {
    let text = "HOpenConnection(\"c\", \"sa\", \"1234\")";
    assert_eq!(
        redacted(text),
        "HOpenConnection(\"c\", \"sa\", \"[REDACTED:password#1]\")"
    );
    assert_eq!(redactor().redact(text, &Context::of_file("a.js")), text);
}

#[test]
fn a_key_of_several_lines_keeps_their_number_and_their_ends() {
    for end in ["\n", "\r\n"] {
        let lines = [
            "{dash:5}BEGIN PRIVATE KEY{dash:5}",
            "{base64:64}",
            "{base64:64}",
            "{base64:20}",
            "{dash:5}END PRIVATE KEY{dash:5}",
            "",
        ];
        let text = expand(&lines.join(end));
        let begin = text.lines().next().unwrap();
        let last = text.lines().last().unwrap();
        let expected = format!("{begin}{end}[REDACTED:private-key#1]{end}{end}{end}{last}{end}");
        assert_eq!(redacted(&text), expected);
    }
}

#[test]
fn what_was_redacted_before_stays_as_it_is() {
    for text in [
        "sPassword = \"[REDACTED:password]\"",
        "sPassword = [REDACTED:password]",
        "sPassword = \"[REDACTED:password#12]\"",
        "sPassword = \"…\"",
        "HOpenConnection(\"…\", \"…\", [REDACTED:password], \"…\")",
    ] {
        assert_eq!(redacted(text), text);
    }
}

#[test]
fn secrets_behind_other_secrets_are_found_too() {
    let text = expand("sPassword = \"a1!\" sMDP = \"b2!\" ; Header = \"Bearer {alnum:20}\"");
    let text = redacted(&text).into_owned();
    assert_eq!(
        text,
        "sPassword = \"[REDACTED:password#1]\" sMDP = \"[REDACTED:password#2]\" ; \
         Header = \"Bearer [REDACTED:token#1]\""
    );
}

#[test]
fn an_allowed_finding_is_reported_and_not_replaced() {
    let mut redactor = allowing("a.wdg:1:9:assigned-password");
    let text = "sPwd = \"a1!\"\nsPwd = \"a1!\"";
    assert_eq!(
        redactor.redact(text, &wlanguage("a.wdg")),
        "sPwd = \"a1!\"\nsPwd = \"[REDACTED:password#1]\"",
        "a weak value is allowed at its place only"
    );
    let allowed: Vec<bool> = redactor
        .findings()
        .iter()
        .map(|found| found.allowed)
        .collect();
    assert_eq!(allowed, [true, false]);
}

#[test]
fn a_distinctive_value_that_is_allowed_is_no_secret_in_later_texts() {
    let mut redactor = allowing("a.wdg:1:9:assigned-password");
    let text = format!("sPwd = \"{STRONG}\"");
    assert_eq!(redactor.redact(&text, &wlanguage("a.wdg")), text);
    assert_eq!(redactor.redact(&text, &wlanguage("b.wdg")), text);
    assert_eq!(redactor.replace_known(&text), text);
    assert!(redactor.leaks(&text).is_empty());
    assert!(redactor.findings().iter().all(|found| found.allowed));
}

#[test]
fn a_key_of_several_lines_is_allowed_with_all_its_lines() {
    let key = expand(
        "{dash:5}BEGIN PRIVATE KEY{dash:5}\n{base64:64}\n{base64:64}\n{dash:5}END PRIVATE KEY{dash:5}",
    );
    let mut redactor = allowing("a.pem:2:1:pem-private-key");
    assert_eq!(redactor.redact(&key, &Context::of_file("a.pem")), key);
    assert_eq!(redactor.replace_known(&key), key);
    assert_eq!(redactor.findings().len(), 1);
}

#[test]
fn two_secrets_never_share_a_fingerprint() {
    let mut redactor = redactor();
    for value in ["a1!", "b2!", "a1!", "c3!"] {
        redactor.redact(&format!("sPwd = \"{value}\""), &wlanguage("a.wdg"));
    }
    let fingerprints: Vec<&str> = redactor
        .findings()
        .iter()
        .map(|found| found.fingerprint.as_str())
        .collect();
    assert_eq!(
        fingerprints,
        [
            "a.wdg:1:9:assigned-password",
            "a.wdg:1:9:assigned-password:2",
            "a.wdg:1:9:assigned-password:3",
        ],
        "the same secret at the same place is one finding"
    );
}

#[test]
fn overlapping_matches_are_one_finding_of_the_surest_rule() {
    let mut redactor = redactor();
    let text = expand("sToken = \"Bearer glpat-{alnum:20}\"");
    assert_eq!(
        redactor.redact(&text, &wlanguage("a.wdg")),
        "sToken = \"Bearer [REDACTED:token#1]\""
    );
    assert_eq!(redactor.findings().len(), 1);
    assert_eq!(redactor.findings()[0].confidence, Confidence::High);
}

#[test]
fn of_a_part_only_the_part_comes_back_and_the_rest_says_what_it_is() {
    let mut redactor = redactor();
    let text = "sPassword = \"correcthorse\"";
    let context = Context {
        line: 7,
        column: 3,
        ..Context::of_file("a.wdg")
    };
    let redacted = redactor.redact_part(text, 13..25, &context);
    assert_eq!(redacted, "[REDACTED:password#1]");
    let found = &redactor.findings()[0];
    assert_eq!((found.line, found.column), (7, 3));
    let harmless = redactor.redact_part("sLabel = \"correcthorse\"", 10..22, &context);
    assert_eq!(harmless, "correcthorse");
}

#[test]
fn whoever_knows_the_file_says_where_a_value_stands() {
    let mut redactor = redactor();
    let locate = |value: &str| (value.len() as u32, 2);
    let context = Context {
        locate: Some(&locate),
        ..Context::of_file("a.wdg")
    };
    redactor.redact(&format!("sPwd = \"{STRONG}\""), &context);
    let found = &redactor.findings()[0];
    assert_eq!(found.fingerprint, "a.wdg:15:2:assigned-password");
}

#[test]
fn names_are_no_secrets_because_of_what_stands_beside_them() {
    let names = ["a00bc1", "b00bc1"].map(str::to_owned).into();
    let context = Context {
        names: Some(&names),
        ..Context::of_file("CONTEXT.md")
    };
    let text = "Pwd: a00bc1, b00bc1\nPwd: c00bc1";
    let redacted = redactor().redact(text, &context).into_owned();
    assert_eq!(redacted, "Pwd: a00bc1, b00bc1\nPwd: [REDACTED:password#1]");
}

#[test]
fn a_weak_value_that_is_pursued_is_replaced_as_a_word_where_that_is_asked_for() {
    let mut redactor = redactor();
    redactor.redact("Pwd: c00bc1", &Context::of_file("CONTEXT.md"));
    redactor.pursue(0..1);
    redactor.retract(0..1);
    assert!(redactor.findings().is_empty());
    let text = "c00bc1 and xc00bc1 and c00bc12";
    let mut context = Context::of_file("a.txt");
    assert_eq!(redactor.redact(text, &context), text);
    context.is_pursued = true;
    assert_eq!(
        redactor.redact(text, &context),
        "[REDACTED:password#1] and xc00bc1 and c00bc12"
    );
    assert_eq!(redactor.findings().len(), 1);
    assert_eq!(redactor.findings()[0].path, "a.txt");
}

#[test]
fn what_was_allowed_and_not_found_is_said() {
    let mut redactor = allowing("a.wdg:1:9:assigned-password");
    assert_eq!(redactor.unknown_allowed(), ["a.wdg:1:9:assigned-password"]);
    redactor.redact("sPwd = \"a1!\"", &wlanguage("a.wdg"));
    assert!(redactor.unknown_allowed().is_empty());
}
