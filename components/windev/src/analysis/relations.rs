//! Relations, which an analysis does not hold: candidates by the names of keys.

use std::collections::HashMap;

use super::keys::single_keys;
use super::model::{Column, KeyKind, Relation, Table};
use super::types::{Family, family};

/// Percent, when the name is that of the primary key of exactly one other table, and of no other unique key.
pub const PRIMARY_OWNER: u8 = 90;
/// Percent, when it is that of a unique key, not the primary one, of exactly one other table.
pub const UNIQUE_OWNER: u8 = 70;
/// Percent, when that key is a text: `Name` and `Label` are unique in one table and repeat in others that have nothing to
/// do with it.
pub const UNIQUE_TEXT_OWNER: u8 = 40;
/// Percent, when several tables have a unique key of that name, and exactly one of them as its primary key.
pub const ONE_PRIMARY_AMONG_OWNERS: u8 = 60;
/// Percent for each table, when two or three have it and nothing tells which is meant. Of more, none is named: the
/// name is then one like `ID` that says nothing.
pub const MULTIPLE_OWNERS: u8 = 30;

/// How many candidates of equal right are named.
const MOST_CANDIDATES: usize = 3;

/// A unique key of one column.
#[derive(Debug, Clone, Copy)]
struct Owner<'t> {
    table: usize,
    name: &'t str,
    column: &'t Column,
}

/// Finds the columns that probably refer to another table: a column with a key that allows duplicates, whose name
/// is that of a unique key of another table, with a type of the same family. Case does not matter.
///
/// The confidence is that of the rule, not of the case: one of the constants beside this function.
pub fn infer_relations(tables: &[&Table]) -> Vec<Relation> {
    let owners = owners(tables);
    let mut relations = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        for (_, key, column) in single_keys(table) {
            let Some(candidates) = owners
                .get(&folded(&column.name))
                .filter(|_| key.kind == KeyKind::Duplicates)
            else {
                continue;
            };
            let (chosen, rule, confidence) = choose(candidates, index, column);
            relations.extend(chosen.into_iter().map(|owner| Relation {
                from_table: table.name.clone(),
                from_columns: vec![column.name.clone()],
                to_table: tables[owner.table].name.clone(),
                to_columns: vec![owner.name.to_owned()],
                rule,
                confidence,
                span: column.span,
            }));
        }
    }
    relations
}

/// The owners of each name: at most a few more than are ever needed, so that many tables with the same key cost no
/// more than their number.
fn owners<'t>(tables: &[&'t Table]) -> HashMap<String, Owners<'t>> {
    let mut owners: HashMap<String, Owners<'t>> = HashMap::new();
    for (table, content) in tables.iter().enumerate() {
        for (_, key, column) in
            single_keys(content).filter(|(_, key, _)| key.kind != KeyKind::Duplicates)
        {
            let is_primary = key.kind == KeyKind::Primary;
            let owner = Owner {
                table,
                name: &column.name,
                column,
            };
            let owners = owners.entry(folded(&column.name)).or_default();
            let list = if is_primary {
                &mut owners.primary
            } else {
                &mut owners.unique
            };
            if list.len() <= MOST_CANDIDATES + 1 {
                list.push(owner);
            }
        }
    }
    owners
}

#[derive(Debug, Default)]
struct Owners<'t> {
    primary: Vec<Owner<'t>>,
    unique: Vec<Owner<'t>>,
}

/// Which owners a column of a table may mean, by which rule, with what confidence.
fn choose<'t>(
    owners: &Owners<'t>,
    table: usize,
    column: &Column,
) -> (Vec<Owner<'t>>, &'static str, u8) {
    let fits = |owner: &&Owner<'t>| {
        owner.table != table
            && family(&owner.column.normalized_type) == family(&column.normalized_type)
    };
    let primary: Vec<Owner> = owners.primary.iter().filter(fits).copied().collect();
    let unique: Vec<Owner> = owners.unique.iter().filter(fits).copied().collect();
    match (primary.len(), unique.len()) {
        (1, 0) => (primary, "same-name-as-primary-key", PRIMARY_OWNER),
        (0, 1) if family(&column.normalized_type) == Family::Text => {
            (unique, "same-name-as-unique-text", UNIQUE_TEXT_OWNER)
        }
        (0, 1) => (unique, "same-name-as-unique-key", UNIQUE_OWNER),
        (1, _) => (
            primary,
            "same-name-as-one-primary-key",
            ONE_PRIMARY_AMONG_OWNERS,
        ),
        (all, others) if all + others <= MOST_CANDIDATES => {
            let chosen = if all > 0 { primary } else { unique };
            (chosen, "same-name-as-several-keys", MULTIPLE_OWNERS)
        }
        _ => (Vec::new(), "", 0),
    }
}

fn folded(name: &str) -> String {
    name.to_lowercase()
}
