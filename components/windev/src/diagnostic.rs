//! What a reader has to say about a file that it could not take at face value.

use crate::position::Span;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing is missing.
    Info,
    /// Something was left out or guessed.
    Warning,
    /// Something that was asked for could not be had.
    Error,
}

/// Something to be said about a file.
///
/// The message never quotes the file: any of its texts can be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A stable word for programs, in kebab-case.
    pub code: &'static str,
    /// A sentence for people: what happened and what to do about it.
    pub message: String,
    /// Where, when it has a place.
    pub span: Option<Span>,
}

impl Diagnostic {
    /// Something worth knowing.
    pub fn info(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Info, code, message.into())
    }

    /// Something that was left out or guessed.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Warning, code, message.into())
    }

    /// Something that was asked for and could not be had.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Diagnostic::new(Severity::Error, code, message.into())
    }

    /// The same with a place.
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// A file in WinDev's binary format, which only WinDev can read.
    ///
    /// The "SCM" tab of the project description is where PC SOFT's documentation puts Git; the name of the
    /// option in it differs between versions and is not quoted for that reason.
    pub fn binary_file() -> Self {
        Diagnostic::warning(
            "binary-file",
            "the file is in WinDev's binary format and was skipped. To have it read, open the project in WINDEV, \
             WEBDEV or WINDEV Mobile 25 or later, choose the text format (the one meant for Git) for the project's \
             elements in the project description, tab \"SCM\", and save all elements again. Queries stay binary in \
             every version",
        )
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Diagnostic {
            severity,
            code,
            message,
            span: None,
        }
    }
}

/// A list of diagnostics that stays short however broken the file is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Diagnostics {
    kept: Vec<Diagnostic>,
    dropped: usize,
}

impl Diagnostics {
    /// How many are kept of one file. A merge conflict makes a handful, a foreign file one a line.
    const LIMIT: usize = 20;

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if self.kept.len() < Self::LIMIT {
            self.kept.push(diagnostic);
        } else {
            self.dropped += 1;
        }
    }

    /// The diagnostics, with one more that counts those beyond the limit.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        if self.dropped > 0 {
            self.kept.push(Diagnostic::warning(
                "more-diagnostics",
                format!("{} more of this file are not listed", self.dropped),
            ));
        }
        self.kept
    }
}
