//! A prompt builder's side: an empty directory that it fills, up to a quota.

use super::{Descriptor, Outcome, View, join};
use crate::bindings::wasi::wasi::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags,
};
use crate::filesystem::source::stat;
use crate::limits::Limits;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

const OUTSIDE: &str = "is outside of the workspace";
const QUOTA: &str = "is more than the workspace may hold";
const NOT_REGULAR: &str = "is not a regular file";

/// What may still be written. What was written is never given back, so that writing and deleting cannot go on for ever.
#[derive(Debug)]
pub(crate) struct Quota {
    bytes: AtomicU64,
    files: AtomicU32,
    exceeded: AtomicBool,
}

impl Quota {
    pub(crate) fn new(limits: &Limits) -> Self {
        Quota {
            bytes: AtomicU64::new(limits.written),
            files: AtomicU32::new(limits.files),
            exceeded: AtomicBool::new(false),
        }
    }

    pub(super) fn exceeded(&self) -> bool {
        self.exceeded.load(Ordering::Relaxed)
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
        self.take(
            self.bytes
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(wanted)
                })
                .is_ok(),
        )
    }

    fn take_file(&self) -> io::Result<()> {
        self.take(
            self.files
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    left.checked_sub(1)
                })
                .is_ok(),
        )
    }

    fn take(&self, taken: bool) -> io::Result<()> {
        if taken {
            return Ok(());
        }
        self.exceeded.store(true, Ordering::Relaxed);
        Err(io::ErrorKind::StorageFull.into())
    }
}

impl View<'_> {
    /// Opens a file or directory of the workspace, or creates a file.
    pub(super) fn open_workspace(
        &mut self,
        directory: &Dir,
        base: &str,
        path: &str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Outcome<Descriptor> {
        let full = self.within(base, path)?;
        let relative = self.within("", path)?;
        let creating = open_flags.contains(OpenFlags::CREATE);
        if !creating && (relative.is_empty() || is_directory(directory, &relative)) {
            let directory = if relative.is_empty() {
                directory.try_clone()?
            } else {
                directory.open_dir(&relative)?
            };
            return Ok(Descriptor::WorkspaceDirectory {
                path: with_slash(full),
                directory: Arc::new(directory),
            });
        }
        if open_flags.contains(OpenFlags::DIRECTORY) {
            return Err(ErrorCode::NotDirectory.into());
        }
        let file = self.open_or_create(directory, &relative, open_flags, flags)?;
        if !file.metadata()?.is_file() {
            return self.refuse(path, NOT_REGULAR, ErrorCode::NotPermitted);
        }
        Ok(Descriptor::WorkspaceFile {
            path: full,
            file: Arc::new(file),
        })
    }

    fn open_or_create(
        &mut self,
        directory: &Dir,
        path: &str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Outcome<File> {
        let writing = flags.contains(DescriptorFlags::WRITE);
        let mut options = OpenOptions::new();
        options.read(flags.contains(DescriptorFlags::READ) || !writing);
        options.write(writing);
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
        if open_flags.contains(OpenFlags::CREATE) && writing {
            self.charge(path, |quota| quota.take_file())?;
            match directory.open_with(path, options.clone().create_new(true)) {
                Ok(file) => return Ok(file.into_std()),
                Err(error)
                    if error.kind() == io::ErrorKind::AlreadyExists
                        && !open_flags.contains(OpenFlags::EXCLUSIVE) => {}
                Err(error) => return Err(error.into()),
            }
        }
        options.truncate(open_flags.contains(OpenFlags::TRUNCATE) && writing);
        Ok(directory.open_with(path, &options)?.into_std())
    }

    pub(super) fn create_directory(&mut self, directory: &Dir, path: &str) -> Outcome<()> {
        let path = self.within("", path)?;
        self.charge(&path, |quota| quota.take_file())?;
        Ok(directory.create_dir(path)?)
    }

    pub(super) fn stat_workspace(&mut self, directory: &Dir, path: &str) -> Outcome<DescriptorStat> {
        let path = self.within("", path)?;
        if path.is_empty() {
            return Ok(stat(DescriptorType::Directory, 0));
        }
        let metadata = directory.symlink_metadata(path)?;
        Ok(if metadata.is_dir() {
            stat(DescriptorType::Directory, 0)
        } else {
            stat(DescriptorType::RegularFile, metadata.len())
        })
    }

    pub(super) fn write_workspace(&mut self, file: &File, bytes: &[u8], at: u64) -> Outcome<u64> {
        let quota = self.files.quota.clone();
        self.charge("", |_| quota.write_at(file, bytes, Some(at)))
            .map(|written| written as u64)
    }

    pub(super) fn resize_workspace(&mut self, file: &File, size: u64) -> Outcome<()> {
        let growth = size.saturating_sub(file.metadata()?.len());
        self.charge("", |quota| quota.take_bytes(growth))?;
        Ok(file.set_len(size)?)
    }

    /// The path below `base`, refused when it leads outside.
    pub(super) fn within(&mut self, base: &str, path: &str) -> Outcome<String> {
        match join(base, path) {
            Some(path) => Ok(path),
            None => self.refuse(path, OUTSIDE, ErrorCode::NotPermitted),
        }
    }

    fn charge<T>(
        &mut self,
        path: &str,
        taking: impl FnOnce(&Quota) -> io::Result<T>,
    ) -> Outcome<T> {
        match taking(&self.files.quota) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                self.refuse(path, QUOTA, ErrorCode::Quota)
            }
            result => Ok(result?),
        }
    }
}

fn is_directory(directory: &Dir, path: &str) -> bool {
    directory
        .symlink_metadata(path)
        .is_ok_and(|metadata| metadata.is_dir())
}

fn with_slash(path: String) -> String {
    if path.is_empty() { path } else { path + "/" }
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
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        assert!(quota.exceeded());
        assert_eq!(file.metadata().unwrap().len(), 7);
    }

    #[test]
    fn files_are_counted() {
        let quota = quota(10);
        assert!(quota.take_file().is_ok());
        assert!(!quota.exceeded());
        assert!(quota.take_file().is_err());
        assert!(quota.exceeded());
    }
}
