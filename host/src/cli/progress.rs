//! Progress on standard error: a bar for each extractor on a terminal, lines elsewhere.

use crate::initialize::{Event, Events, Stage, silent};
use crate::text::Printable;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use quarry_redaction::Finding;
use quarry_sandbox::facts::{Diagnostic, Severity};
use std::collections::HashMap;
use std::io::{IsTerminal, stderr};
use std::sync::{Arc, Mutex, PoisonError};

/// How many diagnostics, and how many secrets, are shown; the others are counted.
pub(super) const SHOWN: usize = 10;

/// Says something on standard error.
pub(super) fn note(text: &str) {
    eprintln!("{}", Printable(text));
}

/// What a run's events become.
pub(super) fn events(quiet: bool) -> Events {
    if quiet {
        return silent();
    }
    if !stderr().is_terminal() {
        return Arc::new(|event| {
            if let Some(line) = line(&event) {
                note(&line);
            }
        });
    }
    let bars = Mutex::new(Bars::default());
    Arc::new(move |event| {
        bars.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .show(&event);
    })
}

/// Shows the first warnings and errors and counts the rest.
pub(super) fn diagnostics(diagnostics: &[Diagnostic]) {
    let worth: Vec<&Diagnostic> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity != Severity::Info)
        .collect();
    for diagnostic in worth.iter().take(SHOWN) {
        let severity = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning | Severity::Info => "warning",
        };
        let place = diagnostic
            .origin
            .as_ref()
            .map_or_else(String::new, |origin| {
                format!("{}:{}: ", origin.path, origin.line)
            });
        note(&format!(
            "{severity}[{}]: {place}{}",
            diagnostic.code, diagnostic.message
        ));
    }
    if worth.len() > SHOWN {
        note(&format!(
            "… and {} more; `quarry extract` prints all of them",
            worth.len() - SHOWN
        ));
    }
}

/// Says which fingerprints were allowed for nothing: a place has moved, or there is a slip in it.
pub(super) fn unknown_allowed(fingerprints: &[String]) {
    for fingerprint in fingerprints {
        note(&format!(
            "warning: nothing was found with the fingerprint {fingerprint}, which is allowed; remove it or correct it"
        ));
    }
}

/// Shows the first secrets that were found, by rule and place, and counts the rest.
pub(super) fn findings(findings: &[Finding], shown: usize) {
    let replaced: Vec<&Finding> = findings.iter().filter(|finding| !finding.allowed).collect();
    for finding in replaced.iter().take(shown) {
        note(&format!(
            "warning[secret]: {}:{}: replaced by {} (rule {}); if it is none: --allow-secret {}",
            finding.path, finding.line, finding.placeholder, finding.rule, finding.fingerprint
        ));
    }
    if replaced.len() > shown {
        note(&format!(
            "… and {} more secrets; --json lists all",
            replaced.len() - shown
        ));
    }
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Walk => "listing the source tree",
        Stage::Extract => "extracting facts",
        Stage::Build => "building CONTEXT.md",
        Stage::Publish => "publishing",
    }
}

fn line(event: &Event) -> Option<String> {
    match event {
        Event::Stage(stage) => Some(stage_name(*stage).to_owned()),
        Event::Started { .. }
        | Event::Opened { .. }
        | Event::Called(_)
        | Event::Extracted { .. } => None,
        Event::Retried {
            extractor,
            input,
            reason,
        } => Some(format!("{extractor}: {input}: {reason}; again without it")),
        Event::Finished { extractor, facts } => Some(format!("{extractor}: {}", summary(facts))),
    }
}

/// `12 tables, 1 relation`.
pub(super) fn summary(facts: &[(&'static str, usize)]) -> String {
    if facts.is_empty() {
        return "nothing found".to_owned();
    }
    let counted: Vec<String> = facts
        .iter()
        .map(|(kind, count)| {
            let kind = kind.replace('_', " ");
            // The names of all kinds are plurals.
            let kind = if *count == 1 {
                kind.trim_end_matches('s')
            } else {
                &kind
            };
            format!("{count} {kind}")
        })
        .collect();
    counted.join(", ")
}

#[derive(Default)]
struct Bars {
    all: MultiProgress,
    extractors: HashMap<String, ProgressBar>,
}

impl Bars {
    fn show(&mut self, event: &Event) {
        match event {
            Event::Stage(stage) => {
                let _ = self.all.println(stage_name(*stage));
            }
            Event::Started { extractor, inputs } => {
                let bar = self.all.add(ProgressBar::new(*inputs as u64));
                bar.set_style(style());
                bar.set_prefix(extractor.clone());
                self.extractors.insert(extractor.clone(), bar);
            }
            Event::Opened { extractor, opened } => {
                if let Some(bar) = self.extractors.get(extractor) {
                    bar.set_position(*opened as u64);
                }
            }
            Event::Retried { extractor, .. } => {
                if let (Some(bar), Some(line)) = (self.extractors.get(extractor), line(event)) {
                    bar.println(Printable(&line).to_string());
                    bar.set_position(0);
                }
            }
            Event::Called(_) | Event::Extracted { .. } => {}
            Event::Finished { extractor, facts } => {
                if let Some(bar) = self.extractors.get(extractor) {
                    bar.finish_with_message(summary(facts));
                }
            }
        }
    }
}

fn style() -> ProgressStyle {
    // The template is ours and valid; the default is no worse than an error.
    ProgressStyle::with_template("{prefix:>14} [{bar:24}] {pos}/{len} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
