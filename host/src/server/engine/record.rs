//! What a run leaves behind: its figures and its access log.

use super::narrator::object;
use crate::facts::counts;
use crate::initialize::{ExtractorRun, Initialized, Outcome};
use crate::render::{findings, sections};
use quarry_sandbox::facts::Severity;
use quarry_store::Json;
use serde_json::{Value, json};
use std::time::Duration;

/// What was measured.
pub(super) fn figures(done: &Initialized, budget: u32, took: Duration) -> Value {
    let diagnostics = &done.extracted.extraction.diagnostics;
    let of_severity = |severity| {
        let diagnostics = diagnostics.iter();
        diagnostics
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    json!({
        "project": done.project,
        "revision": done.revision,
        "tokens": done.tokens,
        "budget": budget,
        "sections": sections(&done.sections),
        "findings": findings(&done.findings),
        "facts": object(&counts(&done.extracted.extraction.facts)),
        "diagnostics": {
            "error": of_severity(Severity::Error),
            "warning": of_severity(Severity::Warning),
            "info": of_severity(Severity::Info),
        },
        "files": files(done),
        "extractors": done.extracted.runs.iter().map(extractor).collect::<Vec<_>>(),
        "initialize_ms": milliseconds(took),
    })
}

/// The published documents.
fn files(done: &Initialized) -> Vec<String> {
    match &done.outcome {
        Outcome::Published(published) => published.files.clone(),
        Outcome::Compared(_) | Outcome::Withheld => Vec::new(),
    }
}

fn extractor(run: &ExtractorRun) -> Value {
    json!({
        "name": run.name,
        "digest": run.digest,
        "inputs": run.inputs,
        "opened": run.usage.access.opened.len(),
        "bytes_read": run.usage.access.bytes_read,
        "denied": run.usage.access.denials,
        "peak_memory": run.usage.peak_memory,
        "elapsed_ms": milliseconds(run.usage.elapsed),
    })
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Which inputs each extractor opened, and what it was refused.
pub(super) fn access_log(done: &Initialized) -> Option<Json> {
    let runs = done.extracted.runs.iter();
    let log: Vec<Value> = runs
        .map(|run| {
            let access = &run.usage.access;
            let denied = access.denied.iter();
            json!({
                "extractor": run.name,
                "digest": run.digest,
                "opened": access.opened,
                "denials": access.denials,
                "denied": denied
                    .map(|denied| json!({ "path": denied.path, "reason": denied.reason }))
                    .collect::<Vec<_>>(),
            })
        })
        .collect();
    Json::of(&log).ok()
}
