//! Which files declare what is global.

use crate::declaring::Role;
use quarry_windev::layout::extension;
use quarry_windev_source::{SelectedProject, elements};

/// The project's sets of procedures, windows, pages and templates, with their names.
pub(crate) fn declaring_inputs<'r>(
    selected: &SelectedProject<'_>,
    inputs: &'r [String],
) -> Vec<(&'r str, String, Role)> {
    let elements = elements(selected, inputs).into_iter();
    elements
        .filter_map(|element| {
            let path = element.input?;
            Some((path, element.name, role(path)?))
        })
        .collect()
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
