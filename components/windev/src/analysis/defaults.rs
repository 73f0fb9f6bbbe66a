//! Default values that may be shown: a text can be anything, also a secret.

use super::types::PASSWORD;
use crate::bytes::same;
use crate::wlanguage::is_credential_name;

/// What stands for a text.
const TEXT: &str = "\"…\"";

/// The longest number shown: 17 digits make a date and time, 20 the greatest 8-byte integer.
const LONGEST_NUMBER: usize = 22;

/// Calls of databases and of WLanguage that give a moment or an identifier, without parentheses.
const CALLS: [&str; 16] = [
    "getdate",
    "getutcdate",
    "sysdatetime",
    "now",
    "today",
    "sysdate",
    "curdate",
    "current_date",
    "current_time",
    "current_timestamp",
    "newid",
    "newsequentialid",
    "uuid",
    "gen_random_uuid",
    "datesys",
    "heuresys",
];

/// What is shown of an item's default value: numbers, truth values, well-known calls, identifiers of nothing but
/// zeros; `"…"` for a text; nothing when there is none or the item's name or type promises a credential, which a zero is not.
pub(super) fn shown(column: &str, type_code: &str, value: String) -> Option<String> {
    let trimmed = value.trim();
    if trimmed.is_empty() || same(type_code.as_bytes(), PASSWORD.as_bytes()) {
        return None;
    }
    // Most default values are zeros, which give nothing away, and to look through a name takes long.
    if !is_zero(trimmed) && is_credential_name(column) {
        return None;
    }
    let is_shown =
        is_number(trimmed) || is_word(trimmed) || is_call(trimmed) || is_zero_identifier(trimmed);
    match is_shown {
        true if trimmed.len() == value.len() => Some(value),
        true => Some(trimmed.to_owned()),
        false => Some(TEXT.to_owned()),
    }
}

fn is_number(value: &str) -> bool {
    let digits = value.strip_prefix(['-', '+']).unwrap_or(value);
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    value.len() <= LONGEST_NUMBER && is_digits(whole) && is_digits(fraction)
}

fn is_zero(value: &str) -> bool {
    is_number(value) && value.bytes().all(|byte| !(b'1'..=b'9').contains(&byte))
}

fn is_word(value: &str) -> bool {
    ["true", "false", "vrai", "faux", "null"]
        .iter()
        .any(|word| value.eq_ignore_ascii_case(word))
}

fn is_call(value: &str) -> bool {
    let name = value
        .strip_prefix('(')
        .and_then(|value| value.strip_suffix(')'))
        .unwrap_or(value);
    let name = name.strip_suffix("()").unwrap_or(name);
    CALLS.iter().any(|call| name.eq_ignore_ascii_case(call))
}

fn is_zero_identifier(value: &str) -> bool {
    value.len() == 36 && value.bytes().all(|byte| matches!(byte, b'0' | b'-'))
}

#[cfg(test)]
mod tests {
    fn shown(column: &str, type_code: &str, value: &str) -> Option<String> {
        super::shown(column, type_code, value.to_owned())
    }

    #[test]
    fn numbers_truth_values_and_known_calls_are_shown() {
        for value in [
            "0",
            "-1",
            "0.000000",
            "1,5",
            "00000000000000000",
            "true",
            "Faux",
            "(getdate())",
            "now()",
            "CURRENT_TIMESTAMP",
            "00000000-0000-0000-0000-000000000000",
        ] {
            assert_eq!(shown("a", "5", value).as_deref(), Some(value));
        }
    }

    #[test]
    fn texts_are_hidden() {
        for value in [
            "abc",
            "?",
            "12-34",
            "1.2.3",
            "(f(1))",
            "123456789012345678901234",
            "-",
            ".",
        ] {
            assert_eq!(shown("a", "2", value).as_deref(), Some("\"…\""), "{value}");
        }
    }

    #[test]
    fn nothing_is_shown_where_a_credential_may_be() {
        assert_eq!(shown("MotDePasse", "2", "1234"), None);
        assert_eq!(shown("MotDePasse", "5", "0").as_deref(), Some("0"));
        assert_eq!(shown("a", "49", "0"), None);
        assert_eq!(shown("a", "49", "1234"), None);
        assert_eq!(shown("a", "2", "  "), None);
    }
}
