//! Starting an agent.

use crate::error::{SettingsError, StartError};
use crate::event::AgentEvent;
use crate::report::Report;
use crate::settings::AgentSettings;
use std::collections::BTreeMap;
use std::path::PathBuf;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Starts the agent that the operator configured, in one workspace after the other. It can be shared and cloned.
#[derive(Debug, Clone)]
pub struct AgentRunner {
    settings: AgentSettings,
    isolation_required: bool,
    hidden: Vec<PathBuf>,
}

/// One run of the agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// The workspace, an existing directory in which CONTEXT.md was published.
    pub workspace: PathBuf,
    /// Variables for this run alone, such as `QUARRY_TOKEN`. They go before those of the settings. Their values are
    /// replaced where the agent's output has them.
    pub variables: BTreeMap<String, String>,
}

impl Job {
    /// A run in a workspace.
    pub fn new(workspace: impl Into<PathBuf>) -> Self {
        Self {
            workspace: workspace.into(),
            variables: BTreeMap::new(),
        }
    }

    /// With one more variable.
    #[must_use]
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.insert(name.into(), value.into());
        self
    }
}

impl AgentRunner {
    /// A runner of these settings. Nothing is started.
    ///
    /// # Errors
    ///
    /// See [`SettingsError`].
    pub fn new(settings: AgentSettings) -> Result<Self, SettingsError> {
        settings.validate()?;
        Ok(Self {
            settings,
            isolation_required: false,
            hidden: Vec::new(),
        })
    }

    /// Whether the agent is only started in an isolation. The server says yes as soon as there is more than one tenant;
    /// a run is refused with [`StartError::IsolationRequired`] then if none is configured.
    #[must_use]
    pub fn require_isolation(mut self, required: bool) -> Self {
        self.isolation_required = required;
        self
    }

    /// A directory that the agent must not see even if it lies in one that it sees: the data directory. Bubblewrap puts
    /// an empty one over it; the workspace itself may lie in it. Other isolations do not know of it.
    #[must_use]
    pub fn hide(mut self, directory: impl Into<PathBuf>) -> Self {
        self.hidden.push(directory.into());
        self
    }

    /// The settings.
    pub fn settings(&self) -> &AgentSettings {
        &self.settings
    }

    /// Finds out whether the agent could be started here: whether isolation is there if it is required, whether it
    /// works (a trivial command is started in it, in an empty directory), and whether the agent's program is there, in
    /// the isolation if there is one. The agent itself is not started.
    ///
    /// # Errors
    ///
    /// What [`AgentRunner::run`] would answer.
    pub async fn check(&self) -> Result<(), StartError> {
        todo!()
    }

    /// Runs the agent in a workspace up to its end, and sends what it says.
    ///
    /// The channel is bounded: the agent waits for whoever reads, and waiting for the reader does not count as idle. If
    /// the receiver is dropped, the run goes on and what the agent says is lost. The last event is sent before this
    /// returns.
    ///
    /// However it ends, the process group of the agent is gone afterwards (`SIGTERM`, the grace period, `SIGKILL`),
    /// with children that ignore `SIGTERM`; a child that made itself a session of its own is only found by an isolation
    /// with a PID namespace, as bubblewrap's. If the future is dropped, the group is killed at once.
    ///
    /// It must be called within a Tokio runtime with I/O and time enabled.
    pub async fn run(
        &self,
        job: &Job,
        events: mpsc::Sender<AgentEvent>,
        cancellation: CancellationToken,
    ) -> Report {
        let _ = (
            job,
            events,
            cancellation,
            self.isolation_required,
            &self.hidden,
        );
        todo!()
    }
}
