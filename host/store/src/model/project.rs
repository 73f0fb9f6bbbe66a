//! Output projects.

use crate::id::{KnowledgeBaseId, ProjectId, TenantId};
use crate::text::Name;
use crate::time::Timestamp;

words! {
    /// How far an output project is.
    ProjectStatus, "status of an output project" {
        /// Nothing is published yet.
        Created = "created",
        /// CONTEXT.md is published.
        Initialized = "initialized",
        /// The agent finished well.
        Active = "active",
    }
}

/// A knowledge base, a stack, an optional configuration and a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its identifier.
    pub id: ProjectId,
    /// Whose it is.
    pub tenant: TenantId,
    /// The knowledge base, of the same tenant.
    pub knowledge_base: KnowledgeBaseId,
    /// Its name, for people; not unique.
    pub name: Name,
    /// The target technology's identifier; the store does not know which there are.
    pub stack: Name,
    /// The configuration of the source project, if one is chosen.
    pub configuration: Option<Name>,
    /// How far it is.
    pub status: ProjectStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When its name or its status last changed.
    pub updated_at: Timestamp,
}

/// An output project to make.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// The knowledge base, of the same tenant.
    pub knowledge_base: KnowledgeBaseId,
    /// Its name, for people.
    pub name: Name,
    /// The target technology's identifier.
    pub stack: Name,
    /// The configuration of the source project, if one is chosen.
    pub configuration: Option<Name>,
}
