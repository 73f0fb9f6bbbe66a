//! What becomes of runs whose host died, and of what waits for a host that does not come back.

use super::{Inner, Message, Sort, cancelled};
use crate::server::upload::{Interrupted, clean_up};
use quarry_store::{Absence, Json, Recovered, Recovery, Run, RunState, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;

/// How often runs of hosts that died are looked for, and what becomes of them.
const RECOVER_EVERY: Duration = Duration::from_secs(5);
const RECOVERY: Recovery = Recovery {
    attempts: 3,
    grace: Duration::from_secs(2),
};

impl Inner {
    /// Says that this host is there, and looks after what others left, until the server shuts down.
    pub(super) async fn keep_recovering(self: Arc<Self>) {
        loop {
            tokio::select! {
                () = self.closing.cancelled() => return,
                () = sleep(RECOVER_EVERY) => {}
            }
            let operator = self.parts.store.operator();
            if let Err(error) = operator.see_host(&self.parts.owner).await {
                tracing::error!(%error, "other hosts cannot be told that this one is there");
            }
            if let Err(error) = self.recover(RECOVERY.grace).await {
                tracing::error!(%error, "runs of lost hosts could not be looked for");
            }
            if let Err(error) = self.give_up().await {
                tracing::error!(%error, "what waits for hosts that are gone could not be looked for");
            }
            if let Err(error) = operator.remove_expired_tickets().await {
                tracing::error!(%error, "expired tickets could not be removed");
            }
        }
    }

    /// Takes over the runs of hosts that died.
    pub(super) async fn recover(&self, grace: Duration) -> Result<(), StoreError> {
        let operator = self.parts.store.operator();
        let recovery = Recovery { grace, ..RECOVERY };
        for recovered in operator.recover(&recovery, &describe).await? {
            let run = &recovered.run;
            tracing::warn!(run = %run.id, tenant = %run.tenant, state = %run.state, "took over a run");
            self.tell(recovered);
        }
        Ok(())
    }

    /// Ends what waits for a host that is gone for good.
    async fn give_up(&self) -> Result<(), StoreError> {
        let Some(length) = self.parts.host_gone else {
            return Ok(());
        };
        let operator = self.parts.store.operator();
        let absence = Absence {
            told_by: self.parts.owner.clone(),
            length,
        };
        let failed = operator
            .fail_runs_of_gone_hosts(&absence, &describe)
            .await?;
        for recovered in failed {
            let run = &recovered.run;
            tracing::warn!(run = %run.id, tenant = %run.tenant, "gave up a run whose host is gone");
            self.tell(recovered);
        }
        let layout = &self.parts.layout;
        let uploaded = |tenant: &_, id: &_| layout.uploaded(tenant, id);
        clean_up(&operator, Interrupted::Gone(&absence), uploaded).await
    }

    /// Tells those that follow a run what became of it.
    fn tell(&self, recovered: Recovered) {
        let Recovered { run, event } = recovered;
        if run.state.is_live() {
            self.parts.hub.tell(&run.id, [event]);
            return self.wake.notify_one();
        }
        let code = run.failure.as_ref().map(|failure| failure.code.as_str());
        let metrics = &self.parts.metrics;
        metrics.run_ended(run.state.as_str(), code.unwrap_or_default());
        self.parts.hub.end(&run.id, event);
    }
}

/// The message about a run whose host died or is gone.
fn describe(run: &Run) -> Json {
    let message = match (run.state, &run.failure) {
        (RunState::Cancelled, _) => cancelled(),
        (_, Some(failure)) => Message::new(Sort::Error, failure.code.as_str(), &failure.message),
        (_, None) => Message::new(
            Sort::Warning,
            "host-lost",
            "the host that worked on the run stopped; the run begins again",
        ),
    };
    message.json()
}
