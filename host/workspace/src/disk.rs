//! Everything that changes a disk while a run is published, step by step.
//!
//! The steps are counted, so that a test can end a run after any of them as a kill would: nothing after it happens, not
//! even cleaning up.

use crate::files::sync_directory;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt, Permissions};
use cap_std::time::SystemTime;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

/// What a file takes over from the one that it replaces.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attributes {
    pub(crate) permissions: Option<Permissions>,
    /// The time of change, of a file that is only written again because its directory is.
    pub(crate) modified: Option<SystemTime>,
}

/// How many threads wait for the disk.
const SYNCING: usize = 16;

#[derive(Debug)]
pub(crate) struct Disk {
    steps_left: AtomicU64,
    exchanges: bool,
}

impl Default for Disk {
    fn default() -> Self {
        Disk {
            steps_left: AtomicU64::new(u64::MAX),
            exchanges: true,
        }
    }
}

impl Disk {
    /// A disk on which everything fails after so many steps, with or without a file system that can exchange.
    #[cfg(test)]
    pub(crate) fn failing_after(steps: u64, exchanges: bool) -> Self {
        Disk {
            steps_left: AtomicU64::new(steps),
            exchanges,
        }
    }

    fn step(&self) -> io::Result<()> {
        let less = |left: u64| left.checked_sub(1);
        match self
            .steps_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less)
        {
            Ok(_) => Ok(()),
            Err(_) => Err(io::Error::other("the run was ended here")),
        }
    }

    pub(crate) fn create_dir(&self, parent: &Dir, name: &str) -> io::Result<()> {
        self.step()?;
        parent.create_dir(name)
    }

    /// Writes a file that is not there yet. Its bytes have not reached the disk before [`sync_files`](Self::sync_files).
    pub(crate) fn write(
        &self,
        parent: &Dir,
        name: &str,
        bytes: &[u8],
        like: &Attributes,
    ) -> io::Result<()> {
        self.step()?;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let mut file = parent.open_with(name, &options)?;
        if let Some(permissions) = &like.permissions {
            file.set_permissions(permissions.clone())?;
        }
        self.step()?;
        file.write_all(bytes)?;
        match like.modified {
            Some(modified) => file.into_std().set_modified(modified.into_std()),
            None => Ok(()),
        }
    }

    /// Waits until the bytes of files have reached the disk. Many at once: a file system that waits for a disk once for
    /// each of 2,000 files takes seconds, and a tenth of it when it is asked by several threads.
    pub(crate) fn sync_files(&self, files: &[(Arc<Dir>, String)]) -> io::Result<()> {
        self.step()?;
        let share = files.len().div_ceil(SYNCING).max(1);
        thread::scope(|scope| {
            let threads: Vec<_> = files
                .chunks(share)
                .map(|files| scope.spawn(|| files.iter().try_for_each(sync_file)))
                .collect();
            threads.into_iter().try_for_each(|thread| {
                let ended = thread.join();
                ended.unwrap_or_else(|_| Err(io::Error::other("a thread that syncs files crashed")))
            })
        })
    }

    pub(crate) fn rename(&self, from: &Dir, name: &str, to: &Dir, new: &str) -> io::Result<()> {
        self.step()?;
        from.rename(name, to, new)
    }

    /// Exchanges two directories' entries at once. False when the file system cannot.
    pub(crate) fn exchange(&self, from: &Dir, to: &Dir, name: &str) -> io::Result<bool> {
        self.step()?;
        if !self.exchanges {
            return Ok(false);
        }
        exchange(from, to, name)
    }

    pub(crate) fn remove_file(&self, parent: &Dir, name: &str) -> io::Result<()> {
        self.step()?;
        parent.remove_file(name)
    }

    pub(crate) fn remove_dir_all(&self, parent: &Dir, name: &str) -> io::Result<()> {
        self.step()?;
        parent.remove_dir_all(name)
    }

    pub(crate) fn sync(&self, directory: &Dir) -> io::Result<()> {
        self.step()?;
        sync_directory(directory)
    }
}

fn sync_file((parent, name): &(Arc<Dir>, String)) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    parent.open_with(name, &options)?.sync_all()
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn exchange(from: &Dir, to: &Dir, name: &str) -> io::Result<bool> {
    use rustix::fs::{RenameFlags, renameat_with};
    use rustix::io::Errno;

    match renameat_with(from, name, to, name, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(true),
        // An old kernel, a file system that does not know the flag (NFS, vfat, 9p), a sandbox that denies the call.
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP | Errno::PERM) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn exchange(_from: &Dir, _to: &Dir, _name: &str) -> io::Result<bool> {
    Ok(false)
}
