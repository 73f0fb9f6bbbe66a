//! One table as one line, at each level of detail.
//!
//! ```text
//! CLIENT                                     the name
//! CLIENT 12 >VILLE on Archive                how many columns, which tables they refer to, another connection
//! CLIENT(>VILLE, Code unique, +10)           keys, references and indexed columns
//! CLIENT(>VILLE, Code unique, Nom, ...)      all columns
//! CLIENT(>VILLE int64, Code string(5) unique, Nom string(50), ...)   all columns with types
//! ```

use super::conventions::Conventions;
use super::known::{INDEX, Known};
use super::relations::{Relations, SURE};
use super::types;
use crate::data;
use crate::facts::{Column, Index, Key, KeyColumn, KeyKind, Relation, Table};

/// How much a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// The table's name.
    Name,
    /// And how many columns it has, and which tables it refers to.
    References,
    /// Keys, references and indexed columns.
    Keys,
    /// All columns.
    Columns,
    /// All columns with their types.
    Full,
}

/// A line, and what it shows.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) text: String,
    pub(super) columns: usize,
    /// Columns whose type it says, or that have the type of what they refer to or of a convention.
    pub(super) types: usize,
    pub(super) references: usize,
}

/// What the lines of all tables are made with.
pub(super) struct Writer<'i> {
    pub(super) tables: &'i [Table],
    pub(super) conventions: Conventions<'i>,
    pub(super) relations: Relations<'i>,
    /// The same of each table.
    pub(super) known: Vec<Known<'i>>,
}

impl<'i> Writer<'i> {
    /// The line of a table.
    pub(super) fn line(&self, index: usize, level: Level) -> Line {
        let table = &self.tables[index];
        let relations = self.relations.of_table(index);
        let name = data::name(&table.name);
        match level {
            Level::Name => Line {
                text: name,
                ..Line::default()
            },
            Level::References => {
                let targets: Vec<String> = relations
                    .iter()
                    .map(|relation| format!(" {}", arrow(relation)))
                    .collect();
                let text = format!(
                    "{name} {}{}{}",
                    table.columns.len(),
                    targets.concat(),
                    self.connection(table)
                );
                Line {
                    text,
                    references: relations.len(),
                    ..Line::default()
                }
            }
            Level::Keys | Level::Columns | Level::Full => {
                let (parts, line) = self.parts(index, level);
                let suffix = self.suffix(table, level);
                Line {
                    text: format!("{name}({}){suffix}", parts.join(", ")),
                    references: relations.len(),
                    ..line
                }
            }
        }
    }

    /// What stands between the parentheses, and a line that counts it.
    fn parts(&self, index: usize, level: Level) -> (Vec<String>, Line) {
        let table = &self.tables[index];
        let known = &self.known[index];
        let key = known.primary.filter(|_| known.has_usual_key);
        let is_usual = |name| known.has_common && self.conventions.is_common(name);
        let mut parts = Vec::new();
        let mut line = Line::default();
        for column in &table.columns {
            let name = &*column.name;
            if key.is_some_and(|key| key.name == *name) {
                line.columns += 1;
                line.types += 1;
                continue;
            }
            let is_key = known.marks.contains_key(name) || known.references.contains_key(name);
            if level == Level::Keys && !is_key {
                continue;
            }
            line.columns += 1;
            let is_listed = is_key || !is_usual(name);
            let is_typed =
                level == Level::Full || !is_listed || self.is_typed_as_key(column, known);
            line.types += usize::from(is_typed);
            if is_listed {
                parts.push(self.column(column, known, level));
            }
        }
        if level > Level::Keys && known.has_common {
            parts.push("*".to_owned());
        }
        self.other_references(index, &mut parts);
        several(table, &mut parts);
        if line.columns < table.columns.len() {
            parts.push(format!("+{}", table.columns.len() - line.columns));
        }
        let has_key = || {
            let mut keys = table.keys.iter();
            keys.any(|key| key.kind == KeyKind::Primary)
        };
        if self.conventions.key.is_some() && !has_key() {
            parts.push("no PK".to_owned());
        }
        (parts, line)
    }

    /// Whether a column refers to a key of its own type, so that it need not say its type.
    fn is_typed_as_key(&self, column: &Column, known: &Known<'i>) -> bool {
        let relation = known.references.get(&*column.name).copied();
        let target = relation.and_then(|relation| self.target(relation));
        target.is_some_and(|(_, key)| {
            types::words(&key.data_type) == types::words(&column.data_type)
                && key.size == column.size
        })
    }

    /// One column: `>CLIENT`, `IDSENDER>CLIENT`, `Nom string(50)?`, `Code unique`
    fn column(&self, column: &Column, known: &Known<'i>, level: Level) -> String {
        let reference = known.references.get(&*column.name).copied();
        let target = reference.and_then(|relation| self.target(relation));
        let mut part = match (reference, target) {
            (None, _) => data::name(&column.name),
            (Some(relation), Some((table, key))) => {
                let is_called_so = key.name == column.name && table.has_usual_key;
                let name = if is_called_so {
                    String::new()
                } else {
                    data::name(&column.name)
                };
                format!("{name}{}", arrow(relation))
            }
            (Some(relation), None) => {
                let name = data::name(&column.name);
                match relation.to_columns.as_slice() {
                    [to] => format!("{name}{}.{}", arrow(relation), data::name(to)),
                    _ => format!("{name}{}", arrow(relation)),
                }
            }
        };
        let is_told = || self.is_typed_as_key(column, known) || known.told.contains(&*column.name);
        if level == Level::Full && !is_told() {
            part = format!("{part} {}", types::of_source(column));
        }
        part.push_str(self.conventions.nullability(column));
        let marks = known.marks.get(&*column.name).into_iter().flatten();
        // At the level of keys what is listed is at least an index, and a reference is one everywhere.
        let is_index_said = level > Level::Keys && reference.is_none();
        for mark in marks.filter(|mark| **mark != INDEX || is_index_said) {
            part = format!("{part} {mark}");
        }
        if level == Level::Full {
            part.push_str(&details(column));
        }
        part
    }

    /// The table that a relation refers to with its primary key, if it is that which it refers to.
    fn target(&self, relation: &'i Relation) -> Option<(&Known<'i>, &'i Column)> {
        let table = &self.known[self.relations.target(relation)?];
        let key = table.primary?;
        let is_to_key = matches!(relation.to_columns.as_slice(), [to] if *to == key.name);
        is_to_key.then_some((table, key))
    }

    /// References of several columns, and second ones of one column: `(A, B)>T(C, D)`
    fn other_references(&self, index: usize, parts: &mut Vec<String>) {
        let known = &self.known[index];
        for relation in self.relations.of_table(index) {
            let shown = match relation.from_columns.as_slice() {
                [column] => known.references.get(&**column).copied(),
                _ => None,
            };
            if shown.is_some_and(|shown| std::ptr::eq(shown, *relation)) {
                continue;
            }
            let names = |columns: &[String]| {
                let names: Vec<String> = columns.iter().map(|name| data::name(name)).collect();
                names.join(", ")
            };
            parts.push(format!(
                "({}){}({})",
                names(&relation.from_columns),
                arrow(relation),
                names(&relation.to_columns)
            ));
        }
    }

    /// Of which connection a table is, where that is not usual.
    fn connection(&self, table: &Table) -> String {
        match &table.connection {
            own if own.as_deref() == self.conventions.connection => String::new(),
            Some(connection) => format!(" on {}", data::name(connection)),
            None => " on no connection".to_owned(),
        }
    }

    fn suffix(&self, table: &Table, level: Level) -> String {
        let connection = self.connection(table);
        let is_renamed = !table.physical_name.is_empty()
            && !table.physical_name.eq_ignore_ascii_case(&table.name);
        if level == Level::Full && is_renamed {
            return format!("{connection} as {}", data::name(&table.physical_name));
        }
        connection
    }
}

fn arrow(relation: &Relation) -> String {
    let guess = if relation.confidence < SURE { "~" } else { "" };
    format!(">{guess}{}", data::name(&relation.to_table))
}

/// Keys and indexes of several columns: `unique(A, B desc)`
fn several(table: &Table, parts: &mut Vec<String>) {
    let columns = |columns: &[KeyColumn]| {
        let columns: Vec<String> = columns
            .iter()
            .map(|column| {
                let direction = if column.descending { " desc" } else { "" };
                format!("{}{direction}", data::name(&column.name))
            })
            .collect();
        columns.join(", ")
    };
    for Key {
        kind, columns: all, ..
    } in &table.keys
    {
        let word = match kind {
            KeyKind::Primary => "PK",
            KeyKind::Unique => "unique",
        };
        if all.len() > 1 {
            parts.push(format!("{word}({})", columns(all)));
        }
    }
    for Index { columns: all, .. } in &table.indexes {
        if all.len() > 1 {
            parts.push(format!("index({})", columns(all)));
        }
    }
}

/// What a column is besides its type.
fn details(column: &Column) -> String {
    /// A longer default value stands in the table's file.
    const LONGEST_DEFAULT: usize = 40;
    let mut details = String::new();
    if column.automatic {
        details.push_str(" auto");
    }
    if column.computed {
        details.push_str(" computed");
    }
    if let Some(length) = column.array_length.filter(|length| *length > 1) {
        details.push_str(&format!(" array {length}"));
    }
    if let Some(default) = &column.default_value {
        details.push_str(&data::value(default, LONGEST_DEFAULT));
    }
    details
}
