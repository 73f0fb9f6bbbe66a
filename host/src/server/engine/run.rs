//! One run, from its claim to its last message.

use super::failure::Failure;
use super::message::{Message, Sort};
use super::narrator::{Narrator, State};
use super::record::access_log;
use super::stop::{Reason, Stop};
use super::{HEARTBEAT, Inner, LEASE, agent, cancelled};
use crate::catalog::stack;
use crate::initialize::{BUDGET, Events, Initialized, Outcome, PublishCheck, Request, initialize};
use crate::server::Tenancy;
use crate::server::figures::{Figures, RunLimits};
use crate::server::layout::make;
use crate::server::telemetry::run::measured;
use crate::settings::of_tree;
use crate::tokenizer::{self, tokenizer};
use quarry_sandbox::CallOptions;
use quarry_store::{
    Append, Claimed, Finish, KnowledgeBase, KnowledgeBaseState, Lease, Operator, Origin,
    Outcome as Ended, Project, ProjectStatus, RunRecord, RunState, StoreError,
};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
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
        let done = self.initialize(project, base, workspace.clone()).await?;
        self.published(&done).await;
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

    /// Runs the main job on a thread that may block.
    async fn initialize(
        &mut self,
        project: Project,
        base: KnowledgeBase,
        workspace: PathBuf,
    ) -> Result<Initialized, Failure> {
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
            stop: self.stop.clone(),
            narrator: narrator.clone(),
        };
        let runtime = Handle::current();
        let slot = self.slot().await.ok_or(Failure::Stopped)?;
        // An agent has deadlines of its own.
        let _deadline = self.deadline();
        let begun = Instant::now();
        let span = Span::current();
        let done = self.inner.threads.spawn(move || {
            let done = span.in_scope(|| job.run(&runtime));
            // At once: others wait for it.
            drop(slot);
            done
        });
        let (done, budget) = done.await.map_err(|_| Failure::Panicked)??;
        let limits = RunLimits {
            run_seconds: self.claimed.limits.run_seconds,
            call: (&CallOptions::default().limits).into(),
        };
        let figures = Figures::of(&done, budget, narrator.stages(), limits, begun.elapsed());
        self.figures = serde_json::to_value(figures).unwrap_or_default();
        self.record.access_log = access_log(&done);
        Ok(done)
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

    /// Tells what was published; the project is initialized in the same transaction.
    async fn published(&self, done: &Initialized) {
        let mut messages = Vec::new();
        if let Outcome::Published(published) = &done.outcome {
            let text = format!(
                "CONTEXT.md was written: {} tokens, {} files",
                done.tokens,
                published.files.len()
            );
            messages.push(
                Message::new(Sort::Info, "context-published", &text)
                    .with("path", "CONTEXT.md")
                    .with("files", &published.files)
                    .with("bytes", published.bytes)
                    .with("tokens", done.tokens)
                    .with("status", ProjectStatus::Initialized),
            );
            let warnings = published.warnings.iter();
            messages.extend(warnings.map(|text| Message::new(Sort::Warning, "workspace", text)));
        }
        let secrets = done.findings.iter().filter(|finding| !finding.allowed);
        let secrets = secrets.count();
        if secrets > 0 {
            let text = format!("{secrets} secrets were replaced in what was written");
            messages.push(
                Message::new(Sort::Warning, "secrets-redacted", &text).with("count", secrets),
            );
        }
        let append = Append {
            project_status: Some(ProjectStatus::Initialized),
            ..self.append(messages)
        };
        self.inner.writer.append(append, &self.stop).await;
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
            self.inner.parts.hub.tell(&run.id, [event]);
            self.inner.parts.hub.close(&run.id);
        }
        Ok(())
    }

    fn succeeded(&self) -> (Ended, Message, Option<ProjectStatus>) {
        let agent = self.inner.parts.agent.is_some();
        let (text, status) = match agent {
            true => (
                "CONTEXT.md is published and the agent has finished",
                ProjectStatus::Active,
            ),
            false => ("CONTEXT.md is published", ProjectStatus::Initialized),
        };
        let message = Message::new(Sort::Complete, "complete", text)
            .with("status", status)
            .with("files", &self.figures["files"])
            .with("figures", &self.figures);
        (Ended::Succeeded, message, Some(status))
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

/// The main job of a run, with all that it needs on its own thread.
struct Job {
    inner: Arc<Inner>,
    project: Project,
    source: PathBuf,
    workspace: PathBuf,
    lease: Lease,
    stop: Stop,
    narrator: Arc<Narrator>,
}

impl Job {
    fn run(self, runtime: &Handle) -> Result<(Initialized, u32), Failure> {
        let parent = self.workspace.parent().unwrap_or(Path::new("."));
        make(parent).map_err(Failure::Workspace)?;
        let settings = of_tree(&self.source)?;
        let name: tokenizer::Name = match &settings.tokenizer {
            Some(name) => name.parse()?,
            None => tokenizer::Name::default(),
        };
        let check = || runtime.block_on(self.may_publish());
        let configuration = self.project.configuration.as_ref();
        let budget = settings.budget.unwrap_or(BUDGET);
        let request = Request {
            project: settings.project.as_deref(),
            configuration: configuration
                .map(quarry_store::Name::as_str)
                .or(settings.configuration.as_deref()),
            budget,
            tokenizer: tokenizer(name),
            pinned_tables: settings.schema.pin.clone(),
            excluded_tables: settings.schema.exclude.clone(),
            allowed_secrets: settings.allow_secrets.clone(),
            before_publish: Some(PublishCheck(&check)),
            ..Request::new(
                &self.source,
                &self.workspace,
                stack(self.project.stack.as_str())?,
            )
        };
        let options = CallOptions {
            cancel: self.stop.token().clone(),
            ..CallOptions::default()
        };
        let narrator = self.narrator.clone();
        let events: Events = Arc::new(move |event| narrator.tell(event));
        let events = measured(self.inner.parts.metrics.clone(), events);
        let components = &self.inner.parts.components;
        let done = initialize(&request, components, &options, &events)?;
        Ok((done, budget))
    }

    /// Whether the run is still this host's, and wanted: asked right before anything is published.
    async fn may_publish(&self) -> Result<(), String> {
        if self.stop.reason().is_some() {
            return Err("the run was stopped".to_owned());
        }
        let operator = self.inner.parts.store.operator();
        let renewed = operator.renew(&self.lease, LEASE).await;
        let permit = match renewed.map_err(|error| error.to_string())? {
            Ok(_) => operator.may_publish(&self.lease).await,
            Err(fenced) => Ok(Err(fenced)),
        };
        match permit.map_err(|error| error.to_string())? {
            Ok(permit) if permit.cancel_requested => {
                self.stop.stop(Reason::Cancelled);
                Err("the run was cancelled".to_owned())
            }
            Ok(_) => Ok(()),
            Err(fenced) => {
                self.stop.stop(Reason::Lost);
                Err(fenced.to_string())
            }
        }
    }
}
