//! One byte after the other.

use memchr::{memchr, memchr_iter};

/// Names may hold any letter, in any encoding.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    // Half of an analysis is names: a look into a table is quicker than the comparisons.
    static IS_NAME: [bool; 256] = {
        let mut is_name = [false; 256];
        let mut byte = 0_u8;
        loop {
            is_name[byte as usize] =
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | 0x80..);
            if byte == u8::MAX {
                break is_name;
            }
            byte += 1;
        }
    };
    IS_NAME[usize::from(byte)]
}

pub(super) fn name_length(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|byte| is_name_byte(**byte)).count()
}

#[cfg(not(target_feature = "simd128"))]
pub(super) fn near(wanted: u8, bytes: &[u8]) -> Option<usize> {
    let mut first = bytes.iter().take(4);
    first.position(|byte| *byte == wanted)
}

pub(super) fn tag_end(bytes: &[u8]) -> Option<(usize, bool)> {
    let end = memchr(b'>', bytes)?;
    let attributes = &bytes[..end];
    let quotes = memchr_iter(b'"', attributes).count();
    let is_outside = quotes.is_multiple_of(2) && memchr(b'\'', attributes).is_none();
    Some((end, is_outside))
}
