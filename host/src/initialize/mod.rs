//! The main job: a source tree becomes `CONTEXT.md`.
//!
//! One code path for the command line, the tests and whatever else starts a run. It knows neither HTTP nor a terminal:
//! it tells its [`Events`] what happens.
//!
//! ```text
//! walk ─▶ extract (all extractors at once) ─▶ build (into staging) ─▶ publish
//! ```

mod configuration;
mod event;
mod extraction;

pub use event::{Event, Events, Stage, silent};
pub use extraction::{Extracted, ExtractorRun, extract};

use crate::catalog::{CatalogError, NamedExtractor, StackError};
use crate::workspace::{PublishError, Published, SourceError, Walked, Workspace};
use quarry_sandbox::facts::FactSet;
use quarry_sandbox::{CallError, CallOptions, Input, PromptBuilder, Section, Stack};
use std::path::{Path, PathBuf};

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
    #[error("the component {component} failed: {error}")]
    Component {
        /// Its name.
        component: String,
        /// What it did.
        error: CallError,
    },
    /// The workspace cannot be written.
    #[error(transparent)]
    Publish(#[from] PublishError),
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
    /// What was published.
    pub published: Published,
    /// The sections of the document, in order.
    pub sections: Vec<Section>,
    /// The facts and what each extractor did.
    pub extracted: Extracted,
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
    // The lock is taken first, so that a second run does not work for nothing.
    let workspace = Workspace::open(request.workspace)?;
    events(Event::Stage(Stage::Walk));
    let walked = Walked::open(request.source)?;
    events(Event::Stage(Stage::Extract));
    let mut extracted = extract(
        &components.extractors,
        &walked,
        request.project,
        options,
        events,
    )?;
    if let Some(name) = request.configuration {
        require_configuration(&extracted.extraction.facts, name)?;
        configuration::restrict(&mut extracted.extraction, name);
    }
    events(Event::Stage(Stage::Build));
    let project = project_name(&extracted.extraction.facts, request.source);
    let sections = build(
        request, components, &workspace, options, &project, &extracted,
    )?;
    events(Event::Stage(Stage::Publish));
    let context_path = workspace.context_path();
    let published = workspace.publish()?;
    Ok(Initialized {
        context_path,
        project,
        published,
        sections,
        extracted,
    })
}

fn build(
    request: &Request<'_>,
    components: &Components,
    workspace: &Workspace,
    options: &CallOptions,
    project: &str,
    extracted: &Extracted,
) -> Result<Vec<Section>, InitializeError> {
    let input = Input {
        project: project.to_owned(),
        configuration: request.configuration.map(str::to_owned),
        stack: request.stack.clone(),
        facts: extracted.extraction.facts.clone(),
        diagnostics: extracted.extraction.diagnostics.clone(),
    };
    let outcome = components
        .prompt_builder
        .build(workspace.staging(), &input, options);
    let report = outcome.result.map_err(|error| InitializeError::Component {
        component: "prompt-builder".to_owned(),
        error,
    })?;
    Ok(report.sections)
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
