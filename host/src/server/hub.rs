//! Passes committed messages on to whoever follows a run in this process.

use super::telemetry::Metrics;
use quarry_store::{Event, RunId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;

/// How many messages a follower may be behind. One that is further behind reads them from the store.
const BACKLOG: usize = 256;

/// The longest message, in bytes, that waits for followers in memory. Longer ones they read from the store: one that
/// does not read at all must not keep what an agent says in memory.
const LONG: usize = 4 << 10;

/// What a follower is told.
#[derive(Debug, Clone)]
pub(super) enum Told {
    /// A message.
    Message(Event),
    /// The last message of the run, however long it is.
    Last(Event),
    /// There is one in the store.
    Stored,
}

type Runs = HashMap<RunId, broadcast::Sender<Told>>;

/// The followers of runs.
#[derive(Debug)]
pub(super) struct Hub {
    runs: Mutex<Runs>,
    metrics: Arc<Metrics>,
}

impl Hub {
    /// A hub that nobody follows anything of.
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            runs: Mutex::default(),
            metrics,
        }
    }

    /// Follows a run from now on.
    pub(super) fn follow(&self, run: &RunId) -> broadcast::Receiver<Told> {
        let mut runs = self.runs();
        // Those that somebody followed when they had ended already are never closed.
        runs.retain(|_, followers| followers.receiver_count() > 0);
        let followers = runs
            .entry(run.clone())
            .or_insert_with(|| broadcast::channel(BACKLOG).0);
        followers.subscribe()
    }

    /// Tells of messages, which are committed, in their order.
    pub(super) fn tell(
        &self,
        run: &RunId,
        events: impl IntoIterator<Item = Event, IntoIter: ExactSizeIterator>,
    ) {
        let events = events.into_iter();
        self.metrics.committed(events.len());
        if let Some(followers) = self.runs().get(run) {
            for event in events {
                let told = match event.body.as_str().len() > LONG {
                    true => Told::Stored,
                    false => Told::Message(event),
                };
                // That nobody follows any more is as well.
                let _ = followers.send(told);
            }
        }
    }

    /// Tells the last message of a run, which is committed.
    pub(super) fn end(&self, run: &RunId, event: Event) {
        self.metrics.committed(1);
        if let Some(followers) = self.runs().remove(run) {
            // As above.
            let _ = followers.send(Told::Last(event));
        }
    }

    fn runs(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
