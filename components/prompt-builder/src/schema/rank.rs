//! Which tables matter most: those that many others refer to and much code uses.
//!
//! PageRank over tables and the elements that use them, weighted, and personalised by use. It is deterministic: sums
//! run in the order of the facts.

use super::relations::Relations;
use crate::facts::FactSet;
use crate::prompt::Input;
use std::collections::{BTreeMap, BTreeSet};

/// How much of a table's weight goes on to those it refers to, to those that refer to it, and to the elements that use
/// it (and from there to the other tables of those elements).
const TO_REFERRED: f64 = 1.0;
const TO_REFERRING: f64 = 0.3;
const TO_ELEMENT: f64 = 0.5;

const DAMPING: f64 = 0.85;
const ITERATIONS: usize = 50;

/// What a table weighs by itself that no code uses; one that code uses weighs the root of its uses more.
const UNUSED: f64 = 0.1;

/// What is left of the weight of a table that looks like a copy, a temporary one or a log.
const SIDE_TABLE: f64 = 0.2;

/// A table of so many times the columns that tables have on average would keep many others out.
const WIDE: usize = 5;

/// Tables by what they matter.
pub(super) struct Ranks {
    /// Indices of all tables, the most important first: pinned ones, those that code uses, all others, excluded ones.
    pub(super) order: Vec<usize>,
    /// How many of them are pinned or used, or are all that are not excluded when no use is known.
    pub(super) used: usize,
    /// How many of them are not excluded.
    pub(super) free: usize,
    /// By index, whether a table is so wide that it waits for others before it is shown in full.
    pub(super) is_wide: Vec<bool>,
}

impl Ranks {
    pub(super) fn new(input: &Input, relations: &Relations<'_>) -> Self {
        let tables = &input.facts.tables;
        let uses = uses(&input.facts, relations);
        let weights = weights(&input.facts, relations, &uses);
        let pinned = Names::new(&input.pinned_tables);
        let excluded = Names::new(&input.excluded_tables);
        let is_known = uses.iter().any(|uses| *uses > 0);
        let class = |table: usize| {
            let name = &tables[table].name;
            let pinned = pinned.position(name).unwrap_or(usize::MAX);
            let is_unused = pinned == usize::MAX && is_known && uses[table] == 0;
            (excluded.position(name).is_some(), is_unused, pinned)
        };
        let mut classed: Vec<_> = (0..tables.len())
            .map(|table| (class(table), table))
            .collect();
        classed.sort_by(|(class, one), (other_class, other)| {
            class
                .cmp(other_class)
                .then_with(|| weights[*other].total_cmp(&weights[*one]))
                .then_with(|| tables[*one].name.cmp(&tables[*other].name))
                .then(one.cmp(other))
        });
        let up_to = |class: (bool, bool)| {
            classed.partition_point(|((is_last, is_unused, _), _)| (*is_last, *is_unused) < class)
        };
        let columns: usize = tables.iter().map(|table| table.columns.len()).sum();
        let is_wide = |table: usize| {
            let is_pinned = pinned.position(&tables[table].name).is_some();
            !is_pinned && tables[table].columns.len() * tables.len() > columns * WIDE
        };
        Ranks {
            used: up_to((false, true)),
            free: up_to((true, false)),
            is_wide: (0..tables.len()).map(is_wide).collect(),
            order: classed.into_iter().map(|(_, table)| table).collect(),
        }
    }
}

/// Names that a user gave, compared without regard to case.
pub(super) struct Names(BTreeMap<String, usize>);

impl Names {
    pub(super) fn new(names: &[String]) -> Self {
        let names = names.iter().enumerate().rev();
        Names(names.map(|(at, name)| (name.to_lowercase(), at)).collect())
    }

    pub(super) fn position(&self, name: &str) -> Option<usize> {
        if self.0.is_empty() {
            return None;
        }
        self.0.get(&name.to_lowercase()).copied()
    }
}

/// How often code uses each table.
fn uses(facts: &FactSet, relations: &Relations<'_>) -> Vec<u32> {
    let mut uses = vec![0_u32; facts.tables.len()];
    for found in &facts.table_uses {
        if let Some(table) = relations.find(&found.table, None) {
            uses[table] += 1;
        }
    }
    uses
}

fn weights(facts: &FactSet, relations: &Relations<'_>, uses: &[u32]) -> Vec<f64> {
    let tables = facts.tables.len();
    let graph = Graph::new(facts, relations, uses);
    let total: f64 = graph.personal.iter().sum();
    let personal = |node: usize| graph.personal[node] / total;
    let mut weights: Vec<f64> = (0..graph.edges.len()).map(personal).collect();
    for _ in 0..ITERATIONS {
        let mut next = vec![0.0; weights.len()];
        let mut lost = 0.0;
        for (node, edges) in graph.edges.iter().enumerate() {
            let out: f64 = edges.iter().map(|(_, weight)| weight).sum();
            if out == 0.0 {
                lost += weights[node];
                continue;
            }
            for (to, weight) in edges {
                next[*to] += weights[node] * weight / out;
            }
        }
        for (node, weight) in next.iter_mut().enumerate() {
            *weight = (1.0 - DAMPING + DAMPING * lost) * personal(node) + DAMPING * *weight;
        }
        weights = next;
    }
    weights.truncate(tables);
    for (weight, table) in weights.iter_mut().zip(&facts.tables) {
        if is_side_table(&table.name) {
            *weight *= SIDE_TABLE;
        }
    }
    weights
}

struct Graph {
    /// Tables, and behind them elements.
    edges: Vec<Vec<(usize, f64)>>,
    personal: Vec<f64>,
}

impl Graph {
    fn new(facts: &FactSet, relations: &Relations<'_>, uses: &[u32]) -> Self {
        let tables = facts.tables.len();
        let mut edges = vec![Vec::new(); tables];
        for table in 0..tables {
            for relation in relations.of_table(table) {
                if let Some(target) = relations.target(relation).filter(|target| *target != table) {
                    edges[table].push((target, TO_REFERRED));
                    edges[target].push((table, TO_REFERRING));
                }
            }
        }
        let mut elements = BTreeMap::new();
        let mut known = BTreeSet::new();
        for found in &facts.table_uses {
            let Some(table) = relations.find(&found.table, None) else {
                continue;
            };
            let node = *elements.entry(&*found.element).or_insert_with(|| {
                edges.push(Vec::new());
                edges.len() - 1
            });
            if known.insert((table, node)) {
                edges[table].push((node, TO_ELEMENT));
                edges[node].push((table, TO_ELEMENT));
            }
        }
        let mut personal: Vec<f64> = uses
            .iter()
            .map(|uses| UNUSED + f64::from(*uses).sqrt())
            .collect();
        personal.resize(edges.len(), 0.0);
        Graph { edges, personal }
    }
}

/// Whether a word of a table's name says that it is a copy, temporary or a log: `CLIENT_BKP`, `LogErrors`.
fn is_side_table(name: &str) -> bool {
    const WORDS: [&str; 10] = [
        "bak", "backup", "bkp", "copy", "copie", "log", "logs", "old", "temp", "tmp",
    ];
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        let is_new =
            !character.is_alphanumeric() || (before.is_lowercase() && character.is_uppercase());
        if is_new {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words.iter().any(|word| WORDS.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_temporary_tables_and_logs_are_told_by_their_names() {
        for side in [
            "CLIENT_BKP",
            "tmpImport",
            "LogErrors",
            "OLD_Orders",
            "Client copie",
            "LOG",
        ] {
            assert!(is_side_table(side), "{side}");
        }
        for other in ["CATALOG", "TEMPLATE", "LOGEMENT", "CLIENT", "Blog"] {
            assert!(!is_side_table(other), "{other}");
        }
    }
}
