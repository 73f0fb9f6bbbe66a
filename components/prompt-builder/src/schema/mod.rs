//! The database schema: every table by name, and as many as fit in more detail.

mod conventions;
mod lines;
mod rank;
mod relations;
mod types;

use crate::budget::{About, Costs, Section, Shown};
use crate::data;
use crate::markdown::{Document, Inline};
use crate::{Source, Tokenizer};
use conventions::{Conventions, KeyName};
use lines::{LEVELS, Level, Writer};
pub(crate) use relations::Relations;

const ABOUT: About = About {
    id: "database-schema",
    title: "Database Schema",
    weight: 55,
};

/// Of the tokens behind the first ones for every table, this part in percent goes to tables in full, the rest to keys.
const FULL_SHARE: u64 = 60;

/// One step: a table rises to a level.
struct Step {
    table: usize,
    level: Level,
}

/// The section.
pub(crate) struct Schema<'i> {
    source: &'i Source<'i>,
    writer: Writer<'i>,
    /// Tables by rank.
    order: Vec<usize>,
    steps: Vec<Step>,
    costs: Costs,
}

impl<'i> Schema<'i> {
    pub(crate) fn new(source: &'i Source<'i>, tokenizer: &dyn Tokenizer) -> Self {
        let facts = &source.input.facts;
        let relations = Relations::new(facts);
        let order = rank::order(source.input, &relations);
        let writer = Writer {
            tables: &facts.tables,
            conventions: Conventions::new(&facts.tables),
            told: lines::told(&facts.tables, &relations, &order),
            relations,
        };
        let mut schema = Schema {
            source,
            writer,
            order,
            steps: Vec::new(),
            costs: Costs::default(),
        };
        schema.plan(tokenizer);
        schema
    }

    /// Indices of the tables by rank, the most important first.
    pub(crate) fn order(&self) -> &[usize] {
        &self.order
    }

    /// Breadth first: all tables with their references by rank. Then the first ones in full and more of them with
    /// their keys, so that what either has cost keeps to its share.
    fn plan(&mut self, tokenizer: &dyn Tokenizer) {
        let excluded = rank::Names::new(&self.source.input.excluded_tables);
        let is_free = |table: &&usize| {
            excluded
                .position(&self.writer.tables[**table].name)
                .is_none()
        };
        let order: Vec<usize> = self.order.iter().filter(is_free).copied().collect();
        let mut plan = Plan {
            writer: &self.writer,
            tokenizer,
            reached: vec![(Level::Name, None); self.writer.tables.len()],
            headings: [Level::References, Level::Keys, Level::Columns, Level::Full]
                .map(|level| (level, tokenizer.count(&heading(level, self.order.len())))),
            steps: Vec::new(),
            costs: Costs::new(self.source.input.budget),
        };
        for &table in &order {
            plan.rise(table, Level::References);
        }
        plan.share(&order);
        (self.steps, self.costs) = (plan.steps, plan.costs);
    }
}

/// Steps on their way.
struct Plan<'p, 'i> {
    writer: &'p Writer<'i>,
    tokenizer: &'p dyn Tokenizer,
    /// The level of each table, and what its line costs there, once that was asked for.
    reached: Vec<(Level, Option<u32>)>,
    /// What the heading of a level costs, which the first table of that level pays.
    headings: [(Level, u32); 4],
    steps: Vec<Step>,
    costs: Costs,
}

impl Plan<'_, '_> {
    /// Lets a table rise to a level if it is below, and says what that costs.
    fn rise(&mut self, table: usize, level: Level) -> u32 {
        let (from, known) = self.reached[table];
        if level <= from || !self.costs.has_room() {
            return 0;
        }
        let before = known.unwrap_or_else(|| self.count(table, from));
        let after = self.count(table, level);
        let mut cost = after.saturating_sub(before);
        for (of, heading) in &mut self.headings {
            if *of == level {
                cost += std::mem::take(heading);
            }
        }
        self.reached[table] = (level, Some(after));
        self.costs.push(cost);
        self.steps.push(Step { table, level });
        cost
    }

    fn count(&self, table: usize, level: Level) -> u32 {
        let (line, ..) = self.writer.line(table, level);
        self.tokenizer.count(&match level {
            Level::Name => format!(" {line}"),
            _ => format!("{line}\n"),
        })
    }

    /// Lets tables rise to their keys and in full, side by side.
    fn share(&mut self, order: &[usize]) {
        let (mut keys, mut full) = (order.iter(), order.iter());
        let (mut on_keys, mut on_full) = (0_u64, 0_u64);
        while self.costs.has_room() {
            let keys_are_next = on_full * (100 - FULL_SHARE) > on_keys * FULL_SHARE;
            if let Some(table) = keys_are_next.then(|| keys.next()).flatten() {
                on_keys += u64::from(self.rise(*table, Level::Keys));
            } else if let Some(table) = full.next() {
                for level in [Level::Keys, Level::Columns, Level::Full] {
                    on_full += u64::from(self.rise(*table, level));
                }
            } else {
                return;
            }
        }
    }
}

/// The comment above the tables of a level.
fn heading(level: Level, tables: usize) -> String {
    let what = match level {
        Level::Name => "names alone",
        Level::References => "number of columns, >references",
        Level::Keys => "keys, references, indexes, +n more",
        Level::Columns => "all columns, without types",
        Level::Full => "in full",
    };
    format!("# {tables} tables: {what}\n")
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
            let sentence = Inline::ours("No database tables were found in ");
            document.paragraph(sentence.then(&self.source.subject()).and("."));
            return Shown::default();
        }
        let mut levels = vec![Level::Name; facts.tables.len()];
        for step in self.steps.iter().take(taken) {
            levels[step.table] = step.level;
        }
        let (lines, shown) = self.lines(&levels);
        document.paragraph(summary(&shown));
        self.write_conventions(document);
        document.data("schema", &self.source.input.revision, &lines);
        self.write_cut(&shown, document);
        let total = facts.tables.len();
        let at_least = |level| levels.iter().filter(|known| **known >= level).count();
        Shown::of(at_least(Level::References), total)
            .with("tables in full", at_least(Level::Full), total)
            .with("tables with all columns", at_least(Level::Columns), total)
            .with("tables with keys", at_least(Level::Keys), total)
            .with("tables with references", at_least(Level::References), total)
            .with("tables by name", total, total)
            .with("columns", shown.columns, shown.all_columns)
            .with("references", shown.references, shown.all_references)
    }
}

/// What the lines show.
struct Counted {
    tables: usize,
    columns: usize,
    all_columns: usize,
    references: usize,
    all_references: usize,
    /// Tables of which a column is not shown.
    cut_tables: usize,
}

impl Schema<'_> {
    /// The block of tables, those of most detail first, each level by rank.
    fn lines(&self, levels: &[Level]) -> (String, Counted) {
        let tables = self.writer.tables;
        let mut counted = Counted {
            tables: tables.len(),
            columns: 0,
            all_columns: tables.iter().map(|table| table.columns.len()).sum(),
            references: 0,
            all_references: self.writer.relations.count(),
            cut_tables: 0,
        };
        let mut lines = String::new();
        for level in LEVELS.into_iter().rev() {
            let of_level: Vec<usize> = self
                .order
                .iter()
                .copied()
                .filter(|table| levels[*table] == level)
                .collect();
            if of_level.is_empty() {
                continue;
            }
            lines.push_str(&heading(level, of_level.len()));
            for table in of_level {
                let (line, columns, references) = self.writer.line(table, level);
                lines.push_str(&line);
                lines.push(if level == Level::Name { ' ' } else { '\n' });
                counted.columns += columns;
                counted.references += references;
                counted.cut_tables += usize::from(columns < tables[table].columns.len());
            }
        }
        (lines, counted)
    }

    /// What has to be known to read the lines.
    fn write_conventions(&self, document: &mut Document) {
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
            let key_type = types::of_source(key.example);
            let automatic = if key.example.automatic { " auto" } else { "" };
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
                    .name(&format!("{key_type}{automatic}"))
                    .and("."),
            );
        }
        if !conventions.common.is_empty() {
            let common = conventions
                .common
                .iter()
                .map(|column| format!("{} {}", data::name(&column.name), types::of_source(column)));
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
                    .and(" unless they say `on`."),
            );
        }
    }

    /// What is not shown, and where it is.
    fn write_cut(&self, shown: &Counted, document: &mut Document) {
        let mut cut = Inline::ours(
            "Each table in full, with its keys, indexes, rules of references and uses: `context/schema/TABLE.sql`.",
        );
        if shown.columns < shown.all_columns {
            let columns = shown.all_columns - shown.columns;
            cut = Inline::ours("Cut here: ")
                .count(columns, "column of ", "columns of ")
                .count(shown.cut_tables, "table", "tables")
                .and(". ")
                .then(&cut);
        }
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
