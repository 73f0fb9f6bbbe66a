//! A pull reader for the XML of analyses: linear in the file, nothing but its place and the open elements kept.
//!
//! It knows no document types and no entities but the five of XML and the numeric ones: nothing outside the file is
//! ever named, and nothing grows.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::entities::decode;
use crate::bytes::{self, after, is_name_byte, name_length, same, soon};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::encoding::Encoding;

/// How deep elements may lie; analyses have five levels. What lies deeper is passed over.
const DEPTH_LIMIT: usize = 64;

/// What comes next.
#[derive(Debug)]
pub(super) enum Event<'a> {
    /// A start tag. One that is closed at once is followed by its [`Event::End`].
    Start(Tag<'a>),
    /// Text between tags, entities not resolved; may come in several pieces.
    Text(&'a [u8]),
    /// The content of a CDATA section.
    Verbatim(&'a [u8]),
    /// The end of the element that was opened last.
    End,
}

/// A start tag.
#[derive(Debug, Clone)]
pub(super) struct Tag<'a> {
    pub(super) name: &'a [u8],
    /// Where the name stands in the file.
    pub(super) name_range: Range<usize>,
    attributes: &'a [u8],
    attributes_start: usize,
}

/// An attribute's value as written, without quotes.
#[derive(Debug, Clone)]
pub(super) struct Attribute<'a> {
    pub(super) value: &'a [u8],
    pub(super) range: Range<usize>,
}

impl<'a> Tag<'a> {
    /// The first attribute of that name.
    pub(super) fn attribute(&self, name: &str) -> Option<Attribute<'a>> {
        let mut attributes = self.attributes();
        let found = attributes.find(|(found, _)| same(found, name.as_bytes()));
        found.map(|(_, attribute)| attribute)
    }

    /// All attributes with their names, in the order of the file.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'a [u8], Attribute<'a>)> {
        let (bytes, start) = (self.attributes, self.attributes_start);
        let mut at = 0;
        std::iter::from_fn(move || {
            let (name, range) = next_attribute(bytes, &mut at)?;
            let attribute = Attribute {
                value: &bytes[range.clone()],
                range: start + range.start..start + range.end,
            };
            Some((name, attribute))
        })
    }
}

/// The attribute at or after `at`, which moves behind it. Anything else on the way is skipped.
fn next_attribute<'a>(bytes: &'a [u8], at: &mut usize) -> Option<(&'a [u8], Range<usize>)> {
    loop {
        while !is_name_byte(*bytes.get(*at)?) {
            *at += 1;
        }
        let start = *at;
        *at += name_length(&bytes[start..]);
        let name = &bytes[start..*at];
        let after = skip_space(bytes, *at);
        if bytes.get(after) != Some(&b'=') {
            continue;
        }
        let open = skip_space(bytes, after + 1);
        *at = open;
        if let Some(quote @ (b'"' | b'\'')) = bytes.get(open) {
            let value = &bytes[open + 1..];
            let length = soon(*quote, value)?;
            *at = open + 1 + length + 1;
            return Some((name, open + 1..open + 1 + length));
        }
    }
}

fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Reads a file event by event. See the module for what it does not do.
#[derive(Debug)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
    open: Vec<&'a [u8]>,
    /// Elements that are open beyond the depth limit.
    too_deep: usize,
    /// Ends that are due without a tag of their own.
    pending_ends: usize,
    pub(super) diagnostics: Diagnostics,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Reader {
            bytes,
            position: 0,
            open: Vec::new(),
            too_deep: 0,
            pending_ends: 0,
            diagnostics: Diagnostics::default(),
        }
    }

    /// The next event; none at the end of the file. Elements that are open then are never ended.
    pub(super) fn next(&mut self) -> Option<Event<'a>> {
        loop {
            if self.pending_ends > 0 {
                self.pending_ends -= 1;
                self.open.pop();
                return Some(Event::End);
            }
            let rest = self
                .bytes
                .get(self.position..)
                .filter(|rest| !rest.is_empty())?;
            let event = match rest {
                [b'<', b'?', ..] => self.skip_past(b"?>", 2),
                [b'<', b'!', b'-', b'-', ..] => self.skip_past(b"-->", 4),
                [b'<', b'!', ..] if rest.starts_with(b"<![CDATA[") => self.verbatim(),
                [b'<', b'!', ..] => self.declaration(),
                [b'<', b'/', ..] => self.end_tag(),
                [b'<', first, ..] if is_name_byte(*first) => self.start_tag(),
                _ => Some(self.text()),
            };
            match event {
                Some(_) if self.too_deep > 0 => {}
                Some(event) => return Some(event),
                None => {}
            }
        }
    }

    /// The text of the element that was just opened, when it is nothing else and holds no entity; its end is read as well
    /// then, and no events come for either. Nearly all elements of an analysis are such ones.
    pub(super) fn leaf(&mut self) -> Option<&'a [u8]> {
        let (name, rest) = (*self.open.last()?, self.rest());
        if self.pending_ends > 0 {
            return None;
        }
        let length = soon(b'<', rest)?;
        let (text, end) = rest.split_at(length);
        let after = after(name, end.strip_prefix(b"</")?)?;
        if after.first() != Some(&b'>') || soon(b'&', text).is_some() {
            return None;
        }
        self.position += length + 2 + name.len() + 1;
        self.open.pop();
        Some(text)
    }

    /// Whether the file ended in the middle of an element.
    pub(super) fn is_truncated(&self) -> bool {
        !self.open.is_empty()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.position..).unwrap_or_default()
    }

    fn skip_past(&mut self, end: &[u8], head: usize) -> Option<Event<'a>> {
        match memmem::find(&self.rest()[head..], end) {
            Some(at) => self.position += head + at + end.len(),
            None => self.unclosed("a comment or processing instruction"),
        }
        None
    }

    fn verbatim(&mut self) -> Option<Event<'a>> {
        let inner = &self.rest()[b"<![CDATA[".len()..];
        let Some(length) = memmem::find(inner, b"]]>") else {
            self.unclosed("a CDATA section");
            return None;
        };
        self.position += b"<![CDATA[".len() + length + b"]]>".len();
        Some(Event::Verbatim(&inner[..length]))
    }

    /// A document type, which analyses do not have: passed over with all its declarations.
    fn declaration(&mut self) -> Option<Event<'a>> {
        self.diagnostics.push(Diagnostic::warning(
            "document-type",
            "the analysis has a document type declaration; it was passed over and its entities are not resolved",
        ));
        let rest = self.rest();
        let mut in_subset = false;
        let mut at = 2;
        while let Some(byte) = rest.get(at) {
            match byte {
                b'[' => in_subset = true,
                b']' => in_subset = false,
                b'>' if !in_subset => {
                    self.position += at + 1;
                    return None;
                }
                b'<' if rest[at..].starts_with(b"<!--") => {
                    at += memmem::find(&rest[at..], b"-->").unwrap_or(rest.len());
                }
                quote @ (b'"' | b'\'') => {
                    at += 1 + memchr(*quote, &rest[at + 1..]).unwrap_or(rest.len());
                }
                _ => {}
            }
            at += 1;
        }
        self.unclosed("a document type");
        None
    }

    fn start_tag(&mut self) -> Option<Event<'a>> {
        let rest = self.rest();
        let name = name_length(&rest[1..]);
        let Some(end) = tag_end(rest, 1 + name) else {
            self.unclosed("a tag");
            return None;
        };
        let is_empty = rest[end - 1] == b'/';
        let attributes = &rest[1 + name..end - usize::from(is_empty)];
        let start = self.position + 1;
        self.position += end + 1;
        if self.too_deep > 0 || self.open.len() == DEPTH_LIMIT {
            self.enter_depth(is_empty);
            return None;
        }
        let tag = Tag {
            name: &rest[1..=name],
            name_range: start..start + name,
            attributes,
            attributes_start: start + name,
        };
        self.open.push(tag.name);
        self.pending_ends = usize::from(is_empty);
        Some(Event::Start(tag))
    }

    fn enter_depth(&mut self, is_empty: bool) {
        if self.too_deep == 0 {
            self.diagnostics.push(Diagnostic::warning(
                "nested-too-deeply",
                format!(
                    "elements below level {DEPTH_LIMIT} were passed over; no analysis has as many"
                ),
            ));
        }
        self.too_deep += usize::from(!is_empty);
    }

    /// Ends the element that the tag names, and those in it that have no end of their own.
    fn end_tag(&mut self) -> Option<Event<'a>> {
        let rest = self.rest();
        if self.ends_last(rest) {
            return None;
        }
        let name = &rest[2..2 + name_length(&rest[2..])];
        let Some(end) = memchr(b'>', rest) else {
            self.unclosed("a tag");
            return None;
        };
        self.position += end + 1;
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return None;
        }
        match self.open.iter().rposition(|open| *open == name) {
            Some(depth) => {
                let ended = self.open.len() - depth;
                if ended > 1 {
                    self.mismatch();
                }
                self.pending_ends = ended;
            }
            None => self.mismatch(),
        }
        None
    }

    /// What nearly every end tag does: it ends the element that was opened last, and holds nothing but its name.
    fn ends_last(&mut self, tag: &[u8]) -> bool {
        let Some(name) = self.open.last().filter(|_| self.too_deep == 0) else {
            return false;
        };
        let ends = after(name, &tag[2..]).is_some_and(|rest| rest.first() == Some(&b'>'));
        if ends {
            self.position += 2 + name.len() + 1;
            self.pending_ends = 1;
        }
        ends
    }

    fn text(&mut self) -> Event<'a> {
        let rest = self.rest();
        // A `<` that begins no tag is text.
        let length = soon(b'<', &rest[1..]).map_or(rest.len(), |at| at + 1);
        self.position += length;
        Event::Text(&rest[..length])
    }

    fn mismatch(&mut self) {
        self.diagnostics.push(Diagnostic::warning(
            "malformed-xml",
            "an end tag does not fit the element that is open; the file was damaged or edited by hand. Generate the \
             analysis again in WinDev",
        ));
    }

    fn unclosed(&mut self, what: &str) {
        self.position = self.bytes.len();
        self.diagnostics.push(Diagnostic::warning(
            "malformed-xml",
            format!("{what} is not closed: the rest of the file was left out. Generate the analysis again in WinDev"),
        ));
    }
}

/// Where the `>` of a start tag is that is looked through from `at` on: one in quotes does not count.
fn tag_end(tag: &[u8], mut at: usize) -> Option<usize> {
    if tag.get(at) == Some(&b'>') {
        return Some(at);
    }
    // Nearly always the first one: what stands before it closes every quote that it opens.
    let (first, is_outside) = bytes::tag_end(tag.get(at..)?)?;
    if is_outside {
        return Some(at + first);
    }
    loop {
        at += memchr::memchr3(b'>', b'"', b'\'', tag.get(at..)?)?;
        if tag[at] == b'>' {
            return Some(at);
        }
        at += 2 + memchr(tag[at], tag.get(at + 1..)?)?;
    }
}

/// The text of a value with its entities resolved.
pub(super) fn text(encoding: Encoding, value: &[u8]) -> String {
    if value.is_empty() {
        return String::new();
    }
    let text = encoding.decode(value);
    if soon(b'&', value).is_some() {
        decode(&text)
    } else {
        text.into_owned()
    }
}
