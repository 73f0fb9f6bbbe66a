//! Connections to databases. Users and passwords have no field; whether there are any is said.

use crate::environment::prefixes;
use crate::facts::Connection;
use crate::markdown::{Document, Inline};
use crate::{Facts, Source};
use std::collections::{BTreeMap, BTreeSet};

/// Writes the connections, and which tables go through which.
pub(crate) fn write(source: &Source<'_>, document: &mut Document) -> Facts {
    let connections = &source.input.facts.connections;
    if connections.is_empty() {
        document.paragraph(
            Inline::ours("No database connections were found in ")
                .then(&source.subject())
                .and("."),
        );
    } else {
        describe(source, document);
    }
    undescribed(source, document);
    Facts::all(connections.len())
}

fn describe(source: &Source<'_>, document: &mut Document) {
    let connections = &source.input.facts.connections;
    document.paragraph(Inline::ours(
        "User names and passwords are never part of this document: `yes` says that the sources name one. Variables \
         are those of the next section.",
    ));
    let tables = tables_by_connection(source);
    let rows = connections.iter().zip(prefixes(connections));
    document.table(
        [
            "Connection",
            "Kind",
            "Host",
            "Port",
            "Database",
            "User",
            "Password",
            "Tables",
            "Variables",
            "Source",
        ],
        rows.map(|(connection, prefix)| row(connection, &prefix, &tables)),
    );
}

fn row(connection: &Connection, prefix: &str, tables: &BTreeMap<&str, usize>) -> [Inline; 10] {
    let optional = |value: &Option<String>| match value {
        Some(value) => Inline::new().name(value),
        None => Inline::new(),
    };
    let truth = |truth: bool| Inline::ours(if truth { "yes" } else { "no" });
    let used = tables.get(connection.name.as_str()).copied().unwrap_or(0);
    [
        Inline::new().name(&connection.name),
        Inline::new().name(&connection.kind),
        optional(&connection.host),
        connection
            .port
            .map_or_else(Inline::new, |port| Inline::new().number(port)),
        optional(&connection.database),
        truth(connection.has_user),
        truth(connection.has_password),
        Inline::new().number(used as u64),
        Inline::new().name(&format!("{prefix}_*")),
        Inline::new().place(&connection.origin),
    ]
}

fn tables_by_connection<'i>(source: &Source<'i>) -> BTreeMap<&'i str, usize> {
    let mut tables = BTreeMap::new();
    for connection in source
        .input
        .facts
        .tables
        .iter()
        .filter_map(|table| table.connection.as_deref())
    {
        *tables.entry(connection).or_insert(0) += 1;
    }
    tables
}

/// Tables that go through no connection, and connections that only tables name.
fn undescribed(source: &Source<'_>, document: &mut Document) {
    let facts = &source.input.facts;
    let without = facts
        .tables
        .iter()
        .filter(|table| table.connection.is_none())
        .count();
    if without > 0 {
        let count = Inline::new().count(without, "table has", "tables have");
        document
            .paragraph(count.and(" no connection: data files that the application opens itself."));
    }
    let known: BTreeSet<&str> = facts
        .connections
        .iter()
        .map(|connection| connection.name.as_str())
        .collect();
    let mut named = tables_by_connection(source);
    named.retain(|name, _| !known.contains(name));
    if !named.is_empty() {
        let names = Inline::ours("Connections that tables name and nothing describes: ")
            .names(named.into_keys());
        document.paragraph(names.and("."));
    }
}
