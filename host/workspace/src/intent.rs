//! What a run would change in a workspace. Publishing and comparing both start from it.

use crate::agents::{self, AgentFile, Agents, Outcome};
use crate::context::{self, Place, digest, names_revision};
use crate::documents::{BESIDE, CONTEXT, DIRECTORY, Documents, MANIFEST, check_text, limits};
use crate::error::PublishError;
use crate::files::{at, read_regular};
use crate::ours::{Revisions, listed, unlisted};
use crate::workspace::OWN;
use cap_std::fs::{Dir, Metadata, Permissions};
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
    /// The revision that the documents name.
    pub(crate) revision: Option<String>,
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
    let revision = check(documents, revision)?;
    let context = directory(path, workspace, documents)?;
    let known = match workspace {
        Some(workspace) => Revisions::of(workspace, OWN),
        None => Revisions::default(),
    };
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
        let changed = document(workspace, name, documents.get(name), &known);
        files.extend(changed.map_err(|reason| PublishError::Occupied {
            path: path.join(name),
            reason,
        })?);
    }
    Ok(Intent {
        context,
        files,
        agents,
        revision,
    })
}

/// Holds documents to their rules once more: the host may have changed them since they were read. Gives back the revision
/// that they name.
fn check(documents: &Documents, revision: Option<&str>) -> Result<Option<String>, PublishError> {
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
    check_listed(documents)?;
    let revision = stated.or(revision.map(str::to_owned));
    match &revision {
        Some(revision) if !names_revision(main, revision) => {
            let reason = format!("it does not name the revision {revision:?}");
            Err(PublishError::rejected(CONTEXT, reason))
        }
        _ => Ok(revision),
    }
}

/// Whether the manifest lists the other files of `context/`: one that it does not list the next run would take for the
/// user's.
fn check_listed(documents: &Documents) -> Result<(), PublishError> {
    let new = documents.directory();
    let listed = listed(new.get(MANIFEST).copied().unwrap_or_default());
    let mut unlisted = new
        .keys()
        .filter(|path| **path != MANIFEST && !listed.contains(**path));
    match unlisted.next() {
        Some(path) => Err(PublishError::rejected(
            &format!("{DIRECTORY}/{path}"),
            format!("{DIRECTORY}/{MANIFEST} does not list it among its \"files\""),
        )),
        None => Ok(()),
    }
}

/// What becomes of `context/`.
fn directory<'a>(
    path: &Path,
    workspace: Option<&Dir>,
    documents: &'a Documents,
) -> Result<Directory<'a>, PublishError> {
    let new = documents.directory();
    let path = path.join(DIRECTORY);
    let failed = || PublishError::io(&path, "cannot be read");
    let place = match workspace {
        Some(workspace) => context::place(workspace).map_err(failed())?,
        None => Place::Absent,
    };
    let old = match place {
        Place::Absent if new.is_empty() => return Ok(Directory::Keep),
        Place::Absent => return Ok(Directory::Replace { old: None, new }),
        Place::Ours(directory) => directory,
        // Nothing wants the name: whatever it is may stay.
        Place::Foreign(_) if new.is_empty() => return Ok(Directory::Keep),
        Place::Foreign(reason) => return Err(PublishError::Occupied { path, reason }),
    };
    if let Some(unlisted) = unlisted(&old).map_err(failed())? {
        let reason = format!(
            "it is not in {DIRECTORY}/{MANIFEST}, so Quarry did not write it, and the directory is replaced as a whole"
        );
        let path = path.join(unlisted);
        return Err(PublishError::Occupied { path, reason });
    }
    if new.is_empty() {
        // An empty directory without a manifest may be the user's.
        return Ok(match context::manifest(&old) {
            Some(_) => Directory::Remove(old),
            None => Directory::Keep,
        });
    }
    let listed = context::list(&old).map_err(failed())?;
    let same = listed.iter().eq(new.keys())
        && new
            .iter()
            .all(|(path, text)| context::holds(&old, path, text));
    Ok(match same {
        true => Directory::Keep,
        false => Directory::Replace {
            old: Some(old),
            new,
        },
    })
}

/// What becomes of a document outside of `context/`; why it cannot be replaced otherwise.
fn document(
    workspace: Option<&Dir>,
    name: &str,
    text: Option<&str>,
    known: &Revisions,
) -> Result<Option<FileIntent>, String> {
    let found = workspace.and_then(|workspace| workspace.symlink_metadata(name).ok());
    let Some((workspace, found)) = workspace.zip(found) else {
        return Ok(text.map(|text| FileIntent {
            path: name.to_owned(),
            before: Before::Nothing,
            after: Some(text.to_owned()),
            permissions: None,
        }));
    };
    let old = own_document(workspace, name, &found, known);
    let (text, bytes) = match (text, old) {
        // Nothing wants the name: whatever it is may stay, unless it is a document of an older run.
        (None, Err(_)) => return Ok(None),
        (None, Ok(bytes)) if bytes.trim_ascii().is_empty() => return Ok(None),
        (Some(text), _) if context::holds(workspace, name, text) => return Ok(None),
        (text, old) => (text, old?),
    };
    Ok(Some(FileIntent {
        path: name.to_owned(),
        before: Before::Digest(digest(&bytes)),
        after: text.map(str::to_owned),
        permissions: text.map(|_| found.permissions()),
    }))
}

/// The bytes of a document that Quarry may replace: one that it wrote, or an empty file. Why it may not otherwise.
fn own_document(
    workspace: &Dir,
    name: &str,
    found: &Metadata,
    known: &Revisions,
) -> Result<Vec<u8>, String> {
    if found.is_symlink() {
        return Err("it is a symbolic link, which is neither followed nor replaced".to_owned());
    }
    if !found.is_file() {
        return Err("it is not a file".to_owned());
    }
    let (bytes, _) = read_regular(workspace, name, limits::BYTES)
        .map_err(|error| format!("it cannot be read: {error}"))?;
    let own = std::str::from_utf8(&bytes)
        .is_ok_and(|text| text.trim().is_empty() || known.named_in(text));
    match own {
        true => Ok(bytes),
        false => Err(
            "it names no revision that Quarry wrote here, so it is not Quarry's to replace"
                .to_owned(),
        ),
    }
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
