//! A home for one run.

use crate::error::StartError;
use std::collections::BTreeMap;
use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What the user in an isolation is called: programs fail that find no name for their user.
const USERS: &str = "agent:x:1000:1000:agent:/home/agent:/bin/sh\n";
const GROUPS: &str = "agent:x:1000:\n";

/// The most bytes of a file that is copied into a home.
const FILE_BYTES: u64 = 1 << 20;

/// The fewest bytes of a word in such a file that may be a credential: texts and names of settings are shorter.
const WORD_BYTES: usize = 16;

/// A directory for one run, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub(crate) struct Home {
    directory: TempDir,
    home: PathBuf,
    temporary: PathBuf,
    /// The paths in the home of files that were copied there, and what may be a credential in them.
    files: Vec<(PathBuf, Vec<String>)>,
}

impl Home {
    /// A new one in a directory, or in that of the system for temporary files, with copies of the operator's files by
    /// their path in it.
    pub(crate) fn new(
        parent: Option<&Path>,
        files: &BTreeMap<PathBuf, PathBuf>,
    ) -> Result<Self, StartError> {
        let parent = parent.map_or_else(env::temp_dir, Path::to_owned);
        let mut home = Self::make(&parent).map_err(|error| StartError::Home {
            path: parent,
            error,
        })?;
        for (path, from) in files {
            let words = home
                .copy(from, path)
                .map_err(|error| StartError::HomeFile {
                    path: from.clone(),
                    error,
                })?;
            home.files.push((path.clone(), words));
        }
        Ok(home)
    }

    /// Copies a file, and returns what may be a credential in it.
    fn copy(&self, from: &Path, path: &Path) -> io::Result<Vec<String>> {
        let file = File::open(from)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a regular file"));
        }
        let mut bytes = Vec::new();
        file.take(FILE_BYTES + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > FILE_BYTES {
            let reason = format!("it is larger than {FILE_BYTES} bytes");
            return Err(io::Error::other(reason));
        }
        let to = self.home.join(path);
        if let Some(parent) = to.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(parent)?;
        }
        let mut options = OpenOptions::new();
        let mut copy = options.write(true).create_new(true).mode(0o600).open(to)?;
        copy.write_all(&bytes)?;
        Ok(words(&String::from_utf8_lossy(&bytes)))
    }

    fn make(parent: &Path) -> io::Result<Self> {
        // Only its owner can enter it.
        let directory = tempfile::Builder::new()
            .prefix("quarry-agent-")
            .tempdir_in(parent)?;
        let root = directory.path().canonicalize()?;
        let (home, temporary) = (root.join("home"), root.join("tmp"));
        fs::create_dir(&home)?;
        fs::create_dir(&temporary)?;
        fs::write(root.join("passwd"), USERS)?;
        fs::write(root.join("group"), GROUPS)?;
        Ok(Self {
            directory,
            home,
            temporary,
            files: Vec::new(),
        })
    }

    /// Where the agent may keep what it likes.
    pub(crate) fn path(&self) -> &Path {
        &self.home
    }

    /// Where it puts temporary files.
    pub(crate) fn temporary(&self) -> &Path {
        &self.temporary
    }

    /// The paths in it of the files that were copied there.
    pub(crate) fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(|(path, _)| path.as_path())
    }

    /// What may be a credential in those files, each with the path of its file.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (String, &str)> {
        self.files.iter().flat_map(|(path, words)| {
            let path = path.display().to_string();
            words.iter().map(move |word| (path.clone(), word.as_str()))
        })
    }

    /// A list of users for an isolation.
    pub(crate) fn users(&self) -> PathBuf {
        self.directory.path().join("passwd")
    }

    /// A list of groups for an isolation.
    pub(crate) fn groups(&self) -> PathBuf {
        self.directory.path().join("group")
    }
}

/// The words of a file with settings that may be credentials: long, and neither an address nor a path.
fn words(text: &str) -> Vec<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.~+/=".contains(c);
    text.split(|c: char| !is_part(c))
        .filter(|word| word.len() >= WORD_BYTES && !word.starts_with('/'))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn tokens_are_told_from_the_settings_around_them() {
        let text = r#"{"claudeAiOauth": {"accessToken": "sk-ant-oat01-0123_abc", "expiresAt": 1790000000000,
            "file": "/home/somebody/.config", "scopes": ["user:inference"]}}"#;
        assert_eq!(words(text), ["sk-ant-oat01-0123_abc"]);
        assert_eq!(
            words("key = YWJjZGVmZ2hpamts/Zm9v=="),
            ["YWJjZGVmZ2hpamts/Zm9v=="]
        );
    }
}
