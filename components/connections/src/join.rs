//! Connections of the same name.

use quarry_sdk::facts::{Connection, Diagnostic, Severity};
use quarry_windev::analysis::kinds::UNKNOWN;
use std::collections::HashMap;

/// The connections that are known so far: those of analyses first.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    all: Vec<Connection>,
    /// The first of each name, without regard to case.
    first: HashMap<String, usize>,
    /// Each description, so that it is given once.
    described: HashMap<Description, usize>,
    diagnostics: Vec<Diagnostic>,
}

/// Name (without regard to case), kind, host, port and database.
type Description = (String, String, Option<String>, Option<u16>, Option<String>);

fn description(connection: &Connection) -> Description {
    (
        connection.name.to_lowercase(),
        connection.kind.clone(),
        connection.host.clone(),
        connection.port,
        connection.database.clone(),
    )
}

impl Connections {
    /// Adds the connection of an analysis.
    pub(crate) fn declare(&mut self, new: Connection) {
        if self.described.contains_key(&description(&new)) {
            return;
        }
        if let Some(same) = self.named(&new) {
            let message = format!(
                "the connection {} is declared differently in {}; both are given",
                new.name, self.all[same].origin.path
            );
            self.say(Severity::Warning, "connection-redeclared", message, &new);
        }
        self.push(new);
    }

    /// Adds a connection of the code; the first `declared` ones are those of analyses.
    pub(crate) fn describe(&mut self, declared: usize, new: Connection) {
        let Some(index) = self.named(&new) else {
            return self.push(new);
        };
        let known = &mut self.all[index];
        if index < declared && !differs(known, &new) {
            return complete(known, new);
        }
        if index >= declared
            && let Some(same) = self.described.get(&description(&new))
        {
            let same = &mut self.all[*same];
            same.has_user |= new.has_user;
            same.has_password |= new.has_password;
            return;
        }
        let (code, given) = if index < declared {
            ("connection-differs", "the analysis is given")
        } else {
            ("connection-varies", "both are given")
        };
        let message = format!(
            "the code describes the connection {} otherwise than {}; {given}",
            new.name,
            place(known)
        );
        self.say(Severity::Info, code, message, &new);
        if index >= declared {
            self.push(new);
        }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// The names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|connection| connection.name.as_str())
    }

    /// The connections, and what there is to say about them.
    pub(crate) fn finish(self) -> (Vec<Connection>, Vec<Diagnostic>) {
        (self.all, self.diagnostics)
    }

    fn named(&self, connection: &Connection) -> Option<usize> {
        self.first.get(&connection.name.to_lowercase()).copied()
    }

    fn push(&mut self, new: Connection) {
        let index = self.all.len();
        self.first.entry(new.name.to_lowercase()).or_insert(index);
        self.described.entry(description(&new)).or_insert(index);
        self.all.push(new);
    }

    fn say(&mut self, severity: Severity, code: &str, message: String, about: &Connection) {
        self.diagnostics.push(Diagnostic {
            severity,
            code: code.to_owned(),
            message,
            origin: Some(about.origin.clone()),
        });
    }
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
