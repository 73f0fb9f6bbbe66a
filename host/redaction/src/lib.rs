//! Finds secrets in text by their value and replaces them with placeholders: `[REDACTED:password#3]`.
//!
//! Text in, text and findings out: no files, no network, no clock. What a secret looks like is data, see [`rules`].
//!
//! ```
//! use quarry_redaction::{Context, Options, Redactor};
//!
//! let mut redactor = Redactor::new(Options::default());
//! let text = redactor.redact("sPassword = \"tr0ub4dor&3\"", &Context::of_file("Set.wdg"));
//! assert_eq!(text, "sPassword = \"[REDACTED:password#1]\"");
//! assert_eq!(redactor.findings()[0].fingerprint, "Set.wdg:1:14:assigned-password");
//! assert_eq!(redactor.replace_known("tr0ub4dor&3"), "[REDACTED:password#1]");
//! ```
//!
//! **How.** One automaton over the keywords of all rules passes over the text. A rule whose keyword occurs tries its
//! pattern on the keyword's line (or from there on, if its secrets have several lines). What it finds must hold enough
//! entropy and be no placeholder, example or reference. Patterns are compiled when their keyword occurs for the first
//! time, and the rules are read when a text is searched for the first time. All patterns run in linear time.
//!
//! **By place and by value.** The same value has the same placeholder in a whole run. A *distinctive* value (long or
//! mixed: `tr0ub4dor&3`, a key) is also replaced wherever else it stands, in the rest of its text, in every later text
//! of [`Redactor::redact`], and in [`Redactor::replace_known`]; of a key of several lines each line is such a value, of a
//! long line each piece of 64 bytes. It is found as it is and as HTML, JSON, Markdown, CSV and SQL escape it. A
//! *weak* value (shorter than eight bytes, words, a word with a few digits or marks behind it, a number of fewer than
//! twelve digits: `1234`, `admin`, `Welcome2024!`) is replaced only where a rule finds it, since it would take harmless
//! text with it elsewhere. [`Redactor::leaks`] looks for distinctive values alone, for the same reason.
//!
//! **Allowed.** A finding whose fingerprint is among [`Options::allowed`] is reported as allowed and not replaced. If
//! its value is distinctive, it is from then on no secret wherever it stands; a weak value is allowed at that place only.
//!
//! **Limits.** A value that was encoded in another way (base64, a URL's `%40`) is not found by value: redact before a
//! text is encoded. Values are wiped from memory when a `Redactor` is dropped (but for their
//! first four bytes); the texts are the caller's.
#![deny(missing_docs)]

mod edits;
mod harmless;
mod known;
mod placeholder;
mod position;
mod redactor;
mod rule;
mod rules;
mod scan;
mod spellings;
mod strength;
#[cfg(test)]
mod tests;
mod views;

pub use redactor::{Context, Finding, Leak, Locate, Options, Redactor};
pub use rule::{Confidence, Rule};
pub use rules::rules;
