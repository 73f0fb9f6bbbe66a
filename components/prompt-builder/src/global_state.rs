//! Global variables and constants.

use crate::facts::{Constant, GlobalVariable, Origin, Scope, Visibility};
use crate::markdown::{Document, Inline};
use crate::{Facts, Source};
use std::collections::BTreeMap;

/// The scopes from the widest to the narrowest: what the stack calls them, and what they mean.
const SCOPES: [(Scope, &str, &str, &str); 3] = [
    (
        Scope::App,
        "app",
        "Application Scope",
        "As long as the application runs, for everybody. ",
    ),
    (
        Scope::Module,
        "module",
        "Module Scope",
        "As long as the application runs, in the module that declares it. ",
    ),
    (
        Scope::Request,
        "request",
        "Request Scope",
        "As long as one window or page is open. ",
    ),
];

/// Writes the variables by scope and element, then the constants.
pub(crate) fn write(source: &Source<'_>, document: &mut Document) -> Facts {
    let facts = &source.input.facts;
    if facts.global_variables.is_empty() && facts.constants.is_empty() {
        let sentence = Inline::ours("No global variables and no constants were found in ");
        document.paragraph(sentence.then(&source.subject()).and("."));
        return Facts::default();
    }
    let summary = Inline::new().count(facts.global_variables.len(), "variable, ", "variables, ");
    let summary = summary.count(facts.constants.len(), "constant.", "constants.");
    document.paragraph(summary.and(
        " Types are given in English words, values as they are written. What is not public says so. A condition is \
         the compile condition under which a declaration exists.",
    ));
    for (scope, id, title, meaning) in SCOPES {
        let of_scope = facts
            .global_variables
            .iter()
            .filter(|variable| variable.scope == scope);
        let variables: Vec<&GlobalVariable> = of_scope.collect();
        if !variables.is_empty() {
            document.heading(3, Inline::ours(title));
            document.paragraph(Inline::ours(meaning).then(&place(source, id)));
            write_variables(source, &variables, document);
        }
    }
    if !facts.constants.is_empty() {
        document.heading(3, Inline::ours("Constants"));
        write_constants(source, document);
    }
    Facts::all(facts.global_variables.len() + facts.constants.len())
}

/// Where the state of a scope belongs in the target stack.
fn place(source: &Source<'_>, scope: &str) -> Inline {
    let mut places = source.input.stack.state.iter();
    match places.find(|place| place.name == scope) {
        Some(place) => Inline::ours("In the target stack: ")
            .sentence(&place.value)
            .and("."),
        None => Inline::new(),
    }
}

fn write_variables(source: &Source<'_>, variables: &[&GlobalVariable], document: &mut Document) {
    let variables = variables.iter().copied();
    for group in groups(variables, |variable: &GlobalVariable| {
        (&variable.element, &variable.origin)
    }) {
        if let Some(first) = group.first() {
            document.paragraph(declared_by(source, &first.element, &first.origin));
        }
        let rows = group.into_iter().map(|variable| {
            let is_told = !variable.normalized_type.is_empty();
            let type_name = if is_told {
                &variable.normalized_type
            } else {
                &variable.declared_type
            };
            [
                Inline::new()
                    .name(&variable.name)
                    .and(visibility(variable.visibility)),
                Inline::new().name(type_name),
                optional(&variable.default_value),
                optional(&variable.condition),
                Inline::new().number(variable.origin.line),
            ]
        });
        document.table(["Variable", "Type", "Default", "Condition", "Line"], rows);
    }
}

fn write_constants(source: &Source<'_>, document: &mut Document) {
    let constants = source.input.facts.constants.iter();
    for group in groups(constants, |constant: &Constant| {
        (&constant.element, &constant.origin)
    }) {
        if let Some(first) = group.first() {
            document.paragraph(declared_by(source, &first.element, &first.origin));
        }
        let rows = group.into_iter().map(|constant| {
            [
                Inline::new()
                    .name(&constant.name)
                    .and(visibility(constant.visibility)),
                optional(&constant.value),
                optional(&constant.condition),
                Inline::new().number(constant.origin.line),
            ]
        });
        document.table(["Constant", "Value", "Condition", "Line"], rows);
    }
}

/// Facts by element and file, elements in the order of their first fact.
fn groups<'i, T: 'i>(
    facts: impl Iterator<Item = &'i T>,
    element: impl Fn(&'i T) -> (&'i String, &'i Origin),
) -> Vec<Vec<&'i T>> {
    let mut groups: Vec<Vec<&T>> = Vec::new();
    let mut known = BTreeMap::new();
    for fact in facts {
        let (name, origin) = element(fact);
        let index = *known.entry((name, &origin.path)).or_insert(groups.len());
        match groups.get_mut(index) {
            Some(group) => group.push(fact),
            None => groups.push(vec![fact]),
        }
    }
    groups
}

fn declared_by(source: &Source<'_>, element: &str, origin: &Origin) -> Inline {
    let declared = Inline::ours("Declared by ")
        .name(element)
        .and(", from ")
        .place(origin)
        .and(" on");
    declared.then(&source.left_out_of(element)).and(":")
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "",
        Visibility::Protected => " (protected)",
        Visibility::Private => " (private)",
    }
}

fn optional(value: &Option<String>) -> Inline {
    value
        .as_deref()
        .map_or_else(Inline::new, |value| Inline::new().name(value))
}
