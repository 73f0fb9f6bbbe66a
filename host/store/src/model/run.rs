//! Runs and their events.

use crate::id::{ProjectId, RunId, TenantId};
use crate::text::{Json, Name, without_nul};
use crate::time::Timestamp;

words! {
    /// How far a run is. The first two are live, the others are for good.
    RunState, "state of a run" {
        /// It waits.
        Queued = "queued",
        /// A host works on it.
        Running = "running",
        /// It ended well.
        Succeeded = "succeeded",
        /// It ended with an error.
        Failed = "failed",
        /// It was cancelled.
        Cancelled = "cancelled",
    }
}

impl RunState {
    /// Whether it waits or runs.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }
}

/// Why something failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A stable word for programs.
    pub code: Name,
    /// A sentence for people.
    pub message: String,
}

impl Failure {
    /// A failure. The message may be of any origin: what databases cannot hold in it is replaced.
    pub fn new(code: Name, message: &str) -> Self {
        Self {
            code,
            message: without_nul(message),
        }
    }
}

/// One initialization of an output project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its identifier.
    pub id: RunId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The output project, of the same tenant.
    pub project: ProjectId,
    /// What was asked for.
    pub request: Json,
    /// How far it is.
    pub state: RunState,
    /// The stage that it is in or ended in.
    pub stage: Option<Name>,
    /// When it was asked for.
    pub queued_at: Timestamp,
    /// When it was first claimed.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Which host works on it.
    pub lease_owner: Option<Name>,
    /// Until when that host has the run for itself.
    pub lease_expires_at: Option<Timestamp>,
    /// How often it was claimed or taken away; it only grows.
    pub fence: u64,
    /// How often it was claimed, without the times that it was given back.
    pub attempts: u32,
    /// The number of its last event, 0 before the first.
    pub last_seq: u64,
    /// Whether it should end as soon as it can.
    pub cancel_requested: bool,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// What was measured.
    pub figures: Option<Json>,
    /// Which inputs were opened.
    pub access_log: Option<Json>,
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Its state.
    pub state: RunState,
    /// The number of its last event, 0 before the first.
    pub last_seq: u64,
}

/// One message of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its number in the run: from 1, without gaps.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The message.
    pub body: Json,
}

/// What became of asking for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Started {
    /// There is a new one.
    New(Run),
    /// The project had a live one.
    Joined(Run),
}

impl Started {
    /// The run.
    pub fn run(&self) -> &Run {
        match self {
            Started::New(run) | Started::Joined(run) => run,
        }
    }
}

/// What became of asking for a run to end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelled {
    /// It waited, and has ended with this event.
    Ended(Run, Event),
    /// It runs, and its host is told when it renews its lease.
    Requested(Run),
    /// It had ended before.
    Already(Run),
}
