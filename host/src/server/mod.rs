//! The server: many tenants, one process, the same [`initialize`](mod@crate::initialize) as the command line.
//!
//! ```text
//! request ─▶ hosts ─▶ access ─▶ routes ─▶ store.tenant(…)       what a tenant has
//!                                  │  └────▶ store.operator()      what an administrator may
//!                                  └────▶ engine: claims runs, works on them, commits their messages, tells the hub
//!                                            │
//!              socket, stream ◀── hub ◀──────┘                  a message is sent after it was committed
//! ```
//!
//! Everything of a tenant is reached through [`quarry_store::Store::tenant`], which `access` alone calls for a request.
//! Each handler says beside its code what it answers; `openapi` makes the document of the API from that.

mod access;
mod admin;
mod callers;
mod check;
mod components;
mod connections;
mod engine;
mod error;
mod extract;
mod figures;
mod files;
mod hosts;
mod hub;
mod knowledge_bases;
mod layout;
mod open_files;
mod openapi;
mod options;
mod problem;
mod projects;
mod rates;
mod retention;
mod routes;
mod runs;
mod schema;
mod socket;
mod stacks;
mod start;
mod stream;
mod telemetry;
mod tickets;
mod tokens;
mod upload;
mod views;

pub use check::{Check, check};
pub use connections::{TlsError, TlsFiles};
pub use options::{Options, ServeError, Tenancy};
pub use start::Server;
pub use telemetry::log::{self, LogFormat};
pub use telemetry::{TraceError, Traces};

use crate::catalog::Description;
use callers::Callers;
use engine::Engine;
use hosts::Hosts;
use hub::Hub;
use layout::Layout;
use quarry_store::{Limits, Store};
use rates::Rates;
use std::sync::Arc;
use std::time::Duration;
use telemetry::Metrics;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What all requests share.
struct App {
    store: Store,
    tenancy: Tenancy,
    layout: Layout,
    hosts: Hosts,
    hub: Arc<Hub>,
    rates: Rates,
    /// Those that follow runs.
    callers: Callers,
    engine: Engine,
    /// What the components say of themselves, once somebody has asked.
    components: OnceCell<Vec<Description>>,
    /// Those of a new tenant, where nothing else is said.
    limits: Limits,
    metrics: Arc<Metrics>,
    /// How long a client may take for the head of a request, and pause in its body.
    patience: Duration,
    /// WebSockets, which are no connections of HTTP any more.
    sockets: TaskTracker,
    /// Cancelled when the server shuts down: what would go on for long ends then.
    closing: CancellationToken,
}

type Shared = Arc<App>;
