//! What a run did, for programs and for a person.

use crate::facts::{compact_json, counts};
use crate::initialize::{Initialized, Outcome, Request};
use crate::render::{findings, sections};
use crate::text::Printable;
use crate::workspace::{AgentFile, Change, Difference, Published};
use quarry_sandbox::facts::Severity;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// One line of JSON. Nothing in it depends on anything but the input and what is in the workspace, so that two runs can
/// be compared.
pub(super) fn json(request: &Request<'_>, done: &Initialized) -> String {
    let extraction = &done.extracted.extraction;
    let of_severity = |severity| {
        let diagnostics = extraction.diagnostics.iter();
        diagnostics
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    let facts: Map<String, Value> = counts(&extraction.facts)
        .into_iter()
        .map(|(kind, count)| (kind.to_owned(), count.into()))
        .collect();
    let mut report = json!({
        "project": done.project,
        "stack": request.stack.id,
        "configuration": done.configuration,
        "context": done.context_path.display().to_string(),
        "revision": done.revision,
        "tokens": done.tokens,
        "budget": request.budget,
        "tokenizer": request.tokenizer.name(),
        "files": done.files,
        "sections": sections(&done.sections),
        "findings": findings(&done.findings),
        "facts": facts,
        "diagnostics": {
            "error": of_severity(Severity::Error),
            "warning": of_severity(Severity::Warning),
            "info": of_severity(Severity::Info),
        },
        "extractors": done.extracted.runs.iter().map(|run| json!({
            "name": run.name,
            "digest": run.digest,
            "inputs": run.inputs,
            "opened": run.usage.access.opened.len(),
            "bytes_read": run.usage.access.bytes_read,
            "denied": run.usage.access.denials,
        })).collect::<Vec<_>>(),
    });
    let outcome = match &done.outcome {
        Outcome::Published(published) => published_json(published),
        Outcome::Compared(changes) => vec![("changes", changes.iter().map(change).collect())],
        Outcome::Withheld => Vec::new(),
    };
    if let Some(report) = report.as_object_mut() {
        report.extend(
            outcome
                .into_iter()
                .map(|(key, value)| (key.to_owned(), value)),
        );
    }
    compact_json(&report)
}

fn published_json(published: &Published) -> Vec<(&'static str, Value)> {
    let agent_file = |file: &AgentFile| json!({ "file": file.path, "outcome": outcome(file) });
    let agent_files: Vec<Value> = published.agent_files.iter().map(agent_file).collect();
    vec![
        ("bytes", json!(published.bytes)),
        ("agent_files", json!(agent_files)),
        ("warnings", json!(published.warnings)),
    ]
}

fn outcome(file: &AgentFile) -> &'static str {
    use crate::workspace::FileOutcome::{Created, Skipped, Unchanged, Updated};
    match file.outcome {
        Created => "created",
        Updated => "updated",
        Unchanged => "unchanged",
        Skipped(_) => "skipped",
    }
}

fn change(change: &Change) -> Value {
    json!({ "file": change.path, "difference": difference(change) })
}

/// What became of a file, as a word.
pub(super) fn difference(change: &Change) -> &'static str {
    match change.difference {
        Difference::Added => "added",
        Difference::Changed => "changed",
        Difference::Removed => "removed",
    }
}

/// How many changed files the tree lists.
const CHANGES: usize = 12;

/// Where the tokens go.
pub(super) fn tree(request: &Request<'_>, done: &Initialized) -> String {
    let mut tree = format!(
        "CONTEXT.md  {} of {} tokens ({})\n",
        done.tokens,
        request.budget,
        request.tokenizer.name()
    );
    for (index, section) in done.sections.iter().enumerate() {
        let is_last = index + 1 == done.sections.len();
        let (branch, trunk) = if is_last {
            ("└─", "  ")
        } else {
            ("├─", "│ ")
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            tree,
            "{branch} {:<26} {:>6} tokens  {} of {} shown",
            Printable(&section.title).to_string(),
            section.tokens,
            section.shown,
            section.total
        );
        for detail in &section.details {
            let name = Printable(&detail.name);
            let _ = writeln!(
                tree,
                "{trunk}    {name}: {} of {}",
                detail.shown, detail.total
            );
        }
    }
    if let Outcome::Compared(changes) = &done.outcome {
        let _ = writeln!(tree, "{} files would change", changes.len());
        for change in changes.iter().take(CHANGES) {
            let _ = writeln!(tree, "  {} {}", difference(change), Printable(&change.path));
        }
        if changes.len() > CHANGES {
            let _ = writeln!(
                tree,
                "  … and {} more; --json lists all",
                changes.len() - CHANGES
            );
        }
    }
    tree
}
