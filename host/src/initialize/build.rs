//! Building the documents, until none of them holds a secret.

use super::revision::revision;
use super::{InitializeError, Request};
use crate::redaction::Redaction;
use crate::render::{Rendered, render};
use crate::workspace::{Documents, Workspace};
use quarry_sandbox::{CallError, CallOptions, Extraction, Input, PromptBuilder, Section};

/// How often the documents are built. The second time is without the secrets that the documents of the first betrayed.
const ATTEMPTS: usize = 2;

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

/// Builds the documents from facts in which secrets are replaced.
pub(super) fn build(
    request: &Request<'_>,
    builder: &PromptBuilder,
    workspace: &Workspace,
    options: &CallOptions,
    project: &str,
    extraction: &mut Extraction,
    redaction: &mut Redaction,
) -> Result<Built, InitializeError> {
    let mut attempt = 1;
    loop {
        let mut built = once(request, builder, workspace, options, project, extraction)?;
        let language = language(extraction);
        let betrays = redaction.documents(&mut built.documents, language.as_deref());
        if !betrays || attempt == ATTEMPTS {
            built.tokens = checked(&built, request, redaction)?;
            add_renderings(&mut built, request, extraction, redaction)?;
            return Ok(built);
        }
        redaction.known(extraction);
        workspace.empty_staging()?;
        attempt += 1;
    }
}

/// The language of the sources' code.
fn language(extraction: &Extraction) -> Option<String> {
    let mut blocks = extraction.facts.initialization_blocks.iter();
    blocks.next().map(|block| block.language.clone())
}

fn once(
    request: &Request<'_>,
    builder: &PromptBuilder,
    workspace: &Workspace,
    options: &CallOptions,
    project: &str,
    extraction: &Extraction,
) -> Result<Built, InitializeError> {
    let mut input = Input {
        project: project.to_owned(),
        configuration: request.configuration.map(str::to_owned),
        stack: request.stack.clone(),
        facts: extraction.facts.clone(),
        diagnostics: extraction.diagnostics.clone(),
        budget: request.budget,
        tokenizer: request.tokenizer.name().to_owned(),
        revision: String::new(),
        pinned_tables: request.pinned_tables.clone(),
        excluded_tables: request.excluded_tables.clone(),
        mcp_url: request
            .agents
            .as_ref()
            .and_then(|agents| Some(agents.mcp_url.as_ref()?.as_str().to_owned())),
    };
    input.revision = revision(&input, extraction);
    let outcome = builder.build(workspace.staging(), &input, &request.tokenizer, options);
    let report = outcome.result.map_err(|error| match error {
        CallError::OverBudget(floor) => InitializeError::OverBudget {
            floor,
            budget: request.budget,
            tokenizer: request.tokenizer.name().to_owned(),
        },
        error => failed(error),
    })?;
    Ok(Built {
        documents: workspace.documents()?,
        revision: input.revision,
        tokens: report.tokens,
        sections: report.sections,
    })
}

fn failed(error: CallError) -> InitializeError {
    InitializeError::Component {
        component: "prompt-builder".to_owned(),
        error,
    }
}

/// Adds the renderings that were asked for, without secrets like all others.
fn add_renderings(
    built: &mut Built,
    request: &Request<'_>,
    extraction: &Extraction,
    redaction: &mut Redaction,
) -> Result<(), InitializeError> {
    for format in &request.formats {
        let rendered = Rendered {
            document: built.documents.get(CONTEXT).unwrap_or_default(),
            tokenizer: request.tokenizer.name(),
            budget: request.budget,
            tokens: built.tokens,
            revision: &built.revision,
            sections: &built.sections,
            findings: redaction.findings(),
            extraction,
        };
        if let Some((name, text)) = render(*format, &rendered) {
            built.documents.insert(name, text)?;
        }
    }
    if !request.formats.is_empty() {
        let language = language(extraction);
        redaction.documents(&mut built.documents, language.as_deref());
        checked(built, request, redaction)?;
    }
    Ok(())
}

/// The length of the document, which no builder is trusted with, and no secret in any document.
fn checked(
    built: &Built,
    request: &Request<'_>,
    redaction: &Redaction,
) -> Result<u32, InitializeError> {
    let document = built.documents.get(CONTEXT).unwrap_or_default();
    let tokens = request.tokenizer.count(document);
    if tokens > request.budget {
        return Err(failed(CallError::Malformed(format!(
            "{CONTEXT} is {tokens} tokens, more than the budget of {}",
            request.budget
        ))));
    }
    match redaction.leak(&built.documents) {
        Some((path, line, rule)) => Err(InitializeError::Leak { path, line, rule }),
        None => Ok(tokens),
    }
}
