//! The numbers that an analysis uses for the types of items (30 seen in 370 analyses).

use std::borrow::Cow;

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

fn known(code: &str) -> Option<&'static (&'static str, &'static str)> {
    KNOWN.iter().find(|(known, _)| *known == code)
}

/// Whether the database gives items of this type their values.
pub(super) fn is_automatic(code: &str) -> bool {
    AUTOMATIC.contains(&code)
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
