//! The connections extractor: the database connections of a project's analyses. Users and passwords are not read but
//! for whether they are there.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod component;

use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_sdk::facts::{Connection, Diagnostic, FactSet, Severity};
use quarry_windev::analysis;
use quarry_windev::layout::{ANALYSIS_GLOBS, PROJECT_GLOBS};
use quarry_windev_source::{analyses, manifest, origin, select};

/// Says what the extractor is.
pub fn describe() -> Manifest {
    manifest(
        "connections",
        env!("CARGO_PKG_VERSION"),
        "Database connections of a project's analyses, without credentials.",
        &[PROJECT_GLOBS, ANALYSIS_GLOBS],
    )
}

/// Extracts the connections. One that several analyses declare alike is given once.
///
/// # Errors
///
/// When the options are wrong.
pub fn extract(source: &Source, request: &Request) -> Result<Extraction, ExtractError> {
    let selected = select(source, request)?;
    let mut facts = FactSet::empty();
    let mut diagnostics = Vec::new();
    for (path, analysis) in analyses(source, &selected, &request.inputs, &mut diagnostics) {
        for found in analysis.connections {
            add(
                &mut facts.connections,
                connection(found, path),
                &mut diagnostics,
            );
        }
    }
    Ok(Extraction { facts, diagnostics })
}

fn add(known: &mut Vec<Connection>, new: Connection, diagnostics: &mut Vec<Diagnostic>) {
    let Some(same) = known.iter().find(|known| known.name == new.name) else {
        return known.push(new);
    };
    let is_same = same.kind == new.kind
        && same.host == new.host
        && same.port == new.port
        && same.database == new.database;
    if !is_same {
        diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            code: "connection-redeclared".to_owned(),
            message: format!(
                "the connection {} is declared differently in {}; both are given",
                new.name, same.origin.path
            ),
            origin: Some(new.origin.clone()),
        });
        known.push(new);
    }
}

fn connection(connection: analysis::Connection, path: &str) -> Connection {
    Connection {
        name: connection.name,
        kind: connection.kind,
        host: connection.host,
        port: connection.port,
        database: connection.database,
        has_user: connection.has_user,
        has_password: connection.has_password,
        origin: origin(connection.span, path),
    }
}
