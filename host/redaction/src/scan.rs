//! Where the rules find secrets in a text.

use crate::known::SecretId;
use crate::placeholder::overlaps_any;
use crate::rule::{Rule, Scope};
use crate::rules::rule_set;
use std::cmp::Reverse;
use std::ops::Range;

/// A part of a text that is taken for a secret.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) range: Range<usize>,
    /// The rule that says so, or said so of the same value elsewhere.
    pub(crate) rule: &'static Rule,
    /// The secret, where its value was known before.
    pub(crate) secret: Option<SecretId>,
    /// Whether the range holds more than that secret.
    pub(crate) is_wider: bool,
}

/// All that the rules for `language` find in `text`, in no particular order, overlapping where rules agree; nothing
/// that touches a placeholder.
pub(crate) fn matches(
    text: &str,
    language: Option<&str>,
    placeholders: &[Range<usize>],
) -> Vec<Match> {
    let set = rule_set();
    let mut found = Vec::new();
    // Up to where each rule has searched.
    let mut searched = vec![0; set.rules.len()];
    let (mut line, mut next_line) = (0..0, 0);
    for keyword in set.keywords.find_overlapping_iter(text) {
        if keyword.start() >= next_line {
            (line, next_line) = line_around(text, keyword.start());
        }
        for &index in &set.woken[keyword.pattern().as_usize()] {
            let rule = &set.rules[index];
            if keyword.start() < searched[index] || !rule.applies_to(language) {
                continue;
            }
            let window = match rule.scope {
                Scope::Line => line.clone(),
                Scope::Text => line.start..text.len(),
            };
            searched[index] = window.end;
            rule.search(&text[window.clone()], |secret| {
                let range = window.start + secret.start..window.start + secret.end;
                if !overlaps_any(&range, placeholders) {
                    found.push(Match {
                        range,
                        rule,
                        secret: None,
                        is_wider: false,
                    });
                }
            });
        }
    }
    found
}

/// The line in which `at` stands, without its end, and where the next line begins.
fn line_around(text: &str, at: usize) -> (Range<usize>, usize) {
    let bytes = text.as_bytes();
    let start = memchr::memrchr(b'\n', &bytes[..at]).map_or(0, |end| end + 1);
    let end = memchr::memchr(b'\n', &bytes[at..]).map_or(text.len(), |length| at + length);
    let carriage_return = text[start..end].ends_with('\r');
    (start..end - usize::from(carriage_return), end + 1)
}

/// Makes one of matches that overlap, in the order of the text: it covers them all and has the rule that is most sure,
/// of rules that are equally sure the one whose secret is longest, then the one whose identifier comes first.
pub(crate) fn merge(mut matches: Vec<Match>) -> Vec<Match> {
    matches.sort_by_key(|found| (found.range.start, found.range.end));
    let mut groups: Vec<(Range<usize>, Vec<Match>)> = Vec::with_capacity(matches.len());
    for found in matches {
        match groups.last_mut() {
            Some((range, group)) if continues(range, group, &found) => {
                range.end = range.end.max(found.range.end);
                group.push(found);
            }
            _ => groups.push((found.range.clone(), vec![found])),
        }
    }
    groups
        .into_iter()
        .filter_map(|(range, group)| one_of(range, &group))
        .collect()
}

/// Whether a match overlaps those before it, or goes on where a piece of the same secret ends.
fn continues(range: &Range<usize>, group: &[Match], next: &Match) -> bool {
    let last = group.last().and_then(|found| found.secret);
    next.range.start < range.end
        || (next.range.start == range.end && last.is_some() && last == next.secret)
}

fn one_of(range: Range<usize>, group: &[Match]) -> Option<Match> {
    let rank = |found: &&Match| {
        let Match { rule, range, .. } = found;
        (rule.confidence(), range.len(), Reverse(rule.id()))
    };
    let decisive = group.iter().max_by_key(rank)?;
    let mut known = group.iter().filter(|found| found.secret.is_some());
    // Pieces of one secret are that secret.
    let pieces = group
        .iter()
        .all(|found| found.secret.is_some() && found.secret == group[0].secret);
    let whole = known.clone().find(|found| pieces || found.range == range);
    Some(Match {
        rule: decisive.rule,
        secret: whole
            .or_else(|| known.next())
            .and_then(|found| found.secret),
        is_wider: whole.is_none(),
        range,
    })
}
