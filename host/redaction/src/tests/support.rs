//! What the tests share.

use crate::{Context, Options, Redactor};
use std::borrow::Cow;

/// A value that is distinctive, as no provider writes its keys.
pub(super) const STRONG: &str = "tr0ub4dor&3-kX9";

/// The beginning of a file of WLanguage.
pub(super) fn wlanguage(path: &str) -> Context<'_> {
    Context {
        language: Some("wlanguage"),
        ..Context::of_file(path)
    }
}

pub(super) fn redactor() -> Redactor {
    Redactor::new(Options::default())
}

pub(super) fn allowing(fingerprint: &str) -> Redactor {
    Redactor::new(Options {
        allowed: [fingerprint.to_owned()].into(),
    })
}

/// The text as a new run redacts it.
pub(super) fn redacted(text: &str) -> Cow<'_, str> {
    redactor().redact(text, &wlanguage("Set.wdg"))
}
