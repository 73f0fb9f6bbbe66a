//! Lines and columns of a file.

use std::ops::Range;

use crate::position::Span;

/// Where the lines of a file begin. (369 of 370 analyses are one line.)
#[derive(Debug)]
pub(super) struct Positions<'a> {
    bytes: &'a [u8],
    line_starts: Vec<usize>,
}

impl<'a> Positions<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let after_newlines = memchr::memchr_iter(b'\n', bytes).map(|at| at + 1);
        Positions {
            bytes,
            line_starts: std::iter::once(0).chain(after_newlines).collect(),
        }
    }

    /// The place of some bytes of the file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let start = range.start.min(self.bytes.len());
        let line = self.line_starts.partition_point(|line| *line <= start);
        let line_start = self
            .line_starts
            .get(line.wrapping_sub(1))
            .copied()
            .unwrap_or_default();
        Span {
            offset: start as u64,
            length: range.end.saturating_sub(range.start) as u64,
            line: line as u32,
            column: (start - line_start) as u32 + 1,
        }
    }
}
