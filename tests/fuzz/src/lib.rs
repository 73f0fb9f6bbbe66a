//! What every fuzz target checks of what the readers say.
#![deny(missing_docs)]

use flate2::Compression;
use flate2::write::GzEncoder;
use quarry_windev::position::Span;
use std::io::Write;

/// Checks that a place is one, inside of the file, and that its line and column are those of its offset.
///
/// # Panics
///
/// When they are not: that is a finding.
pub fn check_place(bytes: &[u8], span: Span) {
    let start = usize::try_from(span.offset).unwrap();
    let end = usize::try_from(span.offset + span.length).unwrap();
    assert!(end <= bytes.len(), "{span:?} of {} bytes", bytes.len());
    let before = &bytes[..start];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let line_start = before
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |at| at + 1);
    assert_eq!(span.line as usize, line, "{span:?}");
    assert_eq!(span.column as usize, start - line_start + 1, "{span:?}");
}

/// These bytes with the checksum of every tar header among them set right: a mutation seldom does that.
pub fn with_tar_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut archive = bytes.to_vec();
    for block in archive.chunks_exact_mut(512) {
        if &block[257..262] == b"ustar" {
            block[148..156].fill(b' ');
            let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
            block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        }
    }
    archive
}

/// These bytes in a gzip member.
///
/// # Panics
///
/// Never: nothing is written but memory.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
