//! The directory `context/` of a workspace: whose it is, and what is in it.

use crate::documents::{DIRECTORY, MANIFEST, limits};
use crate::files::{at, read_regular};
use cap_fs_ext::DirExt;
use cap_std::fs::{Dir, Metadata};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::io;
use std::rc::Rc;

/// The value of `generator` in a manifest of ours, alone or before a version: `quarry 0.1.0`.
const GENERATOR: &str = "quarry";

/// The most entries of a `context/` that is looked through: whatever more is in it, Quarry did not write.
const ENTRIES: usize = 4 * limits::FILES;

/// What has the name `context`.
#[derive(Debug)]
pub(crate) enum Place {
    /// Nothing.
    Absent,
    /// A directory of Quarry's, or an empty one.
    Ours(Dir),
    /// Something else; what it is.
    Foreign(String),
}

/// What has the name `context` in a workspace.
pub(crate) fn place(workspace: &Dir) -> io::Result<Place> {
    let metadata = match workspace.symlink_metadata(DIRECTORY) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Place::Absent),
        Err(error) => return Err(error),
    };
    let foreign = |what: &str| Ok(Place::Foreign(what.to_owned()));
    if metadata.is_symlink() {
        return foreign("it is a symbolic link, which is never followed");
    }
    if !metadata.is_dir() {
        return foreign("it is not a directory");
    }
    let directory = workspace.open_dir_nofollow(DIRECTORY)?;
    let empty = directory.entries()?.next().is_none();
    if empty || manifest(&directory).is_some() {
        return Ok(Place::Ours(directory));
    }
    foreign("it holds files but no manifest.json of Quarry's, so it is not Quarry's to replace")
}

/// The revision in the manifest of a `context/`, when Quarry wrote it.
pub(crate) fn manifest(directory: &Dir) -> Option<String> {
    let (bytes, _) = read_regular(directory, MANIFEST, limits::BYTES).ok()?;
    revision(std::str::from_utf8(&bytes).ok()?)
}

/// The revision in the text of a manifest, when it is one of Quarry's: a JSON object with `"generator": "quarry"` (or
/// `"quarry VERSION"`) and a `"revision"`.
pub(crate) fn revision(manifest: &str) -> Option<String> {
    let value: Value = serde_json::from_str(manifest).ok()?;
    let generator = value.get("generator")?.as_str()?;
    let revision = value.get("revision")?.as_str()?;
    let named = generator.split([' ', '/']).next() == Some(GENERATOR);
    (named && is_revision(revision)).then(|| revision.to_owned())
}

/// Whether a text can be a revision: a short or empty one would stand in any text.
pub(crate) fn is_revision(text: &str) -> bool {
    text.len() >= 8 && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Whether a text names a revision.
pub(crate) fn names_revision(text: &str, revision: &str) -> bool {
    text.split(|character: char| !character.is_ascii_alphanumeric())
        .any(|word| word == revision)
}

/// Everything below a directory that is not itself a directory. Links are listed, not followed.
pub(crate) fn list(directory: &Dir) -> io::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    let mut seen = 0;
    let mut waiting = vec![(
        Rc::new(directory.try_clone()?),
        OsString::new(),
        String::new(),
    )];
    while let Some((parent, name, path)) = waiting.pop() {
        let directory = match path.is_empty() {
            true => parent,
            false => Rc::new(parent.open_dir_nofollow(&name)?),
        };
        for entry in directory.entries()? {
            let name = entry?.file_name();
            seen += 1;
            if seen > ENTRIES {
                let message = format!("it holds more than {ENTRIES} files and directories");
                return Err(io::Error::other(message));
            }
            let inner = match &*path {
                "" => name.to_string_lossy().into_owned(),
                path => format!("{path}/{}", name.to_string_lossy()),
            };
            if directory.symlink_metadata(&name)?.is_dir() {
                waiting.push((directory.clone(), name, inner));
            } else {
                found.insert(inner);
            }
        }
    }
    Ok(found)
}

/// Whether a directory holds a document as it is.
pub(crate) fn holds(directory: &Dir, path: &str, text: &str) -> bool {
    held(directory, path, text).is_some()
}

/// The file that is a document as it is.
pub(crate) fn held(directory: &Dir, path: &str, text: &str) -> Option<Metadata> {
    let (parent, name) = at(directory, path).ok()?;
    let (bytes, metadata) = read_regular(&parent, name, text.len() as u64).ok()?;
    (bytes == text.as_bytes()).then_some(metadata)
}

/// A digest of documents, in hexadecimal digits.
pub(crate) fn fingerprint<'a>(documents: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut digest = Sha256::new();
    for (path, text) in documents {
        for part in [path, text] {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
    }
    hex(&digest.finalize())
}

/// The digest of the documents in a directory; none when it holds anything that no document is.
pub(crate) fn fingerprint_of(directory: &Dir) -> io::Result<Option<String>> {
    let mut documents = BTreeMap::new();
    for path in list(directory)? {
        let (parent, name) = at(directory, &path)?;
        match read_regular(&parent, name, limits::BYTES).map(|(bytes, _)| String::from_utf8(bytes))
        {
            Ok(Ok(text)) => documents.insert(path, text),
            _ => return Ok(None),
        };
    }
    let texts = documents.iter().map(|(path, text)| (&**path, &**text));
    Ok(Some(fingerprint(texts)))
}

/// The digest of bytes, in hexadecimal digits.
pub(crate) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
