//! The project extractor: which projects there are, and the selected one's configurations and elements.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod component;
mod components;
mod elements;

use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_sdk::facts::{Configuration, Diagnostic, FactSet, Project, ProjectKind, Severity};
use quarry_windev::layout::{CLASS_GLOBS, INTERFACE_GLOBS, PROCEDURE_SET_GLOBS, PROJECT_GLOBS};
use quarry_windev::project;
use quarry_windev_source::{SelectedProject, file, manifest, origin, select, stem};

/// Elements that exist in binary form only: they are listed, not read.
const BINARY_GLOBS: &[&str] = &["**/*.{wdr,wdrest,wxt,wsdl}"];

/// Says what the extractor is.
pub fn describe() -> Manifest {
    manifest(
        "project",
        env!("CARGO_PKG_VERSION"),
        "A project's name, kind, version, configurations and elements.",
        &[
            PROJECT_GLOBS,
            PROCEDURE_SET_GLOBS,
            CLASS_GLOBS,
            INTERFACE_GLOBS,
            BINARY_GLOBS,
        ],
    )
}

/// Extracts the project.
///
/// # Errors
///
/// When the options are wrong.
pub fn extract(source: &Source, request: &Request) -> Result<Extraction, ExtractError> {
    let mut selected = select(source, request)?;
    let mut diagnostics = std::mem::take(&mut selected.diagnostics);
    let mut facts = FactSet::empty();
    match selected.path {
        Some(path) => {
            facts.projects.push(selected_project(&selected, path));
            facts.configurations = configurations(&selected, path);
            facts.elements = elements::elements(source, &selected, request, &mut diagnostics);
            if let Some(project) = &selected.project {
                facts.notes = components::external(project, path);
                diagnostics.extend(components::without_elements(project, path, &facts.elements));
            }
        }
        None => diagnostics.push(no_project()),
    }
    for other in &selected.others {
        facts.projects.push(other_project(other));
        diagnostics.push(not_selected(other));
    }
    Ok(Extraction { facts, diagnostics })
}

fn selected_project(selected: &SelectedProject<'_>, path: &str) -> Project {
    let read = selected.project.as_ref();
    Project {
        name: selected.name(),
        kind: kind(read.map_or_else(|| project::ProjectKind::of(path), |project| project.kind)),
        product: product(path).to_owned(),
        version: read.and_then(|project| Some(project.major_version?.to_string())),
        description: read.map_or_else(String::new, |project| {
            project
                .description
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        }),
        languages: read.map_or_else(Vec::new, |project| project.languages.clone()),
        selected: true,
        origin: read.map_or_else(|| file(path), |project| origin(project.span, path)),
    }
}

fn other_project(path: &str) -> Project {
    Project {
        name: stem(path).to_owned(),
        kind: kind(project::ProjectKind::of(path)),
        product: product(path).to_owned(),
        version: None,
        description: String::new(),
        languages: Vec::new(),
        selected: false,
        origin: file(path),
    }
}

fn configurations(selected: &SelectedProject<'_>, path: &str) -> Vec<Configuration> {
    let configurations = selected
        .project
        .iter()
        .flat_map(|project| &project.configurations);
    configurations
        .map(|configuration| Configuration {
            name: configuration.name.clone(),
            target: configuration.kind.clone(),
            origin: origin(configuration.span, path),
        })
        .collect()
}

fn kind(kind: project::ProjectKind) -> ProjectKind {
    match kind {
        project::ProjectKind::Desktop => ProjectKind::Desktop,
        project::ProjectKind::Web => ProjectKind::Web,
        project::ProjectKind::Mobile => ProjectKind::Mobile,
        project::ProjectKind::Other => ProjectKind::Other,
    }
}

fn product(path: &str) -> &'static str {
    match project::ProjectKind::of(path) {
        project::ProjectKind::Web => "WebDev",
        project::ProjectKind::Mobile => "WinDev Mobile",
        project::ProjectKind::Desktop | project::ProjectKind::Other => "WinDev",
    }
}

fn no_project() -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code: "no-project".to_owned(),
        message: "the tree has no project file (.wdp, .wwp or .wpp); analyses and sets of procedures are read all the same"
            .to_owned(),
        origin: None,
    }
}

fn not_selected(path: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Info,
        code: "other-project".to_owned(),
        message: "the tree holds this project too; `--project` with its path selects it instead"
            .to_owned(),
        origin: Some(file(path)),
    }
}
