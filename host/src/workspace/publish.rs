//! Writing a workspace so that whoever reads it sees the old state or the new one, never a part.
//!
//! ```text
//! workspace/
//!   CONTEXT.md            published: replaced by one rename
//!   .quarry/lock          held by the run that writes
//!   .quarry/staging/RUN/  what a prompt builder writes; gone when the run ends
//!   .quarry/staging/RUN.published   checked bytes on their way to their name
//! ```
//!
//! A run that was killed leaves a staging directory behind, which the next one removes.

use cap_fs_ext::DirExt;
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Quarry's own directory in a workspace.
const OWN: &str = ".quarry";

/// The document.
const CONTEXT: &str = "CONTEXT.md";

/// The files that a prompt builder may write, the last being published last.
const EXPECTED: [&str; 1] = [CONTEXT];

/// The largest file that is published, in bytes.
const FILE_SIZE: u64 = 64 << 20;

/// A workspace could not be written. What was there before still is.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// A file or directory of the workspace cannot be used.
    #[error("{path}: {action}: {error}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried, as the beginning of a sentence.
        action: &'static str,
        /// What the system said.
        error: io::Error,
    },
    /// Another run holds the lock.
    #[error("{path}: another run is writing this workspace; wait until it has ended", path = .0.display())]
    Locked(PathBuf),
    /// The prompt builder wrote what no prompt builder writes.
    #[error("the prompt builder's {file} is not published: {reason}")]
    Rejected {
        /// The file.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The files, relative to the workspace.
    pub files: Vec<String>,
    /// Their length in bytes, all together.
    pub bytes: u64,
}

/// A workspace that this process alone writes, until it is dropped.
#[derive(Debug)]
pub struct Workspace {
    path: PathBuf,
    directory: Dir,
    staging: Dir,
    run: String,
    builder: Arc<Dir>,
    _lock: File,
}

impl Workspace {
    /// Opens a workspace, creating it if need be, takes its lock, removes what a killed run left and makes an empty
    /// staging directory.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn open(path: &Path) -> Result<Self, PublishError> {
        let failed = |action| {
            let path = path.to_owned();
            move |error| PublishError::Io {
                path,
                action,
                error,
            }
        };
        let inside = |action| {
            let path = path.join(OWN);
            move |error| PublishError::Io {
                path,
                action,
                error,
            }
        };
        Dir::create_ambient_dir_all(path, ambient_authority())
            .map_err(failed("the workspace cannot be created"))?;
        let directory = Dir::open_ambient_dir(path, ambient_authority())
            .map_err(failed("the workspace cannot be opened"))?;
        let own =
            subdirectory(&directory, OWN).map_err(inside("Quarry's directory cannot be used"))?;
        let lock = lock(&own).map_err(|error| match error {
            TryLockError::WouldBlock => PublishError::Locked(path.to_owned()),
            TryLockError::Error(error) => inside("the workspace cannot be locked")(error),
        })?;
        let staging = subdirectory(&own, "staging")
            .and_then(|staging| empty(&staging).map(|()| staging))
            .map_err(inside("the staging directory cannot be emptied"))?;
        let run = run_name();
        let builder =
            subdirectory(&staging, &run).map_err(inside("the staging directory cannot be made"))?;
        Ok(Workspace {
            path: path.to_owned(),
            directory,
            staging,
            run,
            builder: Arc::new(builder),
            _lock: lock,
        })
    }

    /// The path under which the document is published.
    pub fn context_path(&self) -> PathBuf {
        self.path.join(CONTEXT)
    }

    /// The empty directory that a prompt builder writes into.
    pub fn staging(&self) -> Arc<Dir> {
        self.builder.clone()
    }

    /// Checks what the prompt builder wrote and publishes it.
    ///
    /// # Errors
    ///
    /// [`PublishError::Rejected`] when it wrote anything else than the files that are expected, as UTF-8 and of a
    /// sensible size; [`PublishError::Io`] when the workspace cannot be written.
    pub fn publish(self) -> Result<Published, PublishError> {
        let files = self.checked()?;
        let mut published = Published {
            files: Vec::new(),
            bytes: 0,
        };
        for (name, bytes) in files {
            self.replace(name, &bytes)
                .map_err(|error| PublishError::Io {
                    path: self.path.join(name),
                    action: "cannot be replaced",
                    error,
                })?;
            published.files.push(name.to_owned());
            published.bytes += bytes.len() as u64;
        }
        Ok(published)
    }

    /// The bytes of every file that was written. They are held from here on: what is published is what was checked,
    /// whatever happens to the staging directory.
    fn checked(&self) -> Result<Vec<(&'static str, Vec<u8>)>, PublishError> {
        let rejected = |file: &str, reason: String| PublishError::Rejected {
            file: file.to_owned(),
            reason,
        };
        let names =
            names(&self.builder).map_err(|error| rejected("directory", error.to_string()))?;
        if let Some(unexpected) = names.iter().find(|name| !EXPECTED.contains(&&***name)) {
            return Err(rejected(unexpected, "no such file is expected".to_owned()));
        }
        EXPECTED
            .iter()
            .map(|name| {
                let bytes = read_regular(&self.builder, name)
                    .map_err(|error| rejected(name, error.to_string()))?;
                match std::str::from_utf8(&bytes) {
                    Ok(text) if text.contains('\0') => {
                        Err(rejected(name, "it holds a NUL".to_owned()))
                    }
                    Ok(_) => Ok((*name, bytes)),
                    Err(error) => Err(rejected(name, format!("it is not UTF-8: {error}"))),
                }
            })
            .collect()
    }

    /// Puts a file in its place by one rename, after its bytes have reached the disk.
    fn replace(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let temporary = format!("{}.published", self.run);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        let mut file = self.staging.open_with(&temporary, &options)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        // A symbolic link under that name is replaced, not followed.
        self.staging.rename(&temporary, &self.directory, name)?;
        sync_directory(&self.directory)
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // Best effort: what stays is removed by the next run.
        let _ = self.staging.remove_dir_all(&self.run);
        let _ = self.staging.remove_file(format!("{}.published", self.run));
    }
}

/// A directory that is there or made now, never a symbolic link.
fn subdirectory(parent: &Dir, name: &str) -> io::Result<Dir> {
    match parent.create_dir(name) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    parent.open_dir_nofollow(name)
}

fn lock(own: &Dir) -> Result<File, TryLockError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = own
        .open_with("lock", &options)
        .map_err(TryLockError::Error)?
        .into_std();
    file.try_lock()?;
    Ok(file)
}

/// Removes everything in a directory. Only the holder of the lock does so, so nothing in it is in use.
fn empty(directory: &Dir) -> io::Result<()> {
    for name in names(directory)? {
        if directory.symlink_metadata(&name)?.is_dir() {
            directory.remove_dir_all(&name)?;
        } else {
            directory.remove_file(&name)?;
        }
    }
    Ok(())
}

fn names(directory: &Dir) -> io::Result<Vec<String>> {
    directory
        .entries()?
        .map(|entry| {
            entry?
                .file_name()
                .into_string()
                .map_err(|name| io::Error::other(format!("{name:?} is not UTF-8")))
        })
        .collect()
}

fn read_regular(directory: &Dir, name: &str) -> io::Result<Vec<u8>> {
    let mut options = OpenOptions::new();
    options.read(true);
    options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    let file = directory.open_with(name, &options)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut bytes = Vec::new();
    file.take(FILE_SIZE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_SIZE {
        return Err(io::Error::other(format!(
            "it is larger than {FILE_SIZE} bytes"
        )));
    }
    Ok(bytes)
}

fn sync_directory(directory: &Dir) -> io::Result<()> {
    // The handle itself is only a path (`O_PATH`), which cannot be synced.
    directory.open(".")?.sync_all()
}

/// A name that no other run of this machine has at the same time.
fn run_name() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{}-{count}", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn write(workspace: &Workspace, name: &str, text: &str) {
        workspace.staging().write(name, text).unwrap();
    }

    #[test]
    fn a_document_is_replaced_and_nothing_is_left_behind() {
        let directory = tempfile::tempdir().unwrap();
        for text in ["one", "two"] {
            let workspace = Workspace::open(directory.path()).unwrap();
            write(&workspace, CONTEXT, text);
            let published = workspace.publish().unwrap();
            assert_eq!(
                (published.files, published.bytes),
                (vec![CONTEXT.to_owned()], 3)
            );
            assert_eq!(
                fs::read_to_string(directory.path().join(CONTEXT)).unwrap(),
                text
            );
        }
        let staging = directory.path().join(".quarry/staging");
        assert_eq!(fs::read_dir(staging).unwrap().count(), 0);
    }

    #[test]
    fn what_a_builder_should_not_write_is_not_published() {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join(CONTEXT), "old").unwrap();
        let cases: [fn(&Dir); 5] = [
            |staging| staging.write("evil.sh", "x").unwrap(),
            |staging| staging.write(CONTEXT, b"\xff").unwrap(),
            |staging| staging.write(CONTEXT, b"a\0b").unwrap(),
            |staging| staging.symlink("/etc/passwd", CONTEXT).unwrap_or(()),
            |staging| staging.create_dir(CONTEXT).unwrap(),
        ];
        for case in cases {
            let workspace = Workspace::open(directory.path()).unwrap();
            case(&workspace.staging());
            assert!(matches!(
                workspace.publish(),
                Err(PublishError::Rejected { .. })
            ));
            assert_eq!(
                fs::read_to_string(directory.path().join(CONTEXT)).unwrap(),
                "old"
            );
        }
    }

    #[test]
    fn a_second_run_waits_for_the_first_to_end() {
        let directory = tempfile::tempdir().unwrap();
        let first = Workspace::open(directory.path()).unwrap();
        let second = Workspace::open(directory.path());
        assert!(matches!(second, Err(PublishError::Locked(_))));
        drop(first);
        assert!(Workspace::open(directory.path()).is_ok());
    }

    #[test]
    fn what_a_killed_run_left_is_removed() {
        let directory = tempfile::tempdir().unwrap();
        let stale = directory.path().join(".quarry/staging/1-1");
        fs::create_dir_all(&stale).unwrap();
        fs::write(stale.join(CONTEXT), "half").unwrap();
        let workspace = Workspace::open(directory.path()).unwrap();
        assert!(!stale.exists());
        drop(workspace);
    }

    #[test]
    fn planted_links_lead_nowhere() {
        let outside = tempfile::tempdir().unwrap();
        let victim = outside.path().join("victim");
        fs::write(&victim, "untouched").unwrap();
        let link = |from: &Path, to: &Path| std::os::unix::fs::symlink(from, to).unwrap();

        let directory = tempfile::tempdir().unwrap();
        link(outside.path(), &directory.path().join(OWN));
        assert!(Workspace::open(directory.path()).is_err());

        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join(OWN)).unwrap();
        link(&victim, &directory.path().join(".quarry/lock"));
        assert!(Workspace::open(directory.path()).is_err());

        let directory = tempfile::tempdir().unwrap();
        link(&victim, &directory.path().join(CONTEXT));
        let workspace = Workspace::open(directory.path()).unwrap();
        write(&workspace, CONTEXT, "new");
        // Between the steps, the whole of Quarry's directory is exchanged for a link to outside.
        fs::rename(directory.path().join(OWN), directory.path().join("moved")).unwrap();
        link(outside.path(), &directory.path().join(OWN));
        workspace.publish().unwrap();
        assert_eq!(
            fs::read_to_string(directory.path().join(CONTEXT)).unwrap(),
            "new"
        );
        assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
    }
}
