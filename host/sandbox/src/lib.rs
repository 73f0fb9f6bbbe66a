//! The sandbox: runs components that nobody has to trust.
//!
//! This is the only package that names wasmtime. It knows WIT and limits; it knows neither WinDev nor HTTP.
//!
//! A component gets exactly: its inputs or an empty workspace, and a log. Each call has a fresh instance, which is
//! dropped with it. What a component does to itself (it crashes, loops, fills its memory, overflows its stack, asks for
//! what it may not have) ends its call with an error of its own and touches nothing else.
//!
//! ```no_run
//! use quarry_sandbox::{CallOptions, Sandbox, SandboxOptions, SourceTree};
//! use cap_std::{ambient_authority, fs::Dir};
//! use std::sync::Arc;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::new(SandboxOptions::default())?;
//! let extractor = sandbox.extractor(&std::fs::read("extractor.wasm")?)?;
//! let tree = SourceTree {
//!     directory: Arc::new(Dir::open_ambient_dir("shop", ambient_authority())?),
//!     inputs: ["Shop.wwp".to_owned()].into_iter().collect(),
//! };
//! let outcome = extractor.extract(&tree, None, &CallOptions::default());
//! println!("{:?} {:?}", outcome.usage.access.opened, outcome.result?.facts.projects);
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod aot;
mod bindings;
mod call;
mod component;
mod engine;
mod error;
mod filesystem;
mod limits;
mod log;
mod tokenizer;
mod wasi;

pub use bindings::facts;
pub use bindings::{
    Advice, Detail, Extraction, Floor, Input, Manifest, Need, Report, Section, Stack, TypeMapping,
};
pub use call::{CallOptions, Outcome, Usage};
pub use component::{
    Activity, Built, Extractor, PromptBuilder, Sandbox, SandboxOptions, SourceTree, digest,
};
pub use error::{CallError, LoadError, SandboxError};
pub use filesystem::{Access, Denied, Inputs};
pub use limits::Limits;
pub use tokenizer::{PIECE, Tokenizer};
pub use tokio_util::sync::CancellationToken;

/// Is told how many inputs a call has opened so far.
pub type OnOpen = std::sync::Arc<dyn Fn(usize) + Send + Sync>;
