//! The prompt builder: facts and a target stack become `CONTEXT.md`, which a coding agent reads before it rewrites
//! the project.
//!
//! [`build`] is pure: the same input gives the same bytes. No string of the input reaches the document but through
//! the module `markdown`, which knows that all of them are untrusted.
#![deny(missing_docs)]

mod budget;
#[cfg(target_family = "wasm")]
mod component;
mod data;
mod files;
mod hidden;
mod markdown;
mod schema;
mod sections;
mod text;

use budget::{Fitted, fit};
use markdown::Inline;
use prompt::{BuildError, Input, Section};
use std::collections::BTreeSet;

#[doc(hidden)]
#[allow(missing_docs, missing_debug_implementations, clippy::all)]
pub mod bindings {
    wit_bindgen::generate!({
        path: [
            "../../wit/deps/wasi-io.wit",
            "../../wit/deps/wasi-clocks.wit",
            "../../wit/deps/wasi-filesystem.wit",
            "../../wit/deps/wasi-cli.wit",
            "../../wit/context",
            "../../wit/prompt",
        ],
        world: "quarry:prompt/prompt-builder-world",
        generate_all,
    });
}

/// The records of `quarry:context/facts`.
pub mod facts {
    pub use crate::bindings::exports::quarry::context::facts::*;
}

/// The records of `quarry:prompt/prompt-builder`.
pub mod prompt {
    pub use crate::bindings::exports::quarry::prompt::prompt_builder::{
        Advice, BuildError, Detail, Floor, Guest, Input, Need, Report, Section, Stack, TypeMapping,
    };
}

/// The name of the document.
pub const CONTEXT: &str = "CONTEXT.md";

/// Counts the tokens of a text.
pub trait Tokenizer {
    /// How many tokens a text is.
    fn count(&self, text: &str) -> u32;
}

impl<F: Fn(&str) -> u32> Tokenizer for F {
    fn count(&self, text: &str) -> u32 {
        self(text)
    }
}

/// What was built.
#[derive(Debug, Clone)]
pub struct Output {
    /// The files: path relative to the workspace, and content. The document is the first.
    pub files: Vec<(String, String)>,
    /// The sections of the document, in order; their bytes add up to the document's.
    pub sections: Vec<Section>,
    /// The length of the document in tokens.
    pub tokens: u32,
    /// How many characters that nobody sees were dropped from the input's strings.
    pub hidden_characters: u64,
}

fn count(facts: usize) -> u32 {
    u32::try_from(facts).unwrap_or(u32::MAX)
}

/// The input, with what several sections ask about it.
struct Source<'i> {
    input: &'i Input,
    /// Elements that the chosen configuration leaves out.
    left_out: BTreeSet<&'i str>,
    /// How many characters that nobody sees are dropped from its strings.
    hidden: u64,
}

impl<'i> Source<'i> {
    fn new(input: &'i Input) -> Self {
        let mut source = Source {
            input,
            left_out: BTreeSet::new(),
            hidden: hidden::count(input),
        };
        let left_out = input
            .facts
            .elements
            .iter()
            .filter(|element| source.is_left_out(element));
        source.left_out = left_out.map(|element| element.name.as_str()).collect();
        source
    }

    /// Whether the chosen configuration leaves an element out.
    fn is_left_out(&self, element: &facts::Element) -> bool {
        let chosen = self.input.configuration.as_ref();
        chosen.is_some_and(|chosen| element.excluded_from.contains(chosen))
    }

    /// The project that the facts are of.
    fn project(&self) -> Option<&'i facts::Project> {
        let mut projects = self.input.facts.projects.iter();
        projects.find(|project| project.selected)
    }

    /// What was read, as the end of a sentence: its name or `the source tree`.
    fn subject(&self) -> Inline {
        match self.project() {
            Some(project) => Inline::new().name(&project.name),
            None => Inline::ours("the source tree"),
        }
    }

    /// `No X were found in the source tree.`, and how much of it nobody could read: what is not found may be there.
    fn not_found(&self, no: &'static str) -> Inline {
        let sentence = Inline::ours(no).and(" in ").then(&self.subject());
        let elements = &self.input.facts.elements;
        let is_read = |element: &&facts::Element| element.form == facts::ElementForm::Text;
        let unread = elements.len() - elements.iter().filter(is_read).count();
        if unread == 0 {
            return sentence.and(".");
        }
        let unread = sentence.and("; ").number(unread as u64).and(" of ");
        unread.count(
            elements.len(),
            "element could not be read.",
            "elements could not be read.",
        )
    }

    /// `, left out of configuration X` for an element that is.
    fn left_out_of(&self, element: &str) -> Inline {
        match &self.input.configuration {
            Some(chosen) if self.left_out.contains(element) => {
                Inline::ours(", left out of configuration ").name(chosen)
            }
            _ => Inline::new(),
        }
    }
}

/// Builds the document and the files beside it.
///
/// # Errors
///
/// When the input contradicts itself, or when the shortest document is longer than the budget.
pub fn build(input: &Input, tokenizer: &dyn Tokenizer) -> Result<Output, BuildError> {
    check(input)?;
    let source = Source::new(input);
    let schema = schema::Schema::new(&source, tokenizer);
    let table_uses = sections::TableUses::new(&source, schema.order(), tokenizer);
    let sections: Vec<Box<dyn budget::Section + '_>> = vec![
        Box::new(sections::Beginning::new(&source, tokenizer)),
        Box::new(sections::TargetStack::new(&source, tokenizer)),
        Box::new(schema),
        Box::new(table_uses),
        Box::new(sections::Connections::new(&source)),
        Box::new(sections::Environment::new(&source, tokenizer)),
        Box::new(sections::GlobalState::new(&source, tokenizer)),
        Box::new(sections::Initialization::new(&source, tokenizer)),
        Box::new(sections::Reading::new(&source, tokenizer)),
        Box::new(sections::Mcp::new(&source)),
    ];
    let Fitted {
        text,
        tokens,
        sections,
    } = fit(&sections, input.budget, tokenizer).map_err(BuildError::OverBudget)?;
    let mut files = vec![(CONTEXT.to_owned(), text)];
    files.extend(files::write(&source, &sections, tokens));
    Ok(Output {
        files,
        sections,
        tokens,
        hidden_characters: source.hidden,
    })
}

fn check(input: &Input) -> Result<(), BuildError> {
    let configurations = &input.facts.configurations;
    match &input.configuration {
        // Without any, the project could not be read: nothing contradicts the choice then.
        Some(chosen) if !configurations.is_empty() => {
            let is_known = configurations.iter().any(|known| known.name == *chosen);
            let chosen = text::line(chosen, text::LONGEST_NAME);
            is_known.then_some(()).ok_or_else(|| {
                BuildError::InvalidInput(format!("the project has no configuration {chosen:?}"))
            })
        }
        _ => Ok(()),
    }
}
