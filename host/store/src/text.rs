//! Texts that are checked before they reach a query.

use crate::error::InvalidText;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A short text of one line: the name that a person gave something, or what a stack or a configuration is called.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Box<str>);

impl Name {
    /// So many characters at most.
    pub const CHARACTERS: usize = 200;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that this program itself chose.
    pub(crate) fn own(text: &'static str) -> Self {
        Self(text.into())
    }
}

impl FromStr for Name {
    type Err = InvalidText;

    fn from_str(text: &str) -> Result<Self, InvalidText> {
        if text.trim().is_empty() {
            return Err(InvalidText::Empty);
        }
        if text.chars().count() > Self::CHARACTERS {
            return Err(InvalidText::TooLong);
        }
        // PostgreSQL holds no NUL, and a line break in a name forges lines of logs.
        if text.contains(char::is_control) {
            return Err(InvalidText::Control);
        }
        Ok(Self(text.into()))
    }
}

impl TryFrom<String> for Name {
    type Error = InvalidText;

    fn try_from(text: String) -> Result<Self, InvalidText> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> String {
        name.0.into()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A JSON text, kept and given back byte for byte: what is sent again is what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Json(Arc<str>);

impl Json {
    /// A value as JSON.
    ///
    /// # Errors
    ///
    /// When the value cannot be written as JSON, such as a map whose keys are no texts.
    pub fn of(value: &impl serde::Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_string(value).map(|text| Self(text.into()))
    }

    /// An object without members.
    pub fn object() -> Self {
        Self("{}".into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a value from it.
    ///
    /// # Errors
    ///
    /// When it holds something else.
    pub fn read<'text, T: serde::Deserialize<'text>>(&'text self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.0)
    }

    /// Takes a text that the store itself had written.
    pub(crate) fn stored(text: String) -> Self {
        Self(text.into())
    }
}

impl FromStr for Json {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str::<serde::de::IgnoredAny>(text)?;
        Ok(Self(text.into()))
    }
}

/// A text of any length, as both databases can hold it.
pub(crate) fn without_nul(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}
