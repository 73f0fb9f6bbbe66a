//! Values that are known from other texts.

use super::examples::expand;
use super::support::{STRONG, redactor, wlanguage};
use std::time::Instant;

#[test]
fn a_distinctive_value_is_replaced_wherever_it_stands_later() {
    let mut redactor = redactor();
    redactor.redact(&format!("sPassword = \"{STRONG}\""), &wlanguage("a.wdg"));
    let prose = format!("// It used to be {STRONG}.");
    assert_eq!(redactor.leaks(&prose).len(), 1);
    assert_eq!(
        redactor.replace_known(&prose),
        "// It used to be [REDACTED:password#1]."
    );
    assert_eq!(
        redactor.redact(&prose, &wlanguage("b.wdg")),
        "// It used to be [REDACTED:password#1]."
    );
    let found = &redactor.findings()[1];
    assert_eq!(found.fingerprint, "b.wdg:1:18:assigned-password");
}

#[test]
fn a_distinctive_value_is_replaced_in_the_rest_of_its_text() {
    let mut redactor = redactor();
    let text = format!("// {STRONG}\nsPassword = \"{STRONG}\"\nTrace(\"<{STRONG}>\")");
    let redacted = redactor.redact(&text, &wlanguage("a.wdg"));
    assert_eq!(
        redacted,
        "// [REDACTED:password#1]\nsPassword = \"[REDACTED:password#1]\"\nTrace(\"<[REDACTED:password#1]>\")"
    );
    let lines: Vec<u32> = redactor.findings().iter().map(|found| found.line).collect();
    assert_eq!(lines, [1, 2, 3]);
}

#[test]
fn a_weak_value_is_replaced_only_where_its_place_betrays_it() {
    let mut redactor = redactor();
    let text = "HPass(Customer, \"admin\")\nIF UserKind = \"admin\" THEN OpenAdministration()";
    let expected = "HPass(Customer, \"[REDACTED:password#1]\")\n\
                    IF UserKind = \"admin\" THEN OpenAdministration()";
    assert_eq!(redactor.redact(text, &wlanguage("a.wdg")), expected);
    assert_eq!(redactor.replace_known("the admin"), "the admin");
    assert!(redactor.leaks("the admin").is_empty());
}

#[test]
fn a_leak_says_where_and_what_and_not_the_value() {
    let mut redactor = redactor();
    redactor.redact(&format!("sPassword = \"{STRONG}\""), &wlanguage("a.wdg"));
    let text = format!("x\n  é {STRONG}");
    let [leak] = &redactor.leaks(&text)[..] else {
        panic!("one leak");
    };
    assert_eq!((leak.line, leak.column), (2, 5));
    assert_eq!(leak.rule, "assigned-password");
    assert_eq!(leak.placeholder, "[REDACTED:password#1]");
    assert!(!format!("{leak:?}").contains(STRONG));
}

#[test]
fn known_values_that_overlap_are_replaced_whole() {
    let mut redactor = redactor();
    for value in ["abcd1234-X9!zz", "X9!zz-efgh5678", "X9!zz-ef"] {
        redactor.redact(&format!("sPwd = \"{value}\""), &wlanguage("a.wdg"));
    }
    let replaced = redactor
        .replace_known("<abcd1234-X9!zz-efgh5678>")
        .into_owned();
    assert!(
        !replaced.contains("abcd") && !replaced.contains("5678"),
        "{replaced}"
    );
    assert!(redactor.leaks(&replaced).is_empty());
}

#[test]
fn values_with_the_same_beginning_are_told_apart() {
    let mut redactor = redactor();
    for value in ["same-9a8b7c6d", "same-1x2y3z4w"] {
        redactor.redact(&format!("sPwd = \"{value}\""), &wlanguage("a.wdg"));
    }
    assert_eq!(
        redactor.replace_known("same-1x2y3z4w same-9a8b7c6d same-0000"),
        "[REDACTED:password#2] [REDACTED:password#1] same-0000"
    );
}

#[test]
fn a_line_of_a_key_is_known_on_its_own_and_the_key_with_other_line_ends() {
    let mut redactor = redactor();
    let key = expand(
        "{dash:5}BEGIN PRIVATE KEY{dash:5}\n{base64:64}\n{base64:64}\n{dash:5}END PRIVATE KEY{dash:5}",
    );
    redactor.redact(&key, &wlanguage("a.pem"));
    let line = key.lines().nth(1).unwrap();
    assert_eq!(redactor.replace_known(line), "[REDACTED:private-key#1]");
    let escaped = format!("\"{}\"", key.replace('\n', "\\n"));
    let redacted = redactor.redact(&escaped, &wlanguage("b.json")).into_owned();
    assert!(redacted.contains("[REDACTED:private-key#1]"), "{redacted}");
    assert!(!redacted.contains("#2"), "{redacted}");
}

#[test]
fn placeholders_are_no_text_in_which_values_are_looked_for() {
    let mut redactor = redactor();
    redactor.redact("sPwd = \"password#1]x9Q\"", &wlanguage("a.wdg"));
    let text = "[REDACTED:password#1]x9Q";
    assert_eq!(redactor.replace_known(text), text);
}

#[test]
fn a_value_is_found_however_a_document_escapes_it() {
    let mut redactor = redactor();
    redactor.redact("HPass(x, \"S3c&r<t@9Kd7Z\")", &wlanguage("a.wdg"));
    for escaped in [
        "S3c&r<t@9Kd7Z",
        "S3c&amp;r&lt;t&#64;9Kd7Z",
        "S3c&#38;r&#x3C;t@9Kd7Z",
        r"S3c\&r\<t\@9Kd7Z",
        r"S3c\u0026r\u003ct@9Kd7Z",
    ] {
        let text = format!("<p>{escaped}</p> and {escaped}");
        let replaced = redactor.replace_known(&text);
        assert_eq!(redactor.leaks(&text).len(), 2, "{escaped}");
        assert!(!replaced.contains("9Kd7Z"), "{replaced}");
        assert!(redactor.leaks(&replaced).is_empty());
    }
}

#[test]
fn a_long_value_is_found_whole_and_in_parts() {
    let mut redactor = redactor();
    let value = expand("{alnum:700}");
    redactor.redact(&format!("sPassword = \"{value}\""), &wlanguage("a.wdg"));
    let whole = format!("<{value}>");
    assert_eq!(redactor.replace_known(&whole), "<[REDACTED:password#1]>");
    let part = format!("<{}>", &value[64..192]);
    assert_eq!(redactor.replace_known(&part), "<[REDACTED:password#1]>");
    assert_eq!(
        redactor.redact(&format!("x = \"{value}\""), &wlanguage("b.wdg")),
        "x = \"[REDACTED:password#1]\""
    );
    assert_eq!(redactor.findings().len(), 2);
}

#[test]
fn values_that_repeat_themselves_are_searched_in_little_time() {
    // Each is found at every second place of the other: whatever is compared there is short.
    let mut redactor = redactor();
    let value = "ab".repeat(100_000);
    let begin = Instant::now();
    redactor.redact(&format!("sPassword = \"{value}\""), &wlanguage("a.wdg"));
    redactor.redact(&format!("sPassword = \"{value}c\""), &wlanguage("a.wdg"));
    assert!(!redactor.replace_known(&value).contains("abab"));
    let seconds = begin.elapsed().as_secs();
    assert!(seconds < 20, "{seconds} seconds for 400 KB");
}
