//! Native code, compiled once.
//!
//! What is in the cache is executed, so the directory must belong to the user and nobody else may write there.

use crate::error::SandboxError;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::Engine;
use wasmtime::component::Component;

/// A directory of compiled components, named by the component's sha256 and the engine's compatibility hash.
#[derive(Debug)]
pub(crate) struct CodeCache {
    directory: PathBuf,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl CodeCache {
    /// Opens the directory, creating it for the user alone.
    pub(crate) fn open(directory: PathBuf) -> Result<Self, SandboxError> {
        match prepare(&directory) {
            Ok(()) => Ok(CodeCache {
                directory,
                hits: AtomicU64::new(0),
                misses: AtomicU64::new(0),
            }),
            Err(error) => Err(SandboxError::Cache {
                path: directory,
                reason: error.to_string(),
            }),
        }
    }

    /// The component's code: from the cache, or compiled and put there. A cache that cannot be written costs time, not
    /// the call.
    pub(crate) fn load(
        &self,
        engine: &Engine,
        wasm: &[u8],
        digest: &str,
    ) -> wasmtime::Result<Component> {
        let path = self.directory.join(file_name(engine, digest));
        if let Some(component) = read(engine, &path) {
            self.hits.fetch_add(1, Ordering::Relaxed);
            return Ok(component);
        }
        self.misses.fetch_add(1, Ordering::Relaxed);
        let component = Component::from_binary(engine, wasm)?;
        let code = component.serialize()?;
        if write(&path, &code).is_err() {
            let _ = fs::remove_file(&path);
        }
        Ok(component)
    }
}

impl CodeCache {
    /// How often code was there, and how often it had to be compiled.
    pub(crate) fn uses(&self) -> (u64, u64) {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        (read(&self.hits), read(&self.misses))
    }
}

/// Others may write, or could until somebody began to empty the directory.
const UNTRUSTED: u32 = 0o1022;

/// The mode while it is emptied: for the user alone, and the sticky bit says that it is not done.
const EMPTYING: u32 = 0o1700;

fn prepare(directory: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)?;
    let metadata = fs::symlink_metadata(directory)?;
    if !metadata.is_dir() {
        return Err(io::Error::other("it is not a directory"));
    }
    // SAFETY: geteuid reads a number and cannot fail.
    let user = unsafe { libc::geteuid() };
    if metadata.uid() != user {
        return Err(io::Error::other("it belongs to another user"));
    }
    if metadata.mode() & UNTRUSTED != 0 {
        // What others left there while they could is not to be executed, not even when this ends half-way.
        fs::set_permissions(directory, fs::Permissions::from_mode(EMPTYING))?;
        empty(directory)?;
        fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn empty(directory: &Path) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn file_name(engine: &Engine, digest: &str) -> String {
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{digest}-{:016x}.cwasm", hasher.finish())
}

fn read(engine: &Engine, path: &Path) -> Option<Component> {
    let bytes = fs::read(path).ok()?;
    let component = checked(&bytes).and_then(|code| {
        // SAFETY: the bytes are code that an engine of this configuration compiled (the file's name says so, and
        // wasmtime checks it), unchanged since (`checked`), in a directory that only this user can write (`prepare`).
        unsafe { Component::deserialize(engine, code) }.ok()
    });
    if component.is_none() {
        let _ = fs::remove_file(path);
    }
    component
}

/// The code in front of its sum. wasmtime looks at its header only: what a failing disk changes behind that would be
/// executed.
fn checked(bytes: &[u8]) -> Option<&[u8]> {
    let (code, expected) = bytes.split_last_chunk()?;
    (sum(code) == *expected).then_some(code)
}

fn sum(code: &[u8]) -> [u8; 8] {
    let mut hasher = DefaultHasher::new();
    hasher.write(code);
    hasher.finish().to_le_bytes()
}

/// Puts a file there whole or not at all, also when several processes do so at once.
fn write(path: &Path, code: &[u8]) -> io::Result<()> {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    let temporary = path.with_extension(format!("{}-{count}.tmp", std::process::id()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&temporary)
        .and_then(|mut file| {
            file.write_all(code)?;
            file.write_all(&sum(code))?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_that_others_can_write_is_emptied_and_closed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("code");
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        fs::write(path.join("planted.cwasm"), b"x").unwrap();
        fs::create_dir_all(path.join("planted/more")).unwrap();
        CodeCache::open(path.clone()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o700);
        assert_eq!(fs::read_dir(&path).unwrap().count(), 0);
    }

    #[test]
    fn a_directory_that_was_not_emptied_to_the_end_is_emptied() {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(EMPTYING)).unwrap();
        fs::write(directory.path().join("planted.cwasm"), b"x").unwrap();
        CodeCache::open(directory.path().to_owned()).unwrap();
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_file_in_the_place_of_the_directory_is_an_error() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(CodeCache::open(file.path().to_owned()).is_err());
    }
}
