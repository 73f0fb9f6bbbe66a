//! Quarry turns a legacy source tree into the `CONTEXT.md` that a coding agent needs.
//!
//! Dependencies run downwards: [`cli`] → [`initialize`] → [`catalog`], [`workspace`], [`facts`] → `quarry_sandbox`.
//! Nothing here knows WinDev: what a project is, the components know.
#![deny(missing_docs)]

pub mod catalog;
pub mod cli;
pub mod facts;
pub mod initialize;
pub mod text;
pub mod workspace;
