//! Reading inputs.

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;

/// Where an extractor's inputs are.
#[derive(Debug, Clone)]
pub struct Source {
    root: PathBuf,
}

/// An input that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{path}: cannot be read: {error}")]
pub struct SourceError {
    /// The input.
    pub path: String,
    /// What the system said.
    #[source]
    pub error: io::Error,
}

impl Source {
    /// The directory that the sandbox shows to an extractor.
    pub fn sandbox() -> Self {
        Source::directory("/source")
    }

    /// Any directory, for native tests and benchmarks.
    pub fn directory(root: impl Into<PathBuf>) -> Self {
        Source { root: root.into() }
    }

    /// The bytes of an input.
    ///
    /// # Errors
    ///
    /// When the file cannot be read: in the sandbox, because it is not an input, or because what stands there now
    /// is no longer a regular file.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        fs::read(self.root.join(path)).map_err(|error| unreadable(path, error))
    }

    /// The first bytes of an input, `length` of them at most.
    ///
    /// # Errors
    ///
    /// As [`Source::read`].
    pub fn head(&self, path: &str, length: usize) -> Result<Vec<u8>, SourceError> {
        let mut head = Vec::with_capacity(length);
        fs::File::open(self.root.join(path))
            .and_then(|file| file.take(length as u64).read_to_end(&mut head))
            .map_err(|error| unreadable(path, error))?;
        Ok(head)
    }
}

fn unreadable(path: &str, error: io::Error) -> SourceError {
    SourceError {
        path: path.to_owned(),
        error,
    }
}
