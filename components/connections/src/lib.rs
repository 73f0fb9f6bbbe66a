//! The connections extractor: the database connections of a project's analyses and of its code. Users and passwords
//! are not read but for whether they are there.
//!
//! A connection of the code that is called like one of an analysis is that one: the analysis is kept, the code adds
//! what the analysis does not say, and where the two differ a diagnostic names both places. A connection that the
//! code describes in several ways is given once for each: whoever rewrites the application has to know every server
//! (`quarry_windev::wlanguage::connections` tells when descriptions are one).
#![deny(missing_docs)]

mod code;
#[cfg(target_family = "wasm")]
mod component;
mod join;
#[cfg(test)]
mod tests;

use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_sdk::facts::{Connection, FactSet};
use quarry_windev::analysis;
use quarry_windev::layout::{
    ANALYSIS_GLOBS, CLASS_GLOBS, INTERFACE_GLOBS, PROCEDURE_SET_GLOBS, PROJECT_GLOBS,
};
use quarry_windev_source::{analyses, manifest, origin, select};

/// Says what the extractor is.
pub fn describe() -> Manifest {
    manifest(
        "connections",
        env!("CARGO_PKG_VERSION"),
        "Database connections of a project's analyses and code, without credentials.",
        &[
            PROJECT_GLOBS,
            PROCEDURE_SET_GLOBS,
            CLASS_GLOBS,
            INTERFACE_GLOBS,
            ANALYSIS_GLOBS,
        ],
    )
}

/// Extracts the connections. One that is described alike in several places is given once.
///
/// # Errors
///
/// When the options are wrong.
pub fn extract(source: &Source, request: &Request) -> Result<Extraction, ExtractError> {
    let selected = select(source, request)?;
    let mut diagnostics = Vec::new();
    let mut known = join::Connections::default();
    for (path, analysis) in analyses(source, &selected, &request.inputs, &mut diagnostics) {
        for found in analysis.connections {
            known.declare(fact(found, path));
        }
    }
    let declared = known.len();
    let described = code::connections(
        source,
        &selected,
        &request.inputs,
        known.names(),
        &mut diagnostics,
    );
    for found in described {
        known.describe(declared, found);
    }
    let mut facts = FactSet::empty();
    let said;
    (facts.connections, said) = known.finish();
    diagnostics.extend(said);
    Ok(Extraction { facts, diagnostics })
}

/// The fact of a connection that was found in a file.
fn fact(connection: analysis::Connection, path: &str) -> Connection {
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
