//! The files that a component sees: its inputs, or its workspace, and nothing else.
//!
//! `wasi:filesystem` is answered here rather than by wasmtime-wasi, from a [`cap_std::fs::Dir`] that the host opened:
//! no path of a guest is ever looked up in the process's own namespace. An extractor sees `/source` with exactly the
//! inputs that it was handed, read-only; what was not handed does not exist for it, and trying to open it is refused
//! and recorded. A prompt builder sees an empty `/workspace`, in memory, that it may fill up to a quota. Links are refused,
//! no call tells a file's times or inode, so that what a component finds depends on the inputs alone.

mod access;
mod entries;
mod host;
mod inputs;
mod memory;
mod open;
mod place;
mod preopens;
mod source;
mod streams;
mod workspace;

pub use access::{Access, Denied};
pub use inputs::Inputs;

pub use entries::DirectoryEntries;
pub(crate) use memory::MemoryDirectory;

use crate::bindings::wasi::wasi::filesystem::types::{DescriptorFlags, ErrorCode};
use crate::limits::Limits;
use access::AccessLog;
use cap_std::fs::Dir;
use memory::MemoryFile;
use std::fs::File;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use wasmtime::component::{ResourceTable, ResourceTableError};
use workspace::{Exceeded, Quota};

/// What a call of a component may see.
#[derive(Debug, Clone)]
pub(crate) enum Root {
    /// Nothing.
    Nothing,
    /// The inputs among the files of a directory.
    Source { directory: Arc<Dir>, inputs: Inputs },
    /// An empty directory to write into.
    Workspace { directory: MemoryDirectory },
}

/// The files of one call.
#[derive(Debug)]
pub(crate) struct Files {
    root: Root,
    log: AccessLog,
    quota: Arc<Quota>,
    /// Cloned for whatever holds a file of the process open.
    slot: Slot,
    slots: usize,
}

impl Files {
    pub(crate) fn new(root: Root, limits: &Limits, on_open: Option<crate::OnOpen>) -> Self {
        Files {
            root,
            log: AccessLog::new(on_open),
            quota: Arc::new(Quota::new(limits)),
            slot: Slot::default(),
            slots: limits.open_files,
        }
    }

    /// A slot for one more open file, when there is one left.
    fn slot(&self) -> Option<Slot> {
        (Arc::strong_count(&self.slot.0) <= self.slots).then(|| self.slot.clone())
    }

    /// Records that something other than a file was refused.
    pub(crate) fn deny(&mut self, what: &str, reason: &'static str) {
        self.log.denied(what, reason);
    }

    /// What the call did, and what it was refused last without going on with another file.
    pub(crate) fn into_access(mut self) -> (Access, Option<Denied>) {
        if let Some(path) = self.quota.refused() {
            self.log.denied(&path, workspace::QUOTA);
        }
        let bytes_read = self.slot.0.load(Ordering::Relaxed);
        self.log.finish(&self.root, bytes_read)
    }
}

/// One of the files that a call may have open at once. All calls share the process's table of files, and a few guests
/// that keep what they open would leave none for the host. It counts the bytes that are read of all of them.
#[derive(Debug, Clone, Default)]
struct Slot(Arc<AtomicU64>);

/// A file of the process, with its slot.
#[derive(Debug)]
pub struct OpenFile {
    file: File,
    slot: Slot,
}

impl OpenFile {
    /// Counts bytes that the guest was given.
    fn was_read(&self, bytes: usize) {
        self.slot.0.fetch_add(bytes as u64, Ordering::Relaxed);
    }
}

/// What implements the WASI interfaces: the files of a call and the table of its handles.
#[derive(Debug)]
pub(crate) struct View<'a> {
    pub(crate) files: &'a mut Files,
    pub(crate) table: &'a mut ResourceTable,
}

/// A guest's handle of a file or directory.
#[derive(Debug)]
pub enum Descriptor {
    /// A directory of the source tree: empty for the root, else ending in `/`.
    SourceDirectory { prefix: String },
    /// An input.
    SourceFile { path: String, file: Arc<OpenFile> },
    /// A directory of the workspace: empty for the root, else ending in `/`.
    WorkspaceDirectory { prefix: String },
    /// A file of the workspace, opened for reading or writing or both.
    WorkspaceFile {
        path: String,
        file: MemoryFile,
        flags: DescriptorFlags,
    },
}

/// Why a call of `wasi:filesystem` does not do what it was asked.
#[derive(Debug)]
pub enum Refusal {
    /// The guest is told.
    Code(ErrorCode),
    /// The guest is stopped.
    Trap(wasmtime::Error),
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Refusal::Code(code)
    }
}

impl From<ResourceTableError> for Refusal {
    fn from(error: ResourceTableError) -> Self {
        // A full table is the guest's own doing and it can go on; a handle that does not exist is a broken guest.
        if matches!(error, ResourceTableError::Full) {
            Refusal::Code(ErrorCode::InsufficientMemory)
        } else {
            Refusal::Trap(error.into())
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Refusal::from(&error)
    }
}

impl From<&io::Error> for Refusal {
    fn from(error: &io::Error) -> Self {
        if error.get_ref().is_some_and(|error| error.is::<Exceeded>()) {
            return Refusal::Code(ErrorCode::Quota);
        }
        Refusal::Code(match error.kind() {
            io::ErrorKind::NotFound => ErrorCode::NoEntry,
            io::ErrorKind::AlreadyExists => ErrorCode::Exist,
            io::ErrorKind::NotADirectory => ErrorCode::NotDirectory,
            io::ErrorKind::IsADirectory => ErrorCode::IsDirectory,
            io::ErrorKind::DirectoryNotEmpty => ErrorCode::NotEmpty,
            io::ErrorKind::StorageFull => ErrorCode::InsufficientSpace,
            io::ErrorKind::InvalidFilename => ErrorCode::NameTooLong,
            io::ErrorKind::InvalidInput => ErrorCode::Invalid,
            io::ErrorKind::PermissionDenied => ErrorCode::NotPermitted,
            _ => ErrorCode::Io,
        })
    }
}

type Outcome<T> = Result<T, Refusal>;

/// The longest path that is looked at; longer ones exist on no system.
const PATH_SIZE: usize = 4_096;

const TOO_LONG: &str = "is too long for a path";
const TOO_MANY: &str = "is one file too many to have open at once";

impl View<'_> {
    /// Records a refusal and gives the guest its code.
    fn refuse<T>(&mut self, path: &str, reason: &'static str, code: ErrorCode) -> Outcome<T> {
        self.files.log.denied(path, reason);
        Err(code.into())
    }

    /// Joins a guest's path to a directory; refused when it leads outside, for the given reason.
    fn join(&mut self, prefix: &str, path: &str, outside: &'static str) -> Outcome<String> {
        if path.len() > PATH_SIZE {
            return self.refuse(path, TOO_LONG, ErrorCode::NameTooLong);
        }
        match join(prefix, path) {
            Some(joined) => Ok(joined),
            None => self.refuse(path, outside, ErrorCode::NotPermitted),
        }
    }

    /// A slot for a file that is about to be opened.
    fn slot(&mut self, path: &str) -> Outcome<Slot> {
        match self.files.slot() {
            Some(slot) => Ok(slot),
            None => self.refuse(path, TOO_MANY, ErrorCode::InsufficientMemory),
        }
    }
}

/// A directory's path as others are joined to it.
fn with_slash(path: String) -> String {
    if path.is_empty() { path } else { path + "/" }
}

/// Joins a guest's path to the directory `prefix` (empty, or ending in `/`). None when the path is absolute, goes
/// upwards or holds a NUL: there is nothing above the root, not even by name.
fn join(prefix: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\0') {
        return None;
    }
    let mut joined = prefix.trim_end_matches('/').to_owned();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => return None,
            name => {
                if !joined.is_empty() {
                    joined.push('/');
                }
                joined.push_str(name);
            }
        }
    }
    Some(joined)
}

#[cfg(test)]
mod tests {
    use super::join;

    #[test]
    fn paths_never_leave_the_directory() {
        assert_eq!(join("", "a/b").as_deref(), Some("a/b"));
        assert_eq!(join("a/", "./b//c/").as_deref(), Some("a/b/c"));
        assert_eq!(join("a/", ".").as_deref(), Some("a"));
        assert_eq!(join("a/", "../b"), None);
        assert_eq!(join("", "/etc/passwd"), None);
        assert_eq!(join("", "a\0b"), None);
    }
}
