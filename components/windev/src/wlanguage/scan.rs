//! How far the parts of a line reach that need more than a look at the next character.

use super::keywords::continues_word;

/// `rad:1`, `cs:3`: what the editor leaves at the end of lines.
fn is_line_end_marker(inside: &str) -> bool {
    inside.split_once(':').is_some_and(|(word, number)| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Whether nothing but white space and line-end markers is left of the line.
pub(super) fn is_rest_blank(line: &str) -> bool {
    after_blanks(line).is_empty()
}

/// What follows the white space and the line-end markers at the beginning of `line`.
pub(super) fn after_blanks(line: &str) -> &str {
    let mut line = line.trim_start();
    while let Some(length) = marker_length(line) {
        line = line[length..].trim_start();
    }
    line
}

/// Length of the line-end marker that `line` begins with.
pub(super) fn marker_length(line: &str) -> Option<usize> {
    let inside = line.strip_prefix("<§")?;
    let length = inside
        .bytes()
        .take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b':')
        .count();
    let closed = inside[length..].starts_with("§>");
    (closed && is_line_end_marker(&inside[..length])).then_some("<§".len() + length + "§>".len())
}

/// Length of the word that `text` begins with.
pub(super) fn word_length(text: &str) -> usize {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let plain = text.bytes().take_while(|byte| is_plain(byte)).count();
    let rest = &text[plain..];
    if rest.bytes().next().is_none_or(|byte| byte.is_ascii()) {
        return plain;
    }
    let length = rest.find(|character| !continues_word(character));
    plain + length.unwrap_or(rest.len())
}

/// Length of the number that `text` begins with: `0x1F`, `3.25`, `1e-5`, `100 000 000`.
pub(super) fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize, is_digit: fn(&u8) -> bool| -> usize {
        bytes.get(from..).map_or(0, |rest| {
            rest.iter().take_while(|byte| is_digit(byte)).count()
        })
    };
    if matches!(bytes, [b'0', b'x' | b'X', third, ..] if third.is_ascii_hexdigit()) {
        return 2 + digits(2, u8::is_ascii_hexdigit);
    }
    let mut length = digits(0, u8::is_ascii_digit);
    if length <= 3 {
        while bytes.get(length) == Some(&b' ') && digits(length + 1, u8::is_ascii_digit) == 3 {
            length += 4;
        }
    }
    if bytes.get(length) == Some(&b'.') {
        let fraction = digits(length + 1, u8::is_ascii_digit);
        length += if fraction > 0 { 1 + fraction } else { 0 };
    }
    if matches!(bytes.get(length), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(length + 1), Some(b'+' | b'-')));
        let exponent = digits(length + 1 + sign, u8::is_ascii_digit);
        length += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    length
}
