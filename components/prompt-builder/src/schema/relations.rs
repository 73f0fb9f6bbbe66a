//! Relations between tables, each at the table that refers.

use crate::facts::{FactSet, Relation};
use std::collections::BTreeMap;

/// Below this confidence, in percent, a relation is marked as a guess.
pub(super) const SURE: u8 = 85;

/// All relations, by the table that refers.
pub(crate) struct Relations<'i> {
    by_table: BTreeMap<usize, Vec<&'i Relation>>,
    /// Relations of tables that are not described.
    pub(super) unattached: usize,
    tables: BTreeMap<(&'i str, Option<&'i str>), usize>,
}

impl<'i> Relations<'i> {
    pub(crate) fn new(facts: &'i FactSet) -> Self {
        let mut relations = Relations {
            by_table: BTreeMap::new(),
            unattached: 0,
            tables: index(facts),
        };
        for relation in &facts.relations {
            // Of two tables of a name, that of the same file refers.
            let path = Some(relation.origin.path.as_str());
            let table = relations.find(&relation.from_table, path);
            match table {
                Some(table) => relations.by_table.entry(table).or_default().push(relation),
                None => relations.unattached += 1,
            }
        }
        relations
    }

    /// The relations of the table of an index.
    pub(crate) fn of_table(&self, index: usize) -> &[&'i Relation] {
        self.by_table.get(&index).map_or(&[], Vec::as_slice)
    }

    /// The index of the table that a relation refers to.
    pub(super) fn target(&self, relation: &'i Relation) -> Option<usize> {
        self.find(&relation.to_table, Some(&relation.origin.path))
    }

    /// The index of the table of a name: that of a file if there is one, else the first.
    pub(super) fn find(&self, name: &'i str, path: Option<&'i str>) -> Option<usize> {
        let same_file = self.tables.get(&(name, path));
        same_file
            .or_else(|| self.tables.get(&(name, None)))
            .copied()
    }

    /// How many relations tables have that are described.
    pub(super) fn count(&self) -> usize {
        self.by_table.values().map(Vec::len).sum()
    }
}

/// The first table of each name, and of each name and file.
fn index(facts: &FactSet) -> BTreeMap<(&str, Option<&str>), usize> {
    let mut tables = BTreeMap::new();
    for (index, table) in facts.tables.iter().enumerate() {
        let name = table.name.as_str();
        let path = Some(table.origin.path.as_str());
        tables.entry((name, path)).or_insert(index);
        tables.entry((name, None)).or_insert(index);
    }
    tables
}
