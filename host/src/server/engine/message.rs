//! Messages of a run, as clients get them.

use crate::facts::compact_json;
use crate::text::Printable;
use quarry_store::Json;
use serde::Serialize;
use serde_json::{Map, Value};

/// What sort of message it is, for clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Something worth knowing happened.
    Info,
    /// Work went on.
    Progress,
    /// Something is not as it should be, and the run goes on.
    Warning,
    /// The agent said something.
    Output,
    /// The run ended without what was asked for.
    Error,
    /// The run ended well.
    Complete,
}

impl Sort {
    /// The words for all of them.
    pub(crate) const WORDS: [&str; 6] = [
        Sort::Info.as_str(),
        Sort::Progress.as_str(),
        Sort::Warning.as_str(),
        Sort::Output.as_str(),
        Sort::Error.as_str(),
        Sort::Complete.as_str(),
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Sort::Info => "info",
            Sort::Progress => "progress",
            Sort::Warning => "warning",
            Sort::Output => "output",
            Sort::Error => "error",
            Sort::Complete => "complete",
        }
    }
}

/// A message: `type`, `code` (stable), `message` (for people), and what belongs to it.
#[derive(Debug, Clone)]
pub(crate) struct Message(Map<String, Value>);

impl Message {
    /// A message. Its text may hold what a guest or a source tree wrote: it is made fit to be shown.
    pub(crate) fn new(sort: Sort, code: &str, text: &str) -> Self {
        let mut fields = Map::new();
        fields.insert("type".into(), sort.as_str().into());
        fields.insert("code".into(), code.into());
        fields.insert("message".into(), Printable(text).to_string().into());
        Self(fields)
    }

    /// With one more field.
    pub(crate) fn with(mut self, name: &str, value: impl Serialize) -> Self {
        // What is handed in are numbers, texts and lists of them.
        let value = serde_json::to_value(value).unwrap_or_default();
        self.0.insert(name.into(), value);
        self
    }

    /// As it is stored and sent.
    pub(crate) fn json(&self) -> Json {
        // It is an object of JSON, whatever is in it.
        compact_json(&self.0)
            .parse()
            .unwrap_or_else(|_| Json::object())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_a_type_a_code_and_a_text_without_anything_hidden() {
        let message = Message::new(Sort::Info, "tables", "3 \u{202e}tables").with("count", 3);
        assert_eq!(
            message.json().as_str(),
            r#"{"code":"tables","count":3,"message":"3 \\u{202e}tables","type":"info"}"#
        );
    }
}
