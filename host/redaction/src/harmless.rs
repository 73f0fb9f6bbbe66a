//! Values that are no secrets whatever stands around them: placeholders, examples, references to a value elsewhere.
//!
//! What counts is data: `rules/harmless.toml`.

use crate::rule::Confidence;
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
    unquoted: Vec<String>,
    sentences: Vec<String>,
}

struct Harmless {
    words: HashSet<String>,
    parts: AhoCorasick,
    patterns: RegexSet,
    unquoted: RegexSet,
    sentences: RegexSet,
}

/// Where a value stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    /// Between two quotes, so that it is no name of anything.
    pub(crate) is_quoted: bool,
    /// How sure the rule is that a secret stands there.
    pub(crate) confidence: Confidence,
}

/// A longer value is no placeholder because of a word in it: it may stand in a key by chance, or beside it.
const LONGEST_WITH_PARTS: usize = 80;

/// Whether `value` is empty, one character over and over, a placeholder, an example or a reference.
pub(crate) fn is_harmless(value: &str, place: Place) -> bool {
    let value = value.trim();
    let mut characters = value.chars();
    let is_repeated = characters.next().is_none_or(|first| {
        !('1'..='9').contains(&first) && characters.all(|character| character == first)
    });
    let known = known();
    let Place {
        is_quoted,
        confidence,
    } = place;
    is_repeated
        || known.words.contains(&value.to_lowercase())
        || known.patterns.is_match(value)
        || (value.len() <= LONGEST_WITH_PARTS
            && (!is_quoted || is_words(value))
            && known.parts.is_match(value))
        || (confidence == Confidence::Medium
            && ((!is_quoted && known.unquoted.is_match(value)) || known.sentences.is_match(value)))
}

/// Letters and what stands between or around words.
fn is_words(value: &str) -> bool {
    let mut characters = value.chars();
    characters
        .all(|character| character.is_alphabetic() || " _-.…<>[](){}*•●·§:".contains(character))
}

fn known() -> &'static Harmless {
    static KNOWN: OnceLock<Harmless> = OnceLock::new();
    KNOWN.get_or_init(|| {
        // The file is part of the program, and every test of a rule reads it.
        let set =
            |patterns| RegexSet::new(patterns).expect("the patterns of harmless values are valid");
        let file: File = toml::from_str(include_str!("../rules/harmless.toml"))
            .expect("the embedded list of harmless values is valid");
        Harmless {
            words: file.words.into_iter().collect(),
            parts: AhoCorasick::builder()
                .ascii_case_insensitive(true)
                .build(file.parts)
                .expect("a short list of words makes an automaton"),
            patterns: set(file.patterns),
            unquoted: set(file.unquoted),
            sentences: set(file.sentences),
        }
    })
}
