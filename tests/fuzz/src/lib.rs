//! What every fuzz target checks of what the readers say.
#![deny(missing_docs)]

use quarry_windev::position::Span;

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
