//! Character references: the five of XML and the numeric ones.

/// No reference that means anything is longer, `&` and `;` included.
const LONGEST: usize = 12;

/// Resolves the references of a text. One that is unknown stays as it is written; a number that is no character
/// becomes U+FFFD.
pub(super) fn decode(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        result.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(LONGEST).position(|byte| byte == b';');
        match end.and_then(|end| Some((end, character(&rest[1..end])?))) {
            Some((end, character)) => {
                result.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                result.push('&');
                rest = &rest[1..];
            }
        }
    }
    result.push_str(rest);
    result
}

fn character(name: &str) -> Option<char> {
    match name {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => {}
    }
    let number = name.strip_prefix('#')?;
    let number = match number.strip_prefix(['x', 'X']) {
        Some(digits) if is_number(digits, 16) => u32::from_str_radix(digits, 16),
        None if is_number(number, 10) => number.parse(),
        _ => return None,
    };
    Some(
        number
            .ok()
            .and_then(char::from_u32)
            .unwrap_or(char::REPLACEMENT_CHARACTER),
    )
}

fn is_number(digits: &str, radix: u32) -> bool {
    !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn known_and_numeric_references_are_resolved_once() {
        assert_eq!(
            decode("a &amp; b &lt;&gt;&quot;&apos; &#233;&#xe9;"),
            "a & b <>\"' éé"
        );
        assert_eq!(decode("&amp;amp;"), "&amp;");
    }

    #[test]
    fn anything_else_stays_as_it_is() {
        for text in [
            "a & b",
            "&",
            "&;",
            "&foo;",
            "&#;",
            "&#x;",
            "&#+1;",
            "&é;",
            "&aaaaaaaaaaaaaaaaaaaaaaaaaa;",
        ] {
            assert_eq!(decode(text), text);
        }
        assert_eq!(decode("&#0;&#xD800;&#99999999;"), "\0\u{fffd}\u{fffd}");
    }
}
