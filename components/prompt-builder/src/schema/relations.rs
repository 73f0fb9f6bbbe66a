//! Relations between tables, each at the table that refers.

use crate::facts::{FactSet, Relation};
use crate::markdown::{Document, Inline};
use std::collections::{BTreeMap, BTreeSet};

/// The rule of a relation that the source declares itself.
const DECLARED: &str = "declared";

/// All relations, by the table that refers.
pub(super) struct Relations<'i> {
    /// The rules, in the order in which they first occur, with how many relations each found.
    rules: Vec<(&'i str, usize)>,
    /// The number of each rule, from 1.
    numbers: BTreeMap<&'i str, usize>,
    by_table: BTreeMap<usize, Vec<&'i Relation>>,
    /// Relations of tables that are not described.
    unattached: Vec<&'i Relation>,
}

impl<'i> Relations<'i> {
    pub(super) fn new(facts: &'i FactSet) -> Self {
        let mut relations = Relations {
            rules: Vec::new(),
            numbers: BTreeMap::new(),
            by_table: BTreeMap::new(),
            unattached: Vec::new(),
        };
        let tables = index(facts);
        for relation in &facts.relations {
            relations.count_rule(&relation.rule);
            // Of two tables of a name, that of the same file refers.
            let name = relation.from_table.as_str();
            let table = tables
                .get(&(name, Some(relation.origin.path.as_str())))
                .or_else(|| tables.get(&(name, None)));
            match table {
                Some(table) => relations.by_table.entry(*table).or_default().push(relation),
                None => relations.unattached.push(relation),
            }
        }
        relations
    }

    fn count_rule(&mut self, rule: &'i str) {
        let number = *self.numbers.entry(rule).or_insert_with(|| {
            self.rules.push((rule, 0));
            self.rules.len()
        });
        if let Some((_, count)) = self.rules.get_mut(number - 1) {
            *count += 1;
        }
    }

    /// The relations of the table of an index.
    pub(super) fn of_table(&self, index: usize) -> &[&'i Relation] {
        self.by_table.get(&index).map_or(&[], Vec::as_slice)
    }

    /// Writes what the numbers of rules mean.
    pub(super) fn write_rules(&self, document: &mut Document) {
        if self.rules.is_empty() {
            return;
        }
        document.item(Inline::ours(
            "References: the table and column that a column probably refers to, with the rule that found it and its \
             confidence in percent. The sources hold no foreign keys but those of the rule `declared`. Rules:",
        ));
        for (index, (rule, count)) in self.rules.iter().enumerate() {
            let rule = Inline::ours("R")
                .number(index as u64 + 1)
                .and(" ")
                .name(rule);
            document.subitem(rule.and(": ").count(*count, "relation", "relations"));
        }
    }

    /// Writes the relations of tables that are not described.
    pub(super) fn write_unattached(&self, document: &mut Document) {
        if self.unattached.is_empty() {
            return;
        }
        document.paragraph(Inline::ours("Relations of tables that are not described:"));
        for relation in &self.unattached {
            let from = Inline::new()
                .name(&relation.from_table)
                .and(": ")
                .then(&self.described(relation));
            document.item(from.and(", ").place(&relation.origin));
        }
    }

    /// `TABLE.COLUMN (R1, 90%)`, or `TABLE: A, B (R1, 60%)`
    pub(super) fn target(&self, relation: &Relation) -> Inline {
        let columns = relation.to_columns.iter().map(String::as_str);
        let target = match relation.to_columns.as_slice() {
            [column] if is_plain(&relation.to_table) && is_plain(column) => {
                Inline::new().name(&format!("{}.{column}", relation.to_table))
            }
            _ => Inline::new()
                .name(&relation.to_table)
                .and(": ")
                .names(columns),
        };
        let target = target.and(" (");
        let rule = self
            .numbers
            .get(relation.rule.as_str())
            .copied()
            .unwrap_or(0);
        let target = target.and("R").number(rule as u64);
        if relation.rule == DECLARED {
            return target.and(")");
        }
        target.and(", ").number(relation.confidence).and("%)")
    }

    /// `A, B refer to TABLE C, D (R1, 60%)`
    pub(super) fn described(&self, relation: &Relation) -> Inline {
        let columns = relation.from_columns.iter().map(String::as_str);
        let verb = if relation.from_columns.len() == 1 {
            " refers to "
        } else {
            " refer to "
        };
        Inline::new()
            .names(columns)
            .and(verb)
            .then(&self.target(relation))
    }
}

/// Whether a name stays readable, and whole, with another behind a dot.
fn is_plain(name: &str) -> bool {
    /// Two of these are not cut.
    const LONGEST: usize = crate::text::LONGEST_NAME / 2 - 1;
    name.len() <= LONGEST && !name.contains('.')
}

/// The first table of each name, and of each name and file.
fn index(facts: &FactSet) -> BTreeMap<(&str, Option<&str>), usize> {
    let mut tables = BTreeMap::new();
    for (index, table) in facts.tables.iter().enumerate() {
        let name = table.name.as_str();
        tables
            .entry((name, Some(table.origin.path.as_str())))
            .or_insert(index);
        tables.entry((name, None)).or_insert(index);
    }
    tables
}

/// The relations of a table: those of one column by that column, and those that no cell of a column can say.
pub(super) fn by_column<'r, 'i>(
    relations: &'r [&'i Relation],
    columns: &BTreeSet<&str>,
) -> (BTreeMap<&'i str, Vec<&'i Relation>>, Vec<&'r &'i Relation>) {
    let mut cells = BTreeMap::<&str, Vec<&Relation>>::new();
    let mut others = Vec::new();
    for relation in relations {
        match relation.from_columns.as_slice() {
            [column] if columns.contains(column.as_str()) => {
                cells.entry(column).or_default().push(relation)
            }
            _ => others.push(relation),
        }
    }
    (cells, others)
}
