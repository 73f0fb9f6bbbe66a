//! What is stored: plain records.

#[macro_use]
mod words;
mod access;
mod knowledge_base;
mod lease;
mod project;
mod run;
mod tenant;

pub use access::{Access, NewToken, Scope, Scopes, TicketScope, Token};
pub use knowledge_base::{Contents, KnowledgeBase, KnowledgeBaseState, NewKnowledgeBase, Origin};
pub use lease::{
    Append, Claimed, Fenced, Finish, Lease, Outcome, Permit, Recovered, Recovery, Removed, Renewed,
    RunRecord,
};
pub use project::{NewProject, Project, ProjectStatus};
pub use run::{Cancelled, Event, Failure, Run, RunState, Started};
pub use tenant::{Limits, Queue, Tenant, Totals, Usage};
