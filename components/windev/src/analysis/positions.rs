//! Lines and columns of a file.

use std::cell::Cell;
use std::ops::Range;

use memchr::{memchr_iter, memrchr};

use crate::position::Span;

/// Finds the lines of places in a file. (369 of 370 analyses are one line.)
///
/// An analysis is read from its beginning to its end: what was counted for one place is not counted again for those behind
/// it.
#[derive(Debug)]
pub(super) struct Positions<'a> {
    bytes: &'a [u8],
    last: Cell<Place>,
}

/// A place, and the line it is in.
#[derive(Debug, Clone, Copy)]
struct Place {
    offset: usize,
    /// From 1.
    line: u32,
    line_start: usize,
}

/// Where every file begins.
const BEGINNING: Place = Place {
    offset: 0,
    line: 1,
    line_start: 0,
};

impl<'a> Positions<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Positions {
            bytes,
            last: Cell::new(BEGINNING),
        }
    }

    /// The place of some bytes of the file.
    pub(super) fn span(&self, range: Range<usize>) -> Span {
        let start = range.start.min(self.bytes.len());
        let from = Some(self.last.get()).filter(|last| last.offset <= start);
        let place = self.place(from.unwrap_or(BEGINNING), start);
        self.last.set(place);
        Span {
            offset: start as u64,
            length: range.end.saturating_sub(range.start) as u64,
            line: place.line,
            column: (start - place.line_start) as u32 + 1,
        }
    }

    fn place(&self, from: Place, offset: usize) -> Place {
        let between = &self.bytes[from.offset..offset];
        let last_newline = memrchr(b'\n', between);
        let newlines = last_newline.map_or(0, |at| 1 + memchr_iter(b'\n', &between[..at]).count());
        Place {
            offset,
            line: from.line.saturating_add(newlines as u32),
            line_start: last_newline.map_or(from.line_start, |at| from.offset + at + 1),
        }
    }
}
