//! The components that Quarry comes with, and the target stacks.

mod description;
mod stacks;

pub use description::{Description, DescriptionError, describe};
pub use stacks::{StackError, stack, stack_file, stacks};

use quarry_sandbox::{Extractor, LoadError, PromptBuilder, Sandbox};
use std::thread;

/// A component as it is embedded.
#[derive(Debug, Clone, Copy)]
pub struct Embedded {
    /// Its name.
    pub name: &'static str,
    /// The component itself.
    pub wasm: &'static [u8],
}

macro_rules! embedded {
    ($name:literal) => {
        Embedded {
            name: $name,
            wasm: include_bytes!(concat!(env!("OUT_DIR"), "/", $name, ".wasm")),
        }
    };
}

/// The extractors, in the order in which their facts are put together.
pub const EXTRACTORS: [Embedded; 5] = [
    embedded!("project"),
    embedded!("schema"),
    embedded!("connections"),
    embedded!("global-state"),
    embedded!("table-uses"),
];

/// The prompt builder.
pub const PROMPT_BUILDER: Embedded = embedded!("prompt-builder");

/// A component of the catalog was not accepted by the sandbox.
#[derive(Debug, thiserror::Error)]
#[error("the component {name} cannot be loaded: {error}")]
pub struct CatalogError {
    /// Its name.
    pub name: String,
    /// What the sandbox said.
    #[source]
    pub error: LoadError,
}

/// An extractor that is ready to run.
#[derive(Debug, Clone)]
pub struct NamedExtractor {
    /// Its name.
    pub name: String,
    /// The extractor.
    pub extractor: Extractor,
}

/// Loads extractors, several at once: the first time each has to be compiled.
///
/// # Errors
///
/// The first that is not accepted.
pub fn load_extractors(
    sandbox: &Sandbox,
    embedded: &[Embedded],
) -> Result<Vec<NamedExtractor>, CatalogError> {
    thread::scope(|scope| {
        let loading: Vec<_> = embedded
            .iter()
            .map(|component| (component, scope.spawn(|| sandbox.extractor(component.wasm))))
            .collect();
        loading
            .into_iter()
            .map(|(component, loading)| {
                let extractor = match loading.join() {
                    Ok(loaded) => loaded,
                    Err(panic) => std::panic::resume_unwind(panic),
                };
                Ok(NamedExtractor {
                    name: component.name.to_owned(),
                    extractor: extractor.map_err(|error| rejected(component, error))?,
                })
            })
            .collect()
    })
}

/// Loads the prompt builder.
///
/// # Errors
///
/// When it is not accepted.
pub fn load_prompt_builder(sandbox: &Sandbox) -> Result<PromptBuilder, CatalogError> {
    sandbox
        .prompt_builder(PROMPT_BUILDER.wasm)
        .map_err(|error| rejected(&PROMPT_BUILDER, error))
}

fn rejected(component: &Embedded, error: LoadError) -> CatalogError {
    CatalogError {
        name: component.name.to_owned(),
        error,
    }
}
