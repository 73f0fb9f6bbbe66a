//! Literals that cannot be a secret, because what they say is not free to choose.
//!
//! A scan for secrets finds what looks like one. A password that looks like any other word it does not find, so that no
//! text of a source is shown because it looks harmless, but only if it belongs to one of the few classes here.

use super::lexer::TokenKind;
use super::statements::Program;
use super::usage::Globals;

/// Whether the text at `index` may be shown where no credential is expected.
pub(super) fn is_closed(program: &Program<'_>, index: usize, globals: &Globals<'_>) -> bool {
    let text = program.text(index);
    let Some(inside) = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
    else {
        return false;
    };
    is_short(inside)
        || is_punctuation(inside)
        || is_time_format(inside)
        || (globals.names_code(inside) && is_whole_argument(program, index))
}

/// Too short for any credential, like the numbers that are shown beside one.
fn is_short(text: &str) -> bool {
    const LONGEST: usize = 2;
    text.len() <= LONGEST
        && text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ')
}

/// Separators, wildcards, signs.
fn is_punctuation(text: &str) -> bool {
    const LONGEST: usize = 8;
    let is_sign = |byte: u8| byte.is_ascii_punctuation() || byte == b' ';
    text.len() <= LONGEST && text.bytes().all(is_sign)
}

/// `AAAAMMJJ`, `DD/MM/YYYY HH:mm`.
fn is_time_format(text: &str) -> bool {
    /// Longer ones first where one begins another.
    const PARTS: [&str; 21] = [
        "AAAA", "YYYY", "MMMM", "JJJJ", "DDDD", "MMM", "JJJ", "DDD", "LLL", "CCC", "lll", "AA",
        "YY", "MM", "JJ", "DD", "HH", "SS", "CC", "mm", "ss",
    ];
    const MOST: usize = 8;
    let mut rest = text;
    for _ in 0..MOST {
        let Some(behind) = PARTS.iter().find_map(|part| rest.strip_prefix(part)) else {
            return false;
        };
        if behind.is_empty() {
            return true;
        }
        rest = behind.trim_start_matches(['/', '-', '.', ':', ',', ' ', 'T']);
    }
    false
}

/// Whether a text is all that an argument of a call consists of.
fn is_whole_argument(program: &Program<'_>, index: usize) -> bool {
    let before = index.checked_sub(1).map(|before| program.text(before));
    let is_call = || {
        index
            .checked_sub(2)
            .is_some_and(|name| program.is_kind(name, TokenKind::Word))
    };
    let begins = match before {
        Some("(") => is_call(),
        Some(before) => before == ",",
        None => false,
    };
    begins && matches!(program.text(index + 1), "," | ")")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_of_dates_and_times_are_known() {
        for format in [
            "AAAAMMJJ",
            "DD/MM/YYYY",
            "HH:mm:ss",
            "HHMMSSCC",
            "YYYY-MM-DDTHH:mm",
        ] {
            assert!(is_time_format(format), "{format}");
        }
        for text in [
            "",
            "MAMMA",
            "MMJ",
            "HH:",
            "admin",
            "DDMMx",
            &"MM".repeat(20),
        ] {
            assert!(!is_time_format(text), "{text}");
        }
    }

    #[test]
    fn short_texts_and_signs_are_known() {
        assert!(is_short("1") && is_short("OK") && is_short(""));
        assert!(!is_short("abc") && !is_short("é\u{200b}"));
        assert!(is_punctuation("*.*") && is_punctuation(" - ") && is_punctuation("://"));
        assert!(!is_punctuation("a-") && !is_punctuation(&"-".repeat(9)) && !is_punctuation("…"));
    }
}
