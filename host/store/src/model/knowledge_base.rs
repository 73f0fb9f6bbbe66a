//! Knowledge bases: imported source trees.

use super::Failure;
use crate::id::{KnowledgeBaseId, TenantId};
use crate::text::Name;
use crate::time::Timestamp;

words! {
    /// How far a knowledge base is.
    KnowledgeBaseState, "state of a knowledge base" {
        /// Its files are being written.
        Receiving = "receiving",
        /// Its files are there.
        Ready = "ready",
        /// It could not be imported.
        Failed = "failed",
    }
}

/// Where a knowledge base comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An archive was uploaded.
    Uploaded,
    /// A directory of this machine, as its user named it.
    Directory(String),
}

/// An imported source tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnowledgeBase {
    /// Its identifier.
    pub id: KnowledgeBaseId,
    /// Whose it is.
    pub tenant: TenantId,
    /// Its name, for people; not unique.
    pub name: Name,
    /// Where it comes from.
    pub origin: Origin,
    /// How far it is.
    pub state: KnowledgeBaseState,
    /// What it holds: nothing until it is ready.
    pub contents: Contents,
    /// Why it failed, if it did.
    pub failure: Option<Failure>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a knowledge base holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contents {
    /// Files.
    pub files: u64,
    /// Bytes that are stored for it.
    pub bytes: u64,
    /// The digest of its files, where there is one.
    pub digest: Option<String>,
}

/// A knowledge base to make.
#[derive(Debug, Clone)]
pub struct NewKnowledgeBase {
    /// Its name, for people.
    pub name: Name,
    /// Where it comes from.
    pub origin: Origin,
}
