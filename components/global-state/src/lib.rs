//! The global state extractor: global variables and constants of a project, its sets of procedures, its windows and its
//! pages, and the initialization code of the project and the sets.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod component;
mod declaring;
mod facts;
mod inputs;

use declaring::{Declaring, Role};
use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_windev::layout::{PROCEDURE_SET_GLOBS, PROJECT_GLOBS, SCREEN_GLOBS};
use quarry_windev_source::{manifest, select};

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
    let mut found: Vec<Declaring> = Vec::new();
    if let Some(path) = selected.path {
        // What there is to say about the project file, the project extractor says.
        let said = &mut Vec::new();
        let element = selected.name();
        found.extend(declaring::read(source, path, element, Role::Project, said));
    }
    for (path, element, role) in inputs::declaring_inputs(&selected, &request.inputs) {
        found.extend(declaring::read(
            source,
            path,
            element,
            role,
            &mut diagnostics,
        ));
    }
    let declaring = declaring::without_repeated_templates(found);
    Ok(Extraction {
        facts: facts::facts(&declaring),
        diagnostics,
    })
}
