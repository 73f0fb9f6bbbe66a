//! WinDev's text format: what `.wdp`, `.wdg`, `.wdw`, … are when the project is saved for Git.
//!
//! It looks like YAML and is a small part of it (measured on 707 files): lines of `key : value`, `key :`, `-`,
//! `- value`, and literal blocks `code : |1-`. Keys may repeat, which is why a YAML library refuses some files.

mod document;
mod line;
mod reader;
#[cfg(test)]
mod tests;

pub use document::{Children, Document, Kind, Node};

use crate::encoding::without_byte_order_mark;

/// What a file of a project is, as its first bytes tell. It is decided per file: projects mix them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The text format.
    Text,
    /// The binary format, which only WinDev reads (`PCS\0`).
    Binary,
    /// Something else: a Git LFS pointer, an XML file, …
    Other,
    /// Nothing.
    Empty,
}

/// Tells the format of a file from its first bytes (1 KiB of them is enough).
pub fn detect(bytes: &[u8]) -> Format {
    let bytes = without_byte_order_mark(bytes);
    if bytes.is_empty() {
        return Format::Empty;
    }
    if bytes.starts_with(b"PCS\0") {
        return Format::Binary;
    }
    let head = &bytes[..bytes.len().min(1024)];
    let mut lines = head
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end);
    let first = lines.next().unwrap_or_default();
    let is_header =
        first.starts_with(b"#") && memchr::memmem::find(first, b"internal_properties").is_some();
    // The two header lines are comments; a file that lost them is still the text format.
    let is_body =
        first == b"info :" || (first.starts_with(b"#") && lines.any(|line| line == b"info :"));
    if is_header || is_body {
        Format::Text
    } else {
        Format::Other
    }
}

/// Reads a file in the text format. Never fails as a whole: lines that cannot be understood are left out and
/// reported in [`Document::diagnostics`]. `internal_properties` are dropped: they are encrypted.
pub fn parse(bytes: &[u8]) -> Document<'_> {
    reader::read(bytes)
}
