//! Other renderings of the same facts: for programs, and for a person.

mod html;
mod json;

pub(crate) use json::{FindingFigures, SectionFigures, findings, sections};

use quarry_redaction::Finding;
use quarry_sandbox::{Extraction, Section};
use std::fmt;
use std::str::FromStr;

/// A rendering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `CONTEXT.md`, which is always there.
    Markdown,
    /// `CONTEXT.json`, for programs: all facts and the sections' figures.
    Json,
    /// `CONTEXT.html`, for a person: one file that loads nothing.
    Html,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 3] = [Format::Markdown, Format::Json, Format::Html];
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Format::Markdown => "md",
            Format::Json => "json",
            Format::Html => "html",
        })
    }
}

/// There is no such rendering.
#[derive(Debug, Clone, thiserror::Error)]
#[error("there is no format {0:?}; there are md, json and html")]
pub struct UnknownFormat(String);

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Format::ALL
            .into_iter()
            .find(|format| format.to_string() == name);
        known.ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

/// What renderings are made of.
pub(crate) struct Rendered<'r> {
    /// The text of `CONTEXT.md`.
    pub(crate) document: &'r str,
    /// The name of the tokenizer.
    pub(crate) tokenizer: &'r str,
    /// The most tokens that it may be.
    pub(crate) budget: u32,
    /// What it is.
    pub(crate) tokens: u32,
    /// The digest of all that it is made from.
    pub(crate) revision: &'r str,
    /// Its sections.
    pub(crate) sections: &'r [Section],
    /// What was redacted.
    pub(crate) findings: &'r [Finding],
    /// All facts, without secrets.
    pub(crate) extraction: &'r Extraction,
}

/// A rendering but `CONTEXT.md`, which the prompt builder writes: the name of its file, and its text.
pub(crate) fn render(format: Format, rendered: &Rendered<'_>) -> Option<(&'static str, String)> {
    match format {
        Format::Markdown => None,
        Format::Json => Some(("CONTEXT.json", json::render(rendered))),
        Format::Html => Some(("CONTEXT.html", html::render(rendered))),
    }
}
