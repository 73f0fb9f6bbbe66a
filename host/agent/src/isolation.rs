//! What keeps an agent in its own workspace.

use crate::error::SettingsError;
use serde::Deserialize;
use std::path::PathBuf;

/// What keeps an agent in its own workspace.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Isolation {
    /// Bubblewrap (`bwrap`, Debian's package `bubblewrap`).
    Bubblewrap(Bubblewrap),
    /// Any other program that isolates the program it is given.
    Command(Wrapper),
}

/// Isolation by bubblewrap.
///
/// The agent sees the workspace as `/workspace`, read-write; the system's programs and libraries (`/usr`, `/bin`,
/// `/sbin`, `/lib*`) and of `/etc` what name resolution, certificates and the dynamic linker need, read-only; an empty
/// `/tmp` and an empty home, in memory; a `/proc` and a `/dev` of its own. Nothing else: not the data directory, not
/// `quarry.toml`, not the server's processes. It has PID, IPC, UTS, cgroup and user namespaces of its own, no
/// capabilities, no terminal, and it ends when the server ends.
///
/// With `network = true`, which an agent needs to reach its model, it also reaches what listens on this machine's
/// loopback and in its network: a metadata service, a PostgreSQL that trusts local users, the server itself.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub struct Bubblewrap {
    /// The program.
    pub program: String,
    /// Whether it has the host's network. The default is yes.
    pub network: bool,
    /// More directories or files that it sees, read-only and at the same place: where the agent itself is installed, if
    /// that is not below `/usr`.
    pub read_only: Vec<PathBuf>,
    /// Whether it may make user namespaces itself, as agents with a sandbox of their own do. It opens more of the kernel
    /// to it. The default is yes for the preset `codex`, whose commands run in a bubblewrap of its own, else no.
    pub nested_namespaces: Option<bool>,
    /// Bytes that `/tmp` and its home may each hold. They are memory. The default is 1 GiB.
    pub scratch_bytes: u64,
}

/// Isolation by a program of the operator's choice: `firejail`, `podman run`, `systemd-run`, …
///
/// It is started in the workspace, with the agent's environment, and gets the agent's program and arguments behind its
/// own.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Wrapper {
    /// The program and its arguments. `{workspace}` stands for the workspace's absolute path, `{home}` for that of the
    /// agent's home.
    pub command: Vec<String>,
    /// Where the agent sees the workspace, if that is elsewhere.
    #[serde(default)]
    pub workspace: Option<String>,
}

impl Default for Bubblewrap {
    fn default() -> Self {
        Self {
            program: "bwrap".to_owned(),
            network: true,
            read_only: Vec::new(),
            nested_namespaces: None,
            scratch_bytes: 1 << 30,
        }
    }
}

impl Default for Isolation {
    fn default() -> Self {
        Self::Bubblewrap(Bubblewrap::default())
    }
}

impl Isolation {
    /// The program that isolates.
    pub fn program(&self) -> &str {
        match self {
            Self::Bubblewrap(bubblewrap) => &bubblewrap.program,
            Self::Command(wrapper) => wrapper.command.first().map_or("", String::as_str),
        }
    }

    pub(crate) fn validate(&self) -> Result<(), SettingsError> {
        let (setting, problem) = match self {
            Self::Bubblewrap(bubblewrap) if bubblewrap.program.is_empty() => {
                ("isolation.program", "is empty: leave it out for `bwrap`")
            }
            Self::Bubblewrap(bubblewrap)
                if bubblewrap.read_only.iter().any(|path| !path.is_absolute()) =>
            {
                ("isolation.read-only", "has a path that is not absolute")
            }
            Self::Bubblewrap(bubblewrap)
                if bubblewrap
                    .read_only
                    .iter()
                    .any(|path| path.parent().is_none()) =>
            {
                (
                    "isolation.read-only",
                    "has `/`, which would show the agent everything: name single directories",
                )
            }
            Self::Bubblewrap(bubblewrap) if bubblewrap.scratch_bytes < 1 << 20 => {
                ("isolation.scratch-bytes", "is below 1,048,576")
            }
            Self::Command(wrapper) if wrapper.command.first().is_none_or(String::is_empty) => (
                "isolation.command",
                "is empty: write the program that isolates, and its arguments",
            ),
            Self::Command(wrapper)
                if wrapper
                    .workspace
                    .as_ref()
                    .is_some_and(|path| !path.starts_with('/')) =>
            {
                ("isolation.workspace", "is not absolute")
            }
            _ => return Ok(()),
        };
        Err(SettingsError::Invalid {
            setting,
            problem: problem.to_owned(),
        })
    }
}
