//! Values that are no secrets whatever stands around them: placeholders, examples, references to a value elsewhere.
//!
//! What counts is data: `rules/harmless.toml`.

use aho_corasick::AhoCorasick;
use regex::RegexSet;
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::OnceLock;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    words: Vec<String>,
    parts: Vec<String>,
    patterns: Vec<String>,
}

struct Harmless {
    words: HashSet<String>,
    parts: AhoCorasick,
    patterns: RegexSet,
}

/// A longer value is no placeholder because of a word in it: it may stand in a key by chance, or beside it.
const LONGEST_WITH_PARTS: usize = 80;

/// Whether `value` is empty, one character over and over, a placeholder, an example or a reference.
pub(crate) fn is_harmless(value: &str) -> bool {
    let value = value.trim();
    let mut characters = value.chars();
    let first = characters.next();
    if first.is_none_or(|first| characters.all(|character| character == first)) {
        return true;
    }
    let known = known();
    known.words.contains(&value.to_lowercase())
        || (value.len() <= LONGEST_WITH_PARTS && known.parts.is_match(value))
        || known.patterns.is_match(value)
}

fn known() -> &'static Harmless {
    static KNOWN: OnceLock<Harmless> = OnceLock::new();
    KNOWN.get_or_init(|| {
        // The file is part of the program, and every test of a rule reads it.
        let file: File = toml::from_str(include_str!("../rules/harmless.toml"))
            .expect("the embedded list of harmless values is valid");
        Harmless {
            words: file.words.into_iter().collect(),
            parts: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(file.parts)
                .expect("a short list of words makes an automaton"),
            patterns: RegexSet::new(file.patterns)
                .expect("the patterns of harmless values are valid"),
        }
    })
}
