//! Why a workspace could not be written.

use std::io;
use std::path::{Path, PathBuf};

/// A workspace could not be written. It is as it was before, unless [`PublishError::Unfinished`] says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file or directory of the workspace cannot be used.
    #[error("{path}: {action}: {error}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried, as the beginning of a sentence.
        action: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// Another run holds the lock.
    #[error("{path}: another run is writing this workspace; wait until it has ended", path = .0.display())]
    Locked(PathBuf),
    /// The prompt builder wrote what no prompt builder writes.
    #[error("the prompt builder's {file} is not published: {reason}")]
    Rejected {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Something of the user's has a name that Quarry needs.
    #[error("{path}: {reason}; move it elsewhere, then run again", path = path.display())]
    Occupied {
        /// The file or directory.
        path: PathBuf,
        /// Why it is not replaced, as the beginning of a sentence.
        reason: String,
    },
    /// The new state is decided on and on the disk, but not yet in its place.
    #[error(
        "{path}: a run was recorded but not finished: {reason}; the next run finishes it, or remove that directory to keep what is there now", path = path.display()
    )]
    Unfinished {
        /// The recorded run.
        path: PathBuf,
        /// What stopped it.
        reason: String,
    },
    /// A scratch workspace publishes nothing.
    #[error("{path}: this run only compares; it writes nothing here", path = .0.display())]
    Scratch(PathBuf),
}

impl PublishError {
    /// What the system said about a file or directory, as an error.
    pub(crate) fn io(path: &Path, action: &'static str) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |error| PublishError::Io {
            path,
            action,
            error,
        }
    }

    pub(crate) fn rejected(file: &str, reason: impl Into<String>) -> Self {
        PublishError::Rejected {
            // A builder chose the name: nothing in it reaches a terminal as it is.
            file: file.escape_debug().to_string(),
            reason: reason.into(),
        }
    }
}
