//! `quarry.toml`: what a user settles for a source tree once, beside the sources.

use cap_fs_ext::{FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use serde::Deserialize;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The name of the file.
pub const FILE: &str = "quarry.toml";

/// The largest file that is read, in bytes.
const FILE_SIZE: u64 = 1 << 20;

/// A `quarry.toml` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("{path}: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// It is not what is expected.
    #[error("{path}:{line}: {message}", path = path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
}

/// The settings of a source tree. What the command line says goes first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Settings {
    /// The target stack.
    pub stack: Option<String>,
    /// The project that is meant.
    pub project: Option<String>,
    /// The project's configuration that is meant.
    pub configuration: Option<String>,
    /// The most tokens of the document.
    pub budget: Option<u32>,
    /// Whose tokens.
    pub tokenizer: Option<String>,
    /// What matters in the database schema.
    pub schema: Schema,
    /// Fingerprints of findings that are no secrets.
    pub allow_secrets: Vec<String>,
}

/// What matters in the database schema.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schema {
    /// Tables that are described before all others.
    pub pin: Vec<String>,
    /// Tables of which the name alone is said.
    pub exclude: Vec<String>,
}

/// Reads the `quarry.toml` of a source tree; without one, nothing is settled.
///
/// # Errors
///
/// See [`SettingsError`].
pub fn of_tree(source: &Path) -> Result<Settings, SettingsError> {
    let path = source.join(FILE);
    let text = Dir::open_ambient_dir(source, ambient_authority()).and_then(|tree| read(&tree));
    match text {
        Ok(text) => parse(&path, &text),
        // That the tree itself is not there others say.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Ok(Settings::default()),
        Err(error) => Err(SettingsError::Unreadable { path, error }),
    }
}

/// Reads a file that is no link to anywhere.
fn read(tree: &Dir) -> io::Result<String> {
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No);
    // A FIFO of that name does not hold up.
    options.nonblock(true);
    let file = tree.open_with(FILE, &options)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = String::new();
    file.take(FILE_SIZE + 1).read_to_string(&mut text)?;
    if text.len() as u64 > FILE_SIZE {
        return Err(io::Error::other(format!(
            "it is larger than {FILE_SIZE} bytes"
        )));
    }
    Ok(text)
}

fn parse(path: &Path, text: &str) -> Result<Settings, SettingsError> {
    toml::from_str(text).map_err(|error| SettingsError::Invalid {
        path: path.to_owned(),
        line: line(text, &error),
        message: error.message().to_owned(),
    })
}

/// The line, from 1, where a text is not what was expected.
pub(crate) fn line(text: &str, error: &toml::de::Error) -> usize {
    let start = error.span().map_or(0, |span| span.start);
    let before = text.get(..start).unwrap_or_default();
    before.matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn settings_stand_beside_the_sources() {
        let tree = tempfile::tempdir().unwrap();
        assert_eq!(of_tree(tree.path()).unwrap(), Settings::default());
        assert_eq!(
            of_tree(&tree.path().join("nowhere")).unwrap(),
            Settings::default()
        );
        let text = "budget = 4000\nallow-secrets = [\"a:1:2:jwt\"]\n[schema]\npin = [\"CLIENT\"]\n";
        fs::write(tree.path().join(FILE), text).unwrap();
        let settings = of_tree(tree.path()).unwrap();
        assert_eq!(settings.budget, Some(4000));
        assert_eq!(settings.schema.pin, ["CLIENT"]);
        assert_eq!(settings.allow_secrets, ["a:1:2:jwt"]);
    }

    #[test]
    fn a_wrong_setting_is_told_with_its_line() {
        let tree = tempfile::tempdir().unwrap();
        fs::write(
            tree.path().join(FILE),
            "budget = 4000\n\n[schema]\npins = []\n",
        )
        .unwrap();
        let message = of_tree(tree.path()).unwrap_err().to_string();
        assert!(
            message.contains("quarry.toml:4: ") && message.contains("pins"),
            "{message}"
        );
    }

    #[test]
    fn a_link_is_not_followed() {
        let tree = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/hostname", tree.path().join(FILE)).unwrap();
        assert!(matches!(
            of_tree(tree.path()),
            Err(SettingsError::Unreadable { .. })
        ));
    }
}
