//! Inputs of a native test or benchmark.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;

/// A directory.
#[derive(Debug)]
pub(super) struct Root(PathBuf);

impl Root {
    pub(super) fn sandbox() -> Self {
        Root("/source".into())
    }

    pub(super) fn directory(path: PathBuf) -> Self {
        Root(path)
    }

    pub(super) fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        fs::read(self.0.join(path))
    }

    pub(super) fn head(&self, path: &str, length: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(length);
        File::open(self.0.join(path))?
            .take(length as u64)
            .read_to_end(&mut head)?;
        Ok(head)
    }
}
