//! Removes what is old, now and then and a little at a time.

use super::layout::Layout;
use super::telemetry::Metrics;
use super::upload::{Interrupted, clean_up};
use quarry_store::{Clock, Operator, Removed, StoreError, SystemClock};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

/// How long after the start it is looked for the first time, and how often from then on.
const FIRST: Duration = Duration::from_secs(30);
const EVERY: Duration = Duration::from_secs(60 * 60);

/// Rows of one transaction at most, and how long others may write between two.
const ROWS: u32 = 1_000;
const PAUSE: Duration = Duration::from_millis(100);

/// What is kept for how long.
pub(super) struct Retention {
    pub(super) operator: Operator,
    pub(super) layout: Layout,
    pub(super) metrics: Arc<Metrics>,
    /// How long runs are kept after their end; for ever without.
    pub(super) age: Option<Duration>,
}

impl Retention {
    /// Removes what is old until the server ends.
    pub(super) async fn keep(self, closing: CancellationToken) {
        let mut pause = FIRST;
        loop {
            tokio::select! {
                () = closing.cancelled() => return,
                () = sleep(pause) => pause = EVERY,
            }
            if let Err(error) = self.remove(&closing).await {
                tracing::error!(%error, "what is old could not be removed; the next time is in an hour");
            }
        }
    }

    async fn remove(&self, closing: &CancellationToken) -> Result<(), StoreError> {
        let uploaded = |tenant: &_, id: &_| self.layout.uploaded(tenant, id);
        clean_up(&self.operator, Interrupted::Abandoned, uploaded).await?;
        let Some(age) = self.age else {
            return Ok(());
        };
        let before = SystemClock.now().before(age);
        let mut all = Removed::default();
        while !closing.is_cancelled() {
            let removed = self.operator.remove_ended_runs(before, ROWS).await?;
            if removed == Removed::default() {
                break;
            }
            self.metrics.removed(removed.runs, removed.events);
            all.runs += removed.runs;
            all.events += removed.events;
            sleep(PAUSE).await;
        }
        if all != Removed::default() {
            tracing::info!(
                runs = all.runs,
                events = all.events,
                "old runs were removed"
            );
        }
        Ok(())
    }
}
