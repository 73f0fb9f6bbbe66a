//! Keys and indexes of a table.

use crate::facts::{KeyColumn, KeyKind, Table};
use crate::markdown::{Document, Inline};
use std::collections::{BTreeMap, BTreeSet};

/// What the cell of a column says about its keys.
pub(super) struct Marks<'i> {
    columns: BTreeSet<&'i str>,
    marks: BTreeMap<&'i str, Vec<&'static str>>,
}

impl<'i> Marks<'i> {
    pub(super) fn new(table: &'i Table) -> Self {
        let mut marks = Marks {
            columns: table
                .columns
                .iter()
                .map(|column| column.name.as_str())
                .collect(),
            marks: BTreeMap::new(),
        };
        for key in &table.keys {
            let is_single = key.columns.len() == 1;
            let mark = match (key.kind, is_single, key.inferred) {
                (KeyKind::Primary, true, false) => "PK",
                (KeyKind::Primary, true, true) => "PK (inferred)",
                (KeyKind::Primary, false, _) => "PK part",
                (KeyKind::Unique, true, _) => "unique",
                (KeyKind::Unique, false, _) => continue,
            };
            marks.add(&key.columns, mark);
        }
        for index in table
            .indexes
            .iter()
            .filter(|index| index.columns.len() == 1)
        {
            marks.add(&index.columns, "index");
        }
        marks
    }

    fn add(&mut self, columns: &'i [KeyColumn], mark: &'static str) {
        for column in columns {
            let marks = self.marks.entry(&column.name).or_default();
            if !marks.contains(&mark) {
                marks.push(mark);
            }
        }
    }

    /// The cell of a column.
    pub(super) fn cell(&self, column: &str, is_automatic: bool) -> Inline {
        let marks = self.marks.get(column).into_iter().flatten().copied();
        let automatic = is_automatic.then_some("auto");
        Inline::new().join(marks.chain(automatic).map(Inline::ours), ", ")
    }

    /// Whether the cell of a column says all there is to say about a key.
    fn say_all(&self, name: &str, columns: &[KeyColumn]) -> bool {
        match columns {
            [column] => column.name == name && !column.descending && self.columns.contains(name),
            _ => false,
        }
    }
}

/// Writes the keys and indexes that the cells of columns do not say.
pub(super) fn write(table: &Table, marks: &Marks<'_>, document: &mut Document) {
    for key in table
        .keys
        .iter()
        .filter(|key| !marks.say_all(&key.name, &key.columns))
    {
        let label = match (key.kind, key.inferred) {
            (KeyKind::Primary, false) => "Primary key ",
            (KeyKind::Primary, true) => "Primary key (inferred) ",
            (KeyKind::Unique, _) => "Unique key ",
        };
        document.item(described(Inline::ours(label), &key.name, &key.columns));
    }
    for index in table
        .indexes
        .iter()
        .filter(|index| !marks.say_all(&index.name, &index.columns))
    {
        document.item(described(
            Inline::ours("Index "),
            &index.name,
            &index.columns,
        ));
    }
}

fn described(label: Inline, name: &str, columns: &[KeyColumn]) -> Inline {
    let columns = columns.iter().map(|column| {
        let direction = if column.descending { " descending" } else { "" };
        Inline::new().name(&column.name).and(direction)
    });
    label.name(name).and(": ").join(columns, ", ")
}
