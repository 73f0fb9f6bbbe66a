//! One table as one line, at each level of detail.
//!
//! ```text
//! CLIENT                                     the name
//! CLIENT 12 >VILLE                           how many columns, and which tables they refer to
//! CLIENT(>VILLE, Code unique, +10)           keys, references and indexed columns
//! CLIENT(>VILLE, Code unique, Nom, ...)      all columns
//! CLIENT(>VILLE int64, Code string(5) unique, Nom string(50), ...)   all columns with types
//! ```

use super::conventions::Conventions;
use super::relations::{Relations, SURE};
use super::types;
use crate::data;
use crate::facts::{Column, Index, Key, KeyColumn, KeyKind, Relation, Table};
use std::collections::{BTreeMap, BTreeSet};

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

/// The levels, from the least to the most.
pub(super) const LEVELS: [Level; 5] = [
    Level::Name,
    Level::References,
    Level::Keys,
    Level::Columns,
    Level::Full,
];

/// The mark of an index.
const INDEX: &str = "index";

/// What the lines of all tables are made with.
pub(super) struct Writer<'i> {
    pub(super) tables: &'i [Table],
    pub(super) conventions: Conventions<'i>,
    pub(super) relations: Relations<'i>,
    /// Of each table the columns whose type a table of a higher rank has told by a column of the same name.
    pub(super) told: Vec<BTreeSet<&'i str>>,
}

/// What is known of a table's columns.
struct Columns<'i> {
    /// The words of single-column keys and indexes.
    marks: BTreeMap<&'i str, Vec<&'static str>>,
    /// The relation of each column that alone refers.
    references: BTreeMap<&'i str, &'i Relation>,
    /// The column that the convention on keys leaves out.
    key: Option<&'i str>,
    /// The columns that the convention on common columns leaves out.
    common: BTreeSet<&'i str>,
    /// The columns whose type is told elsewhere.
    told: BTreeSet<&'i str>,
}

impl<'i> Writer<'i> {
    /// The line of a table, and how many columns and references it shows.
    pub(super) fn line(&self, index: usize, level: Level) -> (String, usize, usize) {
        let table = &self.tables[index];
        let relations = self.relations.of_table(index);
        let name = data::name(&table.name);
        match level {
            Level::Name => (name, 0, 0),
            Level::References => {
                let targets: Vec<String> = relations
                    .iter()
                    .map(|relation| format!(" {}", arrow(relation)))
                    .collect();
                let line = format!("{name} {}{}", table.columns.len(), targets.concat());
                (line, 0, relations.len())
            }
            Level::Keys | Level::Columns | Level::Full => {
                let (parts, shown) = self.parts(index, level);
                let line = format!("{name}({}){}", parts.join(", "), self.suffix(table, level));
                (line, shown, relations.len())
            }
        }
    }

    fn columns(&self, index: usize) -> Columns<'i> {
        let table = &self.tables[index];
        let has_usual_key = self.conventions.has_usual_key(table);
        let mut columns = Columns {
            marks: marks(table),
            references: BTreeMap::new(),
            key: super::conventions::primary(table)
                .filter(|_| has_usual_key)
                .map(|column| &*column.name),
            common: self.conventions.common_of(table),
            told: self.told.get(index).cloned().unwrap_or_default(),
        };
        for relation in self.relations.of_table(index) {
            if let [column] = relation.from_columns.as_slice() {
                columns.references.entry(column).or_insert(relation);
            }
        }
        columns
    }

    /// What stands between the parentheses, and how many columns that shows.
    fn parts(&self, index: usize, level: Level) -> (Vec<String>, usize) {
        let table = &self.tables[index];
        let known = self.columns(index);
        let mut parts = Vec::new();
        let mut shown = 0;
        for column in &table.columns {
            let name = &*column.name;
            if known.key == Some(name) {
                shown += 1;
                continue;
            }
            let is_key = known.marks.contains_key(name) || known.references.contains_key(name);
            if level == Level::Keys && !is_key {
                continue;
            }
            shown += 1;
            if !known.common.contains(name) || is_key {
                parts.push(self.column(column, &known, level));
            }
        }
        if level > Level::Keys && !known.common.is_empty() {
            parts.push("*".to_owned());
        }
        self.other_references(index, &known, &mut parts);
        several(table, &mut parts);
        if shown < table.columns.len() {
            parts.push(format!("+{}", table.columns.len() - shown));
        }
        if self.conventions.key.is_some()
            && table.keys.iter().all(|key| key.kind != KeyKind::Primary)
        {
            parts.push("no PK".to_owned());
        }
        (parts, shown)
    }

    /// One column: `>CLIENT`, `IDSENDER>CLIENT`, `Nom string(50)?`, `Code unique`
    fn column(&self, column: &Column, known: &Columns<'i>, level: Level) -> String {
        let reference = known.references.get(&*column.name).copied();
        let target = reference.and_then(|relation| self.target(relation));
        let mut part = match (reference, target) {
            (None, _) => data::name(&column.name),
            (Some(relation), Some((table, key))) => {
                let is_called_so = key.name == column.name && self.conventions.has_usual_key(table);
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
        if level == Level::Full {
            let is_typed_as_key = target.is_some_and(|(_, key)| {
                key.normalized_type == column.normalized_type && key.size == column.size
            });
            if !is_typed_as_key && !known.told.contains(&*column.name) {
                part = format!("{part} {}", types::of_source(column));
            }
        }
        if column.nullable != self.conventions.nullable {
            part.push_str(if column.nullable { "?" } else { "!" });
        }
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
    fn target(&self, relation: &'i Relation) -> Option<(&'i Table, &'i Column)> {
        let table = &self.tables[self.relations.target(relation)?];
        let key = super::conventions::primary(table)?;
        let is_to_key = matches!(relation.to_columns.as_slice(), [to] if *to == key.name);
        is_to_key.then_some((table, key))
    }

    /// References of several columns, and second ones of one column: `(A, B)>T(C, D)`
    fn other_references(&self, index: usize, known: &Columns<'i>, parts: &mut Vec<String>) {
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

    fn suffix(&self, table: &Table, level: Level) -> String {
        let mut suffix = String::new();
        if level < Level::Full {
            return suffix;
        }
        if table.connection.as_deref() != self.conventions.connection {
            suffix = match &table.connection {
                Some(connection) => format!(" on {}", data::name(connection)),
                None => " on no connection".to_owned(),
            };
        }
        let is_renamed = !table.physical_name.is_empty()
            && !table.physical_name.eq_ignore_ascii_case(&table.name);
        if is_renamed {
            suffix = format!("{suffix} as {}", data::name(&table.physical_name));
        }
        suffix
    }
}

/// For each table in full, in that order, the columns whose type a column of the same name has told before.
pub(super) fn told<'i>(
    tables: &'i [Table],
    relations: &Relations<'i>,
    order: &[usize],
) -> Vec<BTreeSet<&'i str>> {
    let mut told = vec![BTreeSet::new(); tables.len()];
    let mut types = BTreeMap::<&str, (&str, Option<u32>)>::new();
    for &table in order {
        let references = relations.of_table(table).iter();
        let referring: BTreeSet<&str> = references
            .flat_map(|relation| relation.from_columns.iter().map(String::as_str))
            .collect();
        // What refers may show no type.
        let columns = tables[table].columns.iter();
        for column in columns.filter(|column| !referring.contains(&*column.name)) {
            let own = (&*column.normalized_type, column.size);
            match types.get(&*column.name) {
                Some(first) if *first == own => {
                    told[table].insert(&*column.name);
                }
                Some(_) => {}
                None => {
                    types.insert(&column.name, own);
                }
            }
        }
    }
    told
}

fn arrow(relation: &Relation) -> String {
    let guess = if relation.confidence < SURE { "~" } else { "" };
    format!(">{guess}{}", data::name(&relation.to_table))
}

/// The words of keys and indexes of one column.
fn marks(table: &Table) -> BTreeMap<&str, Vec<&'static str>> {
    let mut marks = BTreeMap::<&str, Vec<&'static str>>::new();
    let mut add = |columns: &'_ [KeyColumn], mark| {
        let [column] = columns else { return };
        let column = table.columns.iter().find(|known| known.name == column.name);
        let Some(column) = column else { return };
        let marks = marks.entry(&column.name).or_default();
        if !marks.contains(&mark) {
            marks.push(mark);
        }
    };
    for key in &table.keys {
        match key.kind {
            KeyKind::Primary => add(&key.columns, "PK"),
            KeyKind::Unique => add(&key.columns, "unique"),
        }
    }
    for index in &table.indexes {
        add(&index.columns, INDEX);
    }
    marks
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
