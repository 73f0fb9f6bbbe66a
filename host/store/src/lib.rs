//! What the server remembers: tenants, tokens, knowledge bases, output projects, runs and their events, in SQLite or in
//! PostgreSQL, with the same code and the same SQL. It knows no HTTP, no components and no source language.
//!
//! # Three ways in
//!
//! - [`Store::authenticate`] and [`Store::consume_ticket`] turn a secret into the tenant that it speaks for;
//!   [`Store::authenticate_administrator`] one into an administrator, who speaks for no tenant.
//! - [`Store::tenant`] gives a [`TenantStore`]. Everything of a tenant is reached through it alone, and each of its
//!   queries names the tenant; what another tenant owns is not found.
//! - [`Store::operator`] gives an [`Operator`]: tenants, claiming runs and writing their events, recovery.
//!
//! # A run
//!
//! ```text
//! start_run ─▶ queued ──claim──▶ running ──finish──▶ succeeded │ failed │ cancelled
//!                ▲                  │
//!                └─recover, release─┘
//! ```
//!
//! At most one run of an output project is queued or running: the database holds it to that. Whoever claims a run gets a
//! [`Lease`]; its fence is one higher than that of the claim before. Whatever is written about a run that is running
//! carries the lease, and is refused as [`Fenced`] when somebody else has claimed the run since. A lease that is not
//! renewed expires, and [`Operator::recover`] queues its run again, or ends it after too many attempts. A run that waits for
//! a host that is gone for good is ended by [`Operator::fail_runs_of_gone_hosts`].
//!
//! # Durability
//!
//! What a function has returned is committed. A process that is killed loses none of it. Whether a power failure does
//! is [`Durability`]'s choice for SQLite and the server's `synchronous_commit` for PostgreSQL.
//!
//! ```no_run
//! use quarry_store::{Json, Location, NewKnowledgeBase, NewProject, Options, Origin, Started, Store};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::open(&Location::Directory("data".into()), Options::default()).await?;
//! let tenant = store.operator().single_user_tenant().await?;
//! let tenant = store.tenant(tenant.id);
//! let base = tenant
//!     .create_knowledge_base(NewKnowledgeBase {
//!         name: "Shop".parse()?,
//!         origin: Origin::Uploaded,
//!     })
//!     .await?;
//! let project = tenant
//!     .create_project(NewProject {
//!         knowledge_base: base.id,
//!         name: "Shop in Rust".parse()?,
//!         stack: "rust-axum".parse()?,
//!         configuration: None,
//!     })
//!     .await?;
//! match tenant.start_run(&project.id, &Json::object()).await? {
//!     Started::New(run) => println!("{} is queued", run.id),
//!     Started::Joined(run) => println!("{} was live already", run.id),
//! }
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod connections;
mod database;
mod error;
mod events;
mod id;
mod inspection;
mod migrations;
mod model;
mod operator;
mod page;
mod rows;
mod scope;
mod secret;
mod store;
mod tenant_store;
mod text;
mod time;

pub use database::{Durability, Location, Options, PostgresUrl};
pub use error::{
    CredentialError, Failures, InvalidText, Kind, LocationError, OpenError, StoreError,
};
pub use id::{
    AdministratorTokenId, InvalidId, KnowledgeBaseId, ProjectId, RunId, TenantId, TicketId, TokenId,
};
pub use inspection::Inspection;
pub use model::{
    Absence, Access, AdministratorToken, Append, Cancelled, Claimed, Contents, Event, Failure,
    Fenced, Finish, KnowledgeBase, KnowledgeBaseState, Lease, Limits, LimitsChange,
    NewAdministratorToken, NewKnowledgeBase, NewProject, NewToken, Origin, Outcome, Progress,
    Project, ProjectStatus, Queue, Recovered, Recovery, Removed, Renewed, Run, RunRecord, RunState,
    Scope, Scopes, Started, Tenant, TenantChange, TicketScope, Token, Totals, Usage,
};
pub use operator::Operator;
pub use page::{Cursor, InvalidCursor, Listed, Page};
pub use secret::Secret;
pub use store::Store;
pub use tenant_store::TenantStore;
pub use text::{Json, Name};
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
