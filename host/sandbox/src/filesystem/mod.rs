//! The files that a component sees: its inputs, or its workspace, and nothing else.
//!
//! `wasi:filesystem` is answered here rather than by wasmtime-wasi, from a [`cap_std::fs::Dir`] that the host opened:
//! no path of a guest is ever looked up in the process's own namespace. An extractor sees `/source` with exactly the
//! inputs that it was handed, read-only; what was not handed does not exist for it, and trying to open it is refused
//! and recorded. A prompt builder sees an empty `/workspace` that it may fill up to a quota. Links are refused, no call
//! tells a file's times or inode, so that what a component finds depends on the inputs alone.

mod access;
mod host;
mod inputs;
mod source;
mod streams;
mod workspace;

pub use access::{Access, Denied};
pub use inputs::Inputs;

use crate::bindings::wasi::wasi::filesystem::types::{DirectoryEntry, ErrorCode};
use access::AccessLog;
use cap_std::fs::Dir;
use std::fs::File;
use std::io;
use std::sync::Arc;
use wasmtime::component::{ResourceTable, ResourceTableError};
use workspace::Quota;

/// What a call of a component may see.
#[derive(Debug, Clone)]
pub(crate) enum Root {
    /// Nothing.
    Nothing,
    /// The inputs among the files of a directory.
    Source { directory: Arc<Dir>, inputs: Inputs },
    /// An empty directory to write into.
    Workspace { directory: Arc<Dir> },
}

/// The files of one call.
#[derive(Debug)]
pub(crate) struct Files {
    root: Root,
    log: AccessLog,
    quota: Arc<Quota>,
}

impl Files {
    pub(crate) fn new(root: Root, quota: Quota, on_open: Option<crate::OnOpen>) -> Self {
        Files {
            root,
            log: AccessLog::new(on_open),
            quota: Arc::new(quota),
        }
    }

    /// Records that something other than a file was refused.
    pub(crate) fn deny(&mut self, what: &str, reason: &'static str) {
        self.log.denied(what, reason);
    }

    pub(crate) fn into_access(self) -> Access {
        self.log.finish(&self.root)
    }
}

pub(crate) use workspace::Quota as WriteQuota;

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
    SourceFile { path: String, file: Arc<File> },
    /// A directory of the workspace.
    WorkspaceDirectory { path: String, directory: Arc<Dir> },
    /// A file of the workspace.
    WorkspaceFile { path: String, file: Arc<File> },
}

/// The entries of a directory that are still to be read, in reverse.
#[derive(Debug)]
pub struct DirectoryEntries(Vec<DirectoryEntry>);

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
