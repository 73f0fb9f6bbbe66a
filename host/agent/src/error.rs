//! Why an agent cannot be configured or started.

use std::io;
use std::path::PathBuf;

/// A section `[agent]` cannot be used. The messages name the setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// Nothing says which program.
    #[error(
        "[agent] names no program: set `preset` to \"claude\", \"codex\" or \"gemini\", or `command` and `arguments`"
    )]
    NoProgram,
    /// A program of its own without a format.
    #[error(
        "[agent] does not say what {command} writes: set `output` to \"claude-stream-json\", \"codex-json\", \
         \"gemini-stream-json\" or \"lines\""
    )]
    NoOutputFormat {
        /// The program.
        command: String,
    },
    /// A setting's value cannot be used.
    #[error("`{setting}` in [agent] {problem}")]
    Invalid {
        /// The setting.
        setting: &'static str,
        /// What is wrong with it and what to write instead.
        problem: String,
    },
}

/// An agent was not started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// There is more than one tenant and no isolation.
    #[error(
        "the agent was not started: it reads text that others wrote and acts on it, this server has more than one \
         tenant, and no isolation keeps the agent in its own workspace; set [agent.isolation] in quarry.toml, for \
         example `kind = \"bubblewrap\"`"
    )]
    IsolationRequired,
    /// The isolation does not work here.
    #[error("the agent was not started: its isolation {program} does not work here: {reason}")]
    IsolationFails {
        /// The program that isolates.
        program: String,
        /// What it said, and what to do.
        reason: String,
    },
    /// The program is not there.
    #[error(
        "the agent was not started: {program} is not {place}; install it, or set `command` in [agent] to its path\
         {hint}"
    )]
    ProgramNotFound {
        /// The program.
        program: String,
        /// Where it was looked for.
        place: String,
        /// What else helps, starting with a comma or semicolon, or nothing.
        hint: &'static str,
    },
    /// The workspace cannot be used.
    #[error("the agent was not started: its workspace {path} cannot be used: {error}", path = path.display())]
    Workspace {
        /// The workspace.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A variable of the job cannot be passed.
    #[error("the agent was not started: its variable {name:?} {problem}")]
    Variable {
        /// Its name.
        name: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A home directory could not be made.
    #[error("the agent was not started: no home directory could be made for it in {path}: {error}", path = path.display())]
    Home {
        /// Where.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A file of the operator's could not be copied into the home.
    #[error(
        "the agent was not started: {path}, which `home-files` in [agent] names, cannot be copied into its home: {error}",
        path = path.display()
    )]
    HomeFile {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// The system does not start it.
    #[error("the agent was not started: {program} cannot be started: {error}")]
    Spawn {
        /// The program.
        program: String,
        /// What the system said.
        error: io::Error,
    },
}

impl StartError {
    /// A stable word for it, in kebab case.
    pub fn code(&self) -> &'static str {
        match self {
            Self::IsolationRequired => "isolation-required",
            Self::IsolationFails { .. } => "isolation-fails",
            Self::ProgramNotFound { .. } => "program-not-found",
            Self::Workspace { .. } => "workspace-unusable",
            Self::Variable { .. } => "variable-unusable",
            Self::Home { .. } | Self::HomeFile { .. } => "no-home",
            Self::Spawn { .. } => "not-startable",
        }
    }
}
