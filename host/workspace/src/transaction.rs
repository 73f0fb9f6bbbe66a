//! One run's changes as one transaction.
//!
//! Everything is written and synced below `.quarry/staging/`. One rename, to `.quarry/pending`, is the commit point:
//! a run that ends before it has changed nothing, and what a run that ends after it has not done the next one does.
//! Doing it twice changes nothing more: what is done is no longer in `.quarry/pending`, or is another thing there.
//!
//! ```text
//! .quarry/pending/plan.json  what is to be done
//! .quarry/pending/context/   the new `context/`; the old one, once they are exchanged
//! .quarry/pending/files/0    the new text of the plan's first file; gone, once it has its name
//! .quarry/pending/replaced/  the old `context/`, where the file system cannot exchange
//! ```

use crate::agents;
use crate::context::{self, Place, digest, fingerprint};
use crate::disk::{Attributes, Disk};
use crate::documents::{DIRECTORY, is_document, limits};
use crate::files::{is_absent, read_regular};
use crate::intent::{Before, Directory, Intent};
use crate::ours::unlisted;
use cap_fs_ext::DirExt;
use cap_std::fs::{Dir, Metadata};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// The name of a transaction that is to be done.
pub(crate) const PENDING: &str = "pending";

const PLAN: &str = "plan.json";
const FILES: &str = "files";
const REPLACED: &str = "replaced";

/// The only form of a plan so far.
const VERSION: u32 = 1;

/// The most bytes of a plan.
const PLAN_SIZE: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    version: u32,
    context: Context,
    files: Vec<File>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Context {
    Keep,
    /// The digest of the new one.
    Replace(String),
    Remove,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    before: Before,
    removed: bool,
}

/// A file that was left alone, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    pub(crate) path: String,
    pub(crate) reason: String,
}

/// Writes a transaction below a staging directory, where it reaches the disk. It is not committed yet.
pub(crate) fn stage(disk: &Disk, staging: &Dir, name: &str, intent: &Intent<'_>) -> io::Result<()> {
    let directory = Arc::new(made(disk, staging, name)?);
    let files = Arc::new(made(disk, &directory, FILES)?);
    let mut written = Vec::new();
    let mut directories = vec![files.clone(), directory.clone()];
    let context = match &intent.context {
        Directory::Keep => Context::Keep,
        Directory::Remove(_) => Context::Remove,
        Directory::Replace { old, new } => {
            let target = made(disk, &directory, DIRECTORY)?;
            directories.extend(stage_directory(
                disk,
                target,
                old.as_ref(),
                new,
                &mut written,
            )?);
            Context::Replace(fingerprint(new.iter().map(|(path, text)| (*path, *text))))
        }
    };
    let mut plan = Plan {
        version: VERSION,
        context,
        files: Vec::new(),
    };
    for (index, file) in intent.files.iter().enumerate() {
        if let Some(text) = &file.after {
            let name = index.to_string();
            let like = Attributes {
                permissions: file.permissions.clone(),
                modified: None,
            };
            disk.write(&files, &name, text.as_bytes(), &like)?;
            written.push((files.clone(), name));
        }
        plan.files.push(File {
            path: file.path.clone(),
            before: file.before.clone(),
            removed: file.after.is_none(),
        });
    }
    let plan = serde_json::to_vec_pretty(&plan)?;
    disk.write(&directory, PLAN, &plan, &Attributes::default())?;
    written.push((directory, PLAN.to_owned()));
    disk.sync_files(&written)?;
    directories
        .iter()
        .try_for_each(|directory| disk.sync(directory))?;
    disk.sync(staging)
}

/// Files by their directory and their name in it.
type Written = Vec<(Arc<Dir>, String)>;

/// Writes a new `context/` and returns its directories. A file that is as it was keeps its time of change. It is
/// no second name of the old one: a change to the old one would change it too.
fn stage_directory(
    disk: &Disk,
    target: Dir,
    old: Option<&Dir>,
    new: &BTreeMap<&str, &str>,
    written: &mut Written,
) -> io::Result<Vec<Arc<Dir>>> {
    // The new directory by its path, with the old one where there is one.
    let mut directories = BTreeMap::from([("", (Arc::new(target), cloned(old)?))]);
    for (path, text) in new {
        for (at, _) in path.match_indices('/') {
            let (above, name) = split(&path[..at]);
            if !directories.contains_key(&path[..at])
                && let Some((new, old)) = directories.get(above)
            {
                let old = old
                    .as_ref()
                    .and_then(|old| old.open_dir_nofollow(name).ok());
                let made = Arc::new(made(disk, new, name)?);
                directories.insert(&path[..at], (made, old));
            }
        }
        let (above, name) = split(path);
        let Some((new, old)) = directories.get(above) else {
            continue;
        };
        let kept = old.as_ref().and_then(|old| context::held(old, name, text));
        let like = Attributes {
            permissions: kept.as_ref().map(Metadata::permissions),
            modified: kept.and_then(|metadata| metadata.modified().ok()),
        };
        disk.write(new, name, text.as_bytes(), &like)?;
        written.push((new.clone(), name.to_owned()));
    }
    Ok(directories.into_values().map(|(new, _)| new).collect())
}

/// The directory of a path and its last name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

fn cloned(directory: Option<&Dir>) -> io::Result<Option<Dir>> {
    directory.map(Dir::try_clone).transpose()
}

fn made(disk: &Disk, parent: &Dir, name: &str) -> io::Result<Dir> {
    disk.create_dir(parent, name)?;
    parent.open_dir_nofollow(name)
}

/// Replaces a file of Quarry's own.
pub(crate) fn record(
    disk: &Disk,
    staging: &Dir,
    own: &Dir,
    name: &str,
    text: &str,
) -> io::Result<()> {
    disk.write(staging, name, text.as_bytes(), &Attributes::default())?;
    disk.sync_files(&[(Arc::new(staging.try_clone()?), name.to_owned())])?;
    disk.rename(staging, name, own, name)
}

/// Commits a staged transaction.
pub(crate) fn commit(disk: &Disk, staging: &Dir, name: &str, own: &Dir) -> io::Result<()> {
    disk.rename(staging, name, own, PENDING)?;
    disk.sync(own)
}

/// Whether a transaction is committed and not finished.
pub(crate) fn is_pending(own: &Dir) -> bool {
    own.symlink_metadata(PENDING).is_ok()
}

/// Does what a committed transaction says, as far as it is not done, and removes it. Tells which files it left alone,
/// because they are no longer what they were when it was planned.
pub(crate) fn finish(
    disk: &Disk,
    workspace: &Dir,
    own: &Dir,
    staging: &Dir,
    name: &str,
) -> io::Result<Vec<Left>> {
    let pending = own.open_dir_nofollow(PENDING)?;
    let plan = read_plan(&pending)?;
    let applying = Applying {
        disk,
        workspace,
        pending: &pending,
    };
    applying.directory(&plan.context)?;
    let files = pending.open_dir_nofollow(FILES)?;
    let mut left = Vec::new();
    for (index, file) in plan.files.iter().enumerate() {
        if let Some(reason) = applying.file(&files, &index.to_string(), file)? {
            left.push(Left {
                path: file.path.clone(),
                reason,
            });
        }
    }
    disk.rename(own, PENDING, staging, name)?;
    disk.sync(own)?;
    // Everything is in its place. What stays here is removed by the next run.
    let _ = disk.remove_dir_all(staging, name);
    Ok(left)
}

fn read_plan(pending: &Dir) -> io::Result<Plan> {
    let (bytes, _) = read_regular(pending, PLAN, PLAN_SIZE)?;
    let plan: Plan = serde_json::from_slice(&bytes)?;
    if plan.version != VERSION {
        let message = format!("it is of another version of Quarry ({})", plan.version);
        return Err(io::Error::other(message));
    }
    // Whoever can write the workspace can write a plan.
    let known = |path: &str| is_document(path) || agents::PATHS.contains(&path);
    match plan.files.iter().find(|file| !known(&file.path)) {
        Some(file) => Err(io::Error::other(format!(
            "{PLAN} names {:?}, which Quarry does not write",
            file.path
        ))),
        None => Ok(plan),
    }
}

struct Applying<'a> {
    disk: &'a Disk,
    workspace: &'a Dir,
    pending: &'a Dir,
}

impl Applying<'_> {
    fn directory(&self, context: &Context) -> io::Result<()> {
        match context {
            Context::Keep => Ok(()),
            Context::Remove => self.set_aside(),
            Context::Replace(fingerprint) => self.replace(fingerprint),
        }
    }

    fn replace(&self, fingerprint: &str) -> io::Result<()> {
        let new = match self.pending.open_dir_nofollow(DIRECTORY) {
            Ok(new) => new,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        // Once they are exchanged, this is the old one, whatever it holds.
        if context::fingerprint_of(&new).ok().flatten().as_deref() != Some(fingerprint) {
            return Ok(());
        }
        let exchanged = match self.ours()? {
            true => self
                .disk
                .exchange(self.pending, self.workspace, DIRECTORY)?,
            false => false,
        };
        if !exchanged {
            self.set_aside()?;
            self.disk
                .rename(self.pending, DIRECTORY, self.workspace, DIRECTORY)?;
        }
        self.disk.sync(self.workspace)?;
        self.disk.sync(self.pending)
    }

    /// Moves the old `context/` out of the way. Until the new one has its place there is none, which only a run that is
    /// killed in between leaves so, until the next.
    fn set_aside(&self) -> io::Result<()> {
        let done = self.pending.symlink_metadata(REPLACED).is_ok();
        if done || !self.ours()? {
            return Ok(());
        }
        self.disk
            .rename(self.workspace, DIRECTORY, self.pending, REPLACED)?;
        self.disk.sync(self.workspace)
    }

    /// Whether there is a `context/` that may be replaced.
    fn ours(&self) -> io::Result<bool> {
        match context::place(self.workspace)? {
            Place::Absent => Ok(false),
            Place::Ours(directory) => match unlisted(&directory)? {
                None => Ok(true),
                Some(path) => Err(io::Error::other(format!(
                    "{DIRECTORY}/{path} is not Quarry's to replace; move it elsewhere"
                ))),
            },
            Place::Foreign(reason) => Err(io::Error::other(format!(
                "{DIRECTORY} cannot be replaced: {reason}; move it elsewhere"
            ))),
        }
    }

    /// Gives a file its new text. Returns why not, when it is left alone.
    fn file(&self, files: &Dir, staged: &str, file: &File) -> io::Result<Option<String>> {
        if !file.removed && files.symlink_metadata(staged).is_err() {
            return Ok(None);
        }
        self.replace_file(files, staged, file).or_else(|error| {
            match !is_document(&file.path) && is_users_will(&error) {
                // Of a document this is an error. A file of the user's stays.
                true => Ok(Some(error.to_string())),
                false => Err(io::Error::new(
                    error.kind(),
                    format!("{}: {error}", file.path),
                )),
            }
        })
    }

    fn replace_file(&self, files: &Dir, staged: &str, file: &File) -> io::Result<Option<String>> {
        let (parent, name) = self.parent(&file.path)?;
        if !is_before(&parent, name, &file.before)? {
            let reason = "it was changed while the run was published";
            if file.removed {
                return Ok(None);
            }
            if !is_document(&file.path) {
                return Ok(Some(reason.to_owned()));
            }
            // What is gone cannot be lost: the document takes its place. Another one there is not Quarry's to replace.
            if !is_absent(&parent, name)? {
                return Err(io::Error::other(format!("{reason}; move it elsewhere")));
            }
        }
        match file.removed {
            true => self.disk.remove_file(&parent, name)?,
            false => self.disk.rename(files, staged, &parent, name)?,
        }
        self.disk.sync(&parent)?;
        Ok(None)
    }

    /// The directory that a file belongs into, made if need be, and the file's name. No link is followed.
    fn parent<'a>(&self, path: &'a str) -> io::Result<(Dir, &'a str)> {
        let (above, name) = split(path);
        let mut parent = self.workspace.try_clone()?;
        for directory in above.split('/').filter(|directory| !directory.is_empty()) {
            match self.disk.create_dir(&parent, directory) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
                _ => parent = parent.open_dir_nofollow(directory)?,
            }
        }
        Ok((parent, name))
    }
}

/// Whether something is under a name that may be replaced.
fn is_before(parent: &Dir, name: &str, before: &Before) -> io::Result<bool> {
    match before {
        Before::Nothing => is_absent(parent, name),
        Before::Digest(expected) => Ok(read_regular(parent, name, limits::BYTES)
            .is_ok_and(|(bytes, _)| digest(&bytes) == *expected)),
    }
}

/// Errors of directories that the user made what they are, as distinct from those of a failing disk.
fn is_users_will(error: &io::Error) -> bool {
    use io::ErrorKind::{IsADirectory, NotADirectory, PermissionDenied, ReadOnlyFilesystem};
    matches!(
        error.kind(),
        IsADirectory | NotADirectory | PermissionDenied | ReadOnlyFilesystem
    ) || error.raw_os_error() == Some(libc::ELOOP)
}
