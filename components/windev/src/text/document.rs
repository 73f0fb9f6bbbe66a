//! The tree of a file in the text format.
//!
//! Nodes live in one vector and point at each other by number: no recursion to build, walk or drop them.

use std::borrow::Cow;
use std::fmt;

use crate::bytes::{same, spaces};
use crate::diagnostic::Diagnostic;
use crate::position::{Code, Span};

/// No node.
pub(super) const NONE: u32 = u32::MAX;

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `key :` and nothing under it.
    Empty,
    /// Keys.
    Mapping,
    /// Items.
    Sequence,
    /// A value on the key's or item's own line.
    Scalar,
    /// A literal block.
    Code,
}

/// Where a node's value is. Offsets count from the beginning of the file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Empty,
    Mapping,
    Sequence,
    Plain {
        start: u32,
        end: u32,
    },
    /// Without its quotes.
    Quoted {
        start: u32,
        end: u32,
    },
    /// The lines below the head; `indent` columns of each do not belong to the code.
    Block {
        start: u32,
        end: u32,
        indent: u32,
    },
}

/// A node. Kept small: a line of two bytes can make one.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Line from 1.
    pub(super) line: u32,
    /// Where that line begins.
    pub(super) line_start: u32,
    /// Where the key, or the dash of an item, begins.
    pub(super) start: u32,
    /// Length of the key; 0 for items.
    pub(super) key_length: u32,
    pub(super) value: Value,
    pub(super) first_child: u32,
    pub(super) next: u32,
}

/// A file in the text format. It borrows the file's bytes.
#[derive(Clone)]
pub struct Document<'a> {
    pub(super) bytes: &'a [u8],
    /// The same as text; none when it is not UTF-8.
    pub(super) text: Option<&'a str>,
    /// The first is the root, a mapping without a key.
    pub(super) entries: Vec<Entry>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'a> Document<'a> {
    /// The mapping of the top-level keys.
    pub fn root(&self) -> Node<'_> {
        Node {
            document: self,
            index: 0,
        }
    }

    /// The first top-level node with that key.
    pub fn get(&self, key: &str) -> Option<Node<'_>> {
        self.root().get(key)
    }

    /// What there is to say about the file.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Text of the file: bytes that are not UTF-8 become `_`, one each. That keeps offsets and columns right, and
    /// a name a name.
    fn text(&self, start: usize, end: usize) -> Cow<'_, str> {
        let bytes = self.bytes.get(start..end).unwrap_or_default();
        match self.valid_text(start, end) {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(replaced(bytes)),
        }
    }

    /// Text of the file; none when these bytes are not UTF-8. A file that is has been looked through already.
    fn valid_text(&self, start: usize, end: usize) -> Option<&'a str> {
        match self.text {
            Some(text) => text.get(start..end),
            None => std::str::from_utf8(self.bytes.get(start..end)?).ok(),
        }
    }

    fn entry(&self, index: u32) -> &Entry {
        &self.entries[index as usize]
    }

    fn span(&self, entry: &Entry, start: u32, end: u32) -> Span {
        Span {
            offset: start.into(),
            length: end.saturating_sub(start).into(),
            line: entry.line,
            column: start - entry.line_start + 1,
        }
    }
}

impl fmt::Debug for Document<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the bytes: they can hold secrets.
        formatter
            .debug_struct("Document")
            .field("nodes", &self.entries.len())
            .field("diagnostics", &self.diagnostics)
            .finish_non_exhaustive()
    }
}

/// A node of a [`Document`]: a key with its value, or an item.
#[derive(Clone, Copy)]
pub struct Node<'d> {
    document: &'d Document<'d>,
    index: u32,
}

impl<'d> Node<'d> {
    /// What it is.
    pub fn kind(self) -> Kind {
        match self.entry().value {
            Value::Empty => Kind::Empty,
            Value::Mapping => Kind::Mapping,
            Value::Sequence => Kind::Sequence,
            Value::Plain { .. } | Value::Quoted { .. } => Kind::Scalar,
            Value::Block { .. } => Kind::Code,
        }
    }

    /// Its key; none for an item. Keys are ASCII.
    pub fn key(self) -> Option<&'d str> {
        let (start, end) = self.key_place();
        let key = self.document.valid_text(start, end);
        key.filter(|key| !key.is_empty())
    }

    fn key_bytes(self) -> &'d [u8] {
        let (start, end) = self.key_place();
        self.document.bytes.get(start..end).unwrap_or_default()
    }

    fn key_place(self) -> (usize, usize) {
        let entry = self.entry();
        let start = entry.start as usize;
        (start, start + entry.key_length as usize)
    }

    /// Where its key stands, or the dash of an item.
    pub fn key_span(self) -> Span {
        let entry = self.entry();
        self.document
            .span(entry, entry.start, entry.start + entry.key_length.max(1))
    }

    /// Where its value stands: a scalar without its quotes, the lines of a block, else the key.
    pub fn value_span(self) -> Span {
        let entry = self.entry();
        match entry.value {
            Value::Plain { start, end } | Value::Quoted { start, end } => {
                self.document.span(entry, start, end)
            }
            // A block without lines may be the last of a file that ends there: the line below does not exist.
            Value::Block { start, end, .. } if start < end => Span {
                offset: start.into(),
                length: (end - start).into(),
                line: entry.line + 1,
                column: 1,
            },
            Value::Block { .. } | Value::Empty | Value::Mapping | Value::Sequence => {
                self.key_span()
            }
        }
    }

    /// Its keys or items, in the order of the file.
    pub fn children(self) -> Children<'d> {
        Children {
            document: self.document,
            next: self.entry().first_child,
        }
    }

    /// The first of its keys that is called so. Keys can repeat: use [`Node::children`] to see all.
    pub fn get(self, key: &str) -> Option<Node<'d>> {
        let is_meant = |child: &Node<'d>| same(child.key_bytes(), key.as_bytes());
        self.children()
            .find(|child| !key.is_empty() && is_meant(child))
    }

    /// The text of a scalar, escapes resolved.
    pub fn text(self) -> Option<Cow<'d, str>> {
        match self.entry().value {
            Value::Plain { start, end } => Some(self.document.text(start as usize, end as usize)),
            Value::Quoted { start, end } => {
                Some(unescaped(self.document.text(start as usize, end as usize)))
            }
            _ => None,
        }
    }

    /// A scalar as a number: decimal, or hexadecimal with `0x`.
    pub fn number(self) -> Option<u64> {
        let text = self.text()?;
        match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        }
    }

    /// A scalar as a truth value: `true` or `false`.
    pub fn boolean(self) -> Option<bool> {
        self.text()?.parse().ok()
    }

    /// The code of a literal block, blank lines at the end dropped.
    pub fn code(self) -> Option<Code> {
        let entry = self.entry();
        let Value::Block { start, end, indent } = entry.value else {
            return None;
        };
        let mut code = Code::new(entry.line + 1);
        let mut line_start = start as usize;
        while line_start < end as usize {
            let rest = &self.document.bytes[line_start..end as usize];
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let line = without_line_end(&rest[..length]);
            let stripped = spaces(line).min(indent as usize);
            let from = line_start + stripped;
            let text = self.document.text(from, line_start + line.len());
            code.push_line(&text, from as u64, stripped as u32);
            line_start += length;
        }
        code.trim_end();
        Some(code)
    }

    fn entry(self) -> &'d Entry {
        self.document.entry(self.index)
    }
}

impl fmt::Debug for Node<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Node")
            .field("key", &self.key())
            .field("kind", &self.kind())
            .finish_non_exhaustive()
    }
}

/// The keys or items of a node.
#[derive(Debug, Clone)]
pub struct Children<'d> {
    document: &'d Document<'d>,
    next: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Node<'d>;

    fn next(&mut self) -> Option<Node<'d>> {
        if self.next == NONE {
            return None;
        }
        let node = Node {
            document: self.document,
            index: self.next,
        };
        self.next = node.entry().next;
        Some(node)
    }
}

pub(super) fn without_line_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn replaced(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '_'));
    }
    text
}

/// Resolves `\r \n \t \" \\`, all that was ever seen; anything else stays as it is written.
fn unescaped(text: Cow<'_, str>) -> Cow<'_, str> {
    if !text.contains('\\') {
        return text;
    }
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            result.push(character);
            continue;
        }
        match characters.next() {
            Some('r') => result.push('\r'),
            Some('n') => result.push('\n'),
            Some('t') => result.push('\t'),
            Some(quoted @ ('"' | '\\')) => result.push(quoted),
            Some(other) => result.extend(['\\', other]),
            None => result.push('\\'),
        }
    }
    Cow::Owned(result)
}
