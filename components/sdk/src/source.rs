//! Reading inputs.

#[cfg_attr(target_family = "wasm", path = "source/sandbox.rs")]
#[cfg_attr(not(target_family = "wasm"), path = "source/native.rs")]
mod root;

use std::io;

/// Where an extractor's inputs are.
#[derive(Debug)]
pub struct Source {
    root: root::Root,
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
        Source {
            root: root::Root::sandbox(),
        }
    }

    /// Any directory, for native tests and benchmarks.
    #[cfg(not(target_family = "wasm"))]
    pub fn directory(root: impl Into<std::path::PathBuf>) -> Self {
        Source {
            root: root::Root::directory(root.into()),
        }
    }

    /// The regular files below a directory, relative to it, separated by `/`, sorted: what a host would choose the
    /// inputs of a native test or benchmark from. Links are not followed, names that are not UTF-8 left out.
    ///
    /// # Errors
    ///
    /// When a directory cannot be read.
    #[cfg(not(target_family = "wasm"))]
    pub fn paths(&self) -> Result<Vec<String>, SourceError> {
        self.root.paths()
    }

    /// The bytes of an input.
    ///
    /// # Errors
    ///
    /// When the file cannot be read: in the sandbox, because it is not an input, or because what stands there now
    /// is no longer a regular file.
    pub fn read(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        self.root
            .read(path)
            .map_err(|error| unreadable(path, error))
    }

    /// The first bytes of an input, `length` of them at most.
    ///
    /// # Errors
    ///
    /// As [`Source::read`].
    pub fn head(&self, path: &str, length: usize) -> Result<Vec<u8>, SourceError> {
        self.root
            .head(path, length)
            .map_err(|error| unreadable(path, error))
    }
}

fn unreadable(path: &str, error: io::Error) -> SourceError {
    SourceError {
        path: path.to_owned(),
        error,
    }
}
