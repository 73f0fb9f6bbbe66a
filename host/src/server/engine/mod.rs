//! Works on the runs of all tenants, as many at once as the machine has use for.

mod agent;
mod failure;
mod job;
mod message;
mod narrator;
mod record;
mod recovery;
mod run;
mod stop;
mod tenants;
mod threads;
mod tidy;
mod writer;

pub(super) use message::{Message, Sort};

use super::hub::Hub;
use super::layout::Layout;
use super::telemetry::{Metrics, Open, trace};
use super::{ServeError, Tenancy};
use crate::initialize::Components;
use quarry_agent::AgentRunner;
use quarry_store::{Claimed, Name, Run, RunId, Store, StoreError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use stop::{Reason, Stop};
use tenants::RecentTenants;
use threads::Threads;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};
use writer::Writer;

/// How long a host has a run for itself without a sign of life, and how often it gives one.
const LEASE: Duration = Duration::from_secs(15);
const HEARTBEAT: Duration = Duration::from_secs(4);

/// How often the store is asked for runs although nobody said that there is one.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs that are claimed and prepared while others have all places: none of them stays empty for as long as that takes.
const AHEAD: usize = 1;

/// How long runs may go on when the server shuts down. What has not ended by then is handed over.
const FAREWELL: Duration = Duration::from_secs(10);

/// What the engine works with.
pub(super) struct Parts {
    pub(super) store: Store,
    pub(super) hub: Arc<Hub>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) layout: Layout,
    pub(super) tenancy: Tenancy,
    pub(super) components: Components,
    pub(super) agent: Option<AgentRunner>,
    /// This host's name in the store.
    pub(super) owner: Name,
    /// Runs at the same time.
    pub(super) concurrency: usize,
    /// How long another host is not seen until what waits for it is given up; never without.
    pub(super) host_gone: Option<Duration>,
}

/// The engine. A clone is another handle on the same one.
#[derive(Clone)]
pub(super) struct Engine(Arc<Inner>);

struct Inner {
    parts: Parts,
    writer: Writer,
    wake: Notify,
    running: Mutex<HashMap<RunId, Stop>>,
    /// Places for runs that are claimed and not initialized yet, and those among them that use the machine.
    claims: Arc<Semaphore>,
    slots: Arc<Semaphore>,
    threads: Threads,
    tenants: RecentTenants,
    closing: CancellationToken,
    tasks: TaskTracker,
}

impl Engine {
    /// Begins to work. Runs that the process before this one worked on are taken over at once.
    pub(super) async fn start(parts: Parts) -> Result<Self, ServeError> {
        let operator = parts.store.operator();
        let layout = parts.layout.clone();
        // Best effort, and nobody works yet.
        let _ = tokio::task::spawn_blocking(move || tidy::tidy(&layout)).await;
        operator.see_host(&parts.owner).await?;
        operator.expire_leases_of(&parts.owner).await?;
        let writer = Writer::start(operator, parts.hub.clone());
        let claims = Arc::new(Semaphore::new(parts.concurrency + AHEAD));
        let slots = Arc::new(Semaphore::new(parts.concurrency));
        let threads = Threads::new(parts.concurrency).map_err(ServeError::System)?;
        let engine = Self(Arc::new(Inner {
            parts,
            writer,
            wake: Notify::new(),
            running: Mutex::default(),
            claims,
            slots,
            threads,
            tenants: RecentTenants::default(),
            closing: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }));
        engine.0.recover(Duration::ZERO).await?;
        tokio::spawn(engine.0.clone().keep_recovering());
        // What it has claimed when the server shuts down is worked on, or handed over.
        engine.0.tasks.spawn(engine.0.clone().keep_claiming());
        Ok(engine)
    }

    /// Says that there is a run to work on.
    pub(super) fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// The components that runs are worked on with.
    pub(super) fn components(&self) -> &Components {
        &self.0.parts.components
    }

    /// Stops a run of this process at once. One of another process learns it from the store.
    pub(super) fn cancel(&self, run: &RunId) {
        if let Some(stop) = self.0.running().get(run) {
            stop.stop(Reason::Cancelled);
        }
    }

    /// Takes no more runs, lets those that run end for a while, and hands the others over.
    pub(super) async fn close(&self) {
        self.0.closing.cancel();
        self.0.tasks.close();
        if timeout(FAREWELL, self.0.tasks.wait()).await.is_err() {
            for stop in self.0.running().values() {
                stop.stop(Reason::Closing);
            }
            self.0.tasks.wait().await;
        }
    }
}

impl Inner {
    fn running(&self) -> MutexGuard<'_, HashMap<RunId, Stop>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep_claiming(self: Arc<Self>) {
        while let Some(place) = self.place().await {
            match self.claim().await {
                Ok(Some(claimed)) => self.begin(claimed, place),
                Ok(None) => self.wait().await,
                Err(error) => {
                    tracing::error!(%error, "no run could be claimed");
                    self.wait().await;
                }
            }
        }
    }

    /// A place for one more run; none when the server shuts down.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            biased;
            () = self.closing.cancelled() => None,
            place = self.claims.clone().acquire_owned() => place.ok(),
        }
    }

    async fn wait(&self) {
        tokio::select! {
            () = self.closing.cancelled() => {}
            () = self.wake.notified() => {}
            () = sleep(PATIENCE) => {}
        }
    }

    async fn claim(&self) -> Result<Option<Claimed>, StoreError> {
        let operator = self.parts.store.operator();
        // The place that the claim is for is taken already. The last one that uses the machine is kept.
        let is_last = self.parts.concurrency > 1 && self.claims.available_permits() <= AHEAD;
        match is_last && self.tenants.are_several() {
            true => operator.claim_for_idle(&self.parts.owner, LEASE).await,
            false => operator.claim(&self.parts.owner, LEASE).await,
        }
    }

    fn begin(self: &Arc<Self>, claimed: Claimed, place: OwnedSemaphorePermit) {
        let stop = Stop::default();
        let id = claimed.run.id.clone();
        self.running().insert(id.clone(), stop.clone());
        self.tenants.note(&claimed.run.tenant);
        let inner = self.clone();
        let (live, span) = (self.live(&claimed.run), span(&claimed.run));
        let work = async move {
            run::work(&inner, claimed, stop, place).await;
            inner.running().remove(&id);
            drop(live);
            // The tenant may have had as many runs as it may.
            inner.wake.notify_one();
        };
        self.tasks.spawn(work.instrument(span));
    }

    /// Counts a run as live, and how long it waited if nobody has worked on it before.
    fn live(&self, run: &Run) -> Open {
        let waited = run.started_at.filter(|_| run.attempts == 1);
        let waited = waited.map(|started| run.queued_at.until(started));
        self.parts.metrics.run_begun(waited)
    }
}

/// The span of a run, in the trace of the request that asked for it.
fn span(run: &Run) -> Span {
    let span = info_span!("run", run = %run.id, tenant = %run.tenant, project = %run.project, outcome = Empty);
    trace::continue_stored(&span, &run.request);
    span
}

/// The last message of a run that was cancelled.
pub(super) fn cancelled() -> Message {
    Message::new(
        Sort::Error,
        "cancelled",
        "the run was cancelled; what was published before it still is",
    )
}
