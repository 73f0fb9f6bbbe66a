//! A text as it was before it was escaped: for HTML and XML, for JSON and Markdown, for CSV and SQL.
//!
//! Whoever writes a value into a document escapes it in a way of their own, so values are looked for in the text
//! without escapes as well. What is decoded here although it was no escape does no harm: the text itself is searched
//! too.

use std::ops::Range;

/// A text without its escapes, and where each of its bytes comes from.
pub(crate) struct View {
    bytes: Vec<u8>,
    /// Where each byte begins in the text, and where the text ends.
    origins: Vec<usize>,
}

impl View {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Where a part of the view stands in the text.
    pub(crate) fn to_text(&self, range: Range<usize>) -> Range<usize> {
        self.origins[range.start]..self.origins[range.end]
    }

    /// The same text without the escapes that `decode` knows as well.
    fn without(&self, decode: Decode) -> Option<Self> {
        without(&self.bytes, decode, |at| self.origins[at])
    }
}

/// What an escape at the beginning of a text stands for, and its length.
type Decode = fn(&[u8]) -> Option<(char, usize)>;

/// All views of a text that differ from it. Escaped text is escaped again when JSON holds HTML, or HTML shows JSON.
pub(crate) fn views(text: &str) -> Vec<View> {
    let plain = |decode| without(text.as_bytes(), decode, |at| at);
    let (entities, quotes) = (plain(entity), plain(quoting));
    let both = entities.as_ref().and_then(|view| view.without(quoting));
    let reverse = quotes.as_ref().and_then(|view| view.without(entity));
    [entities, quotes, both, reverse]
        .into_iter()
        .flatten()
        .collect()
}

fn without(bytes: &[u8], decode: Decode, origin: impl Fn(usize) -> usize) -> Option<View> {
    let mut view: Option<View> = None;
    let mut at = 0;
    while at < bytes.len() {
        let escape = b"&\\\"'".contains(&bytes[at]).then(|| decode(&bytes[at..]));
        if let Some((character, length)) = escape.flatten() {
            let view = view.get_or_insert_with(|| View {
                bytes: bytes[..at].to_vec(),
                origins: (0..at).map(&origin).collect(),
            });
            let mut buffer = [0; 4];
            let character = character.encode_utf8(&mut buffer).as_bytes();
            view.bytes.extend(character);
            view.origins.extend(character.iter().map(|_| origin(at)));
            at += length;
        } else {
            if let Some(view) = &mut view {
                view.bytes.push(bytes[at]);
                view.origins.push(origin(at));
            }
            at += 1;
        }
    }
    let mut view = view?;
    view.origins.push(origin(bytes.len()));
    Some(view)
}

/// `&amp;`, `&#64;`, `&#x40;`
fn entity(text: &[u8]) -> Option<(char, usize)> {
    /// `&#x10ffff;`
    const LONGEST: usize = 10;
    if text.first() != Some(&b'&') {
        return None;
    }
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let name = std::str::from_utf8(&text[1..end]).ok()?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(number)?
        }
    };
    Some((character, end + 1))
}

/// A mark behind a backslash, `\u0040`, a quote that is doubled.
fn quoting(text: &[u8]) -> Option<(char, usize)> {
    match text {
        [b'"', b'"', ..] => Some(('"', 2)),
        [b'\'', b'\'', ..] => Some(('\'', 2)),
        [b'\\', b'u', digits @ ..] => {
            let digits = std::str::from_utf8(digits.get(..4)?).ok()?;
            let number = u32::from_str_radix(digits, 16).ok()?;
            Some((char::from_u32(number)?, 6))
        }
        [b'\\', mark, ..] if mark.is_ascii_punctuation() => Some((char::from(*mark), 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::views;

    fn seen(text: &str) -> Vec<String> {
        let text = views(text).into_iter().map(|view| view.bytes);
        text.map(|bytes| String::from_utf8(bytes).unwrap())
            .collect()
    }

    #[test]
    fn escapes_of_each_kind_and_of_both_are_undone() {
        assert_eq!(seen("a&amp;b&#64;&#x40;c&nbsp;&;"), ["a&b@@c&nbsp;&;"]);
        assert_eq!(seen(r#"a\"b\\c\u0040\ud83d\n""d"#), [r#"a"b\c@\ud83d\n"d"#]);
        assert_eq!(seen(r"\&amp;"), [r"\&", "&amp;", "&", "&"]);
        assert!(seen("plain 'text'").is_empty());
    }

    #[test]
    fn a_part_of_a_view_covers_the_escapes_that_it_came_from() {
        let text = r#"é\"&quot;z"#;
        let [.., both] = &views(text)[..] else {
            panic!("there are views");
        };
        assert_eq!(both.bytes(), "é\"\"z".as_bytes());
        assert_eq!(&text[both.to_text(2..4)], r#"\"&quot;"#);
        assert_eq!(&text[both.to_text(0..5)], text);
    }
}
