//! Texts that stand for a secret wherever they occur, and the search for them.
//!
//! The table grows with every secret, between texts, so it is no automaton that would be built anew each time. It also
//! holds no copy of a value that could not be wiped, but for its first bytes.

use crate::known::{SecretId, Value};
use std::collections::{BTreeMap, HashMap};
use std::ops::{Bound, Range};

/// So many bytes of a text lead to the spellings that begin with them. No spelling is shorter.
const PREFIX: usize = 4;

/// No spelling is longer, so that looking for one costs the same everywhere in a text, however it was made. A longer
/// value has several: see [`pieces`].
pub(crate) const LONGEST: usize = 64;

/// Spellings, by their beginning.
#[derive(Default)]
pub(crate) struct Spellings {
    /// Whether a spelling begins with these two bytes: 2¹⁶ answers, or none as long as there is no spelling.
    pairs: Vec<bool>,
    groups: HashMap<[u8; PREFIX], BTreeMap<Value, SecretId>>,
}

impl Spellings {
    /// Whether there is no spelling yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.groups.is_empty()
    }

    /// Adds a text of [`PREFIX`] to [`LONGEST`] bytes; a shorter one is never found. The first secret keeps a text.
    pub(crate) fn add(&mut self, text: &str, secret: SecretId) {
        let Some(&prefix) = text.as_bytes().first_chunk::<PREFIX>() else {
            return;
        };
        self.pairs.resize(1 << 16, false);
        self.pairs[pair(&prefix)] = true;
        let group = self.groups.entry(prefix).or_default();
        if !group.contains_key(text.as_bytes()) {
            group.insert(Value::new(text), secret);
        }
    }

    /// At each place of `text` the longest spelling that stands there.
    pub(crate) fn occurrences(&self, text: &[u8]) -> Vec<(Range<usize>, SecretId)> {
        if self.groups.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (start, prefix) in text.windows(PREFIX).enumerate() {
            let Some(prefix) = prefix.first_chunk::<PREFIX>() else {
                continue;
            };
            if !self.pairs[pair(prefix)] {
                continue;
            }
            let here = &text[start..text.len().min(start + LONGEST)];
            let group = self.groups.get(prefix);
            if let Some((length, secret)) = group.and_then(|group| longest(group, here)) {
                found.push((start..start + length, secret));
            }
        }
        found
    }
}

fn pair(prefix: &[u8; PREFIX]) -> usize {
    usize::from(prefix[0]) << 8 | usize::from(prefix[1])
}

/// The length and the secret of the longest text of a group with which `text` begins. Many secrets with one beginning
/// cost no more than a few comparisons, whoever wrote them.
fn longest(group: &BTreeMap<Value, SecretId>, mut text: &[u8]) -> Option<(usize, SecretId)> {
    loop {
        let upto = (Bound::Unbounded, Bound::Included(text));
        let (candidate, secret) = group.range::<[u8], _>(upto).next_back()?;
        let value = candidate.as_str().as_bytes();
        if text.starts_with(value) {
            return Some((value.len(), *secret));
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

/// A line of a value in pieces of at most [`LONGEST`] bytes. The last one overlaps the one before, so that it is no
/// shorter.
pub(crate) fn pieces(line: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    while line.len() - start > LONGEST {
        let end = boundary_before(line, start + LONGEST);
        pieces.push(&line[start..end]);
        start = end;
    }
    if start > 0 {
        let last = line.len() - LONGEST;
        start = boundary_before(line, last + 3).max(last);
    }
    pieces.push(&line[start..]);
    pieces
}

fn boundary_before(text: &str, at: usize) -> usize {
    let mut at = at;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Spellings, pieces};

    #[test]
    fn the_longest_spelling_at_a_place_is_found() {
        let mut spellings = Spellings::default();
        for (secret, text) in ["abcdef", "abcd", "abcdefgh", "abcz", "abcdefgi", "abcd"]
            .iter()
            .enumerate()
        {
            spellings.add(text, secret);
        }
        let found = |text: &str| spellings.occurrences(text.as_bytes());
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
        let found = spellings.occurrences("same0000same".repeat(20_000).as_bytes());
        assert_eq!(found, []);
    }

    #[test]
    fn pieces_cover_a_line_and_are_never_too_long() {
        for line in [
            "short".to_owned(),
            "é".repeat(100),
            "ab".repeat(32),
            "x".repeat(65),
        ] {
            let pieces = pieces(&line);
            assert!(pieces.iter().all(|piece| piece.len() <= LONGEST), "{line}");
            assert!(line.starts_with(pieces[0]) && line.ends_with(pieces.last().unwrap()));
            let all: usize = pieces.iter().map(|piece| piece.len()).sum();
            assert!(all >= line.len(), "{line}");
        }
    }
}
