//! What the lines of a table are made from, found once for each table.

use super::conventions::{Conventions, primary};
use super::rank::Ranks;
use super::relations::Relations;
use super::types::words;
use crate::facts::{Column, KeyColumn, KeyKind, Relation, Table};
use std::collections::{BTreeMap, BTreeSet};

/// The mark of an index.
pub(super) const INDEX: &str = "index";

/// What is known of a table's columns.
pub(super) struct Known<'i> {
    /// The words of single-column keys and indexes.
    pub(super) marks: BTreeMap<&'i str, Vec<&'static str>>,
    /// The relation of each column that alone refers.
    pub(super) references: BTreeMap<&'i str, &'i Relation>,
    /// The column that alone is the primary key.
    pub(super) primary: Option<&'i Column>,
    /// Whether the convention on keys leaves that column out.
    pub(super) has_usual_key: bool,
    /// Whether the convention on common columns leaves them out.
    pub(super) has_common: bool,
    /// The columns whose type is told elsewhere.
    pub(super) told: BTreeSet<&'i str>,
}

/// What is known of all tables.
pub(super) fn known<'i>(
    tables: &'i [Table],
    conventions: &Conventions<'i>,
    relations: &Relations<'i>,
    told: Vec<BTreeSet<&'i str>>,
) -> Vec<Known<'i>> {
    let tables = tables.iter().zip(told).enumerate();
    let known = tables.map(|(index, (table, told))| {
        let mut references = BTreeMap::new();
        for relation in relations.of_table(index) {
            if let [column] = relation.from_columns.as_slice() {
                references.entry(column.as_str()).or_insert(*relation);
            }
        }
        let primary = primary(table);
        Known {
            marks: marks(table),
            references,
            primary,
            has_usual_key: conventions.is_usual_key(table, primary),
            has_common: conventions.has_common(table),
            told,
        }
    });
    known.collect()
}

/// The words of keys and indexes of one column.
fn marks(table: &Table) -> BTreeMap<&str, Vec<&'static str>> {
    let columns: BTreeSet<&str> = table.columns.iter().map(|column| &*column.name).collect();
    let mut marks = BTreeMap::<&str, Vec<&'static str>>::new();
    let mut add = |of: &'_ [KeyColumn], mark| {
        let [column] = of else { return };
        let Some(column) = columns.get(&*column.name) else {
            return;
        };
        let marks = marks.entry(column).or_default();
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

/// For each table in full, in that order, the columns whose type a column of the same name has told before. Wide tables
/// stand behind all others whenever they are shown, so they take no part in that.
pub(super) fn told<'i>(
    tables: &'i [Table],
    common: &[&'i Column],
    relations: &Relations<'i>,
    Ranks { order, is_wide, .. }: &Ranks,
) -> Vec<BTreeSet<&'i str>> {
    let mut told = vec![BTreeSet::new(); tables.len()];
    // Common columns stand above all lines.
    let common = common.iter();
    let typed = |column: &&'i Column| (&*column.name, (words(&column.data_type), column.size));
    let mut types: BTreeMap<&str, (&str, Option<u32>)> = common.map(typed).collect();
    for &table in order.iter().filter(|table| !is_wide[**table]) {
        let references = relations.of_table(table).iter();
        let referring: BTreeSet<&str> = references
            .flat_map(|relation| relation.from_columns.iter().map(String::as_str))
            .collect();
        // What refers may show no type.
        let columns = tables[table].columns.iter();
        for column in columns.filter(|column| !referring.contains(&*column.name)) {
            let own = (words(&column.data_type), column.size);
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
