//! The texts of elements, of which nearly all are numbers.

use super::types::{number, short};

/// What the text of an element says.
#[derive(Debug)]
pub(super) enum Said<'t> {
    /// A number, which nearly all do.
    Number(u32),
    /// Anything else, without the white space around it.
    Text(&'t str),
}

impl Said<'_> {
    /// A number that is written as numbers are: what is written in another way is a text.
    pub(super) fn number(text: &[u8]) -> Option<Self> {
        number(text).map(Said::Number)
    }

    /// As the type of a key: 255 stands for anything that is no small number.
    pub(super) fn key_type(&self) -> Option<u8> {
        match self {
            Said::Number(number) => Some(u8::try_from(*number).unwrap_or(u8::MAX)),
            Said::Text("") => None,
            Said::Text(text) => Some(short(text).parse().unwrap_or(u8::MAX)),
        }
    }

    /// As a size.
    pub(super) fn size(&self) -> Option<u32> {
        match self {
            Said::Number(number) => Some(*number),
            Said::Text(text) => text.parse().ok(),
        }
    }
}
