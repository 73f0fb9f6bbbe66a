//! What the target stack is. Its strings are the operator's, and treated like all others.

use crate::budget::{About, Section, Shown};
use crate::facts::Scope;
use crate::markdown::{Document, Inline};
use crate::prompt::{Advice, Need};
use crate::schema::{words, words_of_mapping};
use crate::{Source, Tokenizer};
use std::collections::BTreeSet;

const ABOUT: About = About {
    id: "target-stack",
    title: "Target Stack",
    weight: 12,
};

/// A line of the section: what stands before its entries, and the entries, which are said one by one.
type Line = (&'static str, Vec<Inline>);

/// The section: what the stack is made of, and, step by step, what this project needs of it.
pub(crate) struct TargetStack<'i> {
    source: &'i Source<'i>,
    lines: Vec<Line>,
    costs: Vec<u32>,
}

impl<'i> TargetStack<'i> {
    pub(crate) fn new(source: &'i Source<'i>, tokenizer: &dyn Tokenizer) -> Self {
        let stack = &source.input.stack;
        let (types, unmapped) = types(source);
        let lines = vec![
            ("Initialization code belongs in: ", startup(source)),
            ("Global state belongs, by scope: ", state(source)),
            ("Types of columns, `n` being the size: ", types),
            ("Types that the stack has no word for: ", unmapped),
            ("Files: ", advice(source, &stack.file_structure)),
            ("Names: ", advice(source, &stack.naming_conventions)),
        ];
        let costs = lines.iter().flat_map(|(label, entries)| {
            entries.iter().enumerate().map(move |(index, entry)| {
                let added = match index {
                    0 => format!("- {label}{}\n", entry.text()),
                    _ => format!("{BETWEEN}{}", entry.text()),
                };
                tokenizer.count(&added)
            })
        });
        TargetStack {
            source,
            costs: costs.collect(),
            lines,
        }
    }
}

/// What stands between entries.
const BETWEEN: &str = "; ";

impl Section for TargetStack<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn steps(&self) -> &[u32] {
        &self.costs
    }

    fn write(&self, taken: usize, document: &mut Document) -> Shown {
        let stack = &self.source.input.stack;
        document.heading(3, Inline::ours(ABOUT.title));
        let mut line = Inline::new()
            .sentence(&stack.name)
            .and(" (")
            .name(&stack.id)
            .and(")");
        let mut parts = vec![
            (", ", &stack.group),
            (": ", &stack.language),
            (", ", &stack.framework),
        ];
        if !self.source.input.facts.tables.is_empty() {
            parts.push((", data access with ", &stack.orm));
        }
        parts.push((", pages with ", &stack.template_engine));
        for (before, part) in parts.into_iter().filter(|(_, part)| !part.is_empty()) {
            line = line.and(before).sentence(part);
        }
        document.item(line);
        let mut left = taken;
        for (label, entries) in &self.lines {
            let said = left.min(entries.len());
            left -= said;
            if said > 0 {
                let entries = entries[..said].iter().cloned();
                document.item(Inline::ours(label).join(entries, BETWEEN));
            }
        }
        if taken < self.costs.len() {
            let shown = Inline::new().number(taken as u64).and(" of ");
            let shown = shown.count(self.costs.len(), "entry shown", "entries shown");
            document.item(shown.and(", all in `context/stack.json`"));
        }
        Shown::of(taken, self.costs.len())
    }
}

/// What the stack calls the types of this project's columns, and those for which it has no word.
fn types(source: &Source<'_>) -> (Vec<Inline>, Vec<Inline>) {
    let mappings = &source.input.stack.types;
    let mapped = mappings.iter();
    let mapped: BTreeSet<(&str, bool)> = mapped
        .map(|mapping| (words(&mapping.data_type), mapping.automatic))
        .collect();
    let tables = source.input.facts.tables.iter();
    let used: BTreeSet<(&str, bool)> = tables
        .flat_map(|table| &table.columns)
        .map(|column| {
            let name = words(&column.data_type);
            // Without a word for values that the database gives, the type's own serves.
            (name, column.automatic && mapped.contains(&(name, true)))
        })
        .collect();
    let known = mappings.iter();
    let known =
        known.filter(|mapping| used.contains(&(words(&mapping.data_type), mapping.automatic)));
    let known = known.map(|mapping| {
        let name = Inline::new().name(&words_of_mapping(mapping));
        name.and(" ").name(&mapping.stack_type)
    });
    let unmapped = used.iter().filter(|used| !mapped.contains(used));
    let unmapped = unmapped.map(|(name, _)| Inline::new().name(name));
    (known.collect(), unmapped.collect())
}

/// Where global state belongs, for the scopes that this project has.
fn state(source: &Source<'_>) -> Vec<Inline> {
    let facts = &source.input.facts;
    let has = |scope| {
        facts
            .global_variables
            .iter()
            .any(|variable| variable.scope == scope)
    };
    let scopes = [
        ("app", has(Scope::App)),
        ("module", has(Scope::Module)),
        ("request", has(Scope::Request)),
    ];
    let places = source.input.stack.state.iter().filter(|place| {
        let is_known = |(scope, has_any): &(&str, bool)| *scope == place.name && *has_any;
        scopes.iter().any(is_known)
    });
    places
        .map(|place| entry(&place.name, &place.value))
        .collect()
}

/// Where code that runs at start belongs, when there is any.
fn startup(source: &Source<'_>) -> Vec<Inline> {
    let startup = &source.input.stack.startup;
    if source.input.facts.initialization_blocks.is_empty() || startup.is_empty() {
        return Vec::new();
    }
    vec![Inline::new().sentence(startup)]
}

/// The lines that are of use to this project.
fn advice(source: &Source<'_>, lines: &[Advice]) -> Vec<Inline> {
    let facts = &source.input.facts;
    let is_of_use = |line: &&Advice| match line.needs {
        None => true,
        Some(Need::Tables) => !facts.tables.is_empty(),
        Some(Need::Startup) => !facts.initialization_blocks.is_empty(),
    };
    let lines = lines.iter().filter(is_of_use);
    lines.map(|line| entry(&line.name, &line.value)).collect()
}

fn entry(name: &str, value: &str) -> Inline {
    Inline::new().name(name).and(" ").sentence(value)
}
