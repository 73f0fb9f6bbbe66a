//! What a workspace has under the names of the agents' files.

use super::PATHS;
use crate::files::read_regular;
use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use std::collections::BTreeMap;
use std::io;

/// The largest file that is merged, in bytes. None that an agent loads is anywhere near.
const SIZE: u64 = 1 << 20;

/// What is under the name of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Existing {
    /// Nothing.
    Absent,
    /// A regular file with a text.
    Text(String),
    /// A symbolic link, with its target as it stands there.
    Link(String),
    /// Something that is not merged with: why, as a sentence that begins with "it".
    Unusable(String),
}

/// What a workspace, which may not exist, has under the names of all files.
pub(crate) fn existing(workspace: Option<&Dir>) -> BTreeMap<&'static str, Existing> {
    PATHS
        .into_iter()
        .map(|path| match workspace {
            Some(workspace) => (path, one(workspace, path)),
            None => (path, Existing::Absent),
        })
        .collect()
}

fn one(workspace: &Dir, path: &str) -> Existing {
    look(workspace, path).unwrap_or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Existing::Absent,
        _ => Existing::Unusable(format!("it cannot be read: {error}")),
    })
}

fn look(workspace: &Dir, path: &str) -> io::Result<Existing> {
    let unusable = |reason: String| Ok(Existing::Unusable(reason));
    let mut parent = workspace.try_clone()?;
    for (end, _) in path.match_indices('/') {
        let directory = &path[..end];
        let name = directory.rsplit('/').next().unwrap_or(directory);
        let metadata = parent.symlink_metadata(name)?;
        if metadata.is_symlink() {
            return unusable(format!(
                "{directory} is a symbolic link, which is not followed"
            ));
        }
        if !metadata.is_dir() {
            return unusable(format!("{directory} is not a directory"));
        }
        parent = parent.open_dir_nofollow(name)?;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    if parent.symlink_metadata(name)?.is_symlink() {
        let target = parent.read_link_contents(name)?;
        return Ok(Existing::Link(target.to_string_lossy().into_owned()));
    }
    let (bytes, _) = read_regular(&parent, name, SIZE)?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Existing::Text(text)),
        Err(_) => unusable("it is not UTF-8".to_owned()),
    }
}
