//! A prompt builder's side: an empty directory that it fills, up to a quota.

use super::memory::{Entry, MemoryDirectory, MemoryFile};
use super::source::stat;
use super::{Descriptor, DirectoryEntries, Outcome, Root, View, with_slash};
use crate::bindings::wasi::wasi::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags,
};
use crate::limits::Limits;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

pub(super) const QUOTA: &str = "is more than the workspace may hold";
const OUTSIDE: &str = "is outside of the workspace";
const TOO_DEEP: &str = "is in too many directories";
const NAME_TOO_LONG: &str = "has a longer name than systems allow";
const DIRECTORY_RENAMED: &str = "directories are not renamed";

/// How many names a path may have. Whoever takes the workspace over may walk it down, a stack frame for each.
const DEPTH: usize = 16;

/// How many bytes a name may have, as on most file systems.
const NAME: usize = 255;

/// What may still be written. What was written is never given back, so that writing and deleting cannot go on for ever.
#[derive(Debug)]
pub(crate) struct Quota {
    bytes: AtomicU64,
    files: AtomicU32,
    /// The first file whose stream wrote too much. Streams have no access log.
    refused: Mutex<Option<String>>,
}

/// The error of writing more than the quota.
#[derive(Debug, thiserror::Error)]
#[error("{QUOTA}")]
pub(super) struct Exceeded;

impl Quota {
    pub(crate) fn new(limits: &Limits) -> Self {
        Quota {
            bytes: AtomicU64::new(limits.written),
            files: AtomicU32::new(limits.files),
            refused: Mutex::new(None),
        }
    }

    /// Remembers the file of a stream that wrote too much.
    pub(super) fn refuse(&self, path: &str) {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_with(|| path.to_owned());
    }

    /// The first file whose stream wrote too much.
    pub(super) fn refused(&self) -> Option<String> {
        self.refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Writes at a position, or at the end when there is none. A gap that a write leaves behind the end counts as
    /// written: it takes memory, too.
    pub(super) fn write_at(
        &self,
        file: &MemoryFile,
        bytes: &[u8],
        position: Option<u64>,
    ) -> Result<(), Exceeded> {
        let end = file.len() as u64;
        let position = position.unwrap_or(end);
        self.take_bytes((bytes.len() as u64).saturating_add(position.saturating_sub(end)))?;
        file.write_at(usize::try_from(position).map_err(|_| Exceeded)?, bytes);
        Ok(())
    }

    fn take_bytes(&self, wanted: u64) -> Result<(), Exceeded> {
        self.bytes
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(wanted)
            })
            .map(drop)
            .map_err(|_| Exceeded)
    }

    fn take_file(&self) -> Result<(), Exceeded> {
        self.files
            .try_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(1)
            })
            .map(drop)
            .map_err(|_| Exceeded)
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
        let entry = root.get(&full);
        let creating = open_flags.contains(OpenFlags::CREATE);
        if !creating && matches!(entry, Some(Entry::Directory)) {
            return Ok(Descriptor::WorkspaceDirectory {
                prefix: with_slash(full),
            });
        }
        if open_flags.contains(OpenFlags::DIRECTORY) {
            return Err(ErrorCode::NotDirectory.into());
        }
        let writing = flags.contains(DescriptorFlags::WRITE);
        let file = match entry {
            Some(_) if creating && open_flags.contains(OpenFlags::EXCLUSIVE) => {
                return Err(ErrorCode::Exist.into());
            }
            Some(Entry::Directory) => return Err(ErrorCode::IsDirectory.into()),
            Some(Entry::File(file)) => file,
            None if creating && writing => self.create_file(&root, &full)?,
            None => return Err(ErrorCode::NoEntry.into()),
        };
        if open_flags.contains(OpenFlags::TRUNCATE) && writing {
            file.set_len(0);
        }
        self.files.log.went_on();
        let flags = match writing {
            true => flags & (DescriptorFlags::READ | DescriptorFlags::WRITE),
            false => DescriptorFlags::READ,
        };
        Ok(Descriptor::WorkspaceFile {
            path: full,
            file,
            flags,
        })
    }

    fn create_file(&mut self, root: &MemoryDirectory, path: &str) -> Outcome<MemoryFile> {
        self.charge(path, Quota::take_file)?;
        let file = MemoryFile::default();
        root.create(path.to_owned(), Entry::File(file.clone()))?;
        Ok(file)
    }

    /// Begins to list a directory.
    pub(super) fn list_workspace(&mut self, prefix: &str) -> Outcome<DirectoryEntries> {
        let (root, full) = self.within(prefix, ".")?;
        match root.get(&full) {
            Some(Entry::Directory) => Ok(DirectoryEntries::workspace(root, with_slash(full))),
            Some(Entry::File(_)) => Err(ErrorCode::NotDirectory.into()),
            None => Err(ErrorCode::NoEntry.into()),
        }
    }

    pub(super) fn create_directory(&mut self, prefix: &str, path: &str) -> Outcome<()> {
        let (root, full) = self.within(prefix, path)?;
        self.charge(&full, Quota::take_file)?;
        Ok(root.create(full, Entry::Directory)?)
    }

    pub(super) fn remove_directory(&mut self, prefix: &str, path: &str) -> Outcome<()> {
        let (root, full) = self.within(prefix, path)?;
        Ok(root.remove_directory(&full)?)
    }

    pub(super) fn remove_file(&mut self, prefix: &str, path: &str) -> Outcome<()> {
        let (root, full) = self.within(prefix, path)?;
        root.remove_file(&full)?;
        Ok(())
    }

    /// Renames a file. A directory stays where it is: handles know theirs by its path, and what is in it would come to
    /// stand deeper than anything may.
    pub(super) fn rename(&mut self, from: (&str, &str), to: (&str, &str)) -> Outcome<()> {
        let (root, old) = self.within(from.0, from.1)?;
        let (_, new) = self.within(to.0, to.1)?;
        if let Some(Entry::Directory) = root.get(&old) {
            return self.refuse(&old, DIRECTORY_RENAMED, ErrorCode::Unsupported);
        }
        Ok(root.rename_file(&old, new)?)
    }

    pub(super) fn stat_workspace(&mut self, prefix: &str, path: &str) -> Outcome<DescriptorStat> {
        let (root, full) = self.within(prefix, path)?;
        match root.get(&full) {
            Some(Entry::Directory) => Ok(stat(DescriptorType::Directory, 0)),
            Some(Entry::File(file)) => Ok(stat(DescriptorType::RegularFile, file.len() as u64)),
            None => Err(ErrorCode::NoEntry.into()),
        }
    }

    pub(super) fn write_workspace(
        &mut self,
        path: &str,
        file: &MemoryFile,
        bytes: &[u8],
        at: u64,
    ) -> Outcome<u64> {
        self.charge(path, |quota| quota.write_at(file, bytes, Some(at)))?;
        Ok(bytes.len() as u64)
    }

    pub(super) fn resize_workspace(
        &mut self,
        path: &str,
        file: &MemoryFile,
        size: u64,
    ) -> Outcome<()> {
        let growth = size.saturating_sub(file.len() as u64);
        self.charge(path, |quota| quota.take_bytes(growth))?;
        file.set_len(usize::try_from(size).map_err(|_| ErrorCode::FileTooLarge)?);
        Ok(())
    }

    /// The workspace and a path in it, refused when that leads outside or is no path of a file system.
    fn within(&mut self, prefix: &str, path: &str) -> Outcome<(MemoryDirectory, String)> {
        let full = self.join(prefix, path, OUTSIDE)?;
        if full.split('/').count() > DEPTH {
            return self.refuse(path, TOO_DEEP, ErrorCode::NameTooLong);
        }
        if full.split('/').any(|name| name.len() > NAME) {
            return self.refuse(path, NAME_TOO_LONG, ErrorCode::NameTooLong);
        }
        match &self.files.root {
            Root::Workspace { directory } => Ok((directory.clone(), full)),
            Root::Nothing | Root::Source { .. } => Err(ErrorCode::BadDescriptor.into()),
        }
    }

    fn charge(
        &mut self,
        path: &str,
        taking: impl FnOnce(&Quota) -> Result<(), Exceeded>,
    ) -> Outcome<()> {
        match taking(&self.files.quota) {
            Ok(()) => Ok(()),
            Err(Exceeded) => self.refuse(path, QUOTA, ErrorCode::Quota),
        }
    }
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
        let file = MemoryFile::default();
        let quota = quota(10);
        assert!(quota.write_at(&file, b"ab", Some(3)).is_ok());
        assert!(quota.write_at(&file, b"cd", None).is_ok());
        assert!(quota.write_at(&file, b"ef", Some(9)).is_err());
        assert_eq!(file.read_at(0, 100), b"\0\0\0abcd");
    }

    #[test]
    fn files_are_counted() {
        let quota = quota(10);
        assert!(quota.take_file().is_ok());
        assert!(quota.take_file().is_err());
    }
}
