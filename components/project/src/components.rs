//! Components: code that a project has without listing its elements.

use quarry_sdk::facts::{Attribute, Diagnostic, Element, Note, Severity};
use quarry_windev::project::{ComponentReference, Project};
use quarry_windev_source::origin;
use std::collections::HashSet;

/// A component that was built elsewhere: its procedures are called, and nobody can read them.
pub(crate) fn external(project: &Project, path: &str) -> Vec<Note> {
    let components = project.external_components.iter();
    components
        .map(|component| Note {
            kind: "external-component".to_owned(),
            title: "A component built elsewhere, used here without its source".to_owned(),
            text: component.name.clone(),
            attributes: vec![Attribute {
                name: "file".to_owned(),
                value: component.path.clone(),
            }],
            origin: Some(origin(component.span, path)),
        })
        .collect()
}

/// Says which components are built into the project and have none of their elements in the tree.
pub(crate) fn without_elements(
    project: &Project,
    path: &str,
    elements: &[Element],
) -> Vec<Diagnostic> {
    let place = |component: &ComponentReference| origin(component.span, path);
    let told: HashSet<u64> = elements
        .iter()
        .map(|element| element.origin.offset)
        .collect();
    let components = project.internal_components.iter();
    components
        .filter(|component| !told.contains(&place(component).offset))
        .map(|component| Diagnostic {
            severity: Severity::Warning,
            code: "missing-component".to_owned(),
            message: format!(
                "the project is built with the component {} as {}, none of whose elements were found in a directory of its own; copy that into the tree if it belongs to the project",
                component.name, component.path
            ),
            origin: Some(place(component)),
        })
        .collect()
}
