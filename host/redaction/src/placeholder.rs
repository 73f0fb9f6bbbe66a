//! What stands where a secret stood: `[REDACTED:password#3]`.

use memchr::memmem;
use std::ops::Range;

const BEGIN: &str = "[REDACTED:";

/// The placeholder of the `number`th secret of a kind.
pub(crate) fn placeholder(kind: &str, number: u32) -> String {
    format!("{BEGIN}{kind}#{number}]")
}

/// Where placeholders stand in `text`, with and without a number, in order.
pub(crate) fn placeholders(text: &str) -> Vec<Range<usize>> {
    memmem::find_iter(text.as_bytes(), BEGIN)
        .filter_map(|start| {
            let inside = text.get(start + BEGIN.len()..)?;
            let length = inside.find(|character: char| {
                !(character.is_ascii_lowercase()
                    || character.is_ascii_digit()
                    || "-#".contains(character))
            })?;
            let closed = length > 0 && inside[length..].starts_with(']');
            closed.then(|| start..start + BEGIN.len() + length + 1)
        })
        .collect()
}

/// Whether `range` shares a byte with one of `sorted`, which are in order and do not overlap.
pub(crate) fn overlaps_any(range: &Range<usize>, sorted: &[Range<usize>]) -> bool {
    let next = sorted.partition_point(|other| other.end <= range.start);
    sorted
        .get(next)
        .is_some_and(|other| other.start < range.end)
}
