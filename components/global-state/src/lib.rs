//! The global state extractor: global variables and constants of a project, its sets of procedures, its windows and its
//! pages, and the initialization code of the project and the sets.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod component;
mod declaring;
mod effects;
mod facts;

use declaring::{Declared, Role};
use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_windev::layout::{PROCEDURE_SET_GLOBS, PROJECT_GLOBS, SCREEN_GLOBS};
use quarry_windev_source::{elements, manifest, select};

/// Says what the extractor is.
pub fn describe() -> Manifest {
    manifest(
        "global-state",
        env!("CARGO_PKG_VERSION"),
        "Global variables, constants and initialization code of a project, its sets of procedures, its windows and its pages.",
        &[PROJECT_GLOBS, PROCEDURE_SET_GLOBS, SCREEN_GLOBS],
    )
}

/// Extracts the global state.
///
/// # Errors
///
/// When the options are wrong.
pub fn extract(source: &Source, request: &Request) -> Result<Extraction, ExtractError> {
    let selected = select(source, request)?;
    let mut diagnostics = Vec::new();
    let mut declared = Declared::default();
    if let Some(path) = selected.path {
        // What there is to say about the project file, the project extractor says.
        let said = &mut Vec::new();
        declared.read(source, path, selected.name(), Role::Project, said);
    }
    for element in elements(&selected, &request.inputs) {
        declared.elements.push(element.name.clone());
        if let Some((path, role)) = element.input.and_then(|path| Some((path, Role::of(path)?))) {
            declared.read(source, path, element.name, role, &mut diagnostics);
        }
    }
    declared.events = declaring::without_repeated_templates(declared.events);
    Ok(Extraction {
        facts: facts::facts(&declared),
        diagnostics,
    })
}
