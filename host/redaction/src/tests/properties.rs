//! What holds for every text.

use super::examples::Example;
use super::support::{redactor, wlanguage};
use crate::rules;
use proptest::prelude::*;

/// Pieces of which texts are made that come near to secrets: examples, keywords, quotes, placeholders.
fn piece() -> impl Strategy<Value = String> {
    let mut examples = Vec::new();
    let mut keywords = Vec::new();
    for rule in rules() {
        let texts = rule.examples.positive.iter().chain(&rule.examples.negative);
        examples.extend(texts.map(|template| Example::new(template).text));
        keywords.extend(rule.keywords.iter().cloned());
    }
    prop_oneof![
        4 => prop::sample::select(examples),
        2 => prop::sample::select(keywords),
        2 => prop::sample::select(vec![
            " = \"", "\"", "'", ": ", "\n", "\r\n", "\r", "(", ", ", ")", "=", ";", "...\n", "://", "@", "\\n", "é",
            "[REDACTED:password#1]", "[REDACTED:", "]", "«", "\u{feff}", "𝒳", "password", "x9Q#tr0ub4dor&3",
        ]).prop_map(str::to_owned),
        1 => ".{0,20}",
        1 => "[a-zA-Z0-9+/!#-]{3,70}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn redacting_twice_changes_nothing(texts in prop::collection::vec(text(), 1..4)) {
        let mut first = redactor();
        for text in &texts {
            let once = first.redact(text, &wlanguage("a")).into_owned();
            let findings = first.findings().len();
            prop_assert_eq!(first.redact(&once, &wlanguage("a")), once.as_str());
            prop_assert_eq!(first.findings().len(), findings);
            prop_assert_eq!(redactor().redact(&once, &wlanguage("a")), once.as_str());
            prop_assert_eq!(first.replace_known(&once), once.as_str());
            prop_assert!(first.leaks(&once).is_empty());
        }
    }

    #[test]
    fn lines_keep_their_number_and_harmless_texts_their_bytes(text in text()) {
        let mut redactor = redactor();
        let redacted = redactor.redact(&text, &wlanguage("a")).into_owned();
        let ends = |text: &str| text.matches(['\r', '\n']).collect::<String>();
        prop_assert_eq!(ends(&redacted), ends(&text));
        prop_assert_eq!(redactor.findings().is_empty(), redacted == text);
    }

    #[test]
    fn known_values_vanish_from_any_text(texts in prop::collection::vec(text(), 2..5)) {
        let mut redactor = redactor();
        for text in &texts {
            redactor.redact(text, &wlanguage("a"));
        }
        for text in &texts {
            let replaced = redactor.replace_known(text).into_owned();
            prop_assert!(redactor.leaks(&replaced).is_empty());
            prop_assert_eq!(redactor.replace_known(&replaced), replaced.as_str());
        }
    }

    #[test]
    fn any_text_at_all_is_read(text in any::<String>()) {
        redactor().redact(&text, &wlanguage("a"));
    }
}
