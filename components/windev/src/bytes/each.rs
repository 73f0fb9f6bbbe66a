//! One byte after the other.

use super::is_name_byte;
use memchr::{memchr, memchr_iter};

pub(super) fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

pub(super) fn soon(wanted: u8, bytes: &[u8]) -> Option<usize> {
    let mut first = bytes.iter().take(4);
    let near = first.position(|byte| *byte == wanted);
    near.or_else(|| memchr(wanted, bytes))
}

pub(super) fn name_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_name_byte(**byte)).count()
}

pub(super) fn key_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_key_byte(**byte)).count()
}

pub(super) fn spaces(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| **byte == b' ').count()
}

pub(super) fn is_ascii(bytes: &[u8]) -> bool {
    bytes.is_ascii()
}

pub(super) fn tag_end(bytes: &[u8]) -> Option<(usize, bool)> {
    let end = memchr(b'>', bytes)?;
    let attributes = &bytes[..end];
    let quotes = memchr_iter(b'"', attributes).count();
    let is_outside = quotes.is_multiple_of(2) && memchr(b'\'', attributes).is_none();
    Some((end, is_outside))
}
