//! `quarry init`

use super::failure::Failure;
use super::{Global, progress, setup};
use crate::catalog::{EXTRACTORS, load_extractors, load_prompt_builder, stack};
use crate::facts::{counts, write_json};
use crate::initialize::{Components, Initialized, Request, initialize};
use crate::text::Printable;
use clap::Args;
use quarry_sandbox::CallOptions;
use quarry_sandbox::facts::Severity;
use serde_json::json;
use std::io::{Write, stdout};
use std::path::PathBuf;

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The source tree: a directory that holds a WinDev, WebDev or WinDev Mobile project
    source: PathBuf,
    /// The directory that CONTEXT.md is written into; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    workspace: PathBuf,
    /// The target stack; `quarry stacks` lists them
    #[arg(short, long, value_name = "ID")]
    stack: String,
    /// The project that is meant, when the tree holds several: its file or its directory, relative to SOURCE
    #[arg(short, long, value_name = "PATH")]
    project: Option<String>,
    /// The project's configuration that is meant
    #[arg(short, long, value_name = "NAME")]
    configuration: Option<String>,
    /// Print what was done as JSON
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let request = Request {
            source: &self.source,
            workspace: &self.workspace,
            stack: stack(&self.stack)?,
            project: self.project.as_deref(),
            configuration: self.configuration.as_deref(),
        };
        let sandbox = setup::sandbox(global.quiet)?;
        let components = Components {
            extractors: load_extractors(&sandbox, &EXTRACTORS)?,
            prompt_builder: load_prompt_builder(&sandbox)?,
        };
        let events = progress::events(global.quiet);
        let done = initialize(&request, &components, &CallOptions::default(), &events)?;
        if !global.quiet {
            progress::diagnostics(&done.extracted.extraction.diagnostics);
        }
        if self.json {
            write_json(stdout().lock(), &self.report(&done))?;
        } else {
            let path = done.context_path.display().to_string();
            writeln!(stdout().lock(), "{}", Printable(&path))?;
        }
        Ok(())
    }

    /// What was done. Nothing in it depends on anything but the input, so that two runs can be compared.
    fn report(&self, done: &Initialized) -> serde_json::Value {
        let extraction = &done.extracted.extraction;
        let of_severity = |severity| {
            extraction
                .diagnostics
                .iter()
                .filter(|diagnostic| diagnostic.severity == severity)
                .count()
        };
        let facts: serde_json::Map<String, serde_json::Value> = counts(&extraction.facts)
            .into_iter()
            .map(|(kind, count)| (kind.to_owned(), count.into()))
            .collect();
        json!({
            "project": done.project,
            "stack": self.stack,
            "configuration": self.configuration,
            "context": done.context_path.display().to_string(),
            "files": done.published.files,
            "bytes": done.published.bytes,
            "facts": facts,
            "diagnostics": {
                "error": of_severity(Severity::Error),
                "warning": of_severity(Severity::Warning),
                "info": of_severity(Severity::Info),
            },
            "sections": done.sections.iter().map(|section| json!({
                "id": section.id,
                "title": section.title,
                "bytes": section.bytes,
                "shown": section.shown,
                "total": section.total,
            })).collect::<Vec<_>>(),
            "extractors": done.extracted.runs.iter().map(|run| json!({
                "name": run.name,
                "digest": run.digest,
                "inputs": run.inputs,
                "opened": run.usage.access.opened.len(),
                "denied": run.usage.access.denials,
            })).collect::<Vec<_>>(),
        })
    }
}
