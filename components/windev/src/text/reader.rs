//! Lines to nodes, by indentation.

use std::ops::Range;

use super::document::{Document, Entry, NONE, Value, without_line_end};
use super::line::Shape;
use crate::bytes::{same, spaces};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::encoding::without_byte_order_mark;
use crate::position::Span;

/// What is encrypted and therefore dropped. It occurs at any level.
const DROPPED_KEY: &[u8] = b"internal_properties";

/// Offsets are kept in 32 bits; no file is a thousandth of this.
const SIZE_LIMIT: usize = 1 << 31;

/// A node whose children are still being read.
#[derive(Debug, Clone, Copy)]
struct Container {
    /// Indentation of its children.
    indent: usize,
    node: u32,
    last_child: u32,
    is_sequence: bool,
}

/// A line of the file.
#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    /// Where columns count from: the file's first line begins with its byte order mark.
    begin: usize,
    /// Behind the byte order mark.
    start: usize,
    number: u32,
    indent: usize,
    /// Without indentation and line end.
    content: &'a [u8],
}

impl Line<'_> {
    fn span(&self) -> Span {
        Span {
            offset: (self.start + self.indent) as u64,
            length: self.content.len() as u64,
            line: self.number,
            column: (self.start - self.begin + self.indent) as u32 + 1,
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    line_number: u32,
    entries: Vec<Entry>,
    /// Never empty: the root stays.
    open: Vec<Container>,
    /// Lines indented deeper than this belong to something that is dropped.
    dropped_below: Option<usize>,
    diagnostics: Diagnostics,
}

pub(super) fn read(bytes: &[u8]) -> Document<'_> {
    let mut diagnostics = Diagnostics::default();
    if bytes.len() > SIZE_LIMIT {
        diagnostics.push(Diagnostic::error(
            "file-too-large",
            "only the first 2 GiB of the file were read",
        ));
    }
    let bytes = &bytes[..bytes.len().min(SIZE_LIMIT)];
    let mut reader = Reader {
        bytes,
        position: bytes.len() - without_byte_order_mark(bytes).len(),
        line_number: 0,
        entries: vec![Entry {
            line: 1,
            line_start: 0,
            start: 0,
            key_length: 0,
            value: Value::Mapping,
            first_child: NONE,
            next: NONE,
        }],
        open: vec![Container {
            indent: 0,
            node: 0,
            last_child: NONE,
            is_sequence: false,
        }],
        dropped_below: None,
        diagnostics,
    };
    let text = reader.check_encoding();
    while let Some(line) = reader.next_line() {
        reader.read_line(line);
    }
    Document {
        bytes,
        text,
        entries: reader.entries,
        diagnostics: reader.diagnostics.finish(),
    }
}

impl<'a> Reader<'a> {
    /// The file as text, or a report that it is not.
    fn check_encoding(&mut self) -> Option<&'a str> {
        // Every byte of a source is looked at here: sixteen or more in one step.
        let error = match simdutf8::compat::from_utf8(self.bytes) {
            Ok(text) => return Some(text),
            Err(error) => error,
        };
        let at = error.valid_up_to();
        let before = &self.bytes[..at];
        let line_start = memchr::memrchr(b'\n', before).map_or(0, |newline| newline + 1);
        let span = Span {
            offset: at as u64,
            length: 1,
            line: memchr::memchr_iter(b'\n', before).count() as u32 + 1,
            column: (at - line_start) as u32 + 1,
        };
        self.diagnostics.push(
            Diagnostic::warning(
                "invalid-utf-8",
                "the file is not UTF-8; bytes that could not be read were replaced by `_`. Save the element again \
                 in WinDev, or undo a conversion that another tool made",
            )
            .at(span),
        );
        None
    }

    fn next_line(&mut self) -> Option<Line<'a>> {
        let rest = self
            .bytes
            .get(self.position..)
            .filter(|rest| !rest.is_empty())?;
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let line = without_line_end(&rest[..length]);
        let indent = spaces(line);
        let start = self.position;
        self.position += length;
        self.line_number = self.line_number.saturating_add(1);
        Some(Line {
            begin: if self.line_number == 1 { 0 } else { start },
            start,
            number: self.line_number,
            indent,
            content: &line[indent..],
        })
    }

    fn read_line(&mut self, line: Line<'a>) {
        let shape = Shape::of(line.content);
        if shape == Shape::Nothing {
            return;
        }
        if self
            .dropped_below
            .is_some_and(|indent| line.indent > indent)
        {
            return;
        }
        self.dropped_below = None;
        match shape {
            Shape::Nothing => {}
            Shape::Malformed => self.report(
                &line,
                "the line is neither `key : value` nor a list item and was left out. Look for the traces of a \
                 merge or of an editor",
            ),
            Shape::Item => self.add(&line, 0, Value::Empty),
            Shape::ItemScalar { value } => {
                let value = self.scalar(&line, value);
                self.add(&line, 0, value);
            }
            Shape::Key { key } => self.add_key(&line, key, Value::Empty),
            Shape::KeyScalar { key, value } => {
                let value = self.scalar(&line, value);
                self.add_key(&line, key, value);
            }
            Shape::KeyBlock { key, indent } => {
                let value = self.block(line.indent + indent);
                self.add_key(&line, key, value);
            }
        }
    }

    /// A value on its key's line.
    fn scalar(&mut self, line: &Line<'a>, range: Range<usize>) -> Value {
        let text = &line.content[range.clone()];
        let base = line.start + line.indent;
        let start = (base + range.start) as u32;
        let end = (base + range.end) as u32;
        match text {
            b"[]" => Value::Sequence,
            b"{}" => Value::Mapping,
            [b'"', ..] if is_quoted(text) => Value::Quoted {
                start: start + 1,
                end: end - 1,
            },
            [b'"', ..] => {
                self.report(
                    line,
                    "the text has no closing quote and was taken as it stands",
                );
                Value::Plain { start, end }
            }
            _ => Value::Plain { start, end },
        }
    }

    /// Consumes the lines of a block by their indentation: what they say can look like keys.
    ///
    /// WinDev writes blank lines of a block with the full indentation. Editors strip it, so that any blank line
    /// belongs to the block.
    fn block(&mut self, indent: usize) -> Value {
        let start = self.position;
        loop {
            let before = (self.position, self.line_number);
            match self.next_line() {
                Some(line) if line.indent >= indent || line.content.trim_ascii().is_empty() => {}
                Some(_) => {
                    (self.position, self.line_number) = before;
                    break;
                }
                None => break,
            }
        }
        Value::Block {
            start: start as u32,
            end: self.position as u32,
            indent: indent as u32,
        }
    }

    fn add_key(&mut self, line: &Line<'a>, key: usize, value: Value) {
        if same(&line.content[..key], DROPPED_KEY) {
            self.dropped_below = Some(line.indent);
        } else {
            self.add(line, key, value);
        }
    }

    /// Adds a node to the container that its indentation puts it into. Items have no key.
    fn add(&mut self, line: &Line<'a>, key_length: usize, value: Value) {
        let is_item = key_length == 0;
        let Some(depth) = self.container(line.indent, is_item) else {
            let message = "the line's indentation fits nothing above it and it was left out. Look for the traces of \
                           a merge or of an editor";
            self.report(line, message);
            return;
        };
        let index = self.entries.len() as u32;
        self.entries.push(Entry {
            line: line.number,
            line_start: line.begin as u32,
            start: (line.start + line.indent) as u32,
            key_length: key_length as u32,
            value,
            first_child: NONE,
            next: NONE,
        });
        let container = &mut self.open[depth];
        let before = std::mem::replace(&mut container.last_child, index);
        if before == NONE {
            self.entries[container.node as usize].first_child = index;
        } else {
            self.entries[before as usize].next = index;
        }
    }

    /// Finds or opens the container for a line. A line that is indented deeper than the node before it, which has
    /// no value yet, is that node's first child.
    fn container(&mut self, indent: usize, is_item: bool) -> Option<usize> {
        while self.open.len() > 1 && self.open.last().is_some_and(|top| top.indent > indent) {
            self.open.pop();
        }
        let top = *self.open.last()?;
        if top.indent == indent {
            return (top.is_sequence == is_item).then_some(self.open.len() - 1);
        }
        let parent = self.entries.get_mut(top.last_child as usize)?;
        if top.indent > indent || !matches!(parent.value, Value::Empty) {
            return None;
        }
        parent.value = if is_item {
            Value::Sequence
        } else {
            Value::Mapping
        };
        self.open.push(Container {
            indent,
            node: top.last_child,
            last_child: NONE,
            is_sequence: is_item,
        });
        Some(self.open.len() - 1)
    }

    fn report(&mut self, line: &Line<'a>, message: &str) {
        self.diagnostics
            .push(Diagnostic::warning("malformed-line", message).at(line.span()));
    }
}

/// Whether a text that begins with a quote ends with another that is not escaped.
fn is_quoted(text: &[u8]) -> bool {
    let Some(inner) = text
        .strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""))
    else {
        return false;
    };
    let backslashes = inner
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\\')
        .count();
    backslashes % 2 == 0
}
