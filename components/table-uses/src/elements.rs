//! The files of a project that hold code, in the order in which the project lists them.

use quarry_windev::layout::{PathIndex, extension};
use quarry_windev_source::{SelectedProject, stem};
use std::collections::HashSet;

/// A file with code, and the element that it is.
#[derive(Debug)]
pub(crate) struct Part<'r> {
    pub(crate) path: &'r str,
    pub(crate) element: String,
    /// Another extractor says what there is to say about the file.
    pub(crate) is_reported_elsewhere: bool,
}

/// The project's own file, then its elements: those that it lists, or, when its file is binary, all in its directory.
pub(crate) fn parts<'r>(selected: &SelectedProject<'r>, inputs: &'r [String]) -> Vec<Part<'r>> {
    let project = selected.path.map(|path| Part {
        path,
        element: selected.name(),
        is_reported_elsewhere: true,
    });
    let elements = match &selected.project {
        Some(_) => listed(selected, inputs),
        None => in_directory(selected, inputs),
    };
    project.into_iter().chain(elements).collect()
}

fn listed<'r>(selected: &SelectedProject<'_>, inputs: &'r [String]) -> Vec<Part<'r>> {
    let index = PathIndex::new(inputs);
    let mut known = HashSet::new();
    let elements = selected
        .project
        .iter()
        .flat_map(|project| &project.elements);
    elements
        .filter_map(|element| {
            let path = index.resolve(selected.directory(), &element.physical_path)?;
            (holds_code(path) && known.insert(path)).then(|| part(path, element.name.clone()))
        })
        .collect()
}

/// Another project's directory below is its own.
fn in_directory<'r>(selected: &SelectedProject<'_>, inputs: &'r [String]) -> Vec<Part<'r>> {
    let prefix = match selected.directory() {
        "" => String::new(),
        directory => format!("{directory}/"),
    };
    let others: Vec<String> = selected
        .others
        .iter()
        .map(|other| format!("{}/", quarry_windev::layout::directory(other)))
        .filter(|directory| directory.len() > prefix.len() && directory.starts_with(&prefix))
        .collect();
    let is_own = |path: &&str| {
        path.starts_with(&prefix) && !others.iter().any(|other| path.starts_with(other.as_str()))
    };
    inputs
        .iter()
        .map(String::as_str)
        .filter(|path| is_own(path) && holds_code(path))
        .map(|path| part(path, stem(path).to_owned()))
        .collect()
}

fn part(path: &str, element: String) -> Part<'_> {
    let is_reported_elsewhere = extension(path) == "wdg";
    Part {
        path,
        element,
        is_reported_elsewhere,
    }
}

/// Procedures, classes, windows, pages, reports and their templates.
fn holds_code(path: &str) -> bool {
    matches!(
        extension(path).as_str(),
        "wdg" | "wwn" | "wdc" | "wdw" | "wpw" | "wwh" | "wde" | "wdt" | "wwt" | "wte"
    )
}
