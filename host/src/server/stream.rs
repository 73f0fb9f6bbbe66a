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
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::time::timeout;

/// How many messages are read from the store at once.
const PART: u32 = 256;

/// How many bytes of messages are given out together, if more than one message.
const TOGETHER: usize = 64 << 10;

/// How soon the store is asked although nothing was told, since another host may work on the run; and how soon at most
/// when it had nothing the last times either: many may follow runs that wait.
const PATIENCE: Duration = Duration::from_secs(1);
const MOST_PATIENCE: Duration = Duration::from_secs(5);

/// The same where there is no other host, so that everything is told.
const PATIENCE_ALONE: Duration = Duration::from_secs(15);

/// Follows a run from the message after one on up to its last, and gives out together what there is at once. The stream
/// ends early when the server shuts down, and with an error when its caller is let in no more.
pub(super) fn follow(
    app: &Shared,
    caller: &Access,
    tenant: TenantStore,
    run: RunId,
    after: u64,
) -> impl Stream<Item = Result<Vec<Event>, Error>> + Send + use<> {
    let follower = Follower {
        live: app.hub.follow(&run),
        caller: app.callers.watch(&caller.token),
        app: app.clone(),
        tenant,
        run,
        after,
        waiting: VecDeque::new(),
        behind: true,
        ended: false,
        patience: least_patience(app),
    };
    try_unfold(follower, |mut follower| async move {
        let events = follower.next().await?;
        Ok(events.map(|events| (events, follower)))
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
    /// Whether the last message of the run was told.
    ended: bool,
    patience: Duration,
}

impl Follower {
    async fn next(&mut self) -> Result<Option<Vec<Event>>, Error> {
        loop {
            self.caller.check()?;
            if !self.waiting.is_empty() {
                self.listen_on();
                return Ok(Some(self.part()));
            }
            if self.ended {
                return Ok(None);
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

    /// The first of the messages that wait, as many as are given out together.
    fn part(&mut self) -> Vec<Event> {
        let mut bytes = 0;
        let mut part = Vec::new();
        while let Some(event) = self.waiting.pop_front_if(|event| {
            bytes += event.body.as_str().len();
            bytes <= TOGETHER || part.is_empty()
        }) {
            self.after = event.seq;
            part.push(event);
        }
        part
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
            _ = self.caller.refused() => return false,
        };
        match told {
            Ok(Ok(told)) => self.hear(told),
            Ok(Err(RecvError::Closed)) => {
                self.live = self.app.hub.follow(&self.run);
                self.behind = true;
            }
            Ok(Err(RecvError::Lagged(_))) => self.behind = true,
            // Nothing for a while.
            Err(_) => {
                self.behind = true;
                let most = least_patience(&self.app).max(MOST_PATIENCE);
                self.patience = (self.patience * 2).min(most);
            }
        }
        false
    }

    /// Takes what has been told meanwhile, without waiting for more.
    fn listen_on(&mut self) {
        while !self.behind && !self.ended && self.waiting.len() < PART as usize {
            match self.live.try_recv() {
                Ok(told) => self.hear(told),
                Err(TryRecvError::Lagged(_)) => self.behind = true,
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    fn hear(&mut self, told: Told) {
        let last = self.waiting.back().map_or(self.after, |event| event.seq);
        match told {
            Told::Message(event) if event.seq == last + 1 => self.waiting.push_back(event),
            Told::Last(event) if event.seq == last + 1 => {
                self.waiting.push_back(event);
                self.ended = true;
            }
            Told::Message(event) if event.seq <= last => {}
            Told::Last(event) if event.seq <= last => self.ended = true,
            // A long message, or a gap.
            Told::Message(_) | Told::Last(_) | Told::Stored => self.behind = true,
        }
    }
}
