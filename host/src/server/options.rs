//! How the server is started, and why it is not.

use super::connections::{TlsError, TlsFiles};
use super::telemetry::TraceError;
use crate::catalog::CatalogError;
use quarry_agent::{AgentSettings, SettingsError};
use quarry_sandbox::Sandbox;
use quarry_store::{Limits, OpenError, PostgresUrl, StoreError};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

/// For whom the server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenancy {
    /// One user of this machine. A token is made at the start.
    Single,
    /// Tenants, each with tokens of its own.
    Many,
}

/// How the server is started.
#[derive(Debug)]
pub struct Options {
    /// Where it listens. Port 0 is any that is free.
    pub listen: SocketAddr,
    /// Where it keeps source trees and workspaces, and without `database` also its store.
    pub data_directory: PathBuf,
    /// The store, if it is PostgreSQL.
    pub database: Option<PostgresUrl>,
    /// For whom it is.
    pub tenancy: Tenancy,
    /// Names that requests may call it by, besides its address.
    pub hosts: Vec<String>,
    /// The certificate, if it is to speak TLS.
    pub tls: Option<TlsFiles>,
    /// Where it tells its metrics, if it is to.
    pub metrics: Option<SocketAddr>,
    /// How long a client may take for a handshake and for the head of a request, and how long it may pause in a body.
    pub patience: Duration,
    /// Runs that are worked on at the same time.
    pub concurrency: usize,
    /// What the user of the single-user mode may use.
    pub limits: Limits,
    /// How long runs are kept after their end; for ever without.
    pub retention: Option<Duration>,
    /// How long another host of the same store is not seen until it counts as gone for good; never without.
    pub host_gone: Option<Duration>,
    /// The agent that works after CONTEXT.md is published, if one is to.
    pub agent: Option<AgentSettings>,
    /// What components run in.
    pub sandbox: Sandbox,
}

/// The server cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Anybody could use it.
    #[error(
        "{0} can be reached from other machines, and without tenants anybody could use it; give --multi-tenant, or listen on 127.0.0.1"
    )]
    Exposed(SocketAddr),
    /// The address cannot be used.
    #[error(
        "cannot listen on {address}: {error}; choose another address with --listen or --metrics-listen"
    )]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The data directory cannot be used.
    #[error("the data directory {path} cannot be used: {error}", path = path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Another server uses the data directory.
    #[error(
        "another server uses the data directory {path}; stop it, or choose another with --data-dir",
        path = .0.display()
    )]
    InUse(PathBuf),
    /// The store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A component cannot be loaded.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The agent's settings are wrong.
    #[error("[agent]: {0}")]
    Agent(#[from] SettingsError),
    /// The system gives no threads or signals.
    #[error("the system does not give what the server needs: {0}")]
    System(#[source] io::Error),
    /// The certificate cannot be used.
    #[error("[tls]: {0}")]
    Tls(#[from] TlsError),
    /// Traces cannot be sent.
    #[error(transparent)]
    Trace(#[from] TraceError),
    /// Accepting connections ended by itself.
    #[error(
        "accepting connections ended unexpectedly; this is a fault of Quarry's: please report it"
    )]
    Serving,
}
