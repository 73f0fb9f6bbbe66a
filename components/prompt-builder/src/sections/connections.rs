//! Connections to databases, all of them always. Users and passwords have no field; whether there are any is said.

use super::environment::{has_variables, prefixes};
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
        if connections.is_empty() {
            document.paragraph(self.source.not_found("No database connections were found"));
        }
        let tables = tables(self.source);
        let prefixes = prefixes(connections);
        let mut silent = BTreeMap::<&str, Vec<usize>>::new();
        for (index, connection) in connections.iter().enumerate() {
            if !has_variables(connection) && tables[index] == 0 {
                silent.entry(&connection.kind).or_default().push(index);
            }
        }
        silent.retain(|_, connections| connections.len() >= MANY_SILENT);
        for (index, connection) in connections.iter().enumerate() {
            if !silent.contains_key(&*connection.kind)
                || has_variables(connection)
                || tables[index] > 0
            {
                document.item(item(connection, &prefixes[index], tables[index]));
            }
        }
        for (kind, silent) in silent {
            let names = silent.iter().map(|index| &*connections[*index].name);
            let item = Inline::new()
                .name(kind)
                .and(", without host, port, database, user or tables: ");
            document.item(item.names(names).and(", all in `context/connections.csv`"));
        }
        undescribed(self.source, document);
        Shown::of(connections.len(), connections.len())
    }
}

/// So many connections of a kind of which the sources say nothing are told in one line.
const MANY_SILENT: usize = 3;

fn item(connection: &Connection, prefix: &str, tables: usize) -> Inline {
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
    item = item.and("; ").count(tables, "table", "tables");
    if has_variables(connection) {
        item = item.and("; variables ").name(&format!("{prefix}_*"));
    }
    item.and("; ").place(&connection.origin)
}

/// How many tables each connection has. Of two connections of a name a table is of that of its own file, else of the
/// first.
fn tables(source: &Source<'_>) -> Vec<usize> {
    let facts = &source.input.facts;
    let mut known = BTreeMap::new();
    for (index, connection) in facts.connections.iter().enumerate() {
        let path = connection.origin.path.as_str();
        known
            .entry((&*connection.name, Some(path)))
            .or_insert(index);
        known.entry((&*connection.name, None)).or_insert(index);
    }
    let mut tables = vec![0; facts.connections.len()];
    for table in &facts.tables {
        let Some(name) = table.connection.as_deref() else {
            continue;
        };
        let path = Some(table.origin.path.as_str());
        let own = known
            .get(&(name, path))
            .or_else(|| known.get(&(name, None)));
        if let Some(connection) = own {
            tables[*connection] += 1;
        }
    }
    tables
}

/// Tables that go through no connection, and connections that only tables name.
fn undescribed(source: &Source<'_>, document: &mut Document) {
    let facts = &source.input.facts;
    let mut named: BTreeSet<Option<&str>> = BTreeSet::new();
    named.extend(facts.tables.iter().map(|table| table.connection.as_deref()));
    if named.contains(&None) {
        let tables = facts.tables.iter();
        let without = tables.filter(|table| table.connection.is_none()).count();
        let count = Inline::new().count(without, "table has", "tables have");
        let sentence = " no connection: data files that the application opens itself.";
        document.paragraph(count.and(sentence));
    }
    for connection in &facts.connections {
        named.remove(&Some(&*connection.name));
    }
    let named: Vec<&str> = named.into_iter().flatten().collect();
    if !named.is_empty() {
        let sentence = Inline::ours("Connections that tables name and nothing describes: ");
        document.paragraph(sentence.names(named).and("."));
    }
}
