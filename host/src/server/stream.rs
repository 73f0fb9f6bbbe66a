//! The messages of a run: those that were, then those that come.

use super::callers::Watched;
use super::error::Error;
use super::hub::Told;
use super::{App, Shared};
use futures_util::Stream;
use futures_util::stream::try_unfold;
use quarry_store::{Access, Event, RunId, TenantStore};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

/// How many messages are read from the store at once.
const PART: u32 = 256;

/// How soon the store is asked although nothing was told, since another host may work on the run; and how soon at most
/// when it had nothing the last times either: many may follow runs that wait.
const PATIENCE: Duration = Duration::from_secs(1);
const MOST_PATIENCE: Duration = Duration::from_secs(5);

/// The same where there is no other host, so that everything is told.
const PATIENCE_ALONE: Duration = Duration::from_secs(15);

/// Follows a run from the message after one on up to its last. The stream ends early when the server shuts down, and with
/// an error when its caller is let in no more.
pub(super) fn follow(
    app: &Shared,
    caller: &Access,
    tenant: TenantStore,
    run: RunId,
    after: u64,
) -> impl Stream<Item = Result<Event, Error>> + Send + use<> {
    let follower = Follower {
        live: app.hub.follow(&run),
        caller: app.callers.watch(&caller.token),
        app: app.clone(),
        tenant,
        run,
        after,
        waiting: VecDeque::new(),
        behind: true,
        patience: least_patience(app),
    };
    try_unfold(follower, |mut follower| async move {
        let event = follower.next().await?;
        Ok(event.map(|event| (event, follower)))
    })
}

fn least_patience(app: &App) -> Duration {
    match app.store.is_shared() {
        true => PATIENCE,
        false => PATIENCE_ALONE,
    }
}

struct Follower {
    app: Arc<App>,
    caller: Watched,
    tenant: TenantStore,
    run: RunId,
    /// The number of the last message that was given out.
    after: u64,
    waiting: VecDeque<Event>,
    live: Receiver<Told>,
    /// Whether the store may have messages that were not told.
    behind: bool,
    patience: Duration,
}

impl Follower {
    async fn next(&mut self) -> Result<Option<Event>, Error> {
        loop {
            self.caller.check()?;
            if let Some(event) = self.waiting.pop_front() {
                self.after = event.seq;
                return Ok(Some(event));
            }
            if self.behind {
                match self.catch_up().await {
                    Ok(true) => return Ok(None),
                    Ok(false) => {}
                    // The store is closed then. What was told before is still given out.
                    Err(_) if self.app.closing.is_cancelled() => self.behind = false,
                    Err(error) => return Err(error),
                }
            }
            if self.waiting.is_empty() && self.listen().await {
                return Ok(None);
            }
        }
    }

    /// Reads from the store, and says whether that was all there will ever be.
    async fn catch_up(&mut self) -> Result<bool, Error> {
        // In this order: a run that has ended gets no more messages.
        let progress = self.tenant.progress(&self.run).await?;
        if progress.last_seq <= self.after {
            self.behind = false;
            return Ok(!progress.state.is_live());
        }
        let events = self.tenant.events(&self.run, self.after, PART).await?;
        self.patience = least_patience(&self.app);
        // What comes next may be in the store alone, and at the end nothing else tells that it is the end.
        self.behind = true;
        self.waiting.extend(events);
        Ok(false)
    }

    /// Waits for what is told, and says whether to stop.
    async fn listen(&mut self) -> bool {
        let told = tokio::select! {
            // What was told before the end is still given out.
            biased;
            told = timeout(self.patience, self.live.recv()) => told,
            () = self.app.closing.cancelled() => return true,
            // Which is then looked at.
            () = self.caller.refused() => return false,
        };
        match told {
            Ok(Ok(Told::Message(event))) if event.seq == self.after + 1 => {
                self.waiting.push_back(event);
            }
            Ok(Ok(Told::Message(event))) if event.seq <= self.after => {}
            Ok(Err(RecvError::Closed)) => {
                self.live = self.app.hub.follow(&self.run);
                self.behind = true;
            }
            // A long message, a gap, or too far behind.
            Ok(Ok(_) | Err(RecvError::Lagged(_))) => self.behind = true,
            // Nothing for a while.
            Err(_) => {
                self.behind = true;
                let most = least_patience(&self.app).max(MOST_PATIENCE);
                self.patience = (self.patience * 2).min(most);
            }
        }
        false
    }
}
