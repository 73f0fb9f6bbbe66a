//! The secrets of a run: which placeholder each has, and where those that are distinctive stand in a text.

use crate::placeholder::{overlaps_any, placeholder};
use crate::rule::Rule;
use crate::scan::Match;
use crate::spellings::{Spellings, pieces};
use crate::strength::{entropy, is_strong};
use crate::views::views;
use std::borrow::Borrow;
use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::ops::Range;
use zeroize::Zeroizing;

/// Index of a secret.
pub(crate) type SecretId = usize;

/// A value, wiped when it is dropped. It has no `Debug`.
pub(crate) struct Value(Zeroizing<String>);

/// The order of the bytes is that of the text.
impl Borrow<[u8]> for Value {
    fn borrow(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl Eq for Value {}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().as_bytes().hash(state);
    }
}

impl Value {
    pub(crate) fn new(value: &str) -> Self {
        Self(Zeroizing::new(value.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Bits a character that a piece of a longer value must hold.
const LEAST_ENTROPY_OF_PIECE: f64 = 2.0;

struct Secret {
    rule: &'static Rule,
    placeholder: String,
}

/// What is known of the secrets of a run.
#[derive(Default)]
pub(crate) struct KnownSecrets {
    secrets: Vec<Secret>,
    by_value: HashMap<Value, SecretId>,
    spellings: Spellings,
    /// Values that are replaced as words, where that is asked for.
    words: Spellings,
    allowed: HashSet<Value>,
    numbers: HashMap<&'static str, u32>,
}

impl KnownSecrets {
    /// The secret with this value; a new one gets the next number of its rule's kind. A distinctive value is found
    /// by [`Self::occurrences`] from now on.
    pub(crate) fn learn(&mut self, value: &str, rule: &'static Rule) -> SecretId {
        let identity = identity(value);
        if let Some(&secret) = self.by_value.get(identity.as_str().as_bytes()) {
            return secret;
        }
        let number = self.numbers.entry(rule.kind()).or_default();
        *number += 1;
        let secret = self.secrets.len();
        self.secrets.push(Secret {
            rule,
            placeholder: placeholder(rule.kind(), *number),
        });
        self.by_value.insert(identity, secret);
        for text in spellings(value) {
            self.spellings.add(text, secret);
        }
        secret
    }

    /// From now on the secret with a placeholder is found by [`Self::pursued`].
    pub(crate) fn pursue(&mut self, placeholder: &str) {
        let secrets = self.by_value.iter();
        for (value, &secret) in secrets {
            if self.secrets[secret].placeholder == placeholder {
                for piece in lines(value.as_str()).flat_map(pieces) {
                    self.words.add(piece, secret);
                }
            }
        }
    }

    /// Where values that are pursued stand in `text` as words and touch no placeholder.
    pub(crate) fn pursued(&self, text: &str, placeholders: &[Range<usize>]) -> Vec<Match> {
        let is_word = |range: &Range<usize>| {
            let goes_on = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
            !goes_on(text[..range.start].chars().next_back())
                && !goes_on(text[range.end..].chars().next())
        };
        let mut found = self.words.occurrences(text.as_bytes());
        found.retain(|(range, _)| !overlaps_any(range, placeholders) && is_word(range));
        found
            .into_iter()
            .filter_map(|found| self.found(found))
            .collect()
    }

    fn found(&self, (range, secret): (Range<usize>, SecretId)) -> Option<Match> {
        Some(Match {
            range,
            rule: self.secrets.get(secret)?.rule,
            secret: Some(secret),
            is_wider: false,
        })
    }

    /// How many secrets there are.
    pub(crate) fn len(&self) -> usize {
        self.secrets.len()
    }

    pub(crate) fn placeholder(&self, secret: SecretId) -> &str {
        self.secrets
            .get(secret)
            .map_or("", |secret| &secret.placeholder)
    }

    /// From now on `value` is no secret, wherever it stands. Only a distinctive value can be allowed so.
    pub(crate) fn allow(&mut self, value: &str) {
        let spellings = spellings(value).into_iter();
        self.allowed.extend(spellings.map(Value::new));
    }

    pub(crate) fn is_allowed(&self, value: &str) -> bool {
        if self.allowed.is_empty() {
            return false;
        }
        let spellings = spellings(value);
        let is_allowed = |text: &&str| self.allowed.contains(text.as_bytes());
        !spellings.is_empty() && spellings.iter().all(is_allowed)
    }

    /// Where the distinctive values stand in `text`, plainly or escaped, and touch no placeholder, each with the rule
    /// that found it first.
    pub(crate) fn occurrences(&self, text: &str, placeholders: &[Range<usize>]) -> Vec<Match> {
        if self.spellings.is_empty() {
            return Vec::new();
        }
        let mut found = self.spellings.occurrences(text.as_bytes());
        for view in views(text) {
            let seen = self.spellings.occurrences(view.bytes()).into_iter();
            found.extend(seen.map(|(range, secret)| (view.to_text(range), secret)));
        }
        found
            .into_iter()
            .filter(|(range, _)| !overlaps_any(range, placeholders))
            .filter(|(range, _)| !self.is_allowed(&text[range.clone()]))
            .filter_map(|found| self.found(found))
            .collect()
    }
}

/// What makes two values the same secret: a key of several lines is the same with other line ends, and with the line
/// ends written as `\n`.
fn identity(value: &str) -> Value {
    if lines(value).nth(1).is_none() {
        return Value::new(value);
    }
    let mut joined = Zeroizing::new(String::with_capacity(value.len()));
    for line in lines(value) {
        joined.push_str(line);
    }
    Value(joined)
}

/// The distinctive texts that betray `value`: itself, each of its lines, of a long line each piece.
fn spellings(value: &str) -> Vec<&str> {
    let mut spellings: Vec<&str> = lines(value)
        .filter(|line| is_strong(line))
        .flat_map(pieces)
        // Words in the midst of a distinctive value are a part of it; rows of dashes stand anywhere.
        .filter(|piece| is_strong(piece) || entropy(piece) >= LEAST_ENTROPY_OF_PIECE)
        .collect();
    spellings.sort_unstable();
    spellings.dedup();
    spellings
}

fn lines(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(['\r', '\n'])
        .flat_map(|line| line.split("\\n"))
        .flat_map(|line| line.split("\\r"))
        .map(str::trim)
        .filter(|line| !line.is_empty())
}
