//! Inputs of a native test or benchmark.

use super::{SourceError, unreadable};
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

    pub(super) fn paths(&self) -> Result<Vec<String>, SourceError> {
        let mut paths = Vec::new();
        let mut pending = vec![String::new()];
        while let Some(prefix) = pending.pop() {
            let failed = |error| unreadable(&prefix, error);
            for entry in fs::read_dir(self.0.join(&prefix)).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                let kind = entry.file_type().map_err(failed)?;
                let name = entry.file_name();
                let Some(name) = name.to_str() else {
                    continue;
                };
                if kind.is_dir() {
                    pending.push(format!("{prefix}{name}/"));
                } else if kind.is_file() {
                    paths.push(format!("{prefix}{name}"));
                }
            }
        }
        paths.sort_unstable();
        Ok(paths)
    }

    pub(super) fn head(&self, path: &str, length: usize) -> io::Result<Vec<u8>> {
        let mut head = Vec::with_capacity(length);
        File::open(self.0.join(path))?
            .take(length as u64)
            .read_to_end(&mut head)?;
        Ok(head)
    }
}
