//! The sections of the document but the schema.

mod beginning;
mod connections;
mod environment;
mod global_state;
mod initialization;
mod mcp;
mod reading;
mod stack;
mod table_uses;

pub(crate) use beginning::Beginning;
pub(crate) use connections::Connections;
pub(crate) use environment::{Environment, variables};
pub(crate) use global_state::GlobalState;
pub(crate) use initialization::{Initialization, effect_words};
pub(crate) use mcp::Mcp;
pub(crate) use reading::Reading;
pub(crate) use stack::TargetStack;
pub(crate) use table_uses::TableUses;
