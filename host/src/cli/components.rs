//! `quarry components`

use super::failure::Failure;
use super::{Global, setup};
use crate::catalog::{EXTRACTORS, PROMPT_BUILDER, load_extractors};
use crate::facts::write_json;
use crate::initialize::InitializeError;
use crate::text::Printable;
use clap::Args;
use quarry_sandbox::{CallOptions, digest};
use serde_json::{Value, json};
use std::io::{Write, stdout};

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Components {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Components {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let sandbox = setup::sandbox(global.quiet)?;
        let extractors = load_extractors(&sandbox, &EXTRACTORS)?;
        let mut components = Vec::new();
        for (named, embedded) in extractors.iter().zip(EXTRACTORS) {
            let described = named.extractor.describe(&CallOptions::default());
            let manifest = described
                .result
                .map_err(|error| InitializeError::Component {
                    component: named.name.clone(),
                    error,
                })?;
            components.push(json!({
                "name": manifest.name,
                "kind": "extractor",
                "version": manifest.version,
                "summary": manifest.summary,
                "bytes": embedded.wasm.len(),
                "sha256": named.extractor.digest(),
                "accepts": manifest.accepts,
                "ignores": manifest.ignores,
            }));
        }
        components.push(json!({
            "name": PROMPT_BUILDER.name,
            "kind": "prompt-builder",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Writes CONTEXT.md from facts and a target stack.",
            "bytes": PROMPT_BUILDER.wasm.len(),
            "sha256": digest(PROMPT_BUILDER.wasm),
        }));
        let mut output = stdout().lock();
        if self.json {
            return Ok(write_json(output, &components)?);
        }
        for component in components {
            let field = |name: &str| match &component[name] {
                Value::String(text) => Printable(text).to_string(),
                other => other.to_string(),
            };
            writeln!(
                output,
                "{:<15} {:<15} {:<7} {:>7} bytes  sha256:{:.12}  {}",
                field("name"),
                field("kind"),
                field("version"),
                field("bytes"),
                field("sha256"),
                field("summary"),
            )?;
        }
        Ok(())
    }
}
