//! The global state extractor: global variables, constants and initialization code of a project and its sets of
//! procedures.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod component;

use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_sdk::facts::{
    Constant, Diagnostic, FactSet, GlobalVariable, InitializationBlock, Scope, Visibility,
};
use quarry_windev::code_items::{
    PROCEDURE_SET_DECLARATION, PROJECT_INITIALIZATION, event_code_items,
};
use quarry_windev::layout::{PROCEDURE_SET_GLOBS, PROJECT_GLOBS, PathIndex};
use quarry_windev::position::Code;
use quarry_windev::text::{Format, detect, parse};
use quarry_windev::wlanguage::{self, Globals, declarations, initialization_blocks};
use quarry_windev_source::{SelectedProject, diagnostic, manifest, origin, read, select, stem};
use std::collections::HashSet;

/// Says what the extractor is.
pub fn describe() -> Manifest {
    manifest(
        "global-state",
        env!("CARGO_PKG_VERSION"),
        "Global variables, constants and initialization code of a project and its sets of procedures.",
        &[PROJECT_GLOBS, PROCEDURE_SET_GLOBS],
    )
}

/// Code that declares what the whole application shares.
struct Declaring {
    path: String,
    element: String,
    scope: Scope,
    code: Code,
}

/// Extracts the global state.
///
/// # Errors
///
/// When the options are wrong.
pub fn extract(source: &Source, request: &Request) -> Result<Extraction, ExtractError> {
    let selected = select(source, request)?;
    let mut diagnostics = Vec::new();
    let mut declaring = Vec::new();
    if let Some(path) = selected.path {
        let found = declaring_code(
            source,
            path,
            selected.name(),
            (PROJECT_INITIALIZATION, Scope::App),
            // What there is to say about the project file, the project extractor says.
            &mut Vec::new(),
        );
        declaring.extend(found);
    }
    for path in procedure_sets(&selected, &request.inputs) {
        declaring.extend(declaring_code(
            source,
            path,
            stem(path).to_owned(),
            (PROCEDURE_SET_DECLARATION, Scope::Module),
            &mut diagnostics,
        ));
    }
    Ok(Extraction {
        facts: facts(&declaring),
        diagnostics,
    })
}

/// The project's sets of procedures: those that it lists, or all in its directory when it cannot be read.
fn procedure_sets<'r>(selected: &SelectedProject<'_>, inputs: &'r [String]) -> Vec<&'r str> {
    let is_set = |path: &&str| path.to_lowercase().ends_with(".wdg");
    let directory = selected.directory();
    let Some(project) = &selected.project else {
        let prefix = if directory.is_empty() {
            String::new()
        } else {
            format!("{directory}/")
        };
        let below = inputs.iter().filter(|path| path.starts_with(&prefix));
        return below.map(String::as_str).filter(is_set).collect();
    };
    let index = PathIndex::new(inputs);
    let mut known = HashSet::new();
    let elements = project.elements.iter();
    elements
        .filter_map(|element| index.resolve(directory, &element.physical_path))
        .filter(|path| is_set(path) && known.insert(*path))
        .collect()
}

/// The code of one event of a file, with the name of the element that the file is.
fn declaring_code(
    source: &Source,
    path: &str,
    name: String,
    (event, scope): (u32, Scope),
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Declaring> {
    let bytes = read(source, path, diagnostics)?;
    // The project extractor lists every binary file.
    if detect(&bytes) != Format::Text {
        return None;
    }
    let document = parse(&bytes);
    let said = document.diagnostics().iter();
    diagnostics.extend(said.map(|said| diagnostic(said, path)));
    let element = document
        .get("info")
        .and_then(|info| info.get("name")?.text())
        .map_or(name, |name| name.into_owned());
    let item = event_code_items(&document, event)
        .into_iter()
        .find(|item| item.is_wlanguage() && !item.code.is_blank())?;
    Some(Declaring {
        path: path.to_owned(),
        element,
        scope,
        code: item.code,
    })
}

fn facts(declaring: &[Declaring]) -> FactSet {
    let mut facts = FactSet::empty();
    for part in declaring {
        let found = declarations(&part.code);
        let variables = found.variables.into_iter();
        facts
            .global_variables
            .extend(variables.map(|found| variable(found, part)));
        let constants = found.constants.into_iter();
        facts
            .constants
            .extend(constants.map(|found| constant(found, part)));
    }
    // A block may read what another element declares, so all names have to be known first.
    let names: Vec<&str> = facts
        .global_variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let globals = Globals::new(&names);
    let mut blocks = Vec::new();
    for part in declaring {
        let found = initialization_blocks(&part.code, &globals).into_iter();
        blocks.extend(found.map(|found| block(found, part)));
    }
    facts.initialization_blocks = blocks;
    facts
}

fn variable(variable: wlanguage::Variable, part: &Declaring) -> GlobalVariable {
    GlobalVariable {
        name: variable.name,
        declared_type: variable.declared_type,
        normalized_type: variable.normalized_type,
        default_value: variable.default_value,
        scope: part.scope,
        visibility: visibility(variable.visibility),
        condition: variable.condition,
        element: part.element.clone(),
        origin: origin(variable.span, &part.path),
    }
}

fn constant(constant: wlanguage::Constant, part: &Declaring) -> Constant {
    Constant {
        name: constant.name,
        value: constant.value,
        visibility: visibility(constant.visibility),
        condition: constant.condition,
        element: part.element.clone(),
        origin: origin(constant.span, &part.path),
    }
}

fn block(block: wlanguage::InitializationBlock, part: &Declaring) -> InitializationBlock {
    InitializationBlock {
        element: part.element.clone(),
        order: u32::try_from(block.order).map_or(u32::MAX, |order| order.saturating_add(1)),
        language: "wlanguage".to_owned(),
        code: block.code,
        reads: block.reads,
        writes: block.writes,
        effects: block
            .effects
            .iter()
            .map(|effect| effect.as_str().to_owned())
            .collect(),
        condition: block.condition,
        origin: origin(block.span, &part.path),
    }
}

fn visibility(visibility: wlanguage::Visibility) -> Visibility {
    match visibility {
        wlanguage::Visibility::Public => Visibility::Public,
        // A component's own: nearer to what a package or a module protects than to what a class hides.
        wlanguage::Visibility::Protected | wlanguage::Visibility::Restricted => {
            Visibility::Protected
        }
        wlanguage::Visibility::Private => Visibility::Private,
    }
}
