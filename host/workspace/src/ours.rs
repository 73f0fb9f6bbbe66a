//! What in a workspace is Quarry's own to replace: documents that name a revision which Quarry published there, and
//! files of `context/` that its manifest lists. Anything else is the user's.

use crate::context::{self, Place, names_revision};
use crate::documents::{DIRECTORY, MANIFEST, limits};
use crate::files::{at, read_regular};
use cap_std::fs::Dir;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io;

/// The file of the revisions, in Quarry's own directory.
pub(crate) const REVISIONS: &str = "revisions";

/// How many revisions are remembered. A document of an older one was replaced or removed long ago.
const MOST: usize = 16;

/// The most bytes of the file.
const SIZE: u64 = 1 << 16;

/// The revisions that Quarry published in a workspace, the newest last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Revisions(Vec<String>);

impl Revisions {
    /// Those of a workspace: the ones that are recorded, and that of its `context/`, which a copy of the workspace has
    /// even when Quarry's own directory was not copied.
    pub(crate) fn of(workspace: &Dir, own: &str) -> Self {
        let recorded = at(workspace, &format!("{own}/{REVISIONS}"))
            .and_then(|(own, name)| read_regular(&own, name, SIZE))
            .ok()
            .and_then(|(bytes, _)| String::from_utf8(bytes).ok())
            .unwrap_or_default();
        let mut revisions = Revisions::default();
        for line in recorded.lines().filter(|line| context::is_revision(line)) {
            revisions.add(line);
        }
        if let Ok(Place::Ours(directory)) = context::place(workspace)
            && let Some(revision) = context::manifest(&directory)
        {
            revisions.add(&revision);
        }
        revisions
    }

    /// Whether a text names one of them.
    pub(crate) fn named_in(&self, text: &str) -> bool {
        self.0.iter().any(|revision| names_revision(text, revision))
    }

    /// Makes one the newest.
    pub(crate) fn add(&mut self, revision: &str) {
        self.0.retain(|known| known != revision);
        self.0.push(revision.to_owned());
        let surplus = self.0.len().saturating_sub(MOST);
        self.0.drain(..surplus);
    }

    /// The text of the file.
    pub(crate) fn lines(&self) -> String {
        self.0
            .iter()
            .map(|revision| format!("{revision}\n"))
            .collect()
    }
}

/// The first file of a `context/` that its manifest does not list, which therefore is the user's.
pub(crate) fn unlisted(directory: &Dir) -> io::Result<Option<String>> {
    let (bytes, _) = match read_regular(directory, MANIFEST, limits::BYTES) {
        Ok(read) => read,
        // Without one the directory is empty, or not Quarry's at all.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let listed = listed(&String::from_utf8_lossy(&bytes));
    let found = context::list(directory)?.into_iter();
    let mut unlisted = found.filter(|path| path != MANIFEST && !listed.contains(path));
    Ok(unlisted.next())
}

/// The files that the text of a manifest lists, relative to `context/`: `{"files": [{"file": "context/a.csv"}]}`.
pub(crate) fn listed(manifest: &str) -> BTreeSet<String> {
    let manifest: Value = serde_json::from_str(manifest).unwrap_or_default();
    let files = manifest.get("files").and_then(Value::as_array);
    files
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let path = entry.get("file")?.as_str()?;
            Some(path.strip_prefix(DIRECTORY)?.strip_prefix('/')?.to_owned())
        })
        .collect()
}
