//! Connections of the same name.

use quarry_sdk::facts::{Connection, Diagnostic, Severity};

/// Adds the connection of an analysis.
pub(crate) fn declare(
    known: &mut Vec<Connection>,
    new: Connection,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(same) = known.iter().find(|known| known.name == new.name) else {
        return known.push(new);
    };
    if !is_same(same, &new) {
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

/// Adds a connection of the code; the first `declared` ones are those of analyses.
pub(crate) fn describe(
    known: &mut Vec<Connection>,
    declared: usize,
    new: Connection,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let is_named = |known: &Connection| known.name.to_lowercase() == new.name.to_lowercase();
    let Some(index) = known.iter().position(is_named) else {
        return known.push(new);
    };
    if index < declared {
        let message = |place: &str| {
            format!(
                "the code describes the connection {} otherwise than {place}; the analysis is given",
                new.name
            )
        };
        if differs(&known[index], &new) {
            let place = place(&known[index]);
            diagnostics.push(info("connection-differs", message(&place), &new));
        } else {
            complete(&mut known[index], new);
        }
        return;
    }
    let mut others = known.iter_mut().filter(|known| is_named(known));
    match others.find(|known| is_same(known, &new)) {
        Some(same) => {
            same.has_user |= new.has_user;
            same.has_password |= new.has_password;
        }
        None => {
            let place = place(&known[index]);
            let message = format!(
                "the code describes the connection {} otherwise than {place}; both are given",
                new.name
            );
            diagnostics.push(info("connection-varies", message, &new));
            known.push(new);
        }
    }
}

/// The kind of a connection that names none.
const UNKNOWN: &str = "unknown";

fn is_same(one: &Connection, other: &Connection) -> bool {
    one.kind == other.kind
        && one.host == other.host
        && one.port == other.port
        && one.database == other.database
}

/// Whether two descriptions contradict one another.
fn differs(one: &Connection, other: &Connection) -> bool {
    let kinds = [&one.kind, &other.kind];
    let texts = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => one.to_lowercase() != other.to_lowercase(),
        _ => false,
    };
    (kinds[0] != kinds[1] && !kinds.iter().any(|kind| *kind == UNKNOWN))
        || texts(&one.host, &other.host)
        || texts(&one.database, &other.database)
        || matches!((one.port, other.port), (Some(one), Some(other)) if one != other)
}

/// Fills in what an analysis does not say.
fn complete(known: &mut Connection, new: Connection) {
    if known.kind == UNKNOWN {
        known.kind = new.kind;
    }
    known.host = known.host.take().or(new.host);
    known.port = known.port.or(new.port);
    known.database = known.database.take().or(new.database);
    known.has_user |= new.has_user;
    known.has_password |= new.has_password;
}

fn place(connection: &Connection) -> String {
    format!("{}:{}", connection.origin.path, connection.origin.line)
}

fn info(code: &str, message: String, about: &Connection) -> Diagnostic {
    Diagnostic {
        severity: Severity::Info,
        code: code.to_owned(),
        message,
        origin: Some(about.origin.clone()),
    }
}
