//! Which files declare what is global.

use crate::declaring::Role;
use quarry_windev::layout::{PathIndex, extension};
use quarry_windev_source::SelectedProject;
use std::collections::HashSet;

/// The project's sets of procedures, windows, pages and templates: those that it lists, or all in its directory when it
/// cannot be read.
pub(crate) fn declaring_inputs<'r>(
    selected: &SelectedProject<'_>,
    inputs: &'r [String],
) -> Vec<(&'r str, Role)> {
    let with_role = |path: &'r str| Some((path, role(path)?));
    let directory = selected.directory();
    let Some(project) = &selected.project else {
        let below = inputs.iter().filter(|path| is_below(path, directory));
        return below.filter_map(|path| with_role(path)).collect();
    };
    let index = PathIndex::new(inputs);
    let mut known = HashSet::new();
    let elements = project.elements.iter();
    elements
        .filter_map(|element| index.resolve(directory, &element.physical_path))
        .filter(|path| known.insert(*path))
        .filter_map(with_role)
        .collect()
}

fn is_below(path: &str, directory: &str) -> bool {
    directory.is_empty()
        || path
            .strip_prefix(directory)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// What a file's extension says that it is.
fn role(path: &str) -> Option<Role> {
    match extension(path).as_str() {
        "wdg" | "wwn" => Some(Role::ProcedureSet),
        "wdw" | "wpw" | "wwh" => Some(Role::Screen),
        "wdt" | "wwt" => Some(Role::Template),
        _ => None,
    }
}
