//! One table.

use super::keys::{self, Marks};
use super::relations::{Relations, by_column};
use super::types::{self, Types};
use crate::facts::{FactSet, Relation, Table, TableUse};
use crate::markdown::{Document, Inline};
use std::collections::{BTreeMap, BTreeSet};

/// Which elements use which table.
pub(super) struct Uses<'i>(BTreeMap<&'i str, Vec<&'i TableUse>>);

impl<'i> Uses<'i> {
    pub(super) fn new(facts: &'i FactSet) -> Self {
        let mut uses = BTreeMap::<&str, Vec<&TableUse>>::new();
        for table_use in &facts.table_uses {
            uses.entry(&table_use.table).or_default().push(table_use);
        }
        Uses(uses)
    }

    fn of(&self, table: &str) -> &[&'i TableUse] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// Writes the uses of tables that are not described.
    pub(super) fn write_unattached(&self, facts: &FactSet, document: &mut Document) {
        let known: BTreeSet<&str> = facts
            .tables
            .iter()
            .map(|table| table.name.as_str())
            .collect();
        let mut unknown = self
            .0
            .iter()
            .filter(|(table, _)| !known.contains(*table))
            .peekable();
        if unknown.peek().is_none() {
            return;
        }
        document.paragraph(Inline::ours("Uses of tables that are not described:"));
        for (table, uses) in unknown {
            document.item(Inline::new().name(table).and(": ").then(&described(uses)));
        }
    }
}

/// `PAGE_Order (read, PAGE_Order.wwh:12), …`
fn described(uses: &[&TableUse]) -> Inline {
    let uses = uses.iter().map(|table_use| {
        let element = Inline::new()
            .name(&table_use.element)
            .and(" (")
            .name(&table_use.operation);
        element.and(", ").place(&table_use.origin).and(")")
    });
    Inline::new().join(uses, ", ")
}

/// Writes a table.
pub(super) fn write(
    table: &Table,
    relations: &[&Relation],
    (all, types, uses): (&Relations<'_>, &Types<'_>, &Uses<'_>),
    document: &mut Document,
) {
    document.heading(3, Inline::ours("Table ").name(&table.name));
    document.paragraph(summary(table));
    let marks = Marks::new(table);
    let names: BTreeSet<&str> = table
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let (cells, others) = by_column(relations, &names);
    if !table.columns.is_empty() {
        columns(table, (&marks, &cells, all, types), document);
    }
    keys::write(table, &marks, document);
    for relation in others {
        document.item(all.described(relation));
    }
    let used = uses.of(&table.name);
    if !used.is_empty() {
        document.item(Inline::ours("Used by ").then(&described(used)));
    }
}

fn summary(table: &Table) -> Inline {
    let mut summary = Inline::new().place(&table.origin);
    if table.physical_name != table.name && !table.physical_name.is_empty() {
        summary = summary.and(", in the database ").name(&table.physical_name);
    }
    summary = match &table.connection {
        Some(connection) => summary.and(", connection ").name(connection),
        None => summary.and(", no connection"),
    };
    if table.columns.is_empty() {
        return summary.and(", no columns");
    }
    summary
}

/// What the rows of a table's columns are made of.
type Parts<'p, 'i> = (
    &'p Marks<'i>,
    &'p BTreeMap<&'i str, Vec<&'i Relation>>,
    &'p Relations<'i>,
    &'p Types<'i>,
);

fn columns(
    table: &Table,
    (marks, cells, relations, types): Parts<'_, '_>,
    document: &mut Document,
) {
    let rows = table.columns.iter().map(|column| {
        let default = column.default_value.as_deref();
        let targets = cells.get(column.name.as_str()).into_iter().flatten();
        [
            Inline::new().name(&column.name),
            types.of_stack(column),
            types::of_source(column),
            marks.cell(&column.name, column.automatic),
            Inline::ours(if column.nullable { "yes" } else { "no" }),
            default.map_or_else(Inline::new, |default| Inline::new().name(default)),
            Inline::new().join(targets.map(|relation| relations.target(relation)), " or "),
        ]
    });
    document.table(
        [
            "Column",
            "Stack type",
            "Source type",
            "Key",
            "Null",
            "Default",
            "References",
        ],
        rows,
    );
}
