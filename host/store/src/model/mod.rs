//! What is stored: plain records.

#[macro_use]
mod words;
mod access;
mod administrator;
mod knowledge_base;
mod lease;
mod project;
mod run;
mod tenant;

pub use access::{Access, NewToken, Scope, Scopes, TicketScope, Token};
pub use administrator::{AdministratorToken, NewAdministratorToken};
pub use knowledge_base::{Contents, KnowledgeBase, KnowledgeBaseState, NewKnowledgeBase, Origin};
pub use lease::{
    Absence, Append, Claimed, Fenced, Finish, Lease, Outcome, Recovered, Recovery, Removed,
    Renewed, RunRecord,
};
pub use project::{NewProject, Project, ProjectStatus};
pub use run::{Cancelled, Event, Failure, Progress, Run, RunState, Started};
pub use tenant::{Limits, LimitsChange, Queue, Tenant, TenantChange, Totals, Usage};
