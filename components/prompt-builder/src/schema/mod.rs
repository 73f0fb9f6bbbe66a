//! The database schema: every table by name, and as many as fit in more detail.

mod conventions;
mod known;
mod lines;
mod plan;
mod rank;
mod relations;
mod types;

use crate::budget::{About, Costs, Section, Shown};
use crate::data;
use crate::markdown::{Document, Inline};
use crate::{Source, Tokenizer};
use conventions::{Conventions, KeyName};
use lines::{Level, Writer};
use plan::{Plan, Step, heading};
use rank::Ranks;
pub(crate) use relations::Relations;
use std::collections::BTreeSet;
pub(crate) use types::{words, words_of_mapping};

const ABOUT: About = About {
    id: "database-schema",
    title: "Database Schema",
    weight: 55,
};

/// The section.
pub(crate) struct Schema<'i> {
    source: &'i Source<'i>,
    writer: Writer<'i>,
    ranks: Ranks,
    steps: Vec<Step>,
    costs: Costs,
}

impl<'i> Schema<'i> {
    pub(crate) fn new(source: &'i Source<'i>, tokenizer: &dyn Tokenizer) -> Self {
        let facts = &source.input.facts;
        let relations = Relations::new(facts);
        let ranks = Ranks::new(source.input, &relations);
        let conventions = Conventions::new(&facts.tables);
        let told = known::told(&facts.tables, &conventions.common, &relations, &ranks);
        let writer = Writer {
            tables: &facts.tables,
            known: known::known(&facts.tables, &conventions, &relations, told),
            conventions,
            relations,
        };
        let Plan { steps, costs, .. } = Plan::new(&writer, &ranks, source.input.budget, tokenizer);
        Schema {
            source,
            writer,
            ranks,
            steps,
            costs,
        }
    }

    /// Indices of the tables by rank, the most important first.
    pub(crate) fn order(&self) -> &[usize] {
        &self.ranks.order
    }
}

impl Section for Schema<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn steps(&self) -> &[u32] {
        self.costs.as_slice()
    }

    fn write(&self, taken: usize, document: &mut Document) -> Shown {
        document.heading(2, Inline::ours(ABOUT.title));
        let facts = &self.source.input.facts;
        if facts.tables.is_empty() {
            document.paragraph(self.source.not_found("No database tables were found"));
            self.write_unknown(document);
            return Shown::default();
        }
        let mut levels = vec![Level::Name; facts.tables.len()];
        for step in self.steps.iter().take(taken) {
            levels[step.table] = step.level;
        }
        let (lines, shown) = self.lines(&levels);
        document.paragraph(summary(&shown));
        self.write_conventions(levels.contains(&Level::Name), document);
        document.data("schema", &self.source.input.revision, &lines);
        self.write_cut(&shown, document);
        self.write_unknown(document);
        let total = facts.tables.len();
        let at_least = |level| levels.iter().filter(|known| **known >= level).count();
        Shown::of(at_least(Level::References), total)
            .with("tables in full", at_least(Level::Full), total)
            .with("tables with all columns", at_least(Level::Columns), total)
            .with("tables with keys", at_least(Level::Keys), total)
            .with("tables with references", at_least(Level::References), total)
            .with("tables by name", total, total)
            .with("columns", shown.columns, shown.all_columns)
            .with("types of columns", shown.types, shown.all_columns)
            .with("references", shown.references, shown.all_references)
    }
}

/// The groups of lines, those of most detail first, and whether a group is that of wide tables.
const GROUPS: [(Level, bool); 6] = [
    (Level::Full, false),
    (Level::Full, true),
    (Level::Columns, false),
    (Level::Keys, false),
    (Level::References, false),
    (Level::Name, false),
];

/// What the lines show.
struct Counted {
    tables: usize,
    columns: usize,
    all_columns: usize,
    /// Columns whose type is told.
    types: usize,
    references: usize,
    all_references: usize,
    /// Tables of which a column is not shown.
    cut_tables: usize,
}

impl Schema<'_> {
    /// The block of tables, each group by rank.
    fn lines(&self, levels: &[Level]) -> (String, Counted) {
        let tables = self.writer.tables;
        let mut counted = Counted {
            tables: tables.len(),
            columns: 0,
            types: 0,
            all_columns: tables.iter().map(|table| table.columns.len()).sum(),
            references: 0,
            all_references: self.writer.relations.count(),
            cut_tables: 0,
        };
        let mut lines = String::new();
        for (level, of_wide) in GROUPS {
            let is_of_group = |table: &usize| {
                let is_wide = level == Level::Full && self.ranks.is_wide[*table];
                (levels[*table], is_wide) == (level, of_wide)
            };
            let order = self.ranks.order.iter().copied();
            let group: Vec<usize> = order.filter(is_of_group).collect();
            if group.is_empty() {
                continue;
            }
            lines.push_str(&heading(level, of_wide, group.len()));
            for table in group {
                let line = self.writer.line(table, level);
                lines.push_str(&line.text);
                lines.push(if level == Level::Name { ' ' } else { '\n' });
                counted.columns += line.columns;
                counted.types += line.types;
                counted.references += line.references;
                counted.cut_tables += usize::from(line.columns < tables[table].columns.len());
            }
        }
        (lines, counted)
    }

    /// What has to be known to read the lines.
    fn write_conventions(&self, has_names_alone: bool, document: &mut Document) {
        let conventions = &self.writer.conventions;
        let usual = if conventions.nullable {
            "`!` not null, else it may be."
        } else {
            "`?` may be null."
        };
        document.paragraph(
            Inline::ours(
                "One line a table, in each group the most used first. `>A`: a column that refers to table A and is \
                 called like its key, `x>A` one of another name, `~` a guess. ",
            )
            .and(usual)
            .and(
                " Types are the source's; one is written where a column's name first stands, and holds for that name \
                 below; a reference has that of the key.",
            ),
        );
        if let Some(key) = &conventions.key {
            let (before, name, after) = match &key.name {
                KeyName::Prefixed(prefix) => (
                    "Left out everywhere: the PK, called ",
                    prefix,
                    " + the table's name, type ",
                ),
                KeyName::Suffixed(suffix) => (
                    "Left out everywhere: the PK, called the table's name + ",
                    suffix,
                    ", type ",
                ),
                KeyName::Same(name) => ("Left out everywhere: the PK, called ", name, ", type "),
            };
            document.paragraph(
                Inline::ours(before)
                    .name(name)
                    .and(after)
                    .name(&conventions.usual_type(key.example))
                    .and("."),
            );
        }
        if !conventions.common.is_empty() {
            let common = conventions.common.iter().map(|column| {
                let name = data::name(&column.name);
                format!("{name} {}", conventions.usual_type(column))
            });
            let common: Vec<String> = common.collect();
            document.paragraph(
                Inline::ours("`*` stands for: ")
                    .names(common.iter().map(String::as_str))
                    .and("."),
            );
        }
        if let Some(connection) = conventions.connection {
            document.paragraph(
                Inline::ours("Tables are of connection ")
                    .name(connection)
                    .and(" unless they say `on`")
                    .and(if has_names_alone {
                        ", which names alone do not."
                    } else {
                        "."
                    }),
            );
        }
    }

    /// What the settings call a table and is none: a name that is misspelt does nothing.
    fn write_unknown(&self, document: &mut Document) {
        let input = self.source.input;
        let tables = input.facts.tables.iter();
        let tables: BTreeSet<String> = tables.map(|table| table.name.to_lowercase()).collect();
        let settings = [
            ("The settings pin what is no table: ", &input.pinned_tables),
            (
                "The settings exclude what is no table: ",
                &input.excluded_tables,
            ),
        ];
        for (label, names) in settings {
            let is_unknown = |name: &&str| !tables.contains(&name.to_lowercase());
            let unknown: Vec<&str> = names
                .iter()
                .map(String::as_str)
                .filter(is_unknown)
                .collect();
            if !unknown.is_empty() {
                document.paragraph(Inline::ours(label).names(unknown).and("."));
            }
        }
    }

    /// What is not shown, and where it is.
    fn write_cut(&self, shown: &Counted, document: &mut Document) {
        let columns = shown.all_columns - shown.columns;
        let columns = Inline::new()
            .count(columns, "column of ", "columns of ")
            .count(shown.cut_tables, "table", "tables");
        let types = shown.columns - shown.types;
        let types = Inline::new().count(
            types,
            "type of a column that is shown",
            "types of columns that are shown",
        );
        let pieces = [
            (columns, shown.columns < shown.all_columns),
            (types, shown.types < shown.columns),
        ];
        let pieces = pieces.into_iter().filter(|(_, is_cut)| *is_cut);
        let pieces: Vec<Inline> = pieces.map(|(piece, _)| piece).collect();
        let mut cut = Inline::new();
        if !pieces.is_empty() {
            cut = cut.and("Cut here: ").join(pieces, ", ").and(". ");
        }
        cut = cut.and(
            "Each table in full, with its keys, indexes, rules of references and uses: `context/schema/TABLE.sql`.",
        );
        if self.writer.relations.unattached > 0 {
            cut = cut
                .and(" References of tables that are not described: ")
                .number(self.writer.relations.unattached as u64)
                .and(", in `context/relations.csv`.");
        }
        document.paragraph(cut);
    }
}

/// `200 tables, 3276 columns, 279 references; shown: ...`
fn summary(counted: &Counted) -> Inline {
    Inline::new()
        .count(counted.tables, "table, ", "tables, ")
        .number(counted.columns as u64)
        .and(" of ")
        .count(counted.all_columns, "column and ", "columns and ")
        .number(counted.references as u64)
        .and(" of ")
        .count(
            counted.all_references,
            "reference shown.",
            "references shown.",
        )
}
