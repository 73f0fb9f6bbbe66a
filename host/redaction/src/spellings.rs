//! Texts that stand for a secret wherever they occur, and the search for them.
//!
//! The table grows with every secret, between texts, so it is no automaton that would be built anew each time. It also
//! holds no copy of a value that could not be wiped, but for its first bytes.

use crate::known::{SecretId, Value};
use std::collections::HashMap;
use std::ops::Range;

/// So many bytes of a text lead to the spellings that begin with them. No spelling is shorter.
const PREFIX: usize = 4;

/// A text, and the secret for which it stands.
struct Spelling {
    text: Value,
    secret: SecretId,
}

/// Spellings, by their beginning.
#[derive(Default)]
pub(crate) struct Spellings {
    /// Whether a spelling begins with these two bytes: 2¹⁶ answers, or none as long as there is no spelling.
    pairs: Vec<bool>,
    /// Each group in the order of its texts.
    groups: HashMap<[u8; PREFIX], Vec<Spelling>>,
}

impl Spellings {
    /// Adds a text of at least [`PREFIX`] bytes; a shorter one is never found.
    pub(crate) fn add(&mut self, text: &str, secret: SecretId) {
        let Some(&prefix) = text.as_bytes().first_chunk::<PREFIX>() else {
            return;
        };
        self.pairs.resize(1 << 16, false);
        self.pairs[pair(&prefix)] = true;
        let group = self.groups.entry(prefix).or_default();
        let place = group.partition_point(|other| other.text.as_str() < text);
        if group
            .get(place)
            .is_none_or(|other| other.text.as_str() != text)
        {
            let text = Value::new(text);
            group.insert(place, Spelling { text, secret });
        }
    }

    /// At each place of `text` the longest spelling that stands there.
    pub(crate) fn occurrences(&self, text: &str) -> Vec<(Range<usize>, SecretId)> {
        if self.groups.is_empty() {
            return Vec::new();
        }
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        for (start, prefix) in bytes.windows(PREFIX).enumerate() {
            let Some(prefix) = prefix.first_chunk::<PREFIX>() else {
                continue;
            };
            if !self.pairs[pair(prefix)] {
                continue;
            }
            let group = self.groups.get(prefix);
            if let Some(spelling) = group.and_then(|group| longest(group, &bytes[start..])) {
                found.push((start..start + spelling.text.as_str().len(), spelling.secret));
            }
        }
        found
    }
}

fn pair(prefix: &[u8; PREFIX]) -> usize {
    usize::from(prefix[0]) << 8 | usize::from(prefix[1])
}

/// The longest text of a group with which `text` begins. Many secrets with one beginning cost no more than a few
/// comparisons, whoever wrote them.
fn longest<'g>(group: &'g [Spelling], mut text: &[u8]) -> Option<&'g Spelling> {
    loop {
        let after = group.partition_point(|spelling| spelling.text.as_str().as_bytes() <= text);
        let candidate = group[..after].last()?;
        let value = candidate.text.as_str().as_bytes();
        if text.starts_with(value) {
            return Some(candidate);
        }
        // Whatever else `text` begins with is no longer than what it shares with this one.
        let common = value
            .iter()
            .zip(text)
            .take_while(|(left, right)| left == right)
            .count();
        text = &text[..common];
    }
}

#[cfg(test)]
mod tests {
    use super::Spellings;

    #[test]
    fn the_longest_spelling_at_a_place_is_found() {
        let mut spellings = Spellings::default();
        for (secret, text) in ["abcdef", "abcd", "abcdefgh", "abcz", "abcdefgi", "abcd"]
            .iter()
            .enumerate()
        {
            spellings.add(text, secret);
        }
        let found = |text: &str| spellings.occurrences(text);
        assert_eq!(found("abcdefgh"), [(0..8, 2)]);
        assert_eq!(found("abcdefga"), [(0..6, 0)]);
        assert_eq!(found("-abcde abcz"), [(1..5, 1), (7..11, 3)]);
        assert_eq!(found("abc abd abcy"), []);
        assert_eq!(found("é"), []);
    }

    #[test]
    fn many_spellings_with_one_beginning_are_searched_in_little_time() {
        let mut spellings = Spellings::default();
        let count = 20_000;
        for number in 0..count {
            spellings.add(&format!("same{number:08}"), number);
        }
        let found = spellings.occurrences(&"same0000same".repeat(20_000));
        assert_eq!(found, []);
    }
}
