//! From declarations to facts.

use crate::declaring::{Declared, Declaring};
use crate::effects::effect;
use quarry_sdk::facts::{
    Attribute, Constant, FactSet, GlobalVariable, InitializationBlock, Note, Scope, Visibility,
};
use quarry_windev::wlanguage::{self, Globals, declarations, initialization_blocks};
use quarry_windev_source::origin;

/// All that the events declare and do.
pub(crate) fn facts(declared: &Declared) -> FactSet {
    let mut facts = FactSet::empty();
    for part in &declared.events {
        let found = declarations(&part.code);
        let variables = found.variables.into_iter();
        let variables: Vec<_> = variables.map(|found| variable(found, part)).collect();
        facts.notes.extend(browser_note(&variables, part));
        facts.global_variables.extend(variables);
        let constants = found.constants.into_iter();
        facts
            .constants
            .extend(constants.map(|found| constant(found, part)));
    }
    facts.initialization_blocks = blocks(declared, &facts.global_variables);
    facts
}

/// What runs at the start. A block may read what another element declares, so all names have to be known before; those
/// of windows and pages are not there yet when it runs.
fn blocks(declared: &Declared, variables: &[GlobalVariable]) -> Vec<InitializationBlock> {
    let variables = variables.iter();
    let variables = variables.filter(|variable| variable.scope != Scope::Request);
    let names: Vec<&str> = variables.clone().map(|variable| &*variable.name).collect();
    let connections = variables.filter(|variable| variable.normalized_type == "connection");
    let globals = Globals::new(&names)
        .declared_by(texts(&declared.modules))
        .with_procedures(texts(&declared.procedures))
        .with_connections(connections.map(|variable| &*variable.name))
        .with_elements(texts(&declared.elements).filter(|name| is_made_up(name)));
    let starting = declared.events.iter().filter(|part| part.role.is_startup());
    starting
        .flat_map(|part| {
            let found = initialization_blocks(&part.code, &globals).into_iter();
            found.map(|found| block(found, part))
        })
        .collect()
}

fn texts(names: &[String]) -> impl Iterator<Item = &str> {
    names.iter().map(String::as_str)
}

/// Whether a name is one that nobody has for a password: `PAGE_Home`, but not `Shop`.
fn is_made_up(name: &str) -> bool {
    let mut parts = name.split('_').filter(|part| !part.is_empty());
    parts.next().is_some() && parts.next().is_some() && name.len() > 4
}

fn variable(variable: wlanguage::Variable, part: &Declaring) -> GlobalVariable {
    GlobalVariable {
        name: variable.name,
        declared_type: variable.declared_type,
        normalized_type: variable.normalized_type,
        default_value: variable.default_value,
        scope: part.role.scope(),
        visibility: visibility(variable.visibility),
        condition: variable.condition,
        element: part.element.clone(),
        origin: origin(variable.span, &part.path),
    }
}

/// Variables have no field that tells where they live, and a page has some on the server and some in the browser.
fn browser_note(variables: &[GlobalVariable], part: &Declaring) -> Option<Note> {
    let first = variables.first().filter(|_| part.in_browser)?;
    let names: Vec<&str> = variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    Some(Note {
        kind: "browser-globals".to_owned(),
        title: "Global variables that live in the browser".to_owned(),
        text: names.join(", "),
        attributes: vec![Attribute {
            name: "element".to_owned(),
            value: part.element.clone(),
        }],
        origin: Some(first.origin.clone()),
    })
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
        listing: Some(block.listing),
        reads: block.reads,
        writes: block.writes,
        effects: block.effects.into_iter().map(effect).collect(),
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
