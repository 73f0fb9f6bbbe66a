//! The main job of a run, on a thread of its own.

use super::failure::Failure;
use super::message::{Message, Sort};
use super::narrator::Narrator;
use super::record::access_log;
use super::stop::{Reason, Stop};
use super::{Inner, LEASE};
use crate::catalog::stack;
use crate::initialize::{BUDGET, Events, Initialized, Outcome, PublishCheck, Request, initialize};
use crate::server::figures::{Figures, RunLimits};
use crate::server::layout::make;
use crate::server::telemetry::run::measured;
use crate::settings::of_tree;
use crate::tokenizer::{self, tokenizer};
use quarry_sandbox::CallOptions;
use quarry_store::{Json, Lease, Project, ProjectStatus};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Handle;

/// The main job of a run, with all that it needs on its own thread.
pub(super) struct Job {
    pub(super) inner: Arc<Inner>,
    pub(super) project: Project,
    pub(super) source: PathBuf,
    pub(super) workspace: PathBuf,
    pub(super) lease: Lease,
    pub(super) run_seconds: u32,
    pub(super) stop: Stop,
    pub(super) narrator: Arc<Narrator>,
}

/// What is left of a main job that came to its end. The facts are not: they are many, and freeing them on another thread
/// than the one that made them costs both of them.
pub(super) struct Done {
    pub(super) figures: Value,
    pub(super) access_log: Option<Json>,
    /// What was published.
    pub(super) messages: Vec<Message>,
}

impl Job {
    pub(super) fn run(self, runtime: &Handle) -> Result<Done, Failure> {
        let begun = Instant::now();
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
        let limits = RunLimits {
            run_seconds: self.run_seconds,
            call: (&options.limits).into(),
        };
        let stages = self.narrator.stages();
        let figures = Figures::of(&done, budget, stages, limits, begun.elapsed());
        Ok(Done {
            figures: serde_json::to_value(figures).unwrap_or_default(),
            access_log: access_log(&done),
            messages: published(&done),
        })
    }

    /// Whether the run is still this host's, and wanted: asked right before anything is published.
    async fn may_publish(&self) -> Result<(), String> {
        if self.stop.reason().is_some() {
            return Err("the run was stopped".to_owned());
        }
        let operator = self.inner.parts.store.operator();
        let renewed = operator.renew(&self.lease, LEASE).await;
        match renewed.map_err(|error| error.to_string())? {
            Ok(renewed) if renewed.cancel_requested => {
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

/// What a run tells when its documents are published.
fn published(done: &Initialized) -> Vec<Message> {
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
        messages
            .push(Message::new(Sort::Warning, "secrets-redacted", &text).with("count", secrets));
    }
    messages
}
