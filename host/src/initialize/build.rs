//! Building the documents, until none of them holds a secret.
//!
//! A document may betray what no fact does by itself: a name and a value that the prompt builder writes side by side.
//! Such a value is replaced in the facts, and the documents are built again, so that all of them say the same and the
//! builder counts what is really there. What the facts call things is no such value: see [`Redaction::documents`].

use super::revision::revision;
use super::trace::observed;
use super::{Events, InitializeError, Request};
use crate::redaction::Redaction;
use crate::render::{Rendered, render};
use crate::workspace::Documents;
use quarry_sandbox::{CallError, CallOptions, Extraction, Floor, Input, PromptBuilder, Section};

/// How often the documents are built at most. Once for most projects, twice if a document betrays a secret.
const ATTEMPTS: usize = 4;

/// The name of the component.
const BUILDER: &str = "prompt-builder";

/// The document that has a budget.
const CONTEXT: &str = "CONTEXT.md";

/// What was built.
pub(super) struct Built {
    /// All documents.
    pub(super) documents: Documents,
    pub(super) revision: String,
    /// The length of `CONTEXT.md` in tokens.
    pub(super) tokens: u32,
    pub(super) sections: Vec<Section>,
}

/// What documents are built with.
pub(super) struct Building<'b> {
    pub(super) request: &'b Request<'b>,
    pub(super) builder: &'b PromptBuilder,
    pub(super) options: &'b CallOptions,
    pub(super) events: &'b Events,
    /// The names of the project and of the configuration that is meant, without secrets.
    pub(super) project: &'b str,
    pub(super) configuration: Option<&'b str>,
}

impl Building<'_> {
    /// Builds the documents from facts in which secrets are replaced.
    pub(super) fn documents(
        &self,
        extraction: &mut Extraction,
        redaction: &mut Redaction<'_>,
    ) -> Result<Built, InitializeError> {
        // What is kept free for the placeholders that make the document longer.
        let mut overrun = 0;
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut built = self.once(extraction, redaction, overrun)?;
            let before = redaction.count();
            if !redaction.documents(&mut built.documents) {
                return checked(built, redaction);
            }
            let mut found = before..redaction.count();
            let is_betrayed_by_facts = redaction.pursue(found.clone(), extraction);
            if !is_betrayed_by_facts || attempt == ATTEMPTS {
                // No fact holds it: the builder made it of several, or it stands in the target stack. So it is
                // replaced in the documents alone, in all of them.
                redaction.documents(&mut built.documents);
                found.end = redaction.count();
                let tokens = self.count(&built.documents);
                let added = tokens.saturating_sub(built.tokens);
                built.tokens = tokens;
                let excess = built.tokens.saturating_sub(self.request.budget);
                if excess == 0 {
                    return self.rendered_again(built, extraction, redaction);
                }
                if attempt == ATTEMPTS {
                    return Err(self.over_budget(built.tokens, built.sections));
                }
                // The builder did not use all of its budget this time; it may the next time.
                overrun = added.max(overrun + excess);
            }
            redaction.discard(found);
        }
    }

    /// Builds the documents once, with the renderings that were asked for.
    fn once(
        &self,
        extraction: &Extraction,
        redaction: &Redaction<'_>,
        overrun: u32,
    ) -> Result<Built, InitializeError> {
        let input = self.input(extraction, overrun);
        let tokenizer = &self.request.tokenizer;
        let outcome = observed(BUILDER, "build", self.events, || {
            self.builder.build(&input, tokenizer, self.options)
        });
        let built = outcome.result.map_err(|error| match error {
            CallError::OverBudget(floor) => {
                self.over_budget(floor.tokens.saturating_add(overrun), floor.largest)
            }
            error => failed(error),
        })?;
        let documents = Documents::of_builder(built.files)?;
        // No builder is trusted with the length of its document.
        let tokens = self.count(&documents);
        if tokens > input.budget {
            return Err(failed(CallError::Malformed(format!(
                "{CONTEXT} is {tokens} tokens, more than the budget of {}",
                input.budget
            ))));
        }
        let mut built = Built {
            documents,
            revision: input.revision,
            tokens,
            sections: built.report.sections,
        };
        self.add_renderings(&mut built, extraction, redaction)?;
        Ok(built)
    }

    fn input(&self, extraction: &Extraction, overrun: u32) -> Input {
        let request = self.request;
        let agents = request.agents.as_ref();
        let mut input = Input {
            project: self.project.to_owned(),
            configuration: self.configuration.map(str::to_owned),
            stack: request.stack.clone(),
            facts: extraction.facts.clone(),
            diagnostics: extraction.diagnostics.clone(),
            budget: request.budget.saturating_sub(overrun),
            tokenizer: request.tokenizer.name().to_owned(),
            revision: String::new(),
            pinned_tables: request.pinned_tables.clone(),
            excluded_tables: request.excluded_tables.clone(),
            mcp_url: agents.and_then(|agents| Some(agents.mcp_url.as_ref()?.as_str().to_owned())),
        };
        input.revision = revision(&input, extraction);
        input
    }

    fn count(&self, documents: &Documents) -> u32 {
        let document = documents.get(CONTEXT).unwrap_or_default();
        self.request.tokenizer.count(document)
    }

    fn over_budget(&self, tokens: u32, mut sections: Vec<Section>) -> InitializeError {
        /// As many sections as the message names.
        const LARGEST: usize = 3;
        sections.sort_by_key(|section| std::cmp::Reverse(section.tokens));
        sections.truncate(LARGEST);
        InitializeError::OverBudget {
            floor: Box::new(Floor {
                tokens,
                largest: sections,
            }),
            budget: self.request.budget,
            tokenizer: self.request.tokenizer.name().to_owned(),
        }
    }

    fn add_renderings(
        &self,
        built: &mut Built,
        extraction: &Extraction,
        redaction: &Redaction<'_>,
    ) -> Result<(), InitializeError> {
        let findings = redaction.findings();
        for format in &self.request.formats {
            let rendered = Rendered {
                document: built.documents.get(CONTEXT).unwrap_or_default(),
                tokenizer: self.request.tokenizer.name(),
                budget: self.request.budget,
                tokens: built.tokens,
                revision: &built.revision,
                sections: &built.sections,
                findings: &findings,
                extraction,
            };
            if let Some((name, text)) = render(*format, &rendered) {
                built.documents.insert(name, text)?;
            }
        }
        Ok(())
    }

    /// The renderings once more, since they list what was found in the documents.
    fn rendered_again(
        &self,
        mut built: Built,
        extraction: &Extraction,
        redaction: &mut Redaction<'_>,
    ) -> Result<Built, InitializeError> {
        self.add_renderings(&mut built, extraction, redaction)?;
        redaction.documents(&mut built.documents);
        checked(built, redaction)
    }
}

fn failed(error: CallError) -> InitializeError {
    InitializeError::Component {
        component: BUILDER.to_owned(),
        error,
    }
}

/// What was built, in which no secret is left.
fn checked(built: Built, redaction: &Redaction<'_>) -> Result<Built, InitializeError> {
    match redaction.leak(&built.documents) {
        Some(remnant) => Err(InitializeError::Leak(remnant)),
        None => Ok(built),
    }
}
