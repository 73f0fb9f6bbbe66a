//! The grammar of one line.

use std::ops::Range;

use crate::bytes::key_length;

/// What one line says, after its indentation. Ranges count from the beginning of the line's content, where a key begins:
/// of that the length is told, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape {
    /// White space, or a comment.
    Nothing,
    /// `-`: an item whose keys follow.
    Item,
    /// `- value`.
    ItemScalar { value: Range<usize> },
    /// `key :`: what it holds follows, or it holds nothing.
    Key { key: usize },
    /// `key : value`.
    KeyScalar { key: usize, value: Range<usize> },
    /// `key : |1-`: the lines that follow, without `indent` spaces more than the key has.
    KeyBlock { key: usize, indent: usize },
    /// None of these.
    Malformed,
}

impl Shape {
    /// What the content of a line says: no indentation, no line end.
    pub(super) fn of(content: &[u8]) -> Shape {
        match content {
            [] | [b'#', ..] => Shape::Nothing,
            [b'-'] => Shape::Item,
            [b'-', b' ', ..] => item(content),
            _ if content.trim_ascii().is_empty() => Shape::Nothing,
            _ => key(content),
        }
    }
}

fn item(content: &[u8]) -> Shape {
    let value = trimmed(content, 2);
    if value.is_empty() {
        Shape::Item
    } else {
        Shape::ItemScalar { value }
    }
}

fn key(content: &[u8]) -> Shape {
    let key = key_length(content);
    let Some(rest) = content[key..].strip_prefix(b" :") else {
        return Shape::Malformed;
    };
    if key == 0 || !matches!(rest, [] | [b' ', ..]) {
        return Shape::Malformed;
    }
    let value = trimmed(content, key + " :".len());
    if value.is_empty() {
        return Shape::Key { key };
    }
    match block_indent(&content[value.clone()]) {
        Some(indent) => Shape::KeyBlock { key, indent },
        None => Shape::KeyScalar { key, value },
    }
}

/// What stands from `start` on, without the white space around it.
fn trimmed(content: &[u8], start: usize) -> Range<usize> {
    let rest = &content[start..];
    let end = content.len() - (rest.len() - rest.trim_ascii_end().len());
    let start = content.len() - rest.trim_ascii_start().len();
    start.min(end)..end
}

/// The indentation that the head of a literal block asks for: `|1+` and `|1-` are the only heads ever seen.
fn block_indent(value: &[u8]) -> Option<usize> {
    let mut indent = 1;
    let marks = value.strip_prefix(b"|")?;
    if marks.len() > 2 {
        return None;
    }
    for mark in marks {
        match mark {
            b'+' | b'-' => {}
            b'1'..=b'9' => indent = usize::from(mark - b'0'),
            _ => return None,
        }
    }
    Some(indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_colons_hashes_and_quotes() {
        let content = br#"note : a : "b" # c\d"#;
        assert_eq!(
            Shape::of(content),
            Shape::KeyScalar {
                key: 4,
                value: 7..content.len()
            }
        );
    }

    #[test]
    fn the_separator_is_a_colon_between_spaces() {
        for malformed in [
            "a: b",
            "a :b",
            "a",
            ": b",
            " : b",
            "\ta : b",
            "<<<<<<< HEAD",
            "é : b",
            "'a' : b",
        ] {
            assert_eq!(
                Shape::of(malformed.as_bytes()),
                Shape::Malformed,
                "{malformed}"
            );
        }
        assert_eq!(Shape::of(b"en-GB :"), Shape::Key { key: 5 });
        assert_eq!(Shape::of(b"en-GB : "), Shape::Key { key: 5 });
    }

    #[test]
    fn heads_of_blocks_are_told_from_values() {
        assert_eq!(
            Shape::of(b"code : |1+"),
            Shape::KeyBlock { key: 4, indent: 1 }
        );
        assert_eq!(
            Shape::of(b"code : |-"),
            Shape::KeyBlock { key: 4, indent: 1 }
        );
        assert_eq!(
            Shape::of(b"code : |2"),
            Shape::KeyBlock { key: 4, indent: 2 }
        );
        assert!(matches!(Shape::of(b"code : |a"), Shape::KeyScalar { .. }));
        assert!(matches!(
            Shape::of(b"code : |1+ x"),
            Shape::KeyScalar { .. }
        ));
    }

    #[test]
    fn items_and_comments() {
        assert_eq!(Shape::of(b"-"), Shape::Item);
        assert_eq!(Shape::of(b"- fr-FR"), Shape::ItemScalar { value: 2..7 });
        assert_eq!(Shape::of(b"# text"), Shape::Nothing);
        assert_eq!(Shape::of(b" \t"), Shape::Nothing);
        assert_eq!(Shape::of(b"-x"), Shape::Malformed);
    }
}
