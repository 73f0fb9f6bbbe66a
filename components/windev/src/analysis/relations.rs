//! Relations, which an analysis does not hold: candidates by the names of keys.
//!
//! The confidences are what was right of the relations that each rule gave for real projects, read by eye.

use std::collections::HashMap;

use super::generic_names::is_generic;
use super::keys::single_keys;
use super::model::{Column, Key, KeyKind, Relation, Table};
use super::types::{Family, family};

/// Percent, when the name is that of the primary key of exactly one other table, and of no other unique key. (Of 130 read
/// in 16 projects, 126 were right.)
pub const PRIMARY_OWNER: u8 = 95;
/// Percent, when several tables have a primary key of that name and one of them makes its values itself: the others
/// extend it, row by row. Also for the keys of those others. (Of 20 read in 5 projects, all were right.)
pub const AUTOMATIC_OWNER: u8 = 95;
/// Percent, when it is that of a unique key, not the primary one, of exactly one other table. (Of 4 read in one project,
/// all were right: too few to promise more.)
pub const UNIQUE_OWNER: u8 = 70;
/// Percent, when that key is a text. (Of 44 read in 4 projects, 42 were right; 40 of them in one project.)
pub const UNIQUE_TEXT_OWNER: u8 = 80;
/// Percent, when several tables have a unique key of that name, and exactly one of them as its primary key. (Of 47 read in
/// 3 projects, all were right.)
pub const ONE_PRIMARY_AMONG_OWNERS: u8 = 95;
/// Percent, when several tables have a primary key of that name and one of them has the name itself, but for `ID`. (Of 18
/// read in 2 projects, 16 were right.)
pub const NAMED_OWNER: u8 = 85;
/// Percent for each table, when two or three have it and nothing tells which is meant. Of more, none is named: the
/// name is then one that says nothing. (Of 24 read in 3
/// projects, 9 were right, before the two rules that look at the values and the tables' names took their share.)
pub const MULTIPLE_OWNERS: u8 = 35;

/// Percent, when the name is that of an automatic key with a role before or behind it: `ParentForumID`, `IDClientPayeur`.
/// Also for a table that refers to itself. (Of 18 read in 8 projects, all were right.)
pub const ROLE_OWNER: u8 = 85;

/// A key with a role has a name of at least so many letters: `ID` with a role would be anything.
const SHORTEST_WITH_ROLE: usize = 4;

/// How many candidates of equal right are named.
const MOST_CANDIDATES: usize = 3;

/// A unique key of one column.
#[derive(Debug, Clone, Copy)]
struct Owner<'t> {
    table: usize,
    name: &'t str,
    column: &'t Column,
}

/// What a rule found: the owners, the rule's name and its confidence.
type Choice<'t> = (Vec<Owner<'t>>, &'static str, u8);

/// Finds the columns that probably refer to another table: a column with a key that allows duplicates, whose name
/// is that of a unique key of another table, with a type of the same family, or holds it; and a column with a unique
/// key, when the other table makes the values of its own. Case does not matter. A name such as `Name` or `ID` says
/// nothing, and neither does a date.
///
/// The confidence is that of the rule, not of the case: one of the constants beside this function.
pub fn infer_relations(tables: &[&Table]) -> Vec<Relation> {
    let owners = owners(tables);
    let mut relations = Vec::new();
    for (index, table) in tables.iter().enumerate() {
        for (key, column) in referring(table) {
            let name = folded(&column.name);
            let (chosen, rule, confidence) = match owners.get(&name) {
                Some(candidates) => choose(candidates, tables, index, key, column),
                None if key.kind == KeyKind::Duplicates => with_role(&owners, tables, column),
                None => continue,
            };
            if chosen.is_empty() || is_generic(&name) {
                continue;
            }
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

/// The columns that may refer, each once: of a column with several keys, a unique one counts.
fn referring(table: &Table) -> Vec<(&Key, &Column)> {
    let mut found: Vec<(&Key, &Column)> = Vec::new();
    let mut known = HashMap::new();
    let keys = single_keys(table).map(|(_, key, column)| (key, column));
    for (key, column) in keys.filter(|(_, column)| family(&column.normalized_type).refers()) {
        let place = *known.entry(&column.name).or_insert(found.len());
        match found.get_mut(place) {
            Some(before) if key.kind != KeyKind::Duplicates => *before = (key, column),
            Some(_) => {}
            None => found.push((key, column)),
        }
    }
    found
}

/// The automatic key that a name holds, cut off where a word begins or ends; the longest one.
fn with_role<'t>(
    owners: &HashMap<String, Owners<'t>>,
    tables: &[&Table],
    column: &Column,
) -> Choice<'t> {
    let fits = |owner: &&Owner<'t>| {
        family(&owner.column.normalized_type) == family(&column.normalized_type)
    };
    let chosen = parts(&column.name).into_iter().find_map(|part| {
        let part = folded(part);
        let found: Vec<Owner<'t>> = owners
            .get(&part)
            .filter(|_| !is_generic(&part))?
            .automatic
            .iter()
            .filter(fits)
            .copied()
            .collect();
        let is_named = |owner: &&Owner<'t>| folded(&tables[owner.table].name) == without_id(&part);
        match found.as_slice() {
            [only] => Some(*only),
            several => several.iter().find(is_named).copied(),
        }
    });
    (
        chosen.into_iter().collect(),
        "name-of-key-with-role",
        ROLE_OWNER,
    )
}

/// The beginnings and ends of a name that are whole words, the longest first.
fn parts(name: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut before = ' ';
    for (at, character) in name.char_indices() {
        let begins_word = character == '_'
            || before == '_'
            || (character.is_uppercase() && !before.is_uppercase());
        if at > 0 && begins_word {
            parts.push(name[..at].trim_end_matches('_'));
            parts.push(name[at..].trim_start_matches('_'));
        }
        before = character;
    }
    parts.retain(|part| part.chars().count() >= SHORTEST_WITH_ROLE);
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    // A name has few words; a hostile one has many, and each part costs its length.
    parts.truncate(MOST_PARTS);
    parts
}

/// How many parts of a name are looked at.
const MOST_PARTS: usize = 16;

/// The owners of each name: at most a few more than are ever needed, so that many tables with the same key cost no
/// more than their number.
fn owners<'t>(tables: &[&'t Table]) -> HashMap<String, Owners<'t>> {
    let mut owners: HashMap<String, Owners<'t>> = HashMap::new();
    for (table, content) in tables.iter().enumerate() {
        for (_, key, column) in
            single_keys(content).filter(|(_, key, _)| key.kind != KeyKind::Duplicates)
        {
            let owner = Owner {
                table,
                name: &column.name,
                column,
            };
            let owners = owners.entry(folded(&column.name)).or_default();
            if key.kind == KeyKind::Primary {
                push(&mut owners.primary, owner);
                if column.automatic {
                    push(&mut owners.automatic, owner);
                }
            } else {
                push(&mut owners.unique, owner);
            }
        }
    }
    owners
}

fn push<'t>(list: &mut Vec<Owner<'t>>, owner: Owner<'t>) {
    if list.len() <= MOST_CANDIDATES + 1 {
        list.push(owner);
    }
}

#[derive(Debug, Default)]
struct Owners<'t> {
    primary: Vec<Owner<'t>>,
    /// Those of the primary ones that make their values themselves.
    automatic: Vec<Owner<'t>>,
    unique: Vec<Owner<'t>>,
}

/// Which owners a column of a table may mean, by which rule, with what confidence.
fn choose<'t>(
    owners: &Owners<'t>,
    tables: &[&Table],
    table: usize,
    key: &Key,
    column: &Column,
) -> Choice<'t> {
    let fits = |owner: &&Owner<'t>| {
        owner.table != table
            && family(&owner.column.normalized_type) == family(&column.normalized_type)
    };
    let of = |list: &[Owner<'t>]| -> Vec<Owner<'t>> { list.iter().filter(fits).copied().collect() };
    let automatic = of(&owners.automatic);
    let is_extension = automatic.len() == 1 && !column.automatic;
    if key.kind != KeyKind::Duplicates {
        let chosen = if is_extension { automatic } else { Vec::new() };
        return (chosen, "same-name-as-one-automatic-key", AUTOMATIC_OWNER);
    }
    let name = without_id(&column.name);
    let is_named = |owner: &Owner<'t>| folded(&tables[owner.table].name) == name;
    let (primary, unique) = (of(&owners.primary), of(&owners.unique));
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
        _ if is_extension => (automatic, "same-name-as-one-automatic-key", AUTOMATIC_OWNER),
        _ if primary.iter().any(&is_named) => {
            let chosen = primary
                .into_iter()
                .filter(|owner| is_named(owner))
                .take(1)
                .collect();
            (chosen, "same-name-as-table-and-key", NAMED_OWNER)
        }
        (all, others) if all + others <= MOST_CANDIDATES => {
            let chosen = if all > 0 { primary } else { unique };
            (chosen, "same-name-as-several-keys", MULTIPLE_OWNERS)
        }
        _ => (Vec::new(), "", 0),
    }
}

/// `client` of `IDClient`, `ClientID` and `CLIENT_ID`.
fn without_id(name: &str) -> String {
    let name = folded(name);
    let stem = name.strip_prefix("id").or_else(|| name.strip_suffix("id"));
    stem.unwrap_or(&name).trim_matches('_').to_owned()
}

fn folded(name: &str) -> String {
    // The same for these names, and quicker.
    if name.is_ascii() {
        return name.to_ascii_lowercase();
    }
    name.to_lowercase()
}
