//! Running the extractors over a tree.

use super::trace::observed;
use super::{Event, Events, InitializeError};
use crate::catalog::NamedExtractor;
use crate::facts;
use crate::redaction::of_component;
use crate::workspace::Walked;
use quarry_sandbox::facts::{Diagnostic, Origin, Severity};
use quarry_sandbox::{CallError, CallOptions, Extraction, Inputs, Outcome, SourceTree, Usage};
use std::thread;

/// What all extractors found.
#[derive(Debug)]
pub struct Extracted {
    /// The facts, extractor by extractor, and all diagnostics, the host's first.
    pub extraction: Extraction,
    /// What each extractor did.
    pub runs: Vec<ExtractorRun>,
}

/// What an extractor did.
#[derive(Debug)]
pub struct ExtractorRun {
    /// Its name.
    pub name: String,
    /// The sha256 of the component.
    pub digest: String,
    /// How many inputs it was handed.
    pub inputs: usize,
    /// What it used, with the access log.
    pub usage: Usage,
}

/// Runs all extractors over a tree, at once.
///
/// # Errors
///
/// When one of them fails, and fails again without the input that it opened last.
pub fn extract(
    extractors: &[NamedExtractor],
    walked: &Walked,
    project: Option<&str>,
    options: &CallOptions,
    events: &Events,
) -> Result<Extracted, InitializeError> {
    let extractor_options =
        project.map(|project| serde_json::json!({ "project": project }).to_string());
    let results: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = extractors
            .iter()
            .map(|extractor| {
                let extractor_options = extractor_options.as_deref();
                let span = tracing::Span::current();
                scope.spawn(move || {
                    span.in_scope(|| run(extractor, walked, extractor_options, options, events))
                })
            })
            .collect();
        running
            .into_iter()
            .map(|run| {
                run.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    let mut all = facts::empty();
    all.diagnostics.clone_from(&walked.files.diagnostics);
    let mut runs = Vec::new();
    for result in results {
        let (extraction, run) = result?;
        facts::append(&mut all, extraction);
        runs.push(run);
    }
    all.diagnostics = facts::without_repetitions(all.diagnostics);
    Ok(Extracted {
        extraction: all,
        runs,
    })
}

fn run(
    named: &NamedExtractor,
    walked: &Walked,
    extractor_options: Option<&str>,
    options: &CallOptions,
    events: &Events,
) -> Result<(Extraction, ExtractorRun), InitializeError> {
    let failed = |error| component_error(&named.name, error);
    let described = observed(&named.name, "describe", events, || {
        named.extractor.describe(options)
    });
    let manifest = described.result.map_err(failed)?;
    let (inputs, mut diagnostics) = walked.inputs(&manifest)?;
    let count = inputs.paths().len();
    events(Event::Started {
        extractor: named.name.clone(),
        inputs: count,
    });
    let mut outcome = call(
        named,
        walked,
        inputs.clone(),
        extractor_options,
        options,
        events,
    );
    if let (Err(error), Some(input)) = (&outcome.result, &outcome.usage.access.last_opened)
        && is_crash(error)
    {
        diagnostics.push(crashed(&named.name, input, error));
        events(Event::Retried {
            extractor: named.name.clone(),
            input: of_component(input),
            reason: of_component(&error.to_string()),
        });
        let others = inputs
            .paths()
            .iter()
            .filter(|path| *path != input)
            .cloned()
            .collect();
        outcome = call(named, walked, others, extractor_options, options, events);
    }
    let mut extraction = outcome.result.map_err(failed)?;
    diagnostics.extend(denied(&named.name, &outcome.usage));
    diagnostics.append(&mut extraction.diagnostics);
    extraction.diagnostics = diagnostics;
    events(Event::Finished {
        extractor: named.name.clone(),
        facts: facts::counts(&extraction.facts)
            .into_iter()
            .filter(|(_, count)| *count > 0)
            .collect(),
    });
    let run = ExtractorRun {
        name: named.name.clone(),
        digest: named.extractor.digest().to_owned(),
        inputs: count,
        usage: outcome.usage,
    };
    Ok((extraction, run))
}

fn call(
    named: &NamedExtractor,
    walked: &Walked,
    inputs: Inputs,
    extractor_options: Option<&str>,
    options: &CallOptions,
    events: &Events,
) -> Outcome<Extraction> {
    let tree = SourceTree {
        directory: walked.directory.clone(),
        inputs,
    };
    let (told, extractor) = (events.clone(), named.name.clone());
    let options = CallOptions {
        on_open: Some(std::sync::Arc::new(move |opened| {
            told(Event::Opened {
                extractor: extractor.clone(),
                opened,
            });
        })),
        ..options.clone()
    };
    observed(&named.name, "extract", events, || {
        named.extractor.extract(&tree, extractor_options, &options)
    })
}

fn component_error(name: &str, error: CallError) -> InitializeError {
    match error {
        CallError::InvalidOptions(message) => InitializeError::NotFound(of_component(&message)),
        error => InitializeError::Component {
            component: name.to_owned(),
            error,
        },
    }
}

/// Whether one input can have been the reason.
fn is_crash(error: &CallError) -> bool {
    matches!(
        error,
        CallError::Trap { .. } | CallError::OutOfMemory { .. } | CallError::StackOverflow { .. }
    )
}

fn crashed(extractor: &str, input: &str, error: &CallError) -> Diagnostic {
    Diagnostic {
        severity: Severity::Error,
        code: "input-crashed-extractor".to_owned(),
        message: format!(
            "the extractor {extractor} was reading this file last when it failed ({error}); it ran again without it"
        ),
        origin: Some(Origin {
            path: input.to_owned(),
            line: 1,
            column: 1,
            offset: 0,
            length: 0,
        }),
    }
}

fn denied(extractor: &str, usage: &Usage) -> Option<Diagnostic> {
    let first = usage.access.denied.first()?;
    Some(Diagnostic {
        severity: Severity::Warning,
        code: "denied-access".to_owned(),
        message: format!(
            "the extractor {extractor} was refused {} times; first {first}",
            usage.access.denials
        ),
        origin: None,
    })
}
