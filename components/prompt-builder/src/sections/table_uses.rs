//! Which elements use which tables: what a screen that is built anew has to read and write.

use super::beginning::FENCE;
use crate::budget::{About, Costs, Section, Shown};
use crate::data;
use crate::facts::TableUse;
use crate::markdown::{Document, Inline};
use crate::{Source, Tokenizer};
use std::collections::BTreeMap;

const ABOUT: About = About {
    id: "table-uses",
    title: "Table Uses",
    weight: 6,
};

/// How many elements the first step of a table names.
const FIRST: usize = 6;

/// The section, which is not there when no use is known.
pub(crate) struct TableUses<'i> {
    source: &'i Source<'i>,
    /// The uses of each table, the most important table first, those that are not described last.
    tables: Vec<(&'i str, Vec<&'i TableUse>)>,
    /// To which table each step belongs: the first elements of all tables, then the rest.
    steps: Vec<usize>,
    costs: Costs,
}

impl<'i> TableUses<'i> {
    /// The section of tables whose indices by rank are `order`.
    pub(crate) fn new(source: &'i Source<'i>, order: &[usize], tokenizer: &dyn Tokenizer) -> Self {
        let facts = &source.input.facts;
        let mut uses = BTreeMap::<&str, Vec<&TableUse>>::new();
        for found in &facts.table_uses {
            uses.entry(&found.table).or_default().push(found);
        }
        let ranked = order.iter().map(|table| facts.tables[*table].name.as_str());
        let mut tables: Vec<_> = ranked
            .filter_map(|table| Some((table, uses.remove(table)?)))
            .collect();
        tables.extend(uses);
        let mut section = TableUses {
            source,
            tables,
            steps: Vec::new(),
            costs: Costs::new(source.input.budget),
        };
        section.plan(tokenizer);
        section
    }

    fn plan(&mut self, tokenizer: &dyn Tokenizer) {
        let first = (0..self.tables.len()).map(|table| (table, 0));
        let rest = first.clone().map(|(table, _)| (table, FIRST));
        for (table, from) in first.chain(rest) {
            let (name, uses) = &self.tables[table];
            if !self.costs.has_room() {
                break;
            }
            let added = match from {
                0 => format!("{}\n", line(name, uses, FIRST)),
                from if from < uses.len() => described(&uses[from..]),
                _ => continue,
            };
            let fence = if self.steps.is_empty() { FENCE } else { 0 };
            self.costs.push(tokenizer.count(&added) + fence);
            self.steps.push(table);
        }
    }
}

/// `CLIENT: PAGE_Home read, COL_Cart write, +3`
fn line(table: &str, uses: &[&TableUse], most: usize) -> String {
    let shown = &uses[..most.min(uses.len())];
    let mut line = format!("{}:{}", data::name(table), described(shown));
    if shown.len() < uses.len() {
        line.push_str(&format!(", +{}", uses.len() - shown.len()));
    }
    line
}

fn described(uses: &[&TableUse]) -> String {
    let uses = uses.iter().map(|found| {
        let element = data::name(&found.element);
        format!(" {element} {}", data::name(&found.operation))
    });
    uses.collect::<Vec<_>>().join(",")
}

impl Section for TableUses<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn steps(&self) -> &[u32] {
        self.costs.as_slice()
    }

    fn write(&self, taken: usize, document: &mut Document) -> Shown {
        let total = self.source.input.facts.table_uses.len();
        if total == 0 {
            return Shown::default();
        }
        let mut steps = vec![0; self.tables.len()];
        for table in self.steps.iter().take(taken) {
            steps[*table] += 1;
        }
        let mut lines = String::new();
        let mut shown = 0;
        for ((name, uses), steps) in self.tables.iter().zip(steps) {
            let most = match steps {
                0 => continue,
                1 => FIRST,
                _ => uses.len(),
            };
            lines.push_str(&line(name, uses, most));
            lines.push('\n');
            shown += most.min(uses.len());
        }
        document.heading(2, Inline::ours(ABOUT.title));
        document.paragraph(
            Inline::new()
                .number(shown as u64)
                .and(" of ")
                .count(total, "use", "uses")
                .and(" by elements shown. All, each with its place: `context/table-uses.csv`."),
        );
        if !lines.is_empty() {
            document.data("table-uses", &self.source.input.revision, &lines);
        }
        Shown::of(shown, total)
    }
}
