//! A home for one run.

use crate::error::StartError;
use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What the user in an isolation is called: programs fail that find no name for their user.
const USERS: &str = "agent:x:1000:1000:agent:/home/agent:/bin/sh\n";
const GROUPS: &str = "agent:x:1000:\n";

/// A directory for one run, removed with all that is in it when this is dropped.
#[derive(Debug)]
pub(crate) struct Home {
    directory: TempDir,
    home: PathBuf,
    temporary: PathBuf,
}

impl Home {
    /// A new one in a directory, or in that of the system for temporary files.
    pub(crate) fn new(parent: Option<&Path>) -> Result<Self, StartError> {
        let parent = parent.map_or_else(env::temp_dir, Path::to_owned);
        Self::make(&parent).map_err(|error| StartError::Home {
            path: parent,
            error,
        })
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

    /// A list of users for an isolation.
    pub(crate) fn users(&self) -> PathBuf {
        self.directory.path().join("passwd")
    }

    /// A list of groups for an isolation.
    pub(crate) fn groups(&self) -> PathBuf {
        self.directory.path().join("group")
    }
}
