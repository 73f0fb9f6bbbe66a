//! Where things are in the data directory.

use quarry_store::{KnowledgeBase, KnowledgeBaseId, Origin, Project, TenantId};
use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// The data directory. Names in it are identifiers, which are letters and digits.
#[derive(Debug, Clone)]
pub(super) struct Layout(PathBuf);

impl Layout {
    /// Makes the directories, for this user alone, and removes what a process that was killed left half done.
    pub(super) fn prepare(root: &Path) -> io::Result<Self> {
        make(root)?;
        let layout = Self(std::path::absolute(root)?);
        let ended = quarry_agent::end_orphans(&layout.agent_homes())?;
        if ended > 0 {
            tracing::warn!(
                ended,
                "processes of agents of a server that was killed were ended"
            );
        }
        for directory in [layout.uploads(), layout.agent_homes()] {
            match fs::remove_dir_all(&directory) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => make(&directory)?,
            }
        }
        Ok(layout)
    }

    /// A data directory that nothing is made or removed in.
    pub(super) fn at(root: &Path) -> io::Result<Self> {
        Ok(Self(std::path::absolute(root)?))
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// Is locked by the process that uses the directory.
    pub(super) fn lock(root: &Path) -> PathBuf {
        root.join("lock")
    }

    /// Holds the name of this host in the store.
    pub(super) fn host_name(&self) -> PathBuf {
        self.0.join("host")
    }

    /// Archives while they are received.
    pub(super) fn uploads(&self) -> PathBuf {
        self.0.join("uploads")
    }

    /// The homes of agents while they run.
    pub(super) fn agent_homes(&self) -> PathBuf {
        self.0.join("agent-homes")
    }

    /// The files of an uploaded knowledge base.
    pub(super) fn uploaded(&self, tenant: &TenantId, id: &KnowledgeBaseId) -> PathBuf {
        let tenants = self.0.join("knowledge-bases").join(tenant.as_str());
        tenants.join(id.as_str())
    }

    /// The source tree of a knowledge base.
    pub(super) fn source(&self, base: &KnowledgeBase) -> PathBuf {
        match &base.origin {
            Origin::Uploaded => self.uploaded(&base.tenant, &base.id),
            Origin::Directory(path) => PathBuf::from(path),
        }
    }

    /// The workspace of an output project.
    pub(super) fn workspace(&self, project: &Project) -> PathBuf {
        let tenants = self.0.join("workspaces").join(project.tenant.as_str());
        tenants.join(project.id.as_str())
    }

    /// All that a tenant has here.
    pub(super) fn of_tenant(&self, tenant: &TenantId) -> [PathBuf; 2] {
        let below = |directory: &str| self.0.join(directory).join(tenant.as_str());
        [below("knowledge-bases"), below("workspaces")]
    }

    /// All workspaces that there are.
    pub(super) fn workspaces(&self) -> io::Result<Vec<PathBuf>> {
        let mut found = Vec::new();
        for tenant in entries(&self.0.join("workspaces"))? {
            found.extend(entries(&tenant)?);
        }
        Ok(found)
    }

    /// A message without the data directory's path, which is nobody's business outside.
    pub(super) fn without_paths(&self, message: &str) -> String {
        message.replace(&*self.0.to_string_lossy(), "…")
    }
}

/// The paths of what is in a directory; that it is not there is as well.
fn entries(directory: &Path) -> io::Result<Vec<PathBuf>> {
    match fs::read_dir(directory) {
        Ok(entries) => entries.map(|entry| Ok(entry?.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Makes a directory that this user alone may enter, with those around it.
pub(super) fn make(directory: &Path) -> io::Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
}

/// Removes a directory with all that is in it; that it is not there is as well.
pub(super) fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}
