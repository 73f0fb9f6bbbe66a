//! One run, from its claim to its last message.

use super::failure::Failure;
use super::job::Job;
use super::message::{Message, Sort};
use super::narrator::{Narrator, State};
use super::stop::{Reason, Stop};
use super::{HEARTBEAT, Inner, LEASE, agent, cancelled};
use crate::server::Tenancy;
use quarry_store::{
    Append, Claimed, Finish, KnowledgeBase, KnowledgeBaseState, Lease, Operator, Origin,
    Outcome as Ended, Project, ProjectStatus, RunRecord, RunState, StoreError,
};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::{Instrument, Span, info_span};

/// Works on a run up to its end.
pub(super) async fn work(
    inner: &Arc<Inner>,
    claimed: Claimed,
    stop: Stop,
    place: OwnedSemaphorePermit,
) {
    let (run, tenant) = (claimed.run.id.clone(), claimed.run.tenant.clone());
    tracing::info!(%run, %tenant, "a run begins");
    let operator = inner.parts.store.operator();
    let heartbeat =
        tokio::spawn(keep_alive(operator, claimed.lease.clone(), stop.clone()).in_current_span());
    let mut work = Work {
        inner,
        claimed,
        stop,
        place: Some(place),
        figures: json!({}),
        record: RunRecord::default(),
    };
    let result = work.run().await;
    inner.writer.flush().await;
    if let Err(error) = work.end(result).await {
        // The lease expires, and the run is taken over.
        tracing::error!(%run, %tenant, %error, "the end of a run could not be committed");
    }
    heartbeat.abort();
}

/// Renews the lease, and learns whether the run is to end.
async fn keep_alive(operator: Operator, lease: Lease, stop: Stop) {
    loop {
        sleep(HEARTBEAT).await;
        match operator.renew(&lease, LEASE).await {
            Ok(Ok(renewed)) if renewed.cancel_requested => stop.stop(Reason::Cancelled),
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return stop.stop(Reason::Lost),
            // The next time may be better; until the lease expires there are some.
            Err(error) => tracing::warn!(run = %lease.run, %error, "a lease was not renewed"),
        }
    }
}

/// A run that is worked on.
pub(super) struct Work<'a> {
    inner: &'a Arc<Inner>,
    claimed: Claimed,
    pub(super) stop: Stop,
    /// The run's place among those that are initialized. An agent waits most of the time: it holds up no other run.
    place: Option<OwnedSemaphorePermit>,
    figures: Value,
    record: RunRecord,
}

impl Work<'_> {
    async fn run(&mut self) -> Result<(), Failure> {
        let tenant = self
            .inner
            .parts
            .store
            .tenant(self.claimed.run.tenant.clone());
        let project = tenant.project(&self.claimed.run.project).await?;
        let base = tenant.knowledge_base(&project.knowledge_base).await?;
        let begun = Message::new(Sort::Info, "run-started", "the run begins")
            .with("run_id", self.claimed.run.id.as_str())
            .with("project_id", project.id.as_str())
            .with("kb_id", base.id.as_str())
            .with("stack_id", project.stack.as_str())
            .with("attempt", self.claimed.run.attempts);
        self.say(begun).await;
        let workspace = self.inner.parts.layout.workspace(&project);
        self.initialize(project, base, workspace.clone()).await?;
        self.place = None;
        if let Some(runner) = &self.inner.parts.agent {
            let begun = Instant::now();
            let working = agent::run(self, runner, &workspace);
            let span = info_span!("stage", stage = agent::STAGE);
            let (figures, result) = working.instrument(span).await;
            let metrics = &self.inner.parts.metrics;
            metrics.stage_ended(agent::STAGE, begun.elapsed());
            self.note("agent", figures);
            result?;
        }
        Ok(())
    }

    /// Runs the main job on a thread that may block, and tells what was published; the project is initialized in the same
    /// transaction.
    async fn initialize(
        &mut self,
        project: Project,
        base: KnowledgeBase,
        workspace: PathBuf,
    ) -> Result<(), Failure> {
        let narrator = Arc::new(Narrator {
            writer: self.inner.writer.clone(),
            lease: self.claimed.lease.clone(),
            stop: self.stop.clone(),
            knowledge_base: base.id.clone(),
            state: Mutex::new(State::default()),
        });
        let job = Job {
            source: self.source(&base)?,
            workspace,
            project,
            inner: self.inner.clone(),
            lease: self.claimed.lease.clone(),
            run_seconds: self.claimed.limits.run_seconds,
            stop: self.stop.clone(),
            narrator,
        };
        let runtime = Handle::current();
        let slot = self.slot().await.ok_or(Failure::Stopped)?;
        // An agent has deadlines of its own.
        let _deadline = self.deadline();
        let span = Span::current();
        let done = self.inner.threads.spawn(move || {
            let done = span.in_scope(|| job.run(&runtime));
            // At once: others wait for it.
            drop(slot);
            done
        });
        let done = done.await.map_err(|_| Failure::Panicked)??;
        self.figures = done.figures;
        self.record.access_log = done.access_log;
        let append = Append {
            project_status: Some(ProjectStatus::Initialized),
            ..self.append(done.messages)
        };
        self.inner.writer.append(append, &self.stop).await;
        Ok(())
    }

    /// Waits until the machine has room for one more run; none when this one is stopped.
    async fn slot(&self) -> Option<OwnedSemaphorePermit> {
        tokio::select! {
            slot = self.inner.slots.clone().acquire_owned() => slot.ok(),
            () = self.stop.token().cancelled() => None,
        }
    }

    /// Stops the run after its tenant's time, until it is dropped.
    fn deadline(&self) -> AbortOnDropHandle<()> {
        let limit = Duration::from_secs(self.claimed.limits.run_seconds.into());
        let stop = self.stop.clone();
        AbortOnDropHandle::new(tokio::spawn(async move {
            sleep(limit).await;
            stop.stop(Reason::Deadline);
        }))
    }

    fn source(&self, base: &KnowledgeBase) -> Result<PathBuf, Failure> {
        if base.state != KnowledgeBaseState::Ready {
            return Err(Failure::NotReady(base.id.clone()));
        }
        match (&base.origin, self.inner.parts.tenancy) {
            (Origin::Directory(_), Tenancy::Many) => Err(Failure::DirectoryForbidden),
            _ => Ok(self.inner.parts.layout.source(base)),
        }
    }

    fn append(&self, messages: Vec<Message>) -> Append {
        let messages = messages.iter().map(Message::json);
        Append::events(self.claimed.lease.clone(), messages.collect())
    }

    /// Tells something.
    pub(super) async fn say(&self, message: Message) {
        let append = self.append(vec![message]);
        self.inner.writer.append(append, &self.stop).await;
    }

    /// Tells something with which a stage begins.
    pub(super) async fn say_in(&self, message: Message, stage: &str) {
        let append = Append {
            stage: stage.parse().ok(),
            ..self.append(vec![message])
        };
        self.inner.writer.append(append, &self.stop).await;
    }

    fn note(&mut self, name: &str, figures: Value) {
        if let Some(all) = self.figures.as_object_mut() {
            all.insert(name.to_owned(), figures);
        }
    }

    /// Commits how the run ended, and tells it.
    async fn end(mut self, result: Result<(), Failure>) -> Result<(), StoreError> {
        let operator = self.inner.parts.store.operator();
        let lease = self.claimed.lease.clone();
        let ended = match (result, self.stop.reason()) {
            // Who finishes at the same time as he is stopped has finished.
            (Ok(()), reason) if reason != Some(Reason::Lost) => self.succeeded(),
            (_, Some(Reason::Lost)) | (Ok(()), _) => {
                tracing::warn!(run = %lease.run, "a run is not this host's any more");
                return Ok(());
            }
            (Err(_), Some(Reason::Closing)) => {
                let text = "the server shuts down; the run begins again when it is back";
                let event = Message::new(Sort::Warning, "host-closing", text).json();
                if let Ok((run, event)) = operator.release(&lease, &event).await? {
                    self.inner.parts.hub.tell(&run.id, [event]);
                }
                return Ok(());
            }
            (Err(_), Some(Reason::Cancelled)) => (Ended::Cancelled, cancelled(), None),
            (Err(_), Some(Reason::Deadline)) => {
                let limit = self.claimed.limits.run_seconds;
                let text = format!("the initialization took longer than {limit} s and was ended");
                failed("deadline".to_owned(), &text)
            }
            (Err(failure), None) => {
                let text = self.inner.parts.layout.without_paths(&failure.to_string());
                failed(failure.code(), &text)
            }
        };
        let (outcome, message, project_status) = ended;
        tracing::info!(run = %lease.run, tenant = %self.claimed.run.tenant, ?outcome, "a run ended");
        let (state, code) = words(&outcome);
        Span::current().record("outcome", state);
        self.inner.parts.metrics.run_ended(state, &code);
        self.record.figures = quarry_store::Json::of(&self.figures).ok();
        let finish = Finish {
            outcome,
            event: message.json(),
            record: self.record,
            project_status,
        };
        if let Ok((run, event)) = operator.finish(&lease, &finish).await? {
            self.inner.parts.hub.end(&run.id, event);
        }
        Ok(())
    }

    fn succeeded(&self) -> (Ended, Message, Option<ProjectStatus>) {
        let (text, status, change) = match self.inner.parts.agent {
            Some(_) => (
                "CONTEXT.md is published and the agent has finished",
                ProjectStatus::Active,
                Some(ProjectStatus::Active),
            ),
            // Which it has been since then.
            None => ("CONTEXT.md is published", ProjectStatus::Initialized, None),
        };
        let message = Message::new(Sort::Complete, "complete", text)
            .with("status", status)
            .with("files", &self.figures["files"])
            .with("figures", &self.figures);
        (Ended::Succeeded, message, change)
    }
}

/// The state that a run ends in, and the code of its failure.
fn words(outcome: &Ended) -> (&'static str, String) {
    match outcome {
        Ended::Succeeded => (RunState::Succeeded.as_str(), String::new()),
        Ended::Failed(failure) => (RunState::Failed.as_str(), failure.code.to_string()),
        Ended::Cancelled => (RunState::Cancelled.as_str(), String::new()),
    }
}

fn failed(code: String, text: &str) -> (Ended, Message, Option<ProjectStatus>) {
    let message = Message::new(Sort::Error, &code, text);
    // Every code of ours is a name.
    let outcome = match code.parse() {
        Ok(code) => Ended::Failed(quarry_store::Failure::new(code, text)),
        Err(_) => Ended::Cancelled,
    };
    (outcome, message, None)
}
