//! The connections that the selected project's code describes.

use quarry_sdk::Source;
use quarry_sdk::facts::{Connection, Diagnostic};
use quarry_windev::layout::{PathIndex, directory, extension};
use quarry_windev::text::{Format, detect, parse};
use quarry_windev::wlanguage::connections::{ConnectionCode, may_describe_connections};
use quarry_windev_source::{SelectedProject, origin, read};
use std::collections::HashSet;

/// Files of elements that hold code.
const ELEMENTS: [&str; 10] = [
    "wdg", "wwn", "wdc", "wdw", "wpw", "wwh", "wde", "wdt", "wwt", "wte",
];

/// Reads the code of the project and of its elements. `known` are the names of the analyses' connections.
pub(crate) fn connections<'n>(
    source: &Source,
    selected: &SelectedProject<'_>,
    inputs: &[String],
    known: impl Iterator<Item = &'n str>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Connection> {
    let mut code = ConnectionCode::default();
    let mut paths = Vec::new();
    for path in selected.path.into_iter().chain(elements(selected, inputs)) {
        let Some(bytes) = read(source, path, diagnostics) else {
            continue;
        };
        // Constants of the project are used everywhere.
        let is_wanted = Some(path) == selected.path || may_describe_connections(&bytes);
        // The project extractor lists every binary file.
        if is_wanted && detect(&bytes) == Format::Text {
            code.add(&parse(&bytes));
            paths.push(path);
        }
    }
    let found = code.connections(known).into_iter();
    found
        .filter_map(|found| {
            Some(Connection {
                origin: origin(found.span, paths.get(found.file)?),
                name: found.name,
                kind: found.kind,
                host: found.host,
                port: found.port,
                database: found.database,
                has_user: found.has_user,
                has_password: found.has_password,
            })
        })
        .collect()
}

/// The files of the project's elements: those that it lists, or, when it cannot be read, all in its directory but for
/// those in other projects' directories.
fn elements<'r>(selected: &SelectedProject<'_>, inputs: &'r [String]) -> Vec<&'r str> {
    let is_element = |path: &str| ELEMENTS.contains(&extension(path).as_str());
    let own = selected.directory();
    if let Some(project) = &selected.project {
        let index = PathIndex::new(inputs);
        let mut known = HashSet::new();
        let elements = project.elements.iter();
        return elements
            .filter_map(|element| index.resolve(own, &element.physical_path))
            .filter(|path| is_element(path) && known.insert(*path))
            .collect();
    }
    let others: HashSet<&str> = selected
        .others
        .iter()
        .map(|other| directory(other))
        .filter(|other| other.len() > own.len())
        .collect();
    let inputs = inputs.iter().map(String::as_str);
    inputs
        .filter(|path| is_element(path))
        .filter(|path| is_below(path, own) && !is_in_other(path, own, &others))
        .collect()
}

fn is_below(path: &str, own: &str) -> bool {
    own.is_empty()
        || path
            .strip_prefix(own)
            .is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a directory between the file and the project's own is another project's.
fn is_in_other(path: &str, own: &str, others: &HashSet<&str>) -> bool {
    let mut parent = directory(path);
    while parent.len() > own.len() {
        if others.contains(parent) {
            return true;
        }
        parent = directory(parent);
    }
    false
}
