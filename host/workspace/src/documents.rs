//! The documents of a run, in memory.

use crate::error::PublishError;
use std::collections::BTreeMap;

/// What a set of documents may be at most.
pub mod limits {
    /// Files.
    pub const FILES: usize = 10_000;
    /// Bytes, all files together.
    pub const BYTES: u64 = 64 << 20;
    /// Bytes of a file's or directory's name.
    pub const NAME: usize = 200;
    /// Names in a path: a file below a directory below `context/`.
    pub const DEPTH: usize = 3;
}

/// The document that is read first and published last.
pub(crate) const CONTEXT: &str = "CONTEXT.md";

/// The documents beside it.
pub(crate) const BESIDE: [&str; 2] = ["CONTEXT.json", "CONTEXT.html"];

/// The directory of everything else.
pub(crate) const DIRECTORY: &str = "context";

/// What says of which run the directory is, relative to it.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Documents by their path relative to the workspace, separated by `/`: `CONTEXT.md`, `CONTEXT.json`, `CONTEXT.html`,
/// and whatever is below `context/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Documents {
    texts: BTreeMap<String, String>,
    /// Every path and every directory on the way to one, without case, with its spelling and whether it is a file.
    names: BTreeMap<String, (String, bool)>,
}

impl Documents {
    /// No documents.
    pub fn new() -> Self {
        Documents::default()
    }

    /// The documents among the files of a prompt builder, which nobody has to trust: there is nothing else among them.
    ///
    /// # Errors
    ///
    /// [`PublishError::Rejected`] when there is no `CONTEXT.md`, or anything that is no document: a file outside of
    /// `context/`, a text that is not UTF-8 or holds a NUL, more than the [limits].
    pub fn of_builder(
        files: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Self, PublishError> {
        let mut documents = Documents::new();
        let mut left = limits::BYTES;
        for (path, bytes) in files {
            let rejected = |reason: String| PublishError::rejected(&path, reason);
            check_path(&path).map_err(rejected)?;
            left = left.checked_sub(bytes.len() as u64).ok_or_else(|| {
                rejected(format!(
                    "all files together are more than {} bytes",
                    limits::BYTES
                ))
            })?;
            let text = String::from_utf8(bytes)
                .map_err(|error| rejected(format!("it is not UTF-8: {}", error.utf8_error())))?;
            check_text(&path, &text)?;
            documents.insert(&path, text)?;
        }
        match documents.get(CONTEXT) {
            Some(_) => Ok(documents),
            None => Err(PublishError::rejected(CONTEXT, "it was not written")),
        }
    }

    /// Adds a document, or replaces the one of that path.
    ///
    /// # Errors
    ///
    /// [`PublishError::Rejected`] when the path is not one of a document, when it differs from another's in case alone,
    /// or when there are too many documents.
    pub fn insert(&mut self, path: &str, text: String) -> Result<(), PublishError> {
        let rejected = |reason: &str| PublishError::rejected(path, reason);
        check_path(path).map_err(|reason| rejected(&reason))?;
        let names = with_directories(path).map(|(name, file)| (name.to_lowercase(), (name, file)));
        for (folded, (name, file)) in names.clone() {
            let Some((known, known_file)) = self.names.get(&folded) else {
                continue;
            };
            if known != name {
                return Err(rejected(&format!(
                    "it differs from {known:?} in case alone"
                )));
            }
            if *known_file != file {
                return Err(rejected("it is a file and a directory at once"));
            }
        }
        if !self.texts.contains_key(path) && self.texts.len() == limits::FILES {
            let reason = format!("there are more than {} files", limits::FILES);
            return Err(rejected(&reason));
        }
        self.names
            .extend(names.map(|(folded, (name, file))| (folded, (name.to_owned(), file))));
        self.texts.insert(path.to_owned(), text);
        Ok(())
    }

    /// The text of a document.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// All documents, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(path, text)| (&**path, &**text))
    }

    /// All documents, sorted by path, for changing their text.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&str, &mut String)> {
        self.texts.iter_mut().map(|(path, text)| (&**path, text))
    }

    /// How many documents there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// The length of all texts together, in bytes.
    pub fn bytes(&self) -> u64 {
        self.texts.values().map(|text| text.len() as u64).sum()
    }

    /// What is below `context/`, sorted, with the path relative to it.
    pub(crate) fn directory(&self) -> BTreeMap<&str, &str> {
        self.iter()
            .filter_map(|(path, text)| {
                let rest = path.strip_prefix(DIRECTORY)?.strip_prefix('/')?;
                Some((rest, text))
            })
            .collect()
    }
}

/// Whether a path is that of a document outside of `context/`.
pub(crate) fn is_document(path: &str) -> bool {
    path == CONTEXT || BESIDE.contains(&path)
}

/// Whether a document may have a path; what is wrong with it otherwise.
pub(crate) fn check_path(path: &str) -> Result<(), String> {
    let mut names = path.split('/');
    let first = names.next().unwrap_or_default();
    if first == DIRECTORY {
        if path == DIRECTORY {
            return Err("it is not a directory".to_owned());
        }
    } else if !is_document(path) {
        return Err("no such file is expected".to_owned());
    }
    if path.split('/').count() > limits::DEPTH {
        return Err(format!("it is more than {} levels deep", limits::DEPTH));
    }
    names.try_for_each(check_name)
}

/// Whether a document may have a text.
pub(crate) fn check_text(path: &str, text: &str) -> Result<(), PublishError> {
    match text.contains('\0') {
        true => Err(PublishError::rejected(path, "it holds a NUL")),
        false => Ok(()),
    }
}

/// Whether a file or directory below `context/` may have a name.
fn check_name(name: &str) -> Result<(), String> {
    match name {
        "" | "." | ".." => Err(format!("{name:?} is not the name of a file")),
        _ if name.len() > limits::NAME => {
            Err(format!("its name is longer than {} bytes", limits::NAME))
        }
        _ if name.contains(|character: char| character == '\\' || character.is_control()) => {
            Err("its name holds a control character or a `\\`".to_owned())
        }
        _ => Ok(()),
    }
}

/// A path and every directory on the way to it, with whether it is the file.
fn with_directories(path: &str) -> impl Iterator<Item = (&str, bool)> + Clone {
    path.match_indices('/')
        .map(|(at, _)| (&path[..at], false))
        .chain([(path, true)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inserted(paths: &[&str]) -> Result<Documents, PublishError> {
        let mut documents = Documents::new();
        for path in paths {
            documents.insert(path, String::new())?;
        }
        Ok(documents)
    }

    #[test]
    fn paths_of_documents_are_accepted() {
        let paths = [
            "CONTEXT.html",
            "CONTEXT.json",
            "CONTEXT.md",
            "context/globals.csv",
            "context/initialization/01 d\u{e9}but.wl",
            "context/schema/CLIENT.sql",
        ];
        let mut documents = inserted(&paths).unwrap();
        assert!(documents.iter().map(|(path, _)| path).eq(paths));
        documents
            .insert("context/globals.csv", "new".to_owned())
            .unwrap();
        assert_eq!((documents.len(), documents.bytes()), (6, 3));
    }

    #[test]
    fn other_paths_are_refused() {
        let long = format!("context/{}", "x".repeat(limits::NAME + 1));
        let paths = [
            "",
            "/",
            "README.md",
            "context",
            "context/",
            "context//a",
            "context/./a",
            "context/../a",
            "/context/a",
            "../context/a",
            "Context/a",
            "context/a/b/c",
            "context/a\\b",
            "context/a\nb",
            "context/a\u{85}b",
            "CONTEXT.md/a",
            &long,
        ];
        for path in paths {
            assert!(inserted(&[path]).is_err(), "{path:?}");
        }
    }

    #[test]
    fn paths_that_one_file_system_may_not_tell_apart_are_refused() {
        for paths in [
            ["context/a.sql", "context/A.sql"],
            ["context/\u{e9}", "context/\u{c9}"],
            ["context/schema/a", "context/Schema/b"],
            ["context/a", "context/a/b"],
            ["context/a/b", "context/a"],
        ] {
            assert!(inserted(&paths[..1]).is_ok());
            assert!(inserted(&paths).is_err(), "{paths:?}");
        }
    }

    #[test]
    fn there_is_a_most_of_documents() {
        let mut documents = Documents::new();
        for number in 0..limits::FILES {
            documents
                .insert(&format!("context/{number}"), String::new())
                .unwrap();
        }
        assert!(documents.insert("context/more", String::new()).is_err());
        assert!(documents.insert("context/0", "again".to_owned()).is_ok());
    }

    proptest! {
        #[test]
        fn an_accepted_path_stays_below_the_workspace(path in "(CONTEXT.md|context|\\.|\\.\\.|/|\\\\|a|\u{0}){0,8}") {
            if check_path(&path).is_ok() {
                let relative = std::path::Path::new(&path);
                let normal = |part| matches!(part, std::path::Component::Normal(_));
                prop_assert!(relative.components().all(normal));
                prop_assert_eq!(relative.components().count(), path.split('/').count());
            }
        }
    }
}
