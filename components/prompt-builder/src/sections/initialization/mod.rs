//! Code that runs when the application or a module starts: which blocks there are, what they do, and their code as
//! far as it fits.

mod block;
mod effects;

pub(crate) use effects::words as effect_words;

use super::beginning::FENCE;
use crate::Source;
use crate::Tokenizer;
use crate::budget::{About, Costs, Section, Shown};
use crate::facts::InitializationBlock;
use crate::files;
use crate::markdown::{Document, Inline};
use block::Block;

const ABOUT: About = About {
    id: "initialization-code",
    title: "Initialization Code",
    weight: 22,
};

/// What a step adds to a block.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// That it is there, and how long it is.
    Name(usize),
    /// What it does.
    Effects(usize),
    /// What it writes and reads.
    Globals(usize),
    /// More of its code.
    Code(usize),
}

/// The section.
pub(crate) struct Initialization<'i> {
    source: &'i Source<'i>,
    blocks: Vec<Block<'i>>,
    steps: Vec<Step>,
    costs: Costs,
}

impl<'i> Initialization<'i> {
    pub(crate) fn new(source: &'i Source<'i>, tokenizer: &dyn Tokenizer) -> Self {
        let facts = &source.input.facts.initialization_blocks;
        let names = files::code_names(facts);
        let blocks: Vec<Block> = facts
            .iter()
            .zip(names)
            .map(|(fact, file)| Block::new(fact, file))
            .collect();
        let mut section = Initialization {
            source,
            blocks,
            steps: Vec::new(),
            costs: Costs::new(source.input.budget),
        };
        section.plan(tokenizer);
        section
    }

    /// Breadth first: that blocks are there, what they do, the beginning of their code, then the rest of it, the
    /// project's own first.
    fn plan(&mut self, tokenizer: &dyn Tokenizer) {
        let project = self.source.project().map(|project| &*project.name);
        let mut order: Vec<usize> = (0..self.blocks.len()).collect();
        order.sort_by_key(|block| {
            let fact = self.blocks[*block].fact;
            (
                project != Some(&*fact.element),
                std::cmp::Reverse(fact.effects.len()),
            )
        });
        let mut steps = Vec::new();
        let mut costs = Costs::new(self.source.input.budget);
        // Nothing is counted behind steps that cost all there is.
        let mut add = |step, cost: &dyn Fn() -> u32| {
            if costs.has_room() {
                costs.push(cost());
                steps.push(step);
            }
        };
        for &index in &order {
            let line = || {
                format!(
                    "\n- {}\n",
                    self.item(index, Reached::default(), false).text()
                )
            };
            add(Step::Name(index), &|| tokenizer.count(&line()));
        }
        for (index, cost) in self.cheapest_first(&order, effects::summary, tokenizer) {
            add(Step::Effects(index), &|| cost);
        }
        for (index, cost) in self.cheapest_first(&order, effects::globals, tokenizer) {
            add(Step::Globals(index), &|| cost);
        }
        let first = order.iter().map(|index| (*index, 0..1));
        let rest = order.iter().map(|index| (*index, 1..usize::MAX));
        for (index, range) in first.chain(rest) {
            let block = &self.blocks[index];
            let mut start = block.end(range.start).lines;
            for end in block.ends.iter().take(range.end).skip(range.start) {
                let frame = if start == 0 { FENCE + CUT } else { 0 };
                let code = || block.lines[start..end.lines].concat();
                add(Step::Code(index), &|| tokenizer.count(&code()) + frame);
                start = end.lines;
            }
        }
        (self.steps, self.costs) = (steps, costs);
    }

    /// What blocks say of themselves, with what that costs: a long block that does much keeps no other out.
    fn cheapest_first(
        &self,
        order: &[usize],
        what: fn(&InitializationBlock) -> Inline,
        tokenizer: &dyn Tokenizer,
    ) -> Vec<(usize, u32)> {
        let said = order.iter().filter_map(|index| {
            let said = what(self.blocks[*index].fact);
            (!said.is_empty()).then(|| (*index, tokenizer.count(said.text())))
        });
        let mut said: Vec<(usize, u32)> = said.collect();
        said.sort_by_key(|(_, cost)| *cost);
        said
    }

    /// `Shop, block 1: 41 lines, Shop.wwp:218, digest 0f1e2d3c, in context/initialization/Shop-1.wl`
    fn item(&self, index: usize, reached: Reached, is_whole: bool) -> Inline {
        let block = &self.blocks[index];
        let fact = block.fact;
        let mut item = Inline::new().name(&fact.element).and(", block ");
        item = item.number(fact.order).and(": ");
        item = item
            .count(block.lines.len(), "line, ", "lines, ")
            .place(&fact.origin)
            .and(", digest ")
            .name(&block.digest);
        if !is_whole {
            item = item.and(", in ").name(&block.file);
        }
        item = item.then(&self.source.left_out_of(&fact.element));
        if let Some(condition) = &fact.condition {
            item = item.and(", only if ").name(condition);
        }
        if reached.effects {
            item = item.then(&effects::summary(fact));
        }
        if reached.globals {
            item = item.then(&effects::globals(fact));
        }
        item
    }
}

/// What the line below a block that is cut costs at most, in tokens.
const CUT: u32 = 60;

impl Section for Initialization<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn steps(&self) -> &[u32] {
        self.costs.as_slice()
    }

    fn write(&self, taken: usize, document: &mut Document) -> Shown {
        document.heading(2, Inline::ours(ABOUT.title));
        if self.blocks.is_empty() {
            document.paragraph(self.source.not_found("No initialization code was found"));
            return Shown::default();
        }
        let lines = self.blocks.iter().map(|block| block.lines.len()).sum();
        let reached = self.reached(taken);
        let named = reached.iter().filter(|reached| reached.name).count();
        let shown = |(block, reached): (&Block, &Reached)| block.end(reached.code).lines;
        let shown: Vec<usize> = self.blocks.iter().zip(&reached).map(shown).collect();
        let shown_lines: usize = shown.iter().sum();
        let is_whole = |index: usize| shown[index] == self.blocks[index].lines.len();
        let count = Inline::new().number(named as u64).and(" of ");
        let count = count.count(self.blocks.len(), "block and ", "blocks and ");
        let count = count.number(shown_lines as u64).and(" of ");
        document.paragraph(count.count(lines, "line shown", "lines shown").and(
            ", without declarations and comments, texts and secrets masked; those of an element run in their order. \
             Line by line as in the source, masked too: `context/initialization/`.",
        ));
        for (index, reached) in reached.iter().enumerate() {
            if reached.name {
                document.item(self.item(index, *reached, is_whole(index)));
                self.write_code(index, reached.code, document);
            }
        }
        let whole = (0..reached.len()).filter(|index| reached[*index].name && is_whole(*index));
        self.shown(&reached, whole.count())
            .with("lines of code", shown_lines, lines)
    }
}

/// How far a block has come.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    name: bool,
    effects: bool,
    globals: bool,
    /// Steps of its code.
    code: usize,
}

impl Initialization<'_> {
    /// How far each block has come after some steps.
    fn reached(&self, taken: usize) -> Vec<Reached> {
        let mut reached = vec![Reached::default(); self.blocks.len()];
        for step in self.steps.iter().take(taken) {
            match *step {
                Step::Name(block) => reached[block].name = true,
                Step::Effects(block) => reached[block].effects = true,
                Step::Globals(block) => reached[block].globals = true,
                Step::Code(block) => reached[block].code += 1,
            }
        }
        reached
    }

    /// How many blocks are shown how far, `whole` of them with all of their code.
    fn shown(&self, reached: &[Reached], whole: usize) -> Shown {
        let total = self.blocks.len();
        let count = |is_there: fn(&Reached) -> bool| {
            reached.iter().filter(|reached| is_there(reached)).count()
        };
        let effects = |block: &Block| block.fact.effects.len();
        let told = self.blocks.iter().zip(reached);
        let told = told.filter(|(_, reached)| reached.effects);
        let told = told.map(|(block, _)| effects(block).min(effects::MOST));
        Shown::of(whole, total)
            .with("blocks by name", count(|reached| reached.name), total)
            .with(
                "blocks with effects",
                count(|reached| reached.effects),
                total,
            )
            .with("effects", told.sum(), self.blocks.iter().map(effects).sum())
            .with(
                "blocks with globals",
                count(|reached| reached.globals),
                total,
            )
            .with("blocks whole", whole, total)
    }

    /// Writes the beginning of a block's code.
    fn write_code(&self, index: usize, steps: usize, document: &mut Document) {
        let block = &self.blocks[index];
        let end = block.end(steps);
        if end.lines == 0 {
            return;
        }
        let code = block.lines[..end.lines].concat();
        document.data(&block.fact.language, &self.source.input.revision, &code);
        if end.lines < block.lines.len() {
            let cut = Inline::ours(if end.is_inside {
                "Cut inside of a statement: the last "
            } else {
                "Cut: the last "
            });
            let left = block.lines.len() - end.lines;
            let cut = cut.number(left as u64).and(" of ");
            document.paragraph(cut.count(block.lines.len(), "line.", "lines."));
        }
    }
}
