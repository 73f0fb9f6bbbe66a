//! How an agent's run ended.

use crate::error::StartError;
use crate::event::Usage;
use serde::Serialize;
use std::time::Duration;

/// How an agent's run ended, and its figures.
#[derive(Debug)]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// How its process ended; none if it was not started or could not be waited for.
    pub exit: Option<Exit>,
    /// How long it took.
    pub duration: Duration,
    /// Bytes of standard output that were read.
    pub output_bytes: u64,
    /// Bytes of standard error that were read.
    pub error_bytes: u64,
    /// The end of what it wrote to standard error, at most [`Limits::error_bytes`](crate::Limits::error_bytes) of it,
    /// made fit to be shown as the texts of events are.
    pub error_output: String,
    /// Events that were sent.
    pub events: u64,
    /// Events that were left out because of [`Limits::events`](crate::Limits::events).
    pub events_left_out: u64,
    /// What the agent calls its session.
    pub session: Option<String>,
    /// What was used, by the last the agent said.
    pub usage: Option<Usage>,
    /// What it cost in US dollars, where the agent says so.
    pub cost: Option<f64>,
}

/// How an agent's run ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The agent did what it was asked to, in its own view, and ended.
    Succeeded {
        /// Its last words.
        message: Option<String>,
    },
    /// It did not.
    Failed {
        /// Which sort of failure, for programs.
        code: FailureCode,
        /// What happened and what to do about it, fit to be shown.
        message: String,
    },
    /// It took too long.
    TimedOut(Timeout),
    /// It was cancelled.
    Cancelled,
    /// It was not started.
    NotStarted(StartError),
}

/// Deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timeout {
    /// It said nothing for too long.
    Idle(Duration),
    /// It took too long in all.
    Total(Duration),
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exit {
    /// With an exit code.
    Code(i32),
    /// By a signal.
    Signal(i32),
}

/// Sorts of failures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FailureCode {
    /// The agent says that it failed.
    Reported,
    /// The process ended with an exit code other than 0.
    ExitCode,
    /// The process was ended by a signal that the runner did not send.
    Signal,
    /// The process ended well without saying that the agent had finished.
    NoResult,
    /// The agent wrote more than it may.
    TooMuchOutput,
    /// The runner could not read what the agent wrote, or not wait for it.
    Runner,
}

impl Report {
    /// The report of an agent that was not started.
    pub(crate) fn without_process(outcome: Outcome, duration: Duration) -> Self {
        Self {
            outcome,
            exit: None,
            duration,
            output_bytes: 0,
            error_bytes: 0,
            error_output: String::new(),
            events: 0,
            events_left_out: 0,
            session: None,
            usage: None,
            cost: None,
        }
    }
}

impl Outcome {
    /// Whether the agent did what it was asked to.
    pub fn succeeded(&self) -> bool {
        matches!(self, Self::Succeeded { .. })
    }

    /// A stable word for the outcome, in kebab case: `succeeded`, `timed-out-idle`, a [`FailureCode`], …
    pub fn code(&self) -> &'static str {
        match self {
            Self::Succeeded { .. } => "succeeded",
            Self::Failed { code, .. } => code.as_str(),
            Self::TimedOut(Timeout::Idle(_)) => "timed-out-idle",
            Self::TimedOut(Timeout::Total(_)) => "timed-out-total",
            Self::Cancelled => "cancelled",
            Self::NotStarted(error) => error.code(),
        }
    }

    /// A sentence that says how it ended and, if not well, what to do.
    pub fn message(&self) -> String {
        match self {
            Self::Succeeded {
                message: Some(message),
            } => message.clone(),
            Self::Succeeded { message: None } => "the agent finished".to_owned(),
            Self::Failed { message, .. } => message.clone(),
            Self::TimedOut(Timeout::Idle(limit)) => format!(
                "the agent said nothing for {} s and was ended; raise `idle-timeout-seconds` in [agent] if it may",
                limit.as_secs()
            ),
            Self::TimedOut(Timeout::Total(limit)) => format!(
                "the agent took longer than {} s and was ended; raise `total-timeout-seconds` in [agent] if it may",
                limit.as_secs()
            ),
            Self::Cancelled => "the agent was cancelled".to_owned(),
            Self::NotStarted(error) => error.to_string(),
        }
    }
}

impl FailureCode {
    /// The same word as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::ExitCode => "exit-code",
            Self::Signal => "signal",
            Self::NoResult => "no-result",
            Self::TooMuchOutput => "too-much-output",
            Self::Runner => "runner",
        }
    }
}
