//! What a host does with a run that it has claimed.

use super::{Event, Failure, Limits, ProjectStatus, Run};
use crate::id::RunId;
use crate::text::{Json, Name};
use crate::time::Timestamp;
use std::time::Duration;

/// The right to work on a run, as long as no other host has claimed it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The run.
    pub run: RunId,
    /// The number of the claim.
    pub fence: u64,
}

/// A lease is over: the run was taken over, or has ended. Whoever holds it stops, and publishes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the lease on {run} with fence {fence} is over: the run was taken over or has ended", run = .0.run, fence = .0.fence)]
pub struct Fenced(
    /// The lease.
    pub Lease,
);

/// A run to work on.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The run, as it is now.
    pub run: Run,
    /// What to write with.
    pub lease: Lease,
    /// What its tenant may use.
    pub limits: Limits,
}

/// A lease was renewed: the run is this host's, and may publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Renewed {
    /// Until when.
    pub expires_at: Timestamp,
    /// Whether the run should end as soon as it can.
    pub cancel_requested: bool,
}

/// Events of one run, and what they tell of.
#[derive(Debug, Clone)]
pub struct Append {
    /// The run and its fence.
    pub lease: Lease,
    /// The events, in order.
    pub events: Vec<Json>,
    /// The stage that the run enters, if it does.
    pub stage: Option<Name>,
    /// The status that its project gets, if it does.
    pub project_status: Option<ProjectStatus>,
}

impl Append {
    /// Events that change nothing else.
    pub fn events(lease: Lease, events: Vec<Json>) -> Self {
        Self {
            lease,
            events,
            stage: None,
            project_status: None,
        }
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Well.
    Succeeded,
    /// With an error.
    Failed(Failure),
    /// It was cancelled.
    Cancelled,
}

/// What a run leaves behind besides its events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RunRecord {
    /// What was measured.
    pub figures: Option<Json>,
    /// Which inputs were opened.
    pub access_log: Option<Json>,
}

/// The end of a run.
#[derive(Debug, Clone)]
pub struct Finish {
    /// How it ended.
    pub outcome: Outcome,
    /// Its final event.
    pub event: Json,
    /// What it leaves behind.
    pub record: RunRecord,
    /// The status that its project gets, if it does.
    pub project_status: Option<ProjectStatus>,
}

/// What is done with runs whose lease has expired.
#[derive(Debug, Clone, Copy)]
pub struct Recovery {
    /// A run that was claimed so often is failed; one that was claimed less often is queued again.
    pub attempts: u32,
    /// How long after its expiry a lease is taken to be over: hosts' clocks may differ by that much.
    pub grace: Duration,
}

/// When a host counts as gone for good.
#[derive(Debug, Clone)]
pub struct Absence {
    /// Who says so: a host that was there for as long itself.
    pub told_by: Name,
    /// How long it was not seen.
    pub length: Duration,
}

/// What was removed because it was old.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Removed {
    /// Runs.
    pub runs: u64,
    /// Events of runs.
    pub events: u64,
}

/// What became of a run whose lease had expired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The run, as it is now: queued, failed or cancelled.
    pub run: Run,
    /// The event that tells of it.
    pub event: Event,
}
