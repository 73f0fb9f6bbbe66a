//! Paths as projects write them, and the files that they mean.

use std::collections::{HashMap, HashSet};

/// The directory of a file: empty for the root, else without a `/` at its end.
pub fn directory(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// A file's extension in lower case, without the dot; empty when it has none.
pub fn extension(path: &str) -> String {
    file_name(path)
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase())
        .unwrap_or_default()
}

/// A path of a project file in our form: separated by `/`, without `.`, with `..` kept. Of an absolute path only
/// the file name is left: the rest tells of the machine it was written on, and of who used it.
pub fn file_path(written: &str) -> String {
    let path = written.trim().replace('\\', "/");
    let is_absolute = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    if is_absolute {
        let name = file_name(&path);
        return name
            .rsplit_once(':')
            .map_or(name, |(_, name)| name)
            .to_owned();
    }
    let parts: Vec<&str> = path
        .split('/')
        .filter(|part| !matches!(*part, "" | "."))
        .collect();
    parts.join("/")
}

pub(super) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// How many directories a file is in.
pub(super) fn depth(path: &str) -> usize {
    path.bytes().filter(|byte| *byte == b'/').count()
}

/// Finds files without regard to case, as Windows does.
#[derive(Debug, Clone)]
pub struct PathIndex<'p> {
    exact: HashSet<&'p str>,
    folded: HashMap<String, &'p str>,
}

impl<'p> PathIndex<'p> {
    /// Indexes the paths of a source tree.
    pub fn new<P: AsRef<str>>(paths: &'p [P]) -> Self {
        let mut index = PathIndex {
            exact: HashSet::with_capacity(paths.len()),
            folded: HashMap::with_capacity(paths.len()),
        };
        for path in paths.iter().map(AsRef::as_ref) {
            index.exact.insert(path);
            index.folded.entry(path.to_lowercase()).or_insert(path);
        }
        index
    }

    /// The file that a path written in a project means, seen from a directory of the tree: the one of that very
    /// name, else the first that differs by case only. None when the path leads out of the tree.
    pub fn resolve(&self, from_directory: &str, written: &str) -> Option<&'p str> {
        let path = join(from_directory, &file_path(written))?;
        let exact = self.exact.get(path.as_str()).copied();
        exact.or_else(|| self.folded.get(&path.to_lowercase()).copied())
    }
}

/// A path (see [`file_path`]) seen from a directory of the tree, `..` resolved; none when that leads out of the tree.
pub fn join(from_directory: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = from_directory
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    for part in path.split('/').filter(|part| !part.is_empty()) {
        if part == ".." {
            parts.pop()?;
        } else {
            parts.push(part);
        }
    }
    Some(parts.join("/"))
}
