//! Errors as the command line shows them, in messages and exit codes. The words for those of the main job are its own:
//! see [`Code`].

use super::report::difference;
use crate::catalog::{CatalogError, StackError};
use crate::initialize::{Code, InitializeError};
use crate::server::ServeError;
use crate::settings::SettingsError;
use crate::text::Printable;
use crate::workspace::{Change, SourceError};
use quarry_redaction::Finding;
use quarry_sandbox::SandboxError;
use std::io;
use std::process::ExitCode;

/// What `--help` says of exit codes.
pub(super) const EXIT_CODES: &str = "Exit codes:
  0  done
  1  something else failed, for example the output could not be written
  2  the command line or quarry.toml is wrong
  3  the budget is too small for the shortest CONTEXT.md
  4  secrets were found, and --fail-on-secrets was given
  5  a component crashed, exceeded a limit or was refused something
  6  the source tree, project, configuration or stack that was asked for is not there
  7  CONTEXT.md or its files are stale, and --check was given
  8  the workspace cannot be written; what was there before still is

Environment:
  DATABASE_URL      the PostgreSQL database of `serve` and `tenant` (default: SQLite in the data directory)
  OTEL_…            where `serve` sends traces, as OpenTelemetry defines it (default: nowhere)
  QUARRY_CACHE_DIR  where compiled components are kept (default: quarry/ in the user's cache directory)
  NO_COLOR          no colours";

/// The exit code of a wrong command line.
pub(super) const USAGE: u8 = 2;

/// Why a command did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Initialize(#[from] InitializeError),
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Usage(String),
    #[error("{}", unusable(*.0))]
    Unusable(usize),
    #[error("{}", secrets(.0))]
    Secrets(Vec<Finding>),
    #[error("{}; run `quarry init` again without --check", stale(.0))]
    Stale(Vec<Change>),
}

/// `2 things are not as a server needs them, …`
fn unusable(count: usize) -> String {
    let things = match count {
        1 => "1 thing is not as a server needs it".to_owned(),
        count => format!("{count} things are not as a server needs them"),
    };
    format!("{things}; see the lines that begin with `failed`")
}

/// `3 files are stale: CONTEXT.md changed, …`
fn stale(changes: &[Change]) -> String {
    /// Whoever wants all of them asks for JSON.
    const SHOWN: usize = 5;
    let shown = changes.iter().take(SHOWN);
    let shown: Vec<String> = shown
        .map(|change| format!("{} {}", change.path, difference(change)))
        .collect();
    let more = if changes.len() > SHOWN { ", …" } else { "" };
    let files = if changes.len() == 1 {
        "file is"
    } else {
        "files are"
    };
    format!(
        "{} {files} stale: {}{more}",
        changes.len(),
        shown.join(", ")
    )
}

/// `2 secrets were found, …`
fn secrets(findings: &[Finding]) -> String {
    let mut refused = findings.iter().filter(|finding| !finding.allowed);
    let found = match refused.clone().count() {
        1 => "1 secret was found".to_owned(),
        count => format!("{count} secrets were found"),
    };
    let first = refused.next().map_or_else(String::new, |first| {
        let Finding {
            rule,
            path,
            line,
            fingerprint,
            ..
        } = first;
        format!(
            ", the first by rule {rule} at {path}:{line}; if it is none, allow it: --allow-secret {fingerprint}"
        )
    });
    format!("{found}, and nothing was written{first}")
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        Failure::Initialize(error.into())
    }
}

impl From<StackError> for Failure {
    fn from(error: StackError) -> Self {
        Failure::Initialize(error.into())
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Failure::Initialize(error.into())
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Failure::Initialize(error.into())
    }
}

impl Failure {
    /// The message, in one line and fit for a terminal: parts of it come from guests and source trees.
    pub(super) fn message(&self) -> String {
        Printable(&self.to_string()).to_string()
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Failure::Initialize(error) => of_code(error.code()),
            Failure::Usage(_) => USAGE,
            Failure::Secrets(_) => 4,
            Failure::NotFound(_) => 6,
            Failure::Stale(_) => 7,
            Failure::Sandbox(_) | Failure::Serve(_) | Failure::Output(_) | Failure::Unusable(_) => {
                1
            }
        })
    }
}

/// The exit code of a main job that ended without a document.
fn of_code(code: Code) -> u8 {
    match code {
        Code::SettingsInvalid => USAGE,
        Code::OverBudget => 3,
        Code::Busy | Code::ComponentFailed | Code::ComponentRejected => 5,
        Code::SourceUnusable | Code::UnknownStack | Code::NotFound => 6,
        Code::WorkspaceUnusable | Code::Withdrawn => 8,
        Code::SecretLeak => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redaction::Remnant;

    #[test]
    fn a_leak_is_a_failure_that_says_where_and_that_it_is_a_fault_of_quarry() {
        let failure = Failure::from(InitializeError::Leak(Remnant {
            path: "CONTEXT.md".to_owned(),
            line: 7,
            rule: "url-password",
        }));
        let code = format!("{:?}", failure.exit_code());
        assert_eq!(code, format!("{:?}", ExitCode::from(1)));
        let message = failure.message();
        for part in [
            "CONTEXT.md:7",
            "url-password",
            "nothing was written",
            "fault of Quarry's",
        ] {
            assert!(message.contains(part), "{message}");
        }
    }
}
