//! Lines and columns of offsets that are asked for in ascending order.

use crate::Context;

/// Walks through a text once.
pub(crate) struct Positions<'t> {
    text: &'t str,
    line: u32,
    column: u32,
    offset: usize,
}

impl<'t> Positions<'t> {
    pub(crate) fn new(text: &'t str, context: &Context<'_>) -> Self {
        Self {
            text,
            line: context.line,
            column: context.column,
            offset: 0,
        }
    }

    /// The line and the column (in characters) of a byte offset that is not before the one asked for last.
    pub(crate) fn of(&mut self, offset: usize) -> (u32, u32) {
        let between = self.text.get(self.offset..offset).unwrap_or_default();
        let lines = memchr::memchr_iter(b'\n', between.as_bytes()).count();
        let last = match between.rfind('\n') {
            Some(end) => {
                self.column = 1;
                &between[end + 1..]
            }
            None => between,
        };
        let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        self.line = self.line.saturating_add(number(lines));
        self.column = self.column.saturating_add(number(last.chars().count()));
        self.offset = offset;
        (self.line, self.column)
    }
}
