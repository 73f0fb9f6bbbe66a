//! In which order tables rise from level to level.
//!
//! Breadth first among the tables that code uses, or among all when no use is known: all of them with their
//! references, then the first in full and more of them with their keys, and beside that the references of the other
//! tables. Those rise further when all that code uses has.

use super::lines::{Level, Writer};
use super::rank::Ranks;
use crate::Tokenizer;
use crate::budget::Costs;

/// One step: a table rises to a level.
pub(super) struct Step {
    pub(super) table: usize,
    pub(super) level: Level,
}

/// What tables in full may cost, against keys, and against the references of tables that no code uses.
const SHARES: [u64; 3] = [60, 40, 30];
const FULL: usize = 0;
const KEYS: usize = 1;
const REFERENCES: usize = 2;

/// A wide table rises to full when other tables in full have cost so many times as much.
const PATIENCE: u64 = 2;

/// Steps on their way.
pub(super) struct Plan<'p, 'i> {
    writer: &'p Writer<'i>,
    tokenizer: &'p dyn Tokenizer,
    is_wide: &'p [bool],
    /// The level of each table, and what its line costs there, once that was asked for.
    reached: Vec<(Level, Option<u32>)>,
    /// What the headings of groups cost, which the first table of a group pays.
    headings: [(Level, bool, u32); 5],
    pub(super) steps: Vec<Step>,
    pub(super) costs: Costs,
}

impl<'p, 'i> Plan<'p, 'i> {
    pub(super) fn new(
        writer: &'p Writer<'i>,
        ranks: &'p Ranks,
        budget: u32,
        tokenizer: &'p dyn Tokenizer,
    ) -> Self {
        let groups = [
            (Level::References, false),
            (Level::Keys, false),
            (Level::Columns, false),
            (Level::Full, false),
            (Level::Full, true),
        ];
        let mut plan = Plan {
            writer,
            tokenizer,
            is_wide: &ranks.is_wide,
            reached: vec![(Level::Name, None); writer.tables.len()],
            headings: groups.map(|(level, is_wide)| {
                let heading = heading(level, is_wide, ranks.order.len());
                (level, is_wide, tokenizer.count(&heading))
            }),
            steps: Vec::new(),
            costs: Costs::new(budget),
        };
        let (used, unused) = ranks.order[..ranks.free].split_at(ranks.used);
        for table in used {
            plan.rise(*table, Level::References);
        }
        plan.share(used, unused);
        plan.share(unused, &[]);
        plan
    }

    /// Lets a table rise to a level if it is below, and says what that costs.
    fn rise(&mut self, table: usize, level: Level) -> u64 {
        let (from, known) = self.reached[table];
        if level <= from || !self.costs.has_room() {
            return 0;
        }
        let before = known.unwrap_or_else(|| self.count(table, from));
        let after = self.count(table, level);
        let mut cost = after.saturating_sub(before);
        let is_wide = level == Level::Full && self.is_wide[table];
        for (of, of_wide, heading) in &mut self.headings {
            if *of == level && *of_wide == is_wide {
                cost += std::mem::take(heading);
            }
        }
        self.reached[table] = (level, Some(after));
        self.costs.push(cost);
        self.steps.push(Step { table, level });
        cost.into()
    }

    fn count(&self, table: usize, level: Level) -> u32 {
        let line = self.writer.line(table, level).text;
        self.tokenizer.count(&match level {
            Level::Name => format!(" {line}"),
            _ => format!("{line}\n"),
        })
    }

    /// Lets tables rise in full and to their keys, and others to their references, so that what each has cost keeps to
    /// its share.
    fn share(&mut self, tables: &[usize], others: &[usize]) {
        let (wide, narrow): (Vec<usize>, Vec<usize>) =
            tables.iter().partition(|table| self.is_wide[**table]);
        let (mut wide, mut narrow) = (wide.into_iter(), narrow.into_iter());
        let (mut keys, mut references) = (tables.iter(), others.iter());
        let mut first_wide = None;
        let mut spent = [0_u64; SHARES.len()];
        while self.costs.has_room() {
            if first_wide.is_none() {
                first_wide = wide.next().map(|table| (table, self.cost_in_full(table)));
            }
            let is_over = [
                first_wide.is_none() && narrow.len() == 0,
                keys.len() == 0,
                references.len() == 0,
            ];
            let open = (0..SHARES.len()).filter(|queue| !is_over[*queue]);
            let Some(next) = open.min_by_key(|queue| spent[*queue] * 100 / SHARES[*queue]) else {
                return;
            };
            spent[next] += match next {
                KEYS => keys.next().map(|table| self.rise(*table, Level::Keys)),
                REFERENCES => references
                    .next()
                    .map(|table| self.rise(*table, Level::References)),
                _ => {
                    let is_ready = |(_, cost): &(usize, u64)| {
                        narrow.len() == 0 || spent[FULL] >= PATIENCE * cost
                    };
                    let table = match first_wide.take_if(|wide| is_ready(wide)) {
                        Some((table, _)) => Some(table),
                        None => narrow.next(),
                    };
                    table.map(|table| self.rise_in_full(table))
                }
            }
            .unwrap_or(0);
        }
    }

    fn cost_in_full(&self, table: usize) -> u64 {
        self.count(table, Level::Full).into()
    }

    fn rise_in_full(&mut self, table: usize) -> u64 {
        let levels = [Level::References, Level::Keys, Level::Columns, Level::Full];
        levels.map(|level| self.rise(table, level)).iter().sum()
    }
}

/// The comment above the tables of a group.
pub(super) fn heading(level: Level, is_wide: bool, tables: usize) -> String {
    let what = match level {
        Level::Name => "names alone",
        Level::References => "number of columns, >references",
        Level::Keys => "keys, references, indexes, +n more",
        Level::Columns => "all columns, without types",
        Level::Full if is_wide => "in full, wide ones",
        Level::Full => "in full",
    };
    format!("# {tables} tables: {what}\n")
}
