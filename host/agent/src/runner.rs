//! Starting an agent.

use crate::error::{SettingsError, StartError};
use crate::event::AgentEvent;
use crate::home::Home;
use crate::isolation::Isolation;
use crate::launch::Launch;
use crate::parse::Parser;
use crate::report::{Exit, Outcome, Report};
use crate::session::{End, Session};
use crate::settings::{AgentSettings, OutputFormat};
use crate::sink::Sink;
use crate::spawn::spawn;
use crate::text::Cleaner;
use crate::verdict::{Evidence, outcome};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::process::Child;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Starts the agent that the operator configured, in one workspace after the other. It can be shared and cloned.
#[derive(Debug, Clone)]
pub struct AgentRunner {
    settings: AgentSettings,
    isolation_required: bool,
    hidden: Vec<PathBuf>,
    homes: Option<PathBuf>,
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
            homes: None,
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

    /// The directory in which each run gets a home of its own, which is removed at its end; that of the system for
    /// temporary files if it is not set. Without isolation it should be another one for Codex CLI, whose own sandbox
    /// does not work with a home below the system's. In bubblewrap the home is in memory.
    ///
    /// A server that is killed leaves the homes of its runs behind: it should have a directory of its own for them, and
    /// empty it when it starts.
    #[must_use]
    pub fn homes_in(mut self, directory: impl Into<PathBuf>) -> Self {
        self.homes = Some(directory.into());
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
        self.refuse_without_isolation()?;
        let home = Home::new(self.homes.as_deref(), &self.settings.home_files)?;
        // The agent's own temporary directory stands for a workspace: it is empty.
        let job = Job::new(home.temporary());
        let launch = Launch::new(&self.settings, &self.hidden, &job, &home)?;
        self.probe(&launch).await
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
        let begun = Instant::now();
        if cancellation.is_cancelled() {
            return Report::without_process(Outcome::Cancelled, begun.elapsed());
        }
        let home = match self
            .refuse_without_isolation()
            .and_then(|()| Home::new(self.homes.as_deref(), &self.settings.home_files))
        {
            Ok(home) => home,
            Err(error) => {
                return Report::without_process(Outcome::NotStarted(error), begun.elapsed());
            }
        };
        let report = self.run_at_home(job, &home, events, &cancellation).await;
        // Removing it may take a while.
        let _ = tokio::task::spawn_blocking(move || drop(home)).await;
        let mut report =
            report.unwrap_or_else(|outcome| Report::without_process(outcome, Duration::ZERO));
        report.duration = begun.elapsed();
        report
    }

    fn refuse_without_isolation(&self) -> Result<(), StartError> {
        match self.settings.isolation {
            None if self.isolation_required => Err(StartError::IsolationRequired),
            _ => Ok(()),
        }
    }

    async fn run_at_home(
        &self,
        job: &Job,
        home: &Home,
        events: mpsc::Sender<AgentEvent>,
        cancellation: &CancellationToken,
    ) -> Result<Report, Outcome> {
        let launch =
            Launch::new(&self.settings, &self.hidden, job, home).map_err(Outcome::NotStarted)?;
        tokio::select! {
            () = cancellation.cancelled() => return Err(Outcome::Cancelled),
            probed = self.probe(&launch) => probed.map_err(Outcome::NotStarted)?,
        }
        let child = self.start(&launch).await.map_err(Outcome::NotStarted)?;
        let format = self.settings.output_format().unwrap_or(OutputFormat::Lines);
        let secrets = launch.secrets();
        let secrets = secrets
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()));
        let cleaner = Cleaner::new(secrets, self.settings.limits.text_bytes);
        let places = [
            launch.workspace_inside(),
            launch.workspace.to_string_lossy().into_owned(),
        ];
        let parser = Parser::new(format, cleaner, &places);
        let sink = Sink::new(events, self.settings.limits.events);
        let session = Session::new(child, &self.settings, cancellation, parser, sink);
        let mut session =
            session.map_err(|error| Outcome::NotStarted(self.not_startable(error)))?;
        let (end, exit) = session.run().await;
        Ok(report(&session, format, end, exit))
    }

    async fn start(&self, launch: &Launch<'_>) -> Result<Child, StartError> {
        let session = Uuid::new_v4().to_string();
        spawn(launch.agent(&session)?)
            .await
            .map_err(|error| self.not_startable(error))
    }

    fn not_startable(&self, error: io::Error) -> StartError {
        let isolation = self.settings.isolation.as_ref().map(Isolation::program);
        let program = isolation
            .or(self.settings.program().ok())
            .unwrap_or_default()
            .to_owned();
        StartError::Spawn { program, error }
    }
}

/// The report of a run that ended.
fn report(session: &Session<'_>, format: OutputFormat, end: End, exit: Option<Exit>) -> Report {
    let Session {
        parser,
        sink,
        figures,
        errors,
        ..
    } = session;
    let errors: Vec<u8> = errors.iter().copied().collect();
    let error_output = parser.cleaner().text(&String::from_utf8_lossy(&errors));
    let last_line = error_output.lines().rfind(|line| !line.trim().is_empty());
    let verdict = figures.verdict.clone();
    let hint = parser.last_error().or(last_line);
    let outcome = outcome(Evidence {
        end,
        exit,
        format,
        verdict,
        hint,
    });
    Report {
        outcome,
        exit,
        duration: Duration::ZERO,
        output_bytes: figures.output_bytes,
        error_bytes: figures.error_bytes,
        events: sink.sent,
        events_left_out: sink.left_out,
        session: figures.session.clone(),
        usage: figures.usage,
        cost: figures.cost,
        error_output,
    }
}
