//! Walking a source tree, once, and choosing each extractor's inputs.

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use quarry_sandbox::facts::{Diagnostic, Origin, Severity};
use quarry_sandbox::{Inputs, Manifest};
use std::collections::HashMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Directories of version control and of Quarry itself: never part of a project's source.
const SKIPPED: [&str; 4] = [".git", ".hg", ".svn", ".quarry"];

/// How deep directories may be nested. Each level is an open handle while it is walked.
const DEPTH: usize = 100;

/// How many files a tree may have.
const FILES: usize = 1_000_000;

/// The largest input, in bytes. An extractor reads its input into memory of which it has 256 MiB.
const INPUT_SIZE: u64 = 64 << 20;

/// How many globs a manifest may hold, and how long each may be.
const GLOBS: usize = 200;
const GLOB_LENGTH: usize = 500;

/// A source tree cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// It is not there, or no directory, or may not be read.
    #[error("{path}: the source tree cannot be read: {error}", path = path.display())]
    Unreadable {
        /// The tree.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A manifest's globs are not valid.
    #[error("the extractor {name} asks for files with an invalid pattern: {message}")]
    InvalidGlob {
        /// The extractor.
        name: String,
        /// What is wrong.
        message: String,
    },
}

/// A walked tree.
#[derive(Debug)]
pub struct Walked {
    /// Its root.
    pub directory: Arc<Dir>,
    /// Its files.
    pub files: SourceFiles,
}

/// The regular files of a tree.
#[derive(Debug, Default)]
pub struct SourceFiles {
    /// Paths relative to the root, separated by `/`, sorted.
    pub paths: Vec<String>,
    /// What could not be taken.
    pub diagnostics: Vec<Diagnostic>,
}

impl Walked {
    /// Opens a tree and lists its regular files. Symbolic links are not followed; what cannot be read or named is a
    /// diagnostic.
    ///
    /// # Errors
    ///
    /// When the root cannot be read.
    pub fn open(path: &Path) -> Result<Self, SourceError> {
        let unreadable = |error| SourceError::Unreadable {
            path: path.to_owned(),
            error,
        };
        let directory = Dir::open_ambient_dir(path, ambient_authority()).map_err(unreadable)?;
        let mut files = SourceFiles::default();
        // The root is read here, so that a tree that cannot be read at all is an error.
        directory.entries().map_err(unreadable)?;
        files.walk(&directory, "", 0);
        files.paths.sort_unstable();
        Ok(Walked {
            directory: Arc::new(directory),
            files,
        })
    }

    /// The inputs of an extractor, and what it does not get although it asks for it.
    ///
    /// # Errors
    ///
    /// When its globs are not valid.
    pub fn inputs(&self, manifest: &Manifest) -> Result<(Inputs, Vec<Diagnostic>), SourceError> {
        let accepts = globs(&manifest.name, &manifest.accepts)?;
        let ignores = globs(&manifest.name, &manifest.ignores)?;
        let mut ignored = HashMap::new();
        let mut diagnostics = Vec::new();
        let inputs = self
            .files
            .paths
            .iter()
            .filter(|path| accepts.is_match(path) && !is_ignored(path, &ignores, &mut ignored))
            .filter(|path| match self.size(path) {
                Ok(size) if size > INPUT_SIZE => {
                    diagnostics.push(too_large(path, size));
                    false
                }
                Ok(_) => true,
                Err(error) => {
                    diagnostics.push(unreadable(path, &error));
                    false
                }
            })
            .cloned()
            .collect();
        Ok((inputs, diagnostics))
    }

    /// What is in a file of the tree; nothing if it is none of them, or is now too large, or no regular file any more.
    pub fn read(&self, path: &str) -> Option<Vec<u8>> {
        let paths = &self.files.paths;
        paths.binary_search_by(|known| (**known).cmp(path)).ok()?;
        let mut options = OpenOptions::new();
        // A link or a FIFO that took its place leads nowhere and does not hold up.
        options.read(true).follow(FollowSymlinks::No).nonblock(true);
        let file = self.directory.open_with(path, &options).ok()?;
        let metadata = file.metadata().ok()?;
        if !metadata.is_file() || metadata.len() > INPUT_SIZE {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(INPUT_SIZE).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn size(&self, path: &str) -> io::Result<u64> {
        Ok(self.directory.symlink_metadata(path)?.len())
    }
}

impl SourceFiles {
    fn walk(&mut self, directory: &Dir, prefix: &str, depth: usize) {
        let entries = match directory.entries() {
            Ok(entries) => entries,
            Err(error) => return self.diagnostics.push(unreadable(prefix, &error)),
        };
        for entry in entries {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.diagnostics.push(unreadable(prefix, &error));
                    continue;
                }
            };
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                self.diagnostics
                    .push(not_utf8(prefix, &name.to_string_lossy()));
                continue;
            };
            let path = format!("{prefix}{name}");
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && SKIPPED.contains(&name) => {}
                Ok(kind) if kind.is_dir() => self.descend(&entry, path, depth),
                Ok(kind) if kind.is_file() => {
                    if self.paths.len() == FILES {
                        return self.diagnostics.push(too_many());
                    }
                    self.paths.push(path);
                }
                // Links, pipes, sockets and devices are not source.
                Ok(_) => {}
                Err(error) => self.diagnostics.push(unreadable(&path, &error)),
            }
        }
    }

    fn descend(&mut self, entry: &cap_std::fs::DirEntry, mut path: String, depth: usize) {
        if depth == DEPTH {
            return self.diagnostics.push(too_deep(&path));
        }
        match entry.open_dir() {
            Ok(directory) => {
                path.push('/');
                self.walk(&directory, &path, depth + 1);
            }
            Err(error) => self.diagnostics.push(unreadable(&path, &error)),
        }
    }
}

fn globs(name: &str, patterns: &[String]) -> Result<GlobSet, SourceError> {
    let invalid = |message: String| SourceError::InvalidGlob {
        name: name.to_owned(),
        message,
    };
    if patterns.len() > GLOBS || patterns.iter().any(|glob| glob.len() > GLOB_LENGTH) {
        return Err(invalid(format!(
            "at most {GLOBS} patterns of {GLOB_LENGTH} bytes are taken"
        )));
    }
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern)
            .case_insensitive(true)
            .literal_separator(true)
            .build()
            .map_err(|error| invalid(error.to_string()))?;
        set.add(glob);
    }
    set.build().map_err(|error| invalid(error.to_string()))
}

/// Whether a path, or a directory above it, is ignored. Directories are remembered: most paths share theirs.
fn is_ignored<'a>(path: &'a str, ignores: &GlobSet, known: &mut HashMap<&'a str, bool>) -> bool {
    if ignores.is_match(path) {
        return true;
    }
    let Some((directory, _)) = path.rsplit_once('/') else {
        return false;
    };
    if let Some(ignored) = known.get(directory) {
        return *ignored;
    }
    let ignored = is_ignored(directory, ignores, known);
    known.insert(directory, ignored);
    ignored
}

fn diagnostic(severity: Severity, code: &str, message: String, path: &str) -> Diagnostic {
    Diagnostic {
        severity,
        code: code.to_owned(),
        message,
        origin: (!path.is_empty()).then(|| Origin {
            path: path.trim_end_matches('/').to_owned(),
            line: 1,
            column: 1,
            offset: 0,
            length: 0,
        }),
    }
}

fn unreadable(path: &str, error: &io::Error) -> Diagnostic {
    let message = format!("cannot be read ({error}) and is left out; check its permissions");
    diagnostic(Severity::Warning, "unreadable", message, path)
}

fn not_utf8(prefix: &str, name: &str) -> Diagnostic {
    let message = format!(
        "the name {name:?} is not UTF-8 and the file is left out; rename it if it belongs to the project"
    );
    diagnostic(Severity::Warning, "name-not-utf8", message, prefix)
}

fn too_large(path: &str, size: u64) -> Diagnostic {
    let message = format!(
        "{} MiB are more than the {} MiB that are read of one file; it is left out",
        size >> 20,
        INPUT_SIZE >> 20
    );
    diagnostic(Severity::Warning, "input-too-large", message, path)
}

fn too_deep(path: &str) -> Diagnostic {
    let message =
        format!("directories are nested more than {DEPTH} deep here; what is below is left out");
    diagnostic(Severity::Warning, "too-deep", message, path)
}

fn too_many() -> Diagnostic {
    let message = format!("the tree has more than {FILES} files; the others are left out");
    diagnostic(Severity::Error, "too-many-files", message, "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn manifest(accepts: &[&str], ignores: &[&str]) -> Manifest {
        Manifest {
            name: "test".to_owned(),
            version: "1".to_owned(),
            summary: String::new(),
            accepts: accepts.iter().map(|glob| (*glob).to_owned()).collect(),
            ignores: ignores.iter().map(|glob| (*glob).to_owned()).collect(),
            options_schema: None,
        }
    }

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        directory
    }

    #[test]
    fn inputs_are_matched_without_regard_to_case_and_ignored_with_their_directory() {
        let directory = tree(&["A.WDP", "x/b.wdp", "Svg_1/c/d.wdp", "x/y.txt", ".git/e.wdp"]);
        let walked = Walked::open(directory.path()).unwrap();
        let (inputs, diagnostics) = walked
            .inputs(&manifest(&["**/*.wdp"], &["**/svg_*"]))
            .unwrap();
        assert_eq!(inputs.paths(), ["A.WDP", "x/b.wdp"]);
        assert!(diagnostics.is_empty());
    }

    #[test]
    fn links_are_not_followed_and_odd_entries_are_no_files() {
        let directory = tree(&["a.wdp"]);
        std::os::unix::fs::symlink("a.wdp", directory.path().join("b.wdp")).unwrap();
        std::os::unix::fs::symlink("..", directory.path().join("loop")).unwrap();
        let walked = Walked::open(directory.path()).unwrap();
        assert_eq!(walked.files.paths, ["a.wdp"]);
        assert_eq!(walked.read("a.wdp").unwrap(), b"a.wdp");
        assert!(walked.read("b.wdp").is_none() && walked.read("loop/a.wdp").is_none());
    }

    #[test]
    fn a_sparse_giant_is_left_out_and_said() {
        let directory = tree(&["a.wdp"]);
        let file = fs::File::create(directory.path().join("big.wdp")).unwrap();
        file.set_len(2 << 30).unwrap();
        let walked = Walked::open(directory.path()).unwrap();
        let (inputs, diagnostics) = walked.inputs(&manifest(&["*.wdp"], &[])).unwrap();
        assert_eq!(inputs.paths(), ["a.wdp"]);
        assert_eq!(diagnostics[0].code, "input-too-large");
        assert!(diagnostics[0].message.starts_with("2048 MiB"));
    }

    #[test]
    fn too_many_or_too_long_patterns_are_refused() {
        let directory = tree(&[]);
        let walked = Walked::open(directory.path()).unwrap();
        let long = "a".repeat(GLOB_LENGTH + 1);
        assert!(walked.inputs(&manifest(&[&long], &[])).is_err());
        assert!(walked.inputs(&manifest(&["*"; GLOBS + 1], &[])).is_err());
        assert!(walked.inputs(&manifest(&["a{"], &[])).is_err());
    }

    #[test]
    fn a_source_that_is_no_directory_is_an_error_with_its_path() {
        let error = Walked::open(Path::new("/no/such/tree")).unwrap_err();
        assert!(error.to_string().starts_with("/no/such/tree: "));
    }
}
