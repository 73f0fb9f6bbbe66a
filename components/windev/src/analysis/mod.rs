//! The analysis: a project's database schema, exported as XML (`.xdd`; measured on 370 distinct files).
//!
//! Users and passwords of its connections are read only to say that they are there: no value of `USER` or `MDP`
//! (which is obfuscated, not encrypted) is kept, in any form.

mod defaults;
mod element;
pub(crate) mod endpoint;
mod entities;
mod generic_names;
mod item;
mod keys;
pub mod kinds;
mod model;
mod positions;
mod read;
mod relations;
mod said;
#[cfg(test)]
mod tests;
mod types;
mod xml;

pub use model::{Analysis, Column, Connection, Key, KeyColumn, KeyKind, Relation, Table};
pub use relations::{
    AUTOMATIC_OWNER, MULTIPLE_OWNERS, NAMED_OWNER, ONE_PRIMARY_AMONG_OWNERS, PRIMARY_OWNER,
    ROLE_OWNER, UNIQUE_OWNER, UNIQUE_TEXT_OWNER, infer_relations,
};
pub use types::normalized_type;
