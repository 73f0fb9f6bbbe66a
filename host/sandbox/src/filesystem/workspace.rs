//! A prompt builder's side: an empty directory that it fills, up to a quota.

use super::source::stat;
use super::{Descriptor, DirectoryEntries, OpenFile, Outcome, Root, View, with_slash};
use crate::bindings::wasi::wasi::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags,
};
use crate::limits::Limits;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) const QUOTA: &str = "is more than the workspace may hold";
const OUTSIDE: &str = "is outside of the workspace";
const NOT_REGULAR: &str = "is not a regular file";
const TOO_DEEP: &str = "is in too many directories";
const DIRECTORY_RENAMED: &str = "directories are not renamed";

/// How many names a path may have. Whoever takes the workspace over walks it down, a directory handle or a stack frame
/// for each.
const DEPTH: usize = 16;

/// What may still be written. What was written is never given back, so that writing and deleting cannot go on for ever.
#[derive(Debug)]
pub(crate) struct Quota {
    bytes: AtomicU64,
    files: AtomicU32,
    /// The first file whose stream wrote too much. Streams have no access log.
    refused: Mutex<Option<String>>,
}

/// The error of writing more than the quota, as distinct from a disk that is full.
#[derive(Debug, thiserror::Error)]
#[error("{QUOTA}")]
pub(super) struct Exceeded;

impl Exceeded {
    pub(super) fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|error| error.is::<Exceeded>())
    }
}

impl Quota {
    pub(crate) fn new(limits: &Limits) -> Self {
        Quota {
            bytes: AtomicU64::new(limits.written),
            files: AtomicU32::new(limits.files),
            refused: Mutex::new(None),
        }
    }

    /// Remembers the file of a stream whose write failed with `error`.
    pub(super) fn refuse(&self, path: &str, error: &io::Error) {
        if Exceeded::is(error) {
            self.refused
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .get_or_insert_with(|| path.to_owned());
        }
    }

    /// The first file whose stream wrote too much.
    pub(super) fn refused(&self) -> Option<String> {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Writes at a position, or at the end when there is none. A gap that a write leaves behind the end counts as
    /// written: it would be read as zeroes by whoever copies the file.
    pub(super) fn write_at(
        &self,
        file: &File,
        bytes: &[u8],
        position: Option<u64>,
    ) -> io::Result<usize> {
        let end = file.metadata()?.len();
        let position = position.unwrap_or(end);
        self.take_bytes((bytes.len() as u64).saturating_add(position.saturating_sub(end)))?;
        file.write_all_at(bytes, position)?;
        Ok(bytes.len())
    }

    fn take_bytes(&self, wanted: u64) -> io::Result<()> {
        self.bytes
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(wanted)
            })
            .map(drop)
            .map_err(|_| io::Error::new(io::ErrorKind::QuotaExceeded, Exceeded))
    }

    fn take_file(&self) -> io::Result<()> {
        self.files
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .map(drop)
            .map_err(|_| io::Error::new(io::ErrorKind::QuotaExceeded, Exceeded))
    }
}

impl View<'_> {
    /// Opens a file or directory of the workspace, or creates a file.
    pub(super) fn open_workspace(
        &mut self,
        prefix: &str,
        path: &str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Outcome<Descriptor> {
        let (root, full) = self.within(prefix, path)?;
        let creating = open_flags.contains(OpenFlags::CREATE);
        if !creating && (full.is_empty() || is_directory(&root, &full)) {
            return Ok(Descriptor::WorkspaceDirectory {
                prefix: with_slash(full),
            });
        }
        if open_flags.contains(OpenFlags::DIRECTORY) {
            return Err(ErrorCode::NotDirectory.into());
        }
        let slot = self.slot(path)?;
        let file = self.open_or_create(&root, &full, open_flags, flags)?;
        if !file.metadata()?.is_file() {
            return self.refuse(path, NOT_REGULAR, ErrorCode::NotPermitted);
        }
        self.files.log.went_on();
        Ok(Descriptor::WorkspaceFile {
            path: full,
            file: Arc::new(OpenFile { file, slot }),
        })
    }

    fn open_or_create(
        &mut self,
        root: &Dir,
        path: &str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Outcome<File> {
        let writing = flags.contains(DescriptorFlags::WRITE);
        let mut options = OpenOptions::new();
        options
            .read(flags.contains(DescriptorFlags::READ) || !writing)
            .write(writing)
            .custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
        if open_flags.contains(OpenFlags::CREATE) && writing {
            if root.symlink_metadata(path).is_err() {
                self.charge(path, Quota::take_file)?;
                return Ok(root.open_with(path, options.create_new(true))?.into_std());
            }
            if open_flags.contains(OpenFlags::EXCLUSIVE) {
                return Err(ErrorCode::Exist.into());
            }
        }
        options.truncate(open_flags.contains(OpenFlags::TRUNCATE) && writing);
        Ok(root.open_with(path, &options)?.into_std())
    }

    /// Begins to list a directory.
    pub(super) fn list_workspace(&mut self, prefix: &str) -> Outcome<DirectoryEntries> {
        let slot = self.slot(prefix)?;
        let (root, full) = self.within(prefix, ".")?;
        if full.is_empty() {
            DirectoryEntries::workspace(&root, slot)
        } else {
            DirectoryEntries::workspace(&root.open_dir(full)?, slot)
        }
    }

    pub(super) fn create_directory(&mut self, prefix: &str, path: &str) -> Outcome<()> {
        let (root, full) = self.within(prefix, path)?;
        self.charge(&full, Quota::take_file)?;
        Ok(root.create_dir(full)?)
    }

    pub(super) fn remove_directory(&mut self, prefix: &str, path: &str) -> Outcome<()> {
        let (root, full) = self.within(prefix, path)?;
        Ok(root.remove_dir(full)?)
    }

    pub(super) fn remove_file(&mut self, prefix: &str, path: &str) -> Outcome<()> {
        let (root, full) = self.within(prefix, path)?;
        Ok(root.remove_file(full)?)
    }

    /// Renames a file. A directory stays where it is: handles know theirs by its path, and what is in it would come to
    /// stand deeper than anything may.
    pub(super) fn rename(&mut self, from: (&str, &str), to: (&str, &str)) -> Outcome<()> {
        let (root, old) = self.within(from.0, from.1)?;
        let (_, new) = self.within(to.0, to.1)?;
        if is_directory(&root, &old) {
            return self.refuse(&old, DIRECTORY_RENAMED, ErrorCode::Unsupported);
        }
        Ok(root.rename(old, &root, new)?)
    }

    pub(super) fn stat_workspace(&mut self, prefix: &str, path: &str) -> Outcome<DescriptorStat> {
        let (root, full) = self.within(prefix, path)?;
        if full.is_empty() {
            return Ok(stat(DescriptorType::Directory, 0));
        }
        let metadata = root.symlink_metadata(full)?;
        Ok(if metadata.is_dir() {
            stat(DescriptorType::Directory, 0)
        } else {
            stat(DescriptorType::RegularFile, metadata.len())
        })
    }

    pub(super) fn write_workspace(
        &mut self,
        path: &str,
        file: &File,
        bytes: &[u8],
        at: u64,
    ) -> Outcome<u64> {
        self.charge(path, |quota| quota.write_at(file, bytes, Some(at)))
            .map(|written| written as u64)
    }

    pub(super) fn resize_workspace(&mut self, path: &str, file: &File, size: u64) -> Outcome<()> {
        let growth = size.saturating_sub(file.metadata()?.len());
        self.charge(path, |quota| quota.take_bytes(growth))?;
        Ok(file.set_len(size)?)
    }

    /// The workspace and a path in it, refused when that leads outside or too deep.
    fn within(&mut self, prefix: &str, path: &str) -> Outcome<(Arc<Dir>, String)> {
        let full = self.join(prefix, path, OUTSIDE)?;
        if full.split('/').count() > DEPTH {
            return self.refuse(path, TOO_DEEP, ErrorCode::NameTooLong);
        }
        match &self.files.root {
            Root::Workspace { directory } => Ok((directory.clone(), full)),
            Root::Nothing | Root::Source { .. } => Err(ErrorCode::BadDescriptor.into()),
        }
    }

    fn charge<T>(
        &mut self,
        path: &str,
        taking: impl FnOnce(&Quota) -> io::Result<T>,
    ) -> Outcome<T> {
        match taking(&self.files.quota) {
            Err(error) if Exceeded::is(&error) => self.refuse(path, QUOTA, ErrorCode::Quota),
            result => Ok(result?),
        }
    }
}

fn is_directory(root: &Dir, path: &str) -> bool {
    root.symlink_metadata(path)
        .is_ok_and(|metadata| metadata.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota(bytes: u64) -> Quota {
        Quota::new(&Limits {
            written: bytes,
            files: 1,
            ..Limits::default()
        })
    }

    #[test]
    fn a_gap_behind_the_end_counts_as_written() {
        let file = tempfile::tempfile().unwrap();
        let quota = quota(10);
        assert_eq!(quota.write_at(&file, b"ab", Some(3)).unwrap(), 2);
        assert_eq!(quota.write_at(&file, b"cd", None).unwrap(), 2);
        let error = quota.write_at(&file, b"ef", Some(9)).unwrap_err();
        assert!(Exceeded::is(&error));
        assert_eq!(file.metadata().unwrap().len(), 7);
    }

    #[test]
    fn files_are_counted() {
        let quota = quota(10);
        assert!(quota.take_file().is_ok());
        assert!(Exceeded::is(&quota.take_file().unwrap_err()));
    }
}
