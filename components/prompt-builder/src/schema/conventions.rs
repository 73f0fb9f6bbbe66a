//! What most tables have in common, so that it is said once: how primary keys are called and typed, which columns
//! nearly all tables have, whether columns may be null. Exceptions are written out where they are.

use super::types;
use crate::facts::{Column, KeyKind, Table};
use std::collections::{BTreeMap, BTreeSet};

/// With fewer tables than this nothing is a convention.
const FEWEST_TABLES: usize = 5;

/// How many of the tables that have a primary key, in percent, must call and type it the same way.
const KEY_SUPPORT: usize = 90;

/// How many of all tables, in percent, must have a column for it to be a common one.
const COMMON_SUPPORT: usize = 60;

/// How primary keys are called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyName {
    /// Something and the table's name: `IDCLIENT`.
    Prefixed(String),
    /// The table's name and something: `CLIENT_ID`.
    Suffixed(String),
    /// The same in all tables: `ID`.
    Same(String),
}

impl KeyName {
    /// How the key of a table is called, if that follows a rule.
    fn of(table: &str, column: &str) -> Self {
        let lower = column.to_lowercase();
        let table = table.to_lowercase();
        // Lower case may have another length, in letters that are in nobody's names.
        let split = column.len().checked_sub(table.len());
        match split.filter(|_| lower.len() == column.len() && !table.is_empty()) {
            Some(split)
                if split > 0 && lower.ends_with(&table) && column.is_char_boundary(split) =>
            {
                KeyName::Prefixed(column[..split].to_owned())
            }
            Some(split)
                if split > 0
                    && lower.starts_with(&table)
                    && column.is_char_boundary(table.len()) =>
            {
                KeyName::Suffixed(column[table.len()..].to_owned())
            }
            _ => KeyName::Same(column.to_owned()),
        }
    }
}

/// The type of a column, as far as conventions compare it.
type Typed<'i> = (&'i str, Option<u32>, bool, bool);

fn typed(column: &Column) -> Typed<'_> {
    (
        types::words(&column.data_type),
        column.size,
        column.automatic,
        column.nullable,
    )
}

/// How primary keys are called and typed.
#[derive(Debug)]
pub(super) struct KeyConvention<'i> {
    pub(super) name: KeyName,
    /// A column that follows it.
    pub(super) example: &'i Column,
}

/// What most tables have in common.
#[derive(Debug)]
pub(super) struct Conventions<'i> {
    /// How primary keys are called, when most tables agree.
    pub(super) key: Option<KeyConvention<'i>>,
    /// Columns that most tables have, in the order of their names.
    pub(super) common: Vec<&'i Column>,
    /// Whether most columns may be null.
    pub(super) nullable: bool,
    /// The connection of most tables.
    pub(super) connection: Option<&'i str>,
}

impl<'i> Conventions<'i> {
    pub(super) fn new(tables: &'i [Table]) -> Self {
        let columns = || tables.iter().flat_map(|table| &table.columns);
        let nullable = columns().filter(|column| column.nullable).count();
        let mut conventions = Conventions {
            key: None,
            common: Vec::new(),
            nullable: nullable * 2 > columns().count(),
            connection: connection(tables),
        };
        if tables.len() >= FEWEST_TABLES {
            conventions.key = key(tables);
            conventions.common = common(tables, conventions.key.as_ref());
        }
        conventions
    }

    /// Whether a column may be null, where that is not usual.
    pub(super) fn nullability(&self, column: &Column) -> &'static str {
        match column.nullable {
            nullable if nullable == self.nullable => "",
            true => "?",
            false => "!",
        }
    }

    /// The type of a column that lines leave out, as they would say it.
    pub(super) fn usual_type(&self, column: &Column) -> String {
        let automatic = if column.automatic { " auto" } else { "" };
        let nullability = self.nullability(column);
        format!("{}{nullability}{automatic}", types::of_source(column))
    }

    /// Whether the primary key of a table is what the convention says.
    pub(super) fn is_usual_key(&self, table: &Table, primary: Option<&Column>) -> bool {
        let (Some(convention), Some(column)) = (&self.key, primary) else {
            return false;
        };
        KeyName::of(&table.name, &column.name) == convention.name
            && typed(column) == typed(convention.example)
            && is_plain(column)
    }

    /// Whether a table has all of the common columns, of which there are some.
    pub(super) fn has_common(&self, table: &Table) -> bool {
        let own = table.columns.iter().filter(|column| is_plain(column));
        let own: BTreeSet<_> = own.map(|column| (&*column.name, typed(column))).collect();
        let mut common = self.common.iter();
        !self.common.is_empty()
            && common.all(|common| own.contains(&(&*common.name, typed(common))))
    }

    /// Whether a column of this name is a common one.
    pub(super) fn is_common(&self, name: &str) -> bool {
        let by_name = self
            .common
            .binary_search_by(|column| (*column.name).cmp(name));
        by_name.is_ok()
    }
}

/// The column that alone is the primary key of a table.
pub(super) fn primary(table: &Table) -> Option<&Column> {
    let mut keys = table.keys.iter().filter(|key| key.kind == KeyKind::Primary);
    let key = keys.next().filter(|_| keys.next().is_none())?;
    let [only] = key.columns.as_slice() else {
        return None;
    };
    let mut columns = table.columns.iter();
    columns.find(|column| column.name == only.name && !only.descending)
}

fn is_plain(column: &Column) -> bool {
    column.default_value.is_none() && !column.computed && column.array_length.unwrap_or(1) <= 1
}

fn connection(tables: &[Table]) -> Option<&str> {
    let mut counts = BTreeMap::new();
    for table in tables {
        *counts.entry(table.connection.as_deref()).or_insert(0) += 1;
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.and_then(|(connection, _)| connection)
}

fn key(tables: &[Table]) -> Option<KeyConvention<'_>> {
    let keyed: Vec<(KeyName, &Column)> = tables
        .iter()
        .filter_map(|table| Some((table, primary(table)?)))
        .filter(|(_, column)| is_plain(column))
        .map(|(table, column)| (KeyName::of(&table.name, &column.name), column))
        .collect();
    let mut counts = BTreeMap::<_, (usize, &Column)>::new();
    for (name, column) in &keyed {
        counts
            .entry((name, typed(column)))
            .or_insert((0, *column))
            .0 += 1;
    }
    let ((name, _), (count, example)) = counts.into_iter().max_by_key(|(_, (count, _))| *count)?;
    let is_usual = count >= FEWEST_TABLES && count * 100 >= keyed.len() * KEY_SUPPORT;
    is_usual.then(|| KeyConvention {
        name: name.clone(),
        example,
    })
}

fn common<'i>(tables: &'i [Table], key: Option<&KeyConvention<'i>>) -> Vec<&'i Column> {
    let mut counts = BTreeMap::<_, (usize, &Column)>::new();
    for table in tables {
        let own = primary(table).map(|column| &*column.name);
        let is_key = |column: &&Column| own == Some(&*column.name) && key.is_some();
        let columns = table.columns.iter().filter(|column| is_plain(column));
        for column in columns.filter(|column| !is_key(column)) {
            let entry = counts.entry((&*column.name, typed(column)));
            entry.or_insert((0, column)).0 += 1;
        }
    }
    let mut common: Vec<&Column> = counts
        .into_values()
        .filter(|(count, _)| count * 100 >= tables.len() * COMMON_SUPPORT)
        .map(|(_, column)| column)
        .collect();
    common.dedup_by_key(|column| &column.name);
    common
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_called_after_its_table_or_always_the_same() {
        let prefixed = |prefix: &str| KeyName::Prefixed(prefix.to_owned());
        assert_eq!(KeyName::of("CLIENT", "IDCLIENT"), prefixed("ID"));
        assert_eq!(KeyName::of("Été", "IDÉTÉ"), prefixed("ID"));
        assert_eq!(
            KeyName::of("client", "Client_id"),
            KeyName::Suffixed("_id".to_owned())
        );
        assert_eq!(KeyName::of("CLIENT", "ID"), KeyName::Same("ID".to_owned()));
        assert_eq!(
            KeyName::of("CLIENT", "CLIENT"),
            KeyName::Same("CLIENT".to_owned())
        );
    }
}
