//! What is measured of a run. The engine writes it, and clients get it as it was written.

use crate::facts::counts;
use crate::initialize::{ExtractorRun, Initialized, Outcome, Stage};
use crate::render::{FindingFigures, SectionFigures, findings, sections};
use quarry_sandbox::facts::Severity;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;
use utoipa::ToSchema;

/// What was measured of a run.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Figures {
    /// The name of the source project.
    project: String,
    /// A digest of all that CONTEXT.md is made from.
    revision: String,
    /// The length of CONTEXT.md in tokens.
    tokens: u32,
    /// The most tokens that it may be.
    budget: u32,
    /// Where the tokens are.
    sections: Vec<SectionFigures>,
    /// Secrets that were replaced, and those that are allowed. None of them is told.
    findings: Vec<FindingFigures>,
    /// How many facts of each kind were found.
    facts: BTreeMap<String, usize>,
    diagnostics: Diagnostics,
    /// The files that were published, relative to the workspace.
    files: Vec<String>,
    extractors: Vec<Extractor>,
    /// How long each stage took, in order.
    stages: Vec<StageFigures>,
    /// What the run could use.
    limits: RunLimits,
    /// How long all of it took, without the agent.
    initialize_ms: u64,
    /// What was measured of the agent, if one worked.
    #[schema(value_type = Option<Object>)]
    #[serde(skip_serializing_if = "Option::is_none")]
    agent: Option<Value>,
}

/// How many diagnostics of each severity there are.
#[derive(Debug, Serialize, ToSchema)]
struct Diagnostics {
    error: usize,
    warning: usize,
    info: usize,
}

/// What an extractor used.
#[derive(Debug, Serialize, ToSchema)]
struct Extractor {
    name: String,
    /// Of the component: its sha256.
    digest: String,
    /// How many files it was handed, and how many of them it opened.
    inputs: usize,
    opened: usize,
    bytes_read: u64,
    /// How often it was refused something.
    denied: u64,
    /// The most memory in use, in bytes.
    peak_memory: usize,
    elapsed_ms: u64,
}

/// How long a stage took.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StageFigures {
    /// The stage.
    #[schema(example = "extract")]
    pub(super) name: &'static str,
    /// How long it took.
    #[schema(example = 0.125)]
    pub(super) seconds: f64,
}

/// What a run could use.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RunLimits {
    /// Seconds of the whole run, without the agent: its tenant's limit.
    pub(super) run_seconds: u32,
    /// What each call of a component could use.
    pub(super) call: CallLimits,
}

/// What one call of a component may use. What it would need beyond ends the call with an error of its own.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct CallLimits {
    /// Linear memory, summed over all memories.
    memory_bytes: usize,
    /// Elements of all tables together.
    table_elements: usize,
    /// From the first instruction to the result.
    seconds: f64,
    /// What the component makes the host allocate for one result or argument.
    result_bytes: usize,
    /// What is kept of what it writes to its standard error.
    log_bytes: usize,
    /// Files, directories, streams and other resources that it holds at once.
    handles: usize,
    /// Files of them.
    open_files: usize,
    /// What a prompt builder writes, all files together.
    written_bytes: u64,
    /// Files and directories that a prompt builder creates.
    written_files: u32,
}

impl From<&quarry_sandbox::Limits> for CallLimits {
    fn from(limits: &quarry_sandbox::Limits) -> Self {
        Self {
            memory_bytes: limits.memory,
            table_elements: limits.table_elements,
            seconds: limits.time.as_secs_f64(),
            result_bytes: limits.result,
            log_bytes: limits.log,
            handles: limits.handles,
            open_files: limits.open_files,
            written_bytes: limits.written,
            written_files: limits.files,
        }
    }
}

impl Figures {
    /// What was measured of a run that came to its end.
    pub(super) fn of(
        done: &Initialized,
        budget: u32,
        stages: Vec<StageFigures>,
        limits: RunLimits,
        took: Duration,
    ) -> Self {
        let diagnostics = &done.extracted.extraction.diagnostics;
        let of_severity = |severity| {
            let diagnostics = diagnostics.iter();
            diagnostics
                .filter(|diagnostic| diagnostic.severity == severity)
                .count()
        };
        Self {
            project: done.project.clone(),
            revision: done.revision.clone(),
            tokens: done.tokens,
            budget,
            sections: sections(&done.sections),
            findings: findings(&done.findings),
            facts: counts(&done.extracted.extraction.facts)
                .map(|(kind, count)| (kind.to_owned(), count))
                .into(),
            diagnostics: Diagnostics {
                error: of_severity(Severity::Error),
                warning: of_severity(Severity::Warning),
                info: of_severity(Severity::Info),
            },
            files: match &done.outcome {
                Outcome::Published(published) => published.files.clone(),
                Outcome::Compared(_) | Outcome::Withheld => Vec::new(),
            },
            extractors: done.extracted.runs.iter().map(Extractor::from).collect(),
            stages,
            limits,
            initialize_ms: milliseconds(took),
            agent: None,
        }
    }
}

impl From<&ExtractorRun> for Extractor {
    fn from(run: &ExtractorRun) -> Self {
        Self {
            name: run.name.clone(),
            digest: run.digest.clone(),
            inputs: run.inputs,
            opened: run.usage.access.opened.len(),
            bytes_read: run.usage.access.bytes_read,
            denied: run.usage.access.denials,
            peak_memory: run.usage.peak_memory,
            elapsed_ms: milliseconds(run.usage.elapsed),
        }
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The word for a stage.
pub(super) const fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Walk => "walk",
        Stage::Extract => "extract",
        Stage::Build => "build",
        Stage::Publish => "publish",
    }
}
