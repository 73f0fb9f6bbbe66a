//! What a run would change in a workspace. Publishing and comparing both start from it.

use crate::agents::{self, AgentFile, Agents, Outcome};
use crate::context::{self, Place, digest, names_revision};
use crate::documents::{BESIDE, CONTEXT, DIRECTORY, Documents, MANIFEST, limits};
use crate::error::PublishError;
use crate::files::{at, read_regular};
use crate::staging::check_text;
use cap_std::fs::{Dir, Permissions};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;
use std::path::Path;

/// What differs between a workspace and what a run wants it to be.
#[derive(Debug)]
pub(crate) struct Intent<'a> {
    pub(crate) context: Directory<'a>,
    /// Files outside of `context/`, `CONTEXT.md` last.
    pub(crate) files: Vec<FileIntent>,
    /// All files of the agents, those included that stay.
    pub(crate) agents: Vec<AgentFile>,
}

/// What becomes of `context/`.
#[derive(Debug)]
pub(crate) enum Directory<'a> {
    Keep,
    Replace {
        old: Option<Dir>,
        new: BTreeMap<&'a str, &'a str>,
    },
    Remove(Dir),
}

/// What becomes of a file.
#[derive(Debug)]
pub(crate) struct FileIntent {
    pub(crate) path: String,
    /// What must be there still when the file is replaced.
    pub(crate) before: Before,
    /// Its text; none when it is removed.
    pub(crate) after: Option<String>,
    /// The permissions of the file that is there.
    pub(crate) permissions: Option<Permissions>,
}

/// What must be under a name for it to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Before {
    /// Whatever it is: the name is Quarry's.
    Anything,
    /// Nothing.
    Nothing,
    /// A regular file whose bytes have this digest.
    Digest(String),
}

/// Compares a workspace, which may not exist, with what a run wants it to be. Nothing is written.
pub(crate) fn intent<'a>(
    path: &Path,
    workspace: Option<&Dir>,
    documents: &'a Documents,
    revision: Option<&str>,
    agents: Option<&Agents>,
) -> Result<Intent<'a>, PublishError> {
    check(documents, revision)?;
    let (context, replaced) = directory(path, workspace, documents)?;
    let agents = match agents {
        Some(agents) => agents::plan(&agents::existing(workspace), agents),
        None => Vec::new(),
    };
    let mut files = Vec::new();
    for file in agents.iter().filter(|file| file.changes()) {
        files.push(agent_file(workspace, file));
    }
    // `CONTEXT.md` comes last: whoever sees it sees the rest.
    for name in BESIDE.into_iter().chain([CONTEXT]) {
        let changed = document(workspace, name, documents.get(name), replaced.as_deref());
        files.extend(changed.map_err(|reason| PublishError::Occupied {
            path: path.join(name),
            reason,
        })?);
    }
    Ok(Intent {
        context,
        files,
        agents,
    })
}

/// Holds documents to their rules once more: the host may have changed them since they were read.
fn check(documents: &Documents, revision: Option<&str>) -> Result<(), PublishError> {
    if documents.bytes() > limits::BYTES {
        let reason = format!("the files are larger than {} bytes together", limits::BYTES);
        return Err(PublishError::rejected(CONTEXT, reason));
    }
    documents
        .iter()
        .try_for_each(|(path, text)| check_text(path, text))?;
    let Some(main) = documents.get(CONTEXT) else {
        return Err(PublishError::rejected(CONTEXT, "it was not written"));
    };
    let path = format!("{DIRECTORY}/{MANIFEST}");
    let stated = match documents.get(&path) {
        Some(manifest) => Some(context::revision(manifest).ok_or_else(|| {
            PublishError::rejected(
                &path,
                "it is not a JSON object with \"generator\": \"quarry\" and a \"revision\" of at least 8 letters and digits",
            )
        })?),
        None if documents.directory().is_empty() => None,
        None => return Err(PublishError::rejected(&path, "it was not written")),
    };
    if let (Some(expected), Some(stated)) = (revision, &stated)
        && stated != expected
    {
        let reason = format!("its revision is {stated:?} instead of {expected:?}");
        return Err(PublishError::rejected(&path, reason));
    }
    match stated.as_deref().or(revision) {
        Some(revision) if !names_revision(main, revision) => {
            let reason = format!("it does not name the revision {revision:?}");
            Err(PublishError::rejected(CONTEXT, reason))
        }
        _ => Ok(()),
    }
}

/// What becomes of `context/`, and the revision of the one that is replaced.
fn directory<'a>(
    path: &Path,
    workspace: Option<&Dir>,
    documents: &'a Documents,
) -> Result<(Directory<'a>, Option<String>), PublishError> {
    let new = documents.directory();
    let failed = || PublishError::io(&path.join(DIRECTORY), "cannot be read");
    let place = match workspace {
        Some(workspace) => context::place(workspace).map_err(failed())?,
        None => Place::Absent,
    };
    let old = match place {
        Place::Absent => None,
        Place::Ours(directory) => Some(directory),
        // Nothing wants the name: whatever it is may stay.
        Place::Foreign(_) if new.is_empty() => return Ok((Directory::Keep, None)),
        Place::Foreign(reason) => {
            return Err(PublishError::Occupied {
                path: path.join(DIRECTORY),
                reason,
            });
        }
    };
    let Some(old) = old else {
        let change = match new.is_empty() {
            true => Directory::Keep,
            false => Directory::Replace { old: None, new },
        };
        return Ok((change, None));
    };
    let revision = context::manifest(&old);
    if new.is_empty() {
        // An empty directory without a manifest may be the user's.
        let change = match revision {
            Some(_) => Directory::Remove(old),
            None => Directory::Keep,
        };
        return Ok((change, revision));
    }
    let listed = context::list(&old).map_err(failed())?;
    let same = listed.iter().eq(new.keys())
        && new
            .iter()
            .all(|(path, text)| context::holds(&old, path, text));
    let change = match same {
        true => Directory::Keep,
        false => Directory::Replace {
            old: Some(old),
            new,
        },
    };
    Ok((change, revision))
}

/// What becomes of a document outside of `context/`; why it cannot be replaced otherwise.
fn document(
    workspace: Option<&Dir>,
    name: &str,
    text: Option<&str>,
    replaced: Option<&str>,
) -> Result<Option<FileIntent>, String> {
    let found = workspace.and_then(|workspace| workspace.symlink_metadata(name).ok());
    let Some(text) = text else {
        return Ok(stale(workspace, name, replaced));
    };
    // A link is replaced, not followed: the name is Quarry's.
    if let Some(metadata) = &found
        && !metadata.is_file()
        && !metadata.is_symlink()
    {
        return Err("it is not a file".to_owned());
    }
    if workspace.is_some_and(|workspace| context::holds(workspace, name, text)) {
        return Ok(None);
    }
    Ok(Some(FileIntent {
        path: name.to_owned(),
        before: Before::Anything,
        after: Some(text.to_owned()),
        permissions: found
            .filter(|metadata| metadata.is_file())
            .map(|metadata| metadata.permissions()),
    }))
}

/// A document of the run that is replaced, which this run did not write again.
fn stale(workspace: Option<&Dir>, name: &str, replaced: Option<&str>) -> Option<FileIntent> {
    let (bytes, _) = read_regular(workspace?, name, limits::BYTES).ok()?;
    let text = std::str::from_utf8(&bytes).ok()?;
    names_revision(text, replaced?).then(|| FileIntent {
        path: name.to_owned(),
        before: Before::Digest(digest(&bytes)),
        after: None,
        permissions: None,
    })
}

fn agent_file(workspace: Option<&Dir>, file: &AgentFile) -> FileIntent {
    let found = |workspace| -> io::Result<_> {
        let (parent, name) = at(workspace, &file.path)?;
        parent.symlink_metadata(name)
    };
    FileIntent {
        path: file.path.clone(),
        before: match &file.before {
            Some(text) => Before::Digest(digest(text.as_bytes())),
            None => Before::Nothing,
        },
        after: Some(file.after.clone()),
        permissions: workspace
            .and_then(|workspace| found(workspace).ok())
            .map(|metadata| metadata.permissions()),
    }
}

/// How a file differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// It is not there yet.
    Added,
    /// It has another text.
    Changed,
    /// It is of an older run and goes away.
    Removed,
}

/// A file that a run would change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path relative to the workspace, separated by `/`.
    pub path: String,
    /// How it differs.
    pub difference: Difference,
}

impl Intent<'_> {
    /// Whether the workspace already is what the run wants it to be.
    pub(crate) fn is_empty(&self) -> bool {
        self.files.is_empty() && matches!(self.context, Directory::Keep)
    }

    /// The files that differ, sorted by path.
    pub(crate) fn changes(&self, workspace: Option<&Dir>) -> io::Result<Vec<Change>> {
        let mut changes = BTreeMap::new();
        let (old, new) = match &self.context {
            Directory::Keep => (None, None),
            Directory::Replace { old, new } => (old.as_ref(), Some(new)),
            Directory::Remove(old) => (Some(old), None),
        };
        let below = |path: &str| format!("{DIRECTORY}/{path}");
        if let Some(old) = old {
            for path in context::list(old)? {
                changes.insert(below(&path), Difference::Removed);
            }
        }
        for (path, text) in new.into_iter().flatten() {
            let same = old.is_some_and(|old| context::holds(old, path, text));
            match changes.entry(below(path)) {
                Entry::Occupied(there) if same => {
                    there.remove();
                }
                Entry::Occupied(mut there) => *there.get_mut() = Difference::Changed,
                Entry::Vacant(absent) => {
                    absent.insert(Difference::Added);
                }
            }
        }
        for file in &self.files {
            let there = workspace.is_some_and(|workspace| {
                at(workspace, &file.path)
                    .is_ok_and(|(parent, name)| parent.symlink_metadata(name).is_ok())
            });
            let difference = match (&file.after, there) {
                (None, _) => Difference::Removed,
                (Some(_), true) => Difference::Changed,
                (Some(_), false) => Difference::Added,
            };
            changes.insert(file.path.clone(), difference);
        }
        Ok(changes
            .into_iter()
            .map(|(path, difference)| Change { path, difference })
            .collect())
    }

    /// What the user should know of the files that were left alone.
    pub(crate) fn warnings(&self) -> Vec<String> {
        self.agents
            .iter()
            .filter_map(|file| match &file.outcome {
                Outcome::Skipped(reason) => {
                    Some(format!("{} is left as it is: {reason}", file.path))
                }
                _ => None,
            })
            .collect()
    }
}
