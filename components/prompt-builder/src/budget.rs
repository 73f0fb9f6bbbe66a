//! Fitting the document into its budget.
//!
//! Every section says a little always, and more in steps, whose order does not depend on the budget. Sections take
//! steps in turn, by weighted fair queueing: the next step is that of the section which, having taken it, will have
//! spent least for its weight. So a large step waits until the others had their turn, and what a small section cannot
//! use the others get. The document is what the longest run of steps says that
//! fits; so a larger budget never shows less of anything, and the same input always gives the same bytes.

use crate::markdown::Document;
use crate::prompt::{Detail, Floor, Section as Report};
use crate::{Tokenizer, count};

/// What a section shows, of what there is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shown {
    /// Facts that are shown.
    pub(crate) shown: usize,
    /// Facts that there are.
    pub(crate) total: usize,
    /// The same by kind.
    pub(crate) details: Vec<(&'static str, usize, usize)>,
}

impl Shown {
    /// Facts of one kind.
    pub(crate) fn of(shown: usize, total: usize) -> Self {
        Shown {
            shown,
            total,
            details: Vec::new(),
        }
    }

    /// Adds a detail that is not counted by itself.
    pub(crate) fn with(mut self, name: &'static str, shown: usize, total: usize) -> Self {
        self.details.push((name, shown, total));
        self
    }
}

/// What a section is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct About {
    /// Its identifier, in kebab-case.
    pub(crate) id: &'static str,
    /// Its title in reports.
    pub(crate) title: &'static str,
    /// Its share, against those of the others.
    pub(crate) weight: u32,
}

/// A part of the document under a heading of its own.
pub(crate) trait Section {
    /// What it is.
    fn about(&self) -> About;

    /// What each step adds, in tokens, in the order in which they are taken. Never less than it really adds.
    fn steps(&self) -> &[u32] {
        &[]
    }

    /// Writes what it says after some of its steps, its heading included.
    fn write(&self, taken: usize, document: &mut Document) -> Shown;
}

/// What a section plans, until its steps cost more than the whole budget: nobody takes those behind them, so nobody
/// has to count them.
#[derive(Debug, Default)]
pub(crate) struct Costs {
    costs: Vec<u32>,
    budget: u64,
}

impl Costs {
    /// No steps yet.
    pub(crate) fn new(budget: u32) -> Self {
        Costs {
            costs: Vec::new(),
            budget: budget.into(),
        }
    }

    /// Whether another step may be taken.
    pub(crate) fn has_room(&self) -> bool {
        self.budget > 0
    }

    /// Adds a step.
    pub(crate) fn push(&mut self, cost: u32) {
        self.costs.push(cost);
        self.budget = self.budget.saturating_sub(cost.into());
    }

    /// The steps so far.
    pub(crate) fn as_slice(&self) -> &[u32] {
        &self.costs
    }
}

/// A document that fits.
pub(crate) struct Fitted {
    /// The document.
    pub(crate) text: String,
    /// Its length in tokens.
    pub(crate) tokens: u32,
    /// Its sections.
    pub(crate) sections: Vec<Report>,
}

/// Writes the longest document of at most `budget` tokens.
///
/// # Errors
///
/// When the shortest one is longer.
pub(crate) fn fit(
    sections: &[Box<dyn Section + '_>],
    budget: u32,
    tokenizer: &dyn Tokenizer,
) -> Result<Fitted, Floor> {
    let floor = write(sections, &[], tokenizer);
    if floor.tokens > budget {
        return Err(Floor {
            tokens: floor.tokens,
            largest: largest(floor.sections),
        });
    }
    let steps = steps(sections);
    let mut fitted = floor;
    let mut costs = vec![u64::from(fitted.tokens)];
    costs.extend(steps.iter().scan(costs[0], |cost, (_, step)| {
        *cost += u64::from(*step);
        Some(*cost)
    }));
    // How many steps fit, bit by bit. The numbers that are tried do not depend on the budget, so a larger one never ends
    // with fewer: what steps really add is not quite what they cost, and need not grow with every step.
    let mut taken = 0;
    let mut is_written = true;
    for bit in (0..usize::BITS).rev() {
        let tried = taken | 1 << bit;
        let Some(cost) = costs.get(tried) else {
            continue;
        };
        if cost + cost / SEAMS <= u64::from(budget) {
            (taken, is_written) = (tried, false);
            continue;
        }
        let longer = write(sections, &steps[..tried], tokenizer);
        if longer.tokens <= budget {
            (taken, is_written, fitted) = (tried, true, longer);
        }
    }
    while !is_written || fitted.tokens > budget {
        fitted = write(sections, &steps[..taken], tokenizer);
        is_written = true;
        taken = taken.saturating_sub(1);
    }
    Ok(fitted)
}

/// The tokens at the seams of steps are fewer than one of so many: what costs that much less than the budget fits.
const SEAMS: u64 = 64;

/// A step: the section that takes it, and what it costs.
type Step = (usize, u32);

/// All steps, in the order in which they are taken.
fn steps(sections: &[Box<dyn Section + '_>]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut next = vec![0; sections.len()];
    let mut spent = vec![0_u64; sections.len()];
    loop {
        let waiting = sections.iter().enumerate().filter_map(|(index, section)| {
            let cost = *section.steps().get(next[index])?;
            let weight = u64::from(section.about().weight.max(1));
            Some((
                index,
                cost,
                (spent[index] + u64::from(cost)) * 1_000 / weight,
            ))
        });
        let Some((index, cost, _)) = waiting.min_by_key(|(_, _, turn)| *turn) else {
            return steps;
        };
        next[index] += 1;
        spent[index] += u64::from(cost);
        steps.push((index, cost));
    }
}

fn write(sections: &[Box<dyn Section + '_>], steps: &[Step], tokenizer: &dyn Tokenizer) -> Fitted {
    let mut taken = vec![0; sections.len()];
    for (section, _) in steps {
        taken[*section] += 1;
    }
    let mut document = Document::default();
    let mut reports = Vec::with_capacity(sections.len());
    for (section, taken) in sections.iter().zip(taken) {
        let start = document.len();
        let shown = section.write(taken, &mut document);
        let text = document.since(start);
        let detail = |(name, shown, total): &(&'static str, usize, usize)| Detail {
            name: (*name).to_owned(),
            shown: count(*shown),
            total: count(*total),
        };
        reports.push(Report {
            id: section.about().id.to_owned(),
            title: section.about().title.to_owned(),
            tokens: tokenizer.count(text),
            bytes: text.len() as u64,
            shown: count(shown.shown),
            total: count(shown.total),
            details: shown.details.iter().map(detail).collect(),
        });
    }
    let text = document.into_text();
    Fitted {
        tokens: tokenizer.count(&text),
        text,
        sections: reports,
    }
}

fn largest(mut sections: Vec<Report>) -> Vec<Report> {
    /// Whoever wants to shorten the document begins with these.
    const LARGEST: usize = 3;
    sections.sort_by_key(|section| std::cmp::Reverse(section.tokens));
    sections.truncate(LARGEST);
    sections
}
