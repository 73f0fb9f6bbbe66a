//! Connections to databases, all of them always. Users and passwords have no field; whether there are any is said.

use super::environment::prefixes;
use crate::Source;
use crate::budget::{About, Section, Shown};
use crate::facts::Connection;
use crate::markdown::{Document, Inline};
use std::collections::{BTreeMap, BTreeSet};

const ABOUT: About = About {
    id: "database-connections",
    title: "Database Connections",
    weight: 1,
};

/// The section.
pub(crate) struct Connections<'i> {
    source: &'i Source<'i>,
}

impl<'i> Connections<'i> {
    pub(crate) fn new(source: &'i Source<'i>) -> Self {
        Connections { source }
    }
}

impl Section for Connections<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn write(&self, _: usize, document: &mut Document) -> Shown {
        document.heading(2, Inline::ours(ABOUT.title));
        let connections = &self.source.input.facts.connections;
        let tables = tables_by_connection(self.source);
        if connections.is_empty() {
            let sentence = Inline::ours("No database connections were found in ");
            document.paragraph(sentence.then(&self.source.subject()).and("."));
        }
        for (connection, prefix) in connections.iter().zip(prefixes(connections)) {
            document.item(item(connection, &prefix, &tables));
        }
        undescribed(self.source, tables, document);
        Shown::of(connections.len(), connections.len())
    }
}

fn item(connection: &Connection, prefix: &str, tables: &BTreeMap<&str, usize>) -> Inline {
    let mut item = Inline::new()
        .name(&connection.name)
        .and(": ")
        .name(&connection.kind);
    if let Some(host) = &connection.host {
        item = item.and(", host ").name(host);
    }
    if let Some(port) = connection.port {
        item = item.and(", port ").number(port);
    }
    if let Some(database) = &connection.database {
        item = item.and(", database ").name(database);
    }
    item = item.and(match (connection.has_user, connection.has_password) {
        (true, true) => "; the sources hold its user and password",
        (true, false) => "; the sources hold its user",
        (false, true) => "; the sources hold its password",
        (false, false) => "; no user or password in the sources",
    });
    let used = tables.get(connection.name.as_str()).copied().unwrap_or(0);
    item = item.and("; ").count(used, "table", "tables");
    item = item.and("; variables ").name(&format!("{prefix}_*"));
    item.and("; ").place(&connection.origin)
}

fn tables_by_connection<'i>(source: &Source<'i>) -> BTreeMap<&'i str, usize> {
    let mut tables = BTreeMap::new();
    let named = source.input.facts.tables.iter();
    for connection in named.filter_map(|table| table.connection.as_deref()) {
        *tables.entry(connection).or_insert(0) += 1;
    }
    tables
}

/// Tables that go through no connection, and connections that only tables name.
fn undescribed(source: &Source<'_>, mut named: BTreeMap<&str, usize>, document: &mut Document) {
    let facts = &source.input.facts;
    let without = facts
        .tables
        .iter()
        .filter(|table| table.connection.is_none());
    let without = without.count();
    if without > 0 {
        let count = Inline::new().count(without, "table has", "tables have");
        let sentence = " no connection: data files that the application opens itself.";
        document.paragraph(count.and(sentence));
    }
    let known = facts.connections.iter().map(|connection| &*connection.name);
    let known: BTreeSet<&str> = known.collect();
    named.retain(|name, _| !known.contains(name));
    if !named.is_empty() {
        let sentence = Inline::ours("Connections that tables name and nothing describes: ");
        document.paragraph(sentence.names(named.into_keys()).and("."));
    }
}
