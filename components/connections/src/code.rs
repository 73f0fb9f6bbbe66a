//! The connections that the selected project's code describes.

use crate::fact;
use quarry_sdk::Source;
use quarry_sdk::facts::{Connection, Diagnostic};
use quarry_windev::text::parse;
use quarry_windev::wlanguage::connections::{ConnectionCode, may_describe_connections};
use quarry_windev_source::{SelectedProject, elements, read_text};

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
    let elements = elements(selected, inputs).into_iter();
    let elements = elements.filter_map(|element| element.input);
    for path in selected.path.into_iter().chain(elements) {
        let Some(bytes) = read_text(source, path, diagnostics) else {
            continue;
        };
        // Constants of the project are used everywhere.
        if Some(path) == selected.path || may_describe_connections(&bytes) {
            code.add(&parse(&bytes));
            paths.push(path);
        }
    }
    let found = code.connections(known).into_iter();
    found
        .filter_map(|found| Some(fact(found.connection, paths.get(found.file)?)))
        .collect()
}
