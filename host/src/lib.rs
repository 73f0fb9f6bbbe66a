//! Quarry turns a legacy source tree into the `CONTEXT.md` that a coding agent needs.
//!
//! Dependencies run downwards: [`cli`] → [`server`] → [`initialize`] → [`catalog`], [`render`], [`redaction`],
//! [`workspace`], [`facts`], [`settings`], [`tokenizer`] → `quarry_sandbox`, `quarry_redaction`, `quarry_workspace`; the
//! server also → `quarry_store`, `quarry_unpack`, `quarry_agent`.
//! Nothing here knows WinDev: what a project is, the components know.
#![deny(missing_docs)]

pub mod catalog;
pub mod cli;
mod data_type;
pub mod facts;
pub mod initialize;
pub mod redaction;
pub mod render;
pub mod server;
pub mod settings;
pub mod text;
pub mod tokenizer;
pub mod workspace;
