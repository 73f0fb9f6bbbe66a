//! The numbers that an analysis uses for the types of items (30 seen in 370 analyses).

use std::borrow::Cow;

use crate::bytes::same;

/// Types that make their own values.
const AUTOMATIC: [&str; 3] = ["24", "38", "46"];

/// The type of passwords, which are stored hashed.
pub(super) const PASSWORD: &str = "49";

/// The numbers that were seen, with the type in words that belong to no product; 42 was seen twice and says nothing.
const KNOWN: [(&str, &str); 29] = [
    ("2", "string"),
    ("3", "int16"),
    ("4", "int8"),
    ("5", "int32"),
    ("6", "float32"),
    ("7", "float64"),
    ("9", "uint16"),
    ("11", "time"),
    ("14", "date"),
    ("17", "currency"),
    ("24", "int64"),
    ("25", "int64"),
    ("26", "uint32"),
    ("27", "uint64"),
    ("28", "binary"),
    ("29", "text memo"),
    ("30", "binary memo"),
    ("34", "datetime"),
    ("35", "duration"),
    ("36", "uint8"),
    ("37", "boolean"),
    ("38", "int32"),
    ("39", "unicode string"),
    ("40", "unicode text memo"),
    ("41", "decimal"),
    ("42", "unknown-42"),
    ("44", "uuid"),
    ("46", "uuid"),
    (PASSWORD, "password hash"),
];

/// The type in words that belong to no product. A number that was never seen is `unknown-42`; an item without a
/// type is `unknown`.
pub fn normalized_type(code: &str) -> Cow<'static, str> {
    match known(code) {
        Some((_, words)) => Cow::Borrowed(words),
        None if code.is_empty() => Cow::Borrowed("unknown"),
        None => Cow::Owned(format!("unknown-{}", short(code))),
    }
}

/// A type code as it is kept.
pub(super) fn declared_type(code: &str) -> Cow<'static, str> {
    match known(code) {
        Some((code, _)) => Cow::Borrowed(code),
        None => Cow::Owned(short(code).to_owned()),
    }
}

/// The number of a type as it is kept.
pub(super) fn type_of_number(number: u32) -> Cow<'static, str> {
    match known_number(number) {
        Some((code, _)) => Cow::Borrowed(code),
        None => Cow::Owned(number.to_string()),
    }
}

fn known(code: &str) -> Option<&'static (&'static str, &'static str)> {
    known_number(number(code.as_bytes())?)
}

fn known_number(wanted: u32) -> Option<&'static (&'static str, &'static str)> {
    /// The place of a number among those that were seen.
    static PLACES: [Option<usize>; 100] = {
        let mut places = [None; 100];
        let mut at = 0;
        while at < KNOWN.len() {
            if let Some(known) = number(KNOWN[at].0.as_bytes()) {
                places[known as usize] = Some(at);
            }
            at += 1;
        }
        places
    };
    KNOWN.get((*PLACES.get(wanted as usize)?)?)
}

/// A number as it is written without zeros in front, of nine digits at most.
pub(super) const fn number(text: &[u8]) -> Option<u32> {
    if text.is_empty() || text.len() > 9 || (text[0] == b'0' && text.len() > 1) {
        return None;
    }
    let (mut number, mut at) = (0, 0);
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            return None;
        }
        number = number * 10 + (text[at] - b'0') as u32;
        at += 1;
    }
    Some(number)
}

/// Whether the database gives items of this type their values.
pub(super) fn is_automatic(code: &str) -> bool {
    let is = |known: &&str| same(known.as_bytes(), code.as_bytes());
    AUTOMATIC.iter().any(is)
}

/// A code when it is a number: what is none is no code.
pub(super) fn short(code: &str) -> &str {
    let is_number =
        !code.is_empty() && code.len() <= 10 && code.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { code } else { "?" }
}

/// What has to be alike for one item to refer to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family<'t> {
    /// Whole numbers of any size.
    Integer,
    /// Texts of any size, ANSI or Unicode.
    Text,
    /// Anything else: the type itself.
    Other(&'t str),
}

impl Family<'_> {
    /// Whether items of the family refer to others: dates, times, amounts and truth values have values in common and
    /// mean nothing by it.
    pub(super) fn refers(self) -> bool {
        matches!(self, Family::Integer | Family::Text | Family::Other("uuid"))
    }
}

/// The family of a normalized type.
pub(super) fn family(normalized: &str) -> Family<'_> {
    match normalized {
        "int8" | "int16" | "int32" | "int64" | "uint8" | "uint16" | "uint32" | "uint64" => {
            Family::Integer
        }
        "string" | "unicode string" => Family::Text,
        other => Family::Other(other),
    }
}
