//! Accepting a component: what it imports, what it exports, and its native code.

use crate::aot::CodeCache;
use crate::bindings::{
    self, ExtractorHostPre, Input, Manifest, PromptBuilderHostPre, Report, Request, tokenizer,
};
use crate::call::{self, Call, CallOptions, Outcome, State};
use crate::error::{CallError, LoadError, SandboxError};
use crate::filesystem::{Inputs, MemoryDirectory, Root};
use crate::limits::Limits;
use crate::tokenizer::{Counter, Tokenizer};
use crate::{engine, wasi};
use cap_std::fs::Dir;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use wasmtime::Engine;
use wasmtime::component::{Component, HasData, Linker};

/// The packages that components may import, version 0.2.
const ALLOWED: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];

/// What prompt builders may import besides.
const TOKENIZER: &str = "quarry:prompt/tokenizer@0.1.0";

/// What a guest counts tokens with.
struct HasCounter;

impl HasData for HasCounter {
    type Data<'a> = &'a mut Counter;
}

/// How a sandbox is set up.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// How many instances there may be at once.
    pub slots: u32,
    /// The largest memory limit that a call may ask for, in bytes.
    pub memory: usize,
    /// Where compiled code is kept; none to compile each time. Only the user may be able to write there: what is read
    /// from it is executed.
    pub cache: Option<PathBuf>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        SandboxOptions {
            slots: 32,
            memory: Limits::default().memory,
            cache: None,
        }
    }
}

/// What goes on in a sandbox. Without a pool, where the machine has no room for one, nothing is known of instances.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Activity {
    /// Instances of components that there are.
    pub instances: u64,
    /// Their linear memories.
    pub memories: usize,
    /// Bytes of memory that are kept for instances to come.
    pub idle_bytes: usize,
    /// How often the code of a component was in the cache.
    pub code_cached: u64,
    /// How often it was not, and was compiled.
    pub code_compiled: u64,
}

/// Runs components. Cheap to clone; one serves a whole process.
#[derive(Clone)]
pub struct Sandbox {
    engine: Engine,
    linker: Arc<Linker<State>>,
    cache: Option<Arc<CodeCache>>,
}

impl Sandbox {
    /// Starts the engine.
    ///
    /// # Errors
    ///
    /// See [`SandboxError`].
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let engine = engine::start(options.slots, options.memory)?;
        let mut linker = Linker::new(&engine);
        wasi::link(&mut linker)
            .and_then(|()| {
                tokenizer::add_to_linker::<_, HasCounter>(&mut linker, |state| &mut state.counter)
            })
            .map_err(|error| SandboxError::Engine(format!("{error:#}")))?;
        let cache = options
            .cache
            .map(CodeCache::open)
            .transpose()?
            .map(Arc::new);
        Ok(Sandbox {
            engine,
            linker: Arc::new(linker),
            cache,
        })
    }

    /// What goes on in it now.
    pub fn activity(&self) -> Activity {
        let (code_cached, code_compiled) = match &self.cache {
            Some(cache) => cache.uses(),
            None => (0, 0),
        };
        let pool = self.engine.pooling_allocator_metrics();
        Activity {
            instances: pool.as_ref().map_or(0, |pool| pool.component_instances()),
            memories: pool.as_ref().map_or(0, |pool| pool.memories()),
            idle_bytes: pool
                .as_ref()
                .map_or(0, |pool| pool.unused_memory_bytes_resident()),
            code_cached,
            code_compiled,
        }
    }

    /// Accepts an extractor, compiling it unless its code is cached.
    ///
    /// # Errors
    ///
    /// See [`LoadError`].
    pub fn extractor(&self, wasm: &[u8]) -> Result<Extractor, LoadError> {
        let (component, digest) = self.component(wasm, is_wasi)?;
        let pre = self
            .linker
            .instantiate_pre(&component)
            .and_then(ExtractorHostPre::new)
            .map_err(|error| wrong_world("quarry:context/extractor-world@0.1.0", &error))?;
        Ok(Extractor {
            engine: self.engine.clone(),
            pre,
            digest: digest.into(),
        })
    }

    /// Accepts a prompt builder, compiling it unless its code is cached.
    ///
    /// # Errors
    ///
    /// See [`LoadError`].
    pub fn prompt_builder(&self, wasm: &[u8]) -> Result<PromptBuilder, LoadError> {
        let is_allowed = |import: &str| import == TOKENIZER || is_wasi(import);
        let (component, digest) = self.component(wasm, is_allowed)?;
        let pre = self
            .linker
            .instantiate_pre(&component)
            .and_then(PromptBuilderHostPre::new)
            .map_err(|error| wrong_world("quarry:prompt/prompt-builder-world@0.1.0", &error))?;
        Ok(PromptBuilder {
            engine: self.engine.clone(),
            pre,
            digest: digest.into(),
        })
    }

    fn component(
        &self,
        wasm: &[u8],
        is_allowed: impl Fn(&str) -> bool,
    ) -> Result<(Component, String), LoadError> {
        if Engine::detect_precompiled(wasm).is_some() {
            return Err(LoadError::Precompiled);
        }
        let digest = digest(wasm);
        let component = match &self.cache {
            Some(cache) => cache.load(&self.engine, wasm, &digest),
            None => Component::from_binary(&self.engine, wasm),
        }
        .map_err(|error| LoadError::Invalid(format!("{error:#}")))?;
        let forbidden: Vec<String> = component
            .component_type()
            .imports(&self.engine)
            .map(|(name, _)| name.to_owned())
            .filter(|name| !is_allowed(name))
            .collect();
        if forbidden.is_empty() {
            Ok((component, digest))
        } else {
            Err(LoadError::ForbiddenImports(forbidden))
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sandbox").finish_non_exhaustive()
    }
}

/// The sha256 of a component, in hexadecimal digits.
pub fn digest(wasm: &[u8]) -> String {
    Sha256::digest(wasm)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn is_wasi(import: &str) -> bool {
    import
        .strip_prefix("wasi:")
        .and_then(|import| import.split_once('/'))
        .and_then(|(package, rest)| Some((package, rest.split_once('@')?.1)))
        .is_some_and(|(package, version)| ALLOWED.contains(&package) && version.starts_with("0.2."))
}

fn wrong_world(world: &'static str, error: &wasmtime::Error) -> LoadError {
    LoadError::WrongWorld {
        world,
        reason: format!("{error:#}"),
    }
}

/// The inputs of an extraction and the directory they are in.
#[derive(Debug, Clone)]
pub struct SourceTree {
    /// The root that the inputs' paths are relative to.
    pub directory: Arc<Dir>,
    /// What the extractor may read.
    pub inputs: Inputs,
}

/// An accepted extractor.
#[derive(Clone)]
pub struct Extractor {
    engine: Engine,
    pre: ExtractorHostPre<State>,
    digest: Arc<str>,
}

impl Extractor {
    /// The sha256 of the component, in hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Asks what the extractor is, blocking the thread (see [`Extractor::extract`]).
    pub fn describe(&self, options: &CallOptions) -> Outcome<Manifest> {
        let call = Call {
            engine: &self.engine,
            root: Root::Nothing,
            tokenizer: None,
            seed: call::seed([&*self.digest]),
            options,
        };
        call::run(call, async |store| {
            let instance = self.pre.instantiate_async(&mut *store).await?;
            let extractor = instance.quarry_context_extractor();
            Ok(Ok(extractor.call_describe(store).await?))
        })
    }

    /// Extracts the facts of a source tree. Blocks the thread, which must not be one that runs asynchronous tasks
    /// (`tokio::task::spawn_blocking` has others).
    pub fn extract(
        &self,
        tree: &SourceTree,
        extractor_options: Option<&str>,
        options: &CallOptions,
    ) -> Outcome<bindings::Extraction> {
        let request = Request {
            inputs: tree.inputs.paths().to_vec(),
            options: extractor_options.map(str::to_owned),
        };
        let call = Call {
            engine: &self.engine,
            root: Root::Source {
                directory: tree.directory.clone(),
                inputs: tree.inputs.clone(),
            },
            tokenizer: None,
            seed: call::seed(
                [&*self.digest, extractor_options.unwrap_or_default()]
                    .into_iter()
                    .chain(request.inputs.iter().map(String::as_str)),
            ),
            options,
        };
        call::run(call, async |store| {
            let instance = self.pre.instantiate_async(&mut *store).await?;
            let extractor = instance.quarry_context_extractor();
            let result = extractor.call_extract(store, &request).await?;
            Ok(result.map_err(extract_error))
        })
    }
}

impl fmt::Debug for Extractor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Extractor")
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

fn extract_error(error: bindings::ExtractError) -> CallError {
    match error {
        bindings::ExtractError::InvalidOptions(message) => {
            CallError::InvalidOptions(brief(message))
        }
        bindings::ExtractError::UnreadableInput(message)
        | bindings::ExtractError::Failed(message) => CallError::Failed(brief(message)),
    }
}

/// The most characters of a component's own error that are kept: it goes to logs, events and terminals.
const MESSAGE: usize = 2_000;

fn brief(mut message: String) -> String {
    if let Some((end, _)) = message.char_indices().nth(MESSAGE) {
        message.truncate(end);
        message.push('…');
    }
    message
}

/// An accepted prompt builder.
#[derive(Clone)]
pub struct PromptBuilder {
    engine: Engine,
    pre: PromptBuilderHostPre<State>,
    digest: Arc<str>,
}

impl PromptBuilder {
    /// The sha256 of the component, in hexadecimal digits.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Builds the documents, counting with `tokenizer`. They are held in memory, as [`Limits::written`] says. Blocks the
    /// thread, which must not be one that runs asynchronous tasks (`tokio::task::spawn_blocking` has others).
    ///
    /// [`Limits::written`]: crate::Limits::written
    pub fn build(
        &self,
        input: &Input,
        tokenizer: &Tokenizer,
        options: &CallOptions,
    ) -> Outcome<Built> {
        let directory = MemoryDirectory::default();
        let call = Call {
            engine: &self.engine,
            root: Root::Workspace {
                directory: directory.clone(),
            },
            tokenizer: Some(tokenizer.clone()),
            seed: call::seed([&*self.digest, &input.revision]),
            options,
        };
        let outcome = call::run(call, async |store| {
            let instance = self.pre.instantiate_async(&mut *store).await?;
            let builder = instance.quarry_prompt_prompt_builder();
            let result = builder.call_build(store, input).await?;
            Ok(result.map_err(build_error))
        });
        let built = |report| Built {
            report,
            files: directory.take(),
        };
        Outcome {
            result: outcome.result.map(built),
            usage: outcome.usage,
        }
    }
}

/// What a prompt builder made.
#[derive(Debug)]
pub struct Built {
    /// What it says of it.
    pub report: Report,
    /// The files that it wrote, by their path in its workspace, separated by `/`. Neither their names nor what is in them
    /// is trusted.
    pub files: BTreeMap<String, Vec<u8>>,
}

fn build_error(error: bindings::BuildError) -> CallError {
    match error {
        bindings::BuildError::InvalidInput(message)
        | bindings::BuildError::UnwritableOutput(message) => CallError::Failed(brief(message)),
        bindings::BuildError::OverBudget(floor) => CallError::OverBudget(Box::new(floor)),
    }
}

impl fmt::Debug for PromptBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("PromptBuilder")
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::is_wasi;

    #[test]
    fn only_wasi_0_2_is_imported() {
        assert!(is_wasi("wasi:filesystem/types@0.2.6"));
        assert!(is_wasi("wasi:sockets/tcp@0.2.0"));
        assert!(!is_wasi("wasi:http/outgoing-handler@0.2.6"));
        assert!(!is_wasi("wasi:filesystem/types@0.3.0"));
        assert!(!is_wasi("wasi:filesystem/types"));
        assert!(!is_wasi("quarry:context/facts@0.1.0"));
        assert!(!is_wasi("secret"));
    }
}
