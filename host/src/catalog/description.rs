//! What the components say of themselves.

use super::{EXTRACTORS, NamedExtractor, PROMPT_BUILDER};
use quarry_sandbox::{CallError, CallOptions, digest};
use serde::Serialize;
use utoipa::ToSchema;

/// A component, and what it is for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Description {
    /// Its name.
    #[schema(example = "schema")]
    pub name: String,
    /// `extractor` or `prompt-builder`.
    pub kind: &'static str,
    /// Its version.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// The world of the contract that it is made for.
    #[schema(example = "quarry:context/extractor-world@0.1.0")]
    pub world: &'static str,
    /// What it is for.
    pub summary: String,
    /// The length of the component.
    pub bytes: usize,
    /// The digest of the component.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub sha256: String,
    /// Globs of the files that an extractor reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accepts: Vec<String>,
    /// Globs of files that it knows, but does not need.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignores: Vec<String>,
}

/// A component did not say what it is.
#[derive(Debug, thiserror::Error)]
#[error("the component {component} does not say what it is: {error}")]
pub struct DescriptionError {
    /// Its name.
    pub component: String,
    /// How its call ended.
    #[source]
    pub error: CallError,
}

/// Describes the components that Quarry comes with. Blocks the thread: each extractor is asked.
///
/// # Errors
///
/// When one of them does not answer.
pub fn describe(extractors: &[NamedExtractor]) -> Result<Vec<Description>, DescriptionError> {
    let mut descriptions = Vec::new();
    for (named, embedded) in extractors.iter().zip(EXTRACTORS) {
        let described = named.extractor.describe(&CallOptions::default());
        let manifest = described.result.map_err(|error| DescriptionError {
            component: named.name.clone(),
            error,
        })?;
        descriptions.push(Description {
            name: manifest.name,
            kind: "extractor",
            version: manifest.version,
            world: "quarry:context/extractor-world@0.1.0",
            summary: manifest.summary,
            bytes: embedded.wasm.len(),
            sha256: named.extractor.digest().to_string(),
            accepts: manifest.accepts,
            ignores: manifest.ignores,
        });
    }
    descriptions.push(Description {
        name: PROMPT_BUILDER.name.to_owned(),
        kind: "prompt-builder",
        version: env!("CARGO_PKG_VERSION").to_owned(),
        world: "quarry:prompt/prompt-builder-world@0.1.0",
        summary: "Writes CONTEXT.md from facts and a target stack.".to_owned(),
        bytes: PROMPT_BUILDER.wasm.len(),
        sha256: digest(PROMPT_BUILDER.wasm),
        accepts: Vec::new(),
        ignores: Vec::new(),
    });
    Ok(descriptions)
}

#[cfg(test)]
mod tests {
    /// The version of a package of the contract.
    fn package(wit: &str) -> &str {
        let mut lines = wit.lines();
        let line = lines.find_map(|line| line.strip_prefix("package "));
        line.unwrap().trim_end_matches(';')
    }

    #[test]
    fn the_worlds_are_those_of_the_contract() {
        let source = include_str!("description.rs");
        for (wit, world) in [
            (
                include_str!("../../../wit/context/extractor.wit"),
                "extractor-world",
            ),
            (
                include_str!("../../../wit/prompt/prompt.wit"),
                "prompt-builder-world",
            ),
        ] {
            assert!(wit.contains(&format!("world {world} {{")));
            let (package, version) = package(wit).split_once('@').unwrap();
            let named = format!("\"{package}/{world}@{version}\"");
            assert!(source.contains(&named), "{named}");
        }
    }
}
