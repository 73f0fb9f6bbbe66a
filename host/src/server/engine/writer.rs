//! Commits the messages of all runs, many in one transaction, and then tells who follows them.

use super::stop::{Reason, Stop};
use crate::server::hub::Hub;
use quarry_store::{Append, Event, Fenced, Operator, StoreError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Messages that wait to be committed. Runs that say more wait.
const WAITING: usize = 1_024;

/// Messages of one transaction at most.
const BATCH: usize = 512;

/// How long messages are collected before they are committed: a commit costs more than a message, and nobody sees that one
/// is so much later.
const COLLECT: Duration = Duration::from_millis(50);

/// How often a transaction is tried when the database is busy or out of reach, and how long it is waited between.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(200);

enum Order {
    Append(Append, Stop),
    /// Answered when all that was ordered before is committed.
    Flush(oneshot::Sender<()>),
}

/// Takes messages to commit. Those of one run are committed in their order.
#[derive(Clone)]
pub(super) struct Writer(mpsc::Sender<Order>);

impl Writer {
    /// A writer, whose task ends when the last clone of it is dropped.
    pub(super) fn start(operator: Operator, hub: Arc<Hub>) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(work(operator, hub, receiver));
        Self(sender)
    }

    /// Hands messages over. If they cannot be committed the run is stopped.
    pub(super) async fn append(&self, append: Append, stop: &Stop) {
        if self
            .0
            .send(Order::Append(append, stop.clone()))
            .await
            .is_err()
        {
            stop.stop(Reason::Lost);
        }
    }

    /// The same from a thread that may block.
    pub(super) fn append_blocking(&self, append: Append, stop: &Stop) {
        let sent = self.0.blocking_send(Order::Append(append, stop.clone()));
        if sent.is_err() {
            stop.stop(Reason::Lost);
        }
    }

    /// Hands messages over if there is room: nobody misses one that is only about progress.
    pub(super) fn offer(&self, append: Append, stop: &Stop) {
        let _ = self.0.try_send(Order::Append(append, stop.clone()));
    }

    /// Waits until all is committed that was handed over before.
    pub(super) async fn flush(&self) {
        let (done, wait) = oneshot::channel();
        if self.0.send(Order::Flush(done)).await.is_ok() {
            // The task drops the sender only when it ends.
            let _ = wait.await;
        }
    }
}

async fn work(operator: Operator, hub: Arc<Hub>, mut orders: mpsc::Receiver<Order>) {
    let mut batch = Vec::with_capacity(BATCH);
    while orders.recv_many(&mut batch, BATCH).await > 0 {
        let is_waited_for = batch.iter().any(|order| matches!(order, Order::Flush(_)));
        if !is_waited_for && batch.len() < BATCH {
            tokio::time::sleep(COLLECT).await;
            while batch.len() < BATCH
                && let Ok(order) = orders.try_recv()
            {
                batch.push(order);
            }
        }
        let (mut appends, mut stops, mut flushes) = (Vec::new(), Vec::new(), Vec::new());
        for order in batch.drain(..) {
            match order {
                Order::Append(append, stop) => {
                    appends.push(append);
                    stops.push(stop);
                }
                Order::Flush(done) => flushes.push(done),
            }
        }
        if !appends.is_empty() {
            match commit(&operator, &appends).await {
                Ok(answers) => tell(&hub, &appends, &stops, answers),
                Err(error) => {
                    tracing::error!(%error, "messages of runs could not be committed");
                    stops.iter().for_each(|stop| stop.stop(Reason::Lost));
                }
            }
        }
        for done in flushes {
            // Who does not wait any more need not be told.
            let _ = done.send(());
        }
    }
}

type Answers = Vec<Result<Vec<Event>, Fenced>>;

async fn commit(operator: &Operator, appends: &[Append]) -> Result<Answers, StoreError> {
    for _ in 1..TRIES {
        match operator.append(appends).await {
            Err(error) if error.is_temporary() => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
    }
    operator.append(appends).await
}

fn tell(hub: &Hub, appends: &[Append], stops: &[Stop], answers: Answers) {
    for ((append, stop), answer) in appends.iter().zip(stops).zip(answers) {
        match answer {
            Ok(events) => hub.tell(&append.lease.run, events),
            Err(Fenced(_)) => stop.stop(Reason::Lost),
        }
    }
}
