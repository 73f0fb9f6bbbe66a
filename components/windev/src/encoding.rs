//! Bytes to text, piece by piece, so that offsets stay those of the file.
//!
//! Analyses are ISO-8859-1 by their declaration (369 of 370 measured; one is UTF-8). As everywhere on the web,
//! ISO-8859-1 is read as windows-1252, which differs only in 0x80-0x9f.

use std::borrow::Cow;

use memchr::memmem;

use crate::bytes::is_ascii;

/// How the bytes of a file stand for characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; a piece that is not is taken for windows-1252.
    Utf8,
    /// windows-1252, which includes all that ISO-8859-1 can say.
    Windows1252,
}

/// The characters of 0x80-0x9f in windows-1252. The five bytes without a character stand for themselves, as the
/// WHATWG's encoding standard has it.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// How many bytes an XML declaration may take; the longest seen has 62.
const DECLARATION_LIMIT: usize = 256;

impl Encoding {
    /// The encoding that an XML file declares in its first line; UTF-8 when it declares none or an unknown one.
    pub fn declared(bytes: &[u8]) -> Self {
        let bytes = without_byte_order_mark(bytes);
        let head = &bytes[..bytes.len().min(DECLARATION_LIMIT)];
        if !head.starts_with(b"<?xml") {
            return Encoding::Utf8;
        }
        let declaration = &head[..memmem::find(head, b"?>").unwrap_or(head.len())];
        match encoding_name(declaration) {
            Some(name) if is_one_byte(name) => Encoding::Windows1252,
            _ => Encoding::Utf8,
        }
    }

    /// The text of some bytes of the file, borrowed when they are it already.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        let may_be_text = self == Encoding::Utf8 || is_ascii(bytes);
        if let (true, Ok(text)) = (may_be_text, std::str::from_utf8(bytes)) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(bytes.iter().copied().map(windows_1252).collect())
    }
}

/// The character of a byte in windows-1252.
pub fn windows_1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => WINDOWS_1252[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// The bytes after a UTF-8 byte order mark, if there is one.
pub fn without_byte_order_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

fn encoding_name(declaration: &[u8]) -> Option<&[u8]> {
    let at = memmem::find(declaration, b"encoding")? + b"encoding".len();
    let value = declaration[at..].trim_ascii_start().strip_prefix(b"=")?;
    let (quote, value) = value.trim_ascii_start().split_first()?;
    let end = memchr::memchr(*quote, value)?;
    Some(&value[..end])
}

fn is_one_byte(name: &[u8]) -> bool {
    const NAMES: [&str; 6] = [
        "iso-8859-1",
        "iso8859-1",
        "iso_8859-1",
        "latin1",
        "windows-1252",
        "cp1252",
    ];
    NAMES
        .iter()
        .any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_of_a_file_decides() {
        let declared = |text: &str| Encoding::declared(text.as_bytes());
        assert_eq!(
            declared("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<A/>"),
            Encoding::Windows1252
        );
        assert_eq!(
            declared("\u{feff}<?xml version='1.0' encoding = 'Windows-1252' ?>"),
            Encoding::Windows1252
        );
        assert_eq!(
            declared("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
            Encoding::Utf8
        );
        assert_eq!(
            declared("<?xml version=\"1.0\"?><A encoding=\"latin1\"/>"),
            Encoding::Utf8
        );
        assert_eq!(declared("<?xml encoding"), Encoding::Utf8);
        assert_eq!(declared("<?xml encoding=\"latin1"), Encoding::Utf8);
        assert_eq!(declared(""), Encoding::Utf8);
    }

    #[test]
    fn latin_1_and_windows_1252_become_the_right_characters() {
        let decode = |bytes| Encoding::Windows1252.decode(bytes).into_owned();
        assert_eq!(
            decode(b"Dur\xe9e \x80 \x9f \x81 \xff"),
            "Durée € Ÿ \u{81} ÿ"
        );
        assert_eq!(Encoding::Windows1252.decode("é".as_bytes()), "Ã©");
    }

    #[test]
    fn a_piece_that_is_not_utf_8_is_read_as_windows_1252() {
        assert_eq!(Encoding::Utf8.decode("Durée".as_bytes()), "Durée");
        assert_eq!(Encoding::Utf8.decode(b"Dur\xe9e"), "Durée");
        assert!(matches!(
            Encoding::Windows1252.decode(b"plain"),
            Cow::Borrowed("plain")
        ));
    }
}
