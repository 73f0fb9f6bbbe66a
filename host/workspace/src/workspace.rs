//! A workspace that is open.
//!
//! ```text
//! workspace/
//!   CONTEXT.md            the document that is read first and published last
//!   context/              everything else, replaced as a whole
//!   .quarry/lock          held by the run that writes
//!   .quarry/revisions     what was published here, so that nothing else is taken for a document of Quarry's
//!   .quarry/staging/      a run that is not decided on yet; empty when the run ends
//!   .quarry/pending/      a run that is decided on; gone when it is in its place
//! ```

use crate::agents::{AgentFile, Agents, Outcome};
use crate::disk::Disk;
use crate::documents::{CONTEXT, Documents};
use crate::error::PublishError;
use crate::files::{empty, subdirectory};
use crate::intent::{Change, intent};
use crate::ours::{REVISIONS, Revisions};
use crate::transaction::{self, Left, PENDING};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Quarry's own directory in a workspace.
pub(crate) const OWN: &str = ".quarry";

/// What was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The documents, relative to the workspace, sorted. Those are among them that were there already as they are.
    pub files: Vec<String>,
    /// Their length in bytes, all together.
    pub bytes: u64,
    /// The files of the agents, and what became of them.
    pub agent_files: Vec<AgentFile>,
    /// What the user should know: files that were left as they are, and why.
    pub warnings: Vec<String>,
}

/// A workspace that this process alone writes, until it is dropped; or one that is only compared with.
#[derive(Debug)]
pub struct Workspace {
    path: PathBuf,
    access: Access,
}

#[derive(Debug)]
enum Access {
    Write(Box<Held>),
    /// None when there is no such directory.
    Compare(Option<Dir>),
}

/// What the holder of the lock has.
#[derive(Debug)]
struct Held {
    directory: Dir,
    own: Dir,
    staging: Dir,
    run: String,
    disk: Disk,
    _lock: File,
}

impl Workspace {
    /// Opens a workspace, creating it if need be, takes its lock, and finishes or removes what a killed run left.
    ///
    /// # Errors
    ///
    /// See [`PublishError`].
    pub fn open(path: &Path) -> Result<Self, PublishError> {
        Self::open_on(path, Disk::default())
    }

    pub(crate) fn open_on(path: &Path, disk: Disk) -> Result<Self, PublishError> {
        let inside = |action| PublishError::io(&path.join(OWN), action);
        Dir::create_ambient_dir_all(path, ambient_authority())
            .map_err(PublishError::io(path, "the workspace cannot be created"))?;
        let directory = Dir::open_ambient_dir(path, ambient_authority())
            .map_err(PublishError::io(path, "the workspace cannot be opened"))?;
        let own =
            subdirectory(&directory, OWN).map_err(inside("Quarry's directory cannot be used"))?;
        let lock = lock(&own).map_err(|error| match error {
            TryLockError::WouldBlock => PublishError::Locked(path.to_owned()),
            TryLockError::Error(error) => inside("the workspace cannot be locked")(error),
        })?;
        let staging = subdirectory(&own, "staging")
            .and_then(|staging| empty(&staging).map(|()| staging))
            .map_err(inside("the staging directory cannot be emptied"))?;
        let held = Held {
            directory,
            own,
            staging,
            run: run_name(),
            disk,
            _lock: lock,
        };
        if transaction::is_pending(&held.own) {
            held.finish(path)?;
        }
        Ok(Workspace {
            path: path.to_owned(),
            access: Access::Write(Box::new(held)),
        })
    }

    /// Finishes or removes what a killed run left in a workspace, as [`open`](Self::open) does, and says whether there was
    /// anything. A workspace that is not there is not made.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn tidy(path: &Path) -> Result<bool, PublishError> {
        let left = match Dir::open_ambient_dir(path.join(OWN), ambient_authority()) {
            Ok(own) => transaction::is_pending(&own) || !is_empty(&own, "staging"),
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => {
                return Err(PublishError::io(path, "the workspace cannot be opened")(
                    error,
                ));
            }
        };
        if left {
            drop(Self::open(path)?);
        }
        Ok(left)
    }

    /// Opens a workspace for comparing alone. Neither it nor anything in it is created or changed. There need not be such a
    /// directory: everything is added then.
    ///
    /// No lock is taken: while another run writes, the comparison may see some of its changes.
    ///
    /// # Errors
    ///
    /// [`PublishError::Io`] when the workspace is there and cannot be opened.
    pub fn scratch(path: &Path) -> Result<Self, PublishError> {
        let directory = match Dir::open_ambient_dir(path, ambient_authority()) {
            Ok(directory) => Some(directory),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                return Err(PublishError::io(path, "the workspace cannot be opened")(
                    error,
                ));
            }
        };
        Ok(Workspace {
            path: path.to_owned(),
            access: Access::Compare(directory),
        })
    }

    /// The path under which the document is published.
    pub fn context_path(&self) -> PathBuf {
        self.path.join(CONTEXT)
    }

    /// Publishes documents and, unless `agents` is none, merges what coding agents read into the files that are there.
    ///
    /// When there is a `context/`, its `manifest.json` must be a JSON object with `"generator": "quarry"`, a
    /// `"revision"`, which `CONTEXT.md` names as well, and `"files"` that lists the others: `[{"file": "context/a.csv"}]`.
    /// With `revision`, it must be that one.
    ///
    /// A document or a file of `context/` that is there is replaced when Quarry wrote it: when it names a revision that was
    /// published here, or is listed in the manifest. What was published without any revision the next run does not replace.
    ///
    /// # Errors
    ///
    /// [`PublishError::Rejected`] when the documents are not as they should be, [`PublishError::Occupied`] when
    /// something of the user's is in the way, [`PublishError::Io`] when the workspace cannot be written: nothing is
    /// published then. [`PublishError::Unfinished`] when everything is on the disk, but not in its place: the next
    /// [`open`](Self::open) puts it there.
    pub fn publish(
        self,
        documents: &Documents,
        revision: Option<&str>,
        agents: Option<&Agents>,
    ) -> Result<Published, PublishError> {
        let Access::Write(held) = &self.access else {
            return Err(PublishError::Scratch(self.path.clone()));
        };
        let directory = Some(&held.directory);
        let mut intent = intent(&self.path, directory, documents, revision, agents)?;
        if !intent.is_empty() {
            held.commit(&intent)
                .map_err(PublishError::io(&self.path, "nothing could be written"))?;
            let left = held.finish(&self.path)?;
            for file in &mut intent.agents {
                if let Some(left) = left.iter().find(|left| left.path == file.path) {
                    file.outcome = Outcome::Skipped(left.reason.clone());
                }
            }
        }
        Ok(Published {
            files: documents.iter().map(|(path, _)| path.to_owned()).collect(),
            bytes: documents.bytes(),
            warnings: intent.warnings(),
            agent_files: intent.agents,
        })
    }

    /// What [`publish`](Self::publish) would change, sorted by path. Nothing is written.
    ///
    /// # Errors
    ///
    /// As [`publish`](Self::publish).
    pub fn compare(
        &self,
        documents: &Documents,
        revision: Option<&str>,
        agents: Option<&Agents>,
    ) -> Result<Vec<Change>, PublishError> {
        let directory = self.directory();
        let intent = intent(&self.path, directory, documents, revision, agents)?;
        intent
            .changes(directory)
            .map_err(PublishError::io(&self.path, "cannot be compared"))
    }

    fn directory(&self) -> Option<&Dir> {
        match &self.access {
            Access::Write(held) => Some(&held.directory),
            Access::Compare(directory) => directory.as_ref(),
        }
    }
}

impl Held {
    fn checked(&self) -> String {
        format!("{}.checked", self.run)
    }

    fn done(&self) -> String {
        format!("{}.done", self.run)
    }

    fn commit(&self, intent: &crate::intent::Intent<'_>) -> io::Result<()> {
        let name = self.checked();
        transaction::stage(&self.disk, &self.staging, &name, intent)?;
        // Before the commit, so that no document of this run is ever taken for the user's. Should the run end here, a
        // revision is known that nothing names.
        if let Some(revision) = &intent.revision {
            let mut revisions = Revisions::of(&self.directory, OWN);
            revisions.add(revision);
            let text = revisions.lines();
            transaction::record(&self.disk, &self.staging, &self.own, REVISIONS, &text)?;
        }
        transaction::commit(&self.disk, &self.staging, &name, &self.own)
    }

    fn finish(&self, path: &Path) -> Result<Vec<Left>, PublishError> {
        transaction::finish(
            &self.disk,
            &self.directory,
            &self.own,
            &self.staging,
            &self.done(),
        )
        .map_err(|error| PublishError::Unfinished {
            path: path.join(OWN).join(PENDING),
            reason: error.to_string(),
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Best effort: what stays is removed by the next run.
        for name in [self.checked(), self.done()] {
            let _ = self.disk.remove_dir_all(&self.staging, &name);
        }
    }
}

/// Whether a directory is not there or holds nothing. One that cannot be read holds something.
fn is_empty(own: &Dir, directory: &str) -> bool {
    match own.read_dir(directory) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
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

/// A name that no other run of this machine has at the same time.
fn run_name() -> String {
    static COUNTER: AtomicU64 = AtomicU64::new(0);
    let count = COUNTER.fetch_add(1, Ordering::Relaxed);
    format!("{}-{count}", std::process::id())
}
