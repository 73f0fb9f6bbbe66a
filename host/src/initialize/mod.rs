//! The main job: a source tree becomes `CONTEXT.md`.
//!
//! One code path for the command line, the tests and whatever else starts a run. It knows neither HTTP nor a terminal:
//! it tells its [`Events`] what happens.
//!
//! ```text
//! walk ─▶ extract (all extractors at once) ─▶ redact facts ─▶ build (into memory) ─▶ redact documents ─▶ publish
//! ```

mod build;
mod code;
mod configuration;
mod event;
mod extraction;
mod revision;
mod trace;

pub use code::Code;
pub use event::{Called, Event, Events, PublishCheck, Stage, silent};
pub use extraction::{Extracted, ExtractorRun, extract};

use crate::catalog::{CatalogError, NamedExtractor, StackError};
use crate::facts::counts;
use crate::redaction::{Redaction, Remnant, of_component};
use crate::render::Format;
use crate::settings::SettingsError;
use crate::tokenizer::{self, tokenizer};
use crate::workspace::{
    Agents, Change, Documents, PublishError, Published, SourceError, Walked, Workspace,
};
use build::{Building, Built};
use quarry_redaction::Finding;
use quarry_sandbox::facts::FactSet;
use quarry_sandbox::{CallError, CallOptions, Floor, PromptBuilder, Section, Stack, Tokenizer};
use std::path::{Path, PathBuf};
use trace::Stages;

/// Why a run ended without a document. The workspace is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum InitializeError {
    /// The source tree cannot be used.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The target stack cannot be used.
    #[error(transparent)]
    Stack(#[from] StackError),
    /// A component cannot be loaded.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// What was asked for is not in the source tree.
    #[error("{0}")]
    NotFound(String),
    /// A component failed.
    #[error("the component {component} failed: {}", of_component(&.error.to_string()))]
    Component {
        /// Its name.
        component: String,
        /// What it did.
        error: CallError,
    },
    /// The source tree's settings cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// Even the shortest document is longer than the budget.
    #[error("{}", over_budget(.floor, *.budget, .tokenizer))]
    OverBudget {
        /// What it is at least.
        floor: Box<Floor>,
        /// What it may be, in tokens.
        budget: u32,
        /// Whose tokens.
        tokenizer: String,
    },
    /// A secret would have been published.
    #[error(
        "{path}:{line} still holds a secret of rule {rule} after it was replaced; nothing was written. This is a fault of Quarry's: please report it",
        path = .0.path, line = .0.line, rule = .0.rule
    )]
    Leak(Remnant),
    /// The documents must not be published any more.
    #[error("nothing was published: {0}")]
    Withdrawn(String),
    /// The workspace cannot be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
}

fn over_budget(floor: &Floor, budget: u32, tokenizer: &str) -> String {
    let largest = floor.largest.iter();
    let largest: Vec<String> = largest
        .map(|section| format!("{} {}", section.title, section.tokens))
        .collect();
    format!(
        "the shortest CONTEXT.md of this project is {} tokens ({tokenizer}), more than the budget of {budget}; its largest sections: {}; give --budget {} or more",
        floor.tokens,
        largest.join(", "),
        floor.tokens
    )
}

/// What becomes of the documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// They are published.
    #[default]
    Publish,
    /// They are compared with those that are there. Nothing is written.
    Compare,
}

/// What a run is to do.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The source tree.
    pub source: &'a Path,
    /// The workspace.
    pub workspace: &'a Path,
    /// The target stack.
    pub stack: Stack,
    /// The project file that is meant, or its directory, relative to the source tree.
    pub project: Option<&'a str>,
    /// The configuration that is meant.
    pub configuration: Option<&'a str>,
    /// The most tokens that `CONTEXT.md` may be.
    pub budget: u32,
    /// Whose tokens.
    pub tokenizer: Tokenizer,
    /// Tables that are described before all others.
    pub pinned_tables: Vec<String>,
    /// Tables of which the name alone is said.
    pub excluded_tables: Vec<String>,
    /// Fingerprints of findings that are no secrets.
    pub allowed_secrets: Vec<String>,
    /// Whether a secret keeps the documents from being published.
    pub fail_on_secrets: bool,
    /// Renderings besides `CONTEXT.md`.
    pub formats: Vec<Format>,
    /// What the agents' files say; none to leave them alone.
    pub agents: Option<Agents>,
    /// What becomes of the documents.
    pub mode: Mode,
    /// Is asked right before they are published.
    pub before_publish: Option<PublishCheck<'a>>,
}

/// The budget when nobody says anything else, in tokens.
pub const BUDGET: u32 = 8_000;

impl<'a> Request<'a> {
    /// The documents of a source tree for a stack, published in a workspace, everything else as usual.
    pub fn new(source: &'a Path, workspace: &'a Path, stack: Stack) -> Self {
        Request {
            source,
            workspace,
            stack,
            project: None,
            configuration: None,
            budget: BUDGET,
            tokenizer: tokenizer(tokenizer::Name::default()),
            pinned_tables: Vec::new(),
            excluded_tables: Vec::new(),
            allowed_secrets: Vec::new(),
            fail_on_secrets: false,
            formats: Vec::new(),
            agents: Some(Agents::default()),
            mode: Mode::default(),
            before_publish: None,
        }
    }
}

/// The components of a run.
#[derive(Debug)]
pub struct Components {
    /// The extractors.
    pub extractors: Vec<NamedExtractor>,
    /// The prompt builder.
    pub prompt_builder: PromptBuilder,
}

/// What a run did.
#[derive(Debug)]
pub struct Initialized {
    /// The document.
    pub context_path: PathBuf,
    /// The name of the output project.
    pub project: String,
    /// The configuration that is meant.
    pub configuration: Option<String>,
    /// The documents, sorted by path.
    pub files: Vec<String>,
    /// A digest of all that the documents are made from.
    pub revision: String,
    /// What became of the documents.
    pub outcome: Outcome,
    /// The length of the document in tokens.
    pub tokens: u32,
    /// The sections of the document, in order.
    pub sections: Vec<Section>,
    /// Secrets that were replaced, and those that are allowed.
    pub findings: Vec<Finding>,
    /// Allowed fingerprints that are those of nothing that was found.
    pub unknown_allowed: Vec<String>,
    /// The facts, without secrets, and what each extractor did.
    pub extracted: Extracted,
}

/// What became of the documents.
#[derive(Debug)]
pub enum Outcome {
    /// They were published.
    Published(Published),
    /// What publishing them would change.
    Compared(Vec<Change>),
    /// Nothing: secrets were found that are not allowed, and the request is to write nothing then.
    Withheld,
}

/// Runs the main job. Blocks the thread, which must not be one that runs asynchronous tasks.
///
/// # Errors
///
/// See [`InitializeError`].
pub fn initialize(
    request: &Request<'_>,
    components: &Components,
    options: &CallOptions,
    events: &Events,
) -> Result<Initialized, InitializeError> {
    // The lock is taken first, so that a second run does not work for nothing. A run that may write nothing in the end
    // takes it when that is known.
    let workspace = match request.mode {
        Mode::Publish if !request.fail_on_secrets => Workspace::open(request.workspace)?,
        Mode::Publish | Mode::Compare => Workspace::scratch(request.workspace)?,
    };
    let mut stages = Stages::new(events);
    stages.enter(Stage::Walk);
    let walked = Walked::open(request.source)?;
    stages.enter(Stage::Extract);
    let mut extracted = extract(
        &components.extractors,
        &walked,
        request.project,
        options,
        events,
    )?;
    let extraction = &mut extracted.extraction;
    if let Some(name) = request.configuration {
        require_configuration(&extraction.facts, name)?;
        configuration::restrict(extraction, name);
    }
    let mut redaction = Redaction::new(&request.allowed_secrets, Some(&walked));
    redaction.facts(extraction);
    events(Event::Extracted {
        facts: counts(&extraction.facts).to_vec(),
    });
    stages.enter(Stage::Build);
    let project = redaction.name(&project_name(&extraction.facts, request.source));
    let configuration = request.configuration.map(|name| redaction.name(name));
    let building = Building {
        request,
        builder: &components.prompt_builder,
        options,
        events,
        project: &project,
        configuration: configuration.as_deref(),
    };
    let Built {
        documents,
        revision,
        tokens,
        sections,
    } = building.documents(extraction, &mut redaction)?;
    let findings = redaction.findings();
    let context_path = workspace.context_path();
    let outcome = if request.fail_on_secrets && findings.iter().any(|finding| !finding.allowed) {
        Outcome::Withheld
    } else {
        settle(request, workspace, &documents, &revision, &mut stages)?
    };
    Ok(Initialized {
        context_path,
        project,
        configuration,
        files: documents.iter().map(|(path, _)| path.to_owned()).collect(),
        revision,
        outcome,
        tokens,
        sections,
        findings,
        unknown_allowed: redaction.unknown_allowed(),
        extracted,
    })
}

/// Publishes documents, or compares them with those that are there.
fn settle(
    request: &Request<'_>,
    workspace: Workspace,
    documents: &Documents,
    revision: &str,
    stages: &mut Stages<'_>,
) -> Result<Outcome, InitializeError> {
    let agents = request.agents.as_ref();
    let revision = Some(revision);
    if request.mode == Mode::Compare {
        let changes = workspace.compare(documents, revision, agents)?;
        return Ok(Outcome::Compared(changes));
    }
    stages.enter(Stage::Publish);
    let workspace = if request.fail_on_secrets {
        Workspace::open(request.workspace)?
    } else {
        workspace
    };
    if let Some(PublishCheck(check)) = request.before_publish {
        check().map_err(InitializeError::Withdrawn)?;
    }
    let published = workspace.publish(documents, revision, agents)?;
    Ok(Outcome::Published(published))
}

fn require_configuration(facts: &FactSet, name: &str) -> Result<(), InitializeError> {
    let known: Vec<&str> = facts
        .configurations
        .iter()
        .map(|configuration| &*configuration.name)
        .collect();
    if known.contains(&name) {
        return Ok(());
    }
    Err(InitializeError::NotFound(if known.is_empty() {
        format!("there is no configuration {name:?}: the project has none that can be read")
    } else {
        format!("there is no configuration {name:?}; the project has {known:?}")
    }))
}

fn project_name(facts: &FactSet, source: &Path) -> String {
    let selected = facts.projects.iter().find(|project| project.selected);
    if let Some(project) = selected {
        return project.name.clone();
    }
    // `quarry init .` has no name of its own.
    let absolute = std::path::absolute(source).unwrap_or_else(|_| source.to_owned());
    absolute.file_name().map_or_else(
        || "project".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_component_that_failed_quote_no_secret() {
        let key = format!("ghp_{}", "a1B2c3D4e5F6".repeat(3));
        let reason = format!("panicked at 'unexpected \"{key}\"'");
        let error = InitializeError::Component {
            component: "schema".to_owned(),
            error: CallError::Trap { reason },
        };
        let message = error.to_string();
        assert!(message.starts_with("the component schema failed: it crashed (panicked at"));
        assert!(
            message.contains("[REDACTED:") && !message.contains(&key),
            "{message}"
        );
    }
}
