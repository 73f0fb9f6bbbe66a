//! Code that runs when the application or a module starts: which blocks there are, what they do, and their code as
//! far as it fits.

use super::beginning::FENCE;
use crate::Tokenizer;
use crate::budget::{About, Costs, Section, Shown};
use crate::facts::InitializationBlock;
use crate::files;
use crate::markdown::{Document, Inline};
use crate::{Source, text};

const ABOUT: About = About {
    id: "initialization-code",
    title: "Initialization Code",
    weight: 22,
};

/// The most lines that one step shows.
const MOST_LINES: usize = 8;

/// A block, its code without blank lines.
struct Block<'i> {
    fact: &'i InitializationBlock,
    lines: Vec<String>,
    /// After how many lines each of its steps ends, always between two statements.
    ends: Vec<usize>,
    file: String,
}

/// What a step adds to a block.
#[derive(Debug, Clone, Copy)]
enum Step {
    /// That it is there, and how long it is.
    Name(usize),
    /// What it reads, writes and does.
    Effects(usize),
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
            .map(|(fact, file)| block(fact, file))
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

    /// Breadth first: that blocks are there, what they do, then their code, the project's own first.
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
            let line = || format!("\n- {}\n", self.item(index, false).text());
            add(Step::Name(index), &|| tokenizer.count(&line()));
        }
        for &index in &order {
            let more = self.effects(index);
            if !more.is_empty() {
                add(Step::Effects(index), &|| tokenizer.count(more.text()));
            }
        }
        for &index in &order {
            let block = &self.blocks[index];
            let mut start = 0;
            for &end in &block.ends {
                let frame = if start == 0 { FENCE + CUT } else { 0 };
                let code = || block.lines[start..end].concat();
                add(Step::Code(index), &|| tokenizer.count(&code()) + frame);
                start = end;
            }
        }
        (self.steps, self.costs) = (steps, costs);
    }

    /// `Shop, block 1: 41 lines, Shop.wwp:218`
    fn item(&self, index: usize, with_effects: bool) -> Inline {
        let block = &self.blocks[index];
        let fact = block.fact;
        let mut item = Inline::new().name(&fact.element).and(", block ");
        item = item.number(fact.order).and(": ");
        item = item
            .count(block.lines.len(), "line, ", "lines, ")
            .place(&fact.origin);
        item = item.then(&self.source.left_out_of(&fact.element));
        if let Some(condition) = &fact.condition {
            item = item.and(", only if ").name(condition);
        }
        if with_effects {
            item = item.then(&self.effects(index));
        }
        item
    }

    fn effects(&self, index: usize) -> Inline {
        let fact = self.blocks[index].fact;
        let lists: [(&'static str, &[String]); 3] = [
            ("; effects: ", &fact.effects),
            ("; writes ", &fact.writes),
            ("; reads ", &fact.reads),
        ];
        let mut effects = Inline::new();
        for (label, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
            effects = effects.and(label).names(names.iter().map(String::as_str));
        }
        effects
    }
}

/// What the line below a block that is cut costs at most, in tokens.
const CUT: u32 = 60;

fn block(fact: &InitializationBlock, file: String) -> Block<'_> {
    let code = text::lines(&fact.code);
    let lines = code
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty());
    let lines: Vec<String> = lines.map(|line| format!("{line}\n")).collect();
    Block {
        ends: ends(&lines),
        fact,
        lines,
        file,
    }
}

/// Where code may be cut: at the least indented of the next lines that do not go on with a statement.
fn ends(lines: &[String]) -> Vec<usize> {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut ends = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        let is_end = |end: &usize| {
            lines
                .get(*end)
                .is_none_or(|next| !goes_on(&lines[*end - 1], next))
        };
        let near = (start + 1..=(start + MOST_LINES).min(lines.len())).filter(is_end);
        let best = near.min_by_key(|end| {
            let depth = lines.get(*end).map_or(0, |next| indentation(next));
            (depth, std::cmp::Reverse(*end))
        });
        // A statement that is longer than a step is shown whole.
        let end = best.or_else(|| (start + 1..=lines.len()).find(|end| is_end(end)));
        start = end.unwrap_or(lines.len());
        ends.push(start);
    }
    ends
}

/// Whether a statement goes on from one line to the next, in most languages.
fn goes_on(line: &str, next: &str) -> bool {
    const OPEN: [&str; 11] = ["...", "\\", ",", "+", "(", "[", "{", "=", "|", "&", "_"];
    const CLOSE: [char; 8] = [')', ']', '}', '.', '+', ',', '|', '&'];
    let line = line.trim_end();
    OPEN.iter().any(|open| line.ends_with(open)) || next.trim_start().starts_with(CLOSE)
}

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
        let count = Inline::new().count(self.blocks.len(), "block, ", "blocks, ");
        document.paragraph(count.count(lines, "line", "lines").and(
            ", without declarations and comments; those of an element run in their order. Each block whole: \
             `context/initialization/`.",
        ));
        let mut shown = (0, 0, 0, 0);
        for (index, reached) in self.reached(taken).into_iter().enumerate() {
            if !reached.name {
                continue;
            }
            document.item(self.item(index, reached.effects));
            let shown_lines = self.write_code(index, reached.code, document);
            shown.0 += 1;
            shown.1 += usize::from(reached.effects);
            shown.2 += usize::from(shown_lines == self.blocks[index].lines.len());
            shown.3 += shown_lines;
        }
        let total = self.blocks.len();
        Shown::of(shown.2, total)
            .with("blocks by name", shown.0, total)
            .with("blocks with effects", shown.1, total)
            .with("blocks whole", shown.2, total)
            .with("lines of code", shown.3, lines)
    }
}

/// How far a block has come.
#[derive(Debug, Clone, Copy, Default)]
struct Reached {
    name: bool,
    effects: bool,
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
                Step::Code(block) => reached[block].code += 1,
            }
        }
        reached
    }

    /// Writes the beginning of a block's code, and how much that is.
    fn write_code(&self, index: usize, steps: usize, document: &mut Document) -> usize {
        let block = &self.blocks[index];
        let Some(end) = steps.checked_sub(1).and_then(|last| block.ends.get(last)) else {
            return 0;
        };
        let code = block.lines[..*end].concat();
        document.data(&block.fact.language, &self.source.input.revision, &code);
        if *end < block.lines.len() {
            let cut = Inline::ours("Cut: lines ")
                .number(*end as u64 + 1)
                .and(" to ");
            let cut = cut.number(block.lines.len() as u64).and(", in ");
            document.paragraph(cut.name(&block.file).and("."));
        }
        *end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(code: &str) -> Vec<String> {
        code.lines().map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn code_is_cut_between_statements_where_it_is_least_indented() {
        let code = "A()\nIF x THEN\n\tB(1, ...\n\t\t2)\n\tC()\nEND\nD()\nE()\nF()\nG()";
        assert_eq!(ends(&lines(code)), [8, 10]);
        let long = format!("IF x THEN\n{}END\nA()", "\tB()\n".repeat(9));
        assert_eq!(ends(&lines(&long)), [8, 12]);
        assert_eq!(ends(&lines(&"f(1,\n".repeat(20))), [20]);
        assert_eq!(ends(&[]), [0; 0]);
    }
}
