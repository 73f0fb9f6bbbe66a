//! Where something stands in a file, and how code keeps its place when it is taken out of one.

use std::ops::Range;

/// A stretch of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// First byte, counted from the beginning of the file.
    pub offset: u64,
    /// Length in bytes of the file.
    pub length: u64,
    /// Line of the first byte, from 1.
    pub line: u32,
    /// Column of the first byte in its line, in bytes, from 1.
    pub column: u32,
}

impl Span {
    /// The beginning of a file.
    pub const BEGINNING: Span = Span {
        offset: 0,
        length: 0,
        line: 1,
        column: 1,
    };
}

/// One line of a [`Code`] text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CodeLine {
    /// Where the line begins in [`Code::text`].
    start: usize,
    /// Where that byte stands in the file.
    offset: u64,
    /// Columns that were stripped before it.
    indent: u32,
}

/// Code taken out of a file: its lines without the block's indentation, joined by `\n`, each of which
/// remembers where it stood.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Code {
    text: String,
    first_line: u32,
    lines: Vec<CodeLine>,
}

impl Code {
    /// An empty code block whose first line is line `first_line` (from 1) of the file.
    pub fn new(first_line: u32) -> Self {
        Code {
            text: String::new(),
            first_line,
            lines: Vec::new(),
        }
    }

    /// A file that is nothing but code, or a piece of code in a test: nothing stripped, line 1, offset 0.
    pub fn from_text(text: &str) -> Self {
        let mut code = Code::new(1);
        let mut offset = 0;
        for line in text.split('\n') {
            code.push_line(line.strip_suffix('\r').unwrap_or(line), offset, 0);
            offset += line.len() as u64 + 1;
        }
        code
    }

    /// Adds a line (without its line end) that began at `offset` of the file, after `indent` stripped bytes.
    pub fn push_line(&mut self, line: &str, offset: u64, indent: u32) {
        if !self.lines.is_empty() {
            self.text.push('\n');
        }
        self.lines.push(CodeLine {
            start: self.text.len(),
            offset,
            indent,
        });
        self.text.push_str(line);
    }

    /// Drops blank lines at the end.
    pub fn trim_end(&mut self) {
        self.text.truncate(self.text.trim_end().len());
        let end = self.text.len();
        self.lines
            .retain(|line| line.start == 0 || line.start < end);
    }

    /// The code, lines joined by `\n`.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing but white space.
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// The place in the file of a byte range of [`Code::text`]. A range over several lines has the length that
    /// it has in the file, with the indentation and the line ends between.
    pub fn span(&self, range: Range<usize>) -> Span {
        let Some((index, line, offset)) = self.locate(range.start) else {
            return Span::default();
        };
        let end = self
            .locate(range.end.max(range.start))
            .map_or(offset, |(_, _, end)| end);
        Span {
            offset,
            length: end.saturating_sub(offset),
            line: self.first_line + index as u32,
            column: line.indent + (range.start - line.start) as u32 + 1,
        }
    }

    fn locate(&self, at: usize) -> Option<(usize, CodeLine, u64)> {
        let index = self
            .lines
            .partition_point(|line| line.start <= at)
            .checked_sub(1)?;
        let line = self.lines[index];
        Some((index, line, line.offset + (at - line.start) as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_code_is_found_again_in_its_file() {
        let file = "  code : |1+\r\n   abc\r\n   déf is int\r\n";
        let mut code = Code::new(2);
        code.push_line("abc", file.find("abc").unwrap() as u64, 3);
        code.push_line("déf is int", file.find("déf").unwrap() as u64, 3);
        let start = code.text().find("déf").unwrap();
        let span = code.span(start..start + "déf".len());
        assert_eq!((span.line, span.column), (3, 4));
        let range = span.offset as usize..(span.offset + span.length) as usize;
        assert_eq!(&file[range], "déf");
        let both = code.span(0..code.text().len());
        assert_eq!(
            &file[both.offset as usize..(both.offset + both.length) as usize],
            "abc\r\n   déf is int"
        );
    }

    #[test]
    fn blank_lines_at_the_end_are_dropped_with_their_places() {
        let mut code = Code::from_text("a\n\n  \n");
        code.trim_end();
        assert_eq!(code.text(), "a");
        assert_eq!(code.span(0..1).line, 1);
        assert!(Code::from_text("  \n").is_blank());
    }
}
