//! Starting and ending the server.

use super::engine::{Engine, Parts};
use super::hosts::Hosts;
use super::hub::Hub;
use super::layout::{Layout, make};
use super::rates::Rates;
use super::routes::router;
use super::{App, Shared, upload};
use crate::catalog::{CatalogError, EXTRACTORS, load_extractors, load_prompt_builder};
use crate::initialize::Components;
use crate::tokenizer;
use quarry_agent::{AgentRunner, AgentSettings, SettingsError};
use quarry_sandbox::Sandbox;
use quarry_store::{
    Location, Name, NewToken, OpenError, Options as StoreOptions, PostgresUrl, Scopes, Secret,
    Store, StoreError, TenantStore, TokenId,
};
use std::fs::{self, File, TryLockError};
use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// How long connections may last when the server shuts down, after their runs have ended or were handed over.
const FAREWELL: Duration = Duration::from_secs(5);

/// The name of the token of the single-user mode.
const SESSION: &str = "quarry serve";

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
    #[error("cannot listen on {address}: {error}; choose another with --listen")]
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
    /// Serving ended by itself.
    #[error("serving ended: {0}")]
    Serving(#[source] io::Error),
}

/// A server that listens.
pub struct Server {
    app: Shared,
    listener: TcpListener,
    address: SocketAddr,
    session: Option<Session>,
    /// Held as long as the data directory is used.
    _lock: File,
}

/// The token of the single-user mode. It ends with the server.
struct Session {
    tenant: TenantStore,
    token: TokenId,
    secret: Secret,
}

impl std::fmt::Debug for Server {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Server")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Server {
    /// Opens the store, loads the components, begins to work on runs and to listen. To be called in a runtime of several
    /// threads.
    ///
    /// # Errors
    ///
    /// See [`ServeError`].
    pub async fn start(options: Options) -> Result<Self, ServeError> {
        if options.tenancy == Tenancy::Single && !options.listen.ip().is_loopback() {
            return Err(ServeError::Exposed(options.listen));
        }
        let (lock, layout) = directory(&options.data_directory)?;
        let components = components(options.sandbox)?;
        let location = match options.database {
            Some(url) => Location::Postgres(url),
            None => Location::Directory(layout.root().to_owned()),
        };
        let owner = owner(&layout)?;
        let store_options = StoreOptions {
            host: Some(owner.clone()),
            ..StoreOptions::default()
        };
        let store = Store::open(&location, store_options).await?;
        let operator = store.operator();
        upload::clean_up(&operator, |tenant, id| layout.uploaded(tenant, id)).await?;
        let agent = agent(options.agent, options.tenancy, &layout).await?;
        let (listener, address) = listen(options.listen).await?;
        let session = match options.tenancy {
            Tenancy::Single => Some(session(&store).await?),
            Tenancy::Many => None,
        };
        let hub = Arc::new(Hub::default());
        let parts = Parts {
            store: store.clone(),
            hub: hub.clone(),
            layout: layout.clone(),
            tenancy: options.tenancy,
            components,
            agent,
            owner,
            concurrency: std::thread::available_parallelism().map_or(1, usize::from),
        };
        let engine = Engine::start(parts).await?;
        let app = Arc::new(App {
            store,
            tenancy: options.tenancy,
            layout,
            hosts: Hosts::new(address, &options.hosts),
            hub,
            rates: Rates::default(),
            engine,
            components: OnceCell::new(),
            closing: CancellationToken::new(),
        });
        Ok(Self {
            app,
            listener,
            address,
            session,
            _lock: lock,
        })
    }

    /// Where to begin. In single-user mode the token is part of it: it is for the user's eyes alone.
    pub fn url(&self) -> String {
        match &self.session {
            Some(session) => format!(
                "http://{}/api?token={}",
                self.address,
                session.secret.expose()
            ),
            None => format!("http://{}/api", self.address),
        }
    }

    /// Serves until it is told to shut down, and then lets runs end or hands them over.
    ///
    /// # Errors
    ///
    /// See [`ServeError`].
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServeError> {
        tracing::info!(address = %self.address, "serving");
        let routes = router(&self.app);
        let closed = CancellationToken::new();
        let serving = axum::serve(self.listener, routes)
            .with_graceful_shutdown(closed.clone().cancelled_owned())
            .into_future();
        let mut serving = tokio::spawn(serving);
        let ended = tokio::select! {
            () = shutdown.cancelled() => None,
            ended = &mut serving => Some(ended),
        };
        tracing::info!("shutting down");
        // No new connections; those who follow a run see its end, if it comes in time.
        closed.cancel();
        self.app.engine.close().await;
        self.app.closing.cancel();
        let ended = match ended {
            Some(ended) => Ok(ended),
            None => timeout(FAREWELL, &mut serving).await,
        };
        if let Some(session) = self.session {
            session.tenant.revoke_token(&session.token).await?;
        }
        self.app.store.close().await;
        match ended {
            Ok(Ok(served)) => served.map_err(ServeError::Serving),
            Ok(Err(error)) => Err(ServeError::Serving(io::Error::other(error))),
            // Connections that nobody closes.
            Err(_) => {
                serving.abort();
                Ok(())
            }
        }
    }
}

fn directory(path: &Path) -> Result<(File, Layout), ServeError> {
    let unusable = |error| ServeError::Directory {
        path: path.to_owned(),
        error,
    };
    make(path).map_err(unusable)?;
    let lock = File::create(Layout::lock(path)).map_err(unusable)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(ServeError::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => return Err(unusable(error)),
    }
    let layout = Layout::prepare(path).map_err(unusable)?;
    Ok((lock, layout))
}

/// This host's name in the store: the same each time, so that what it worked on when it died is known to be free.
fn owner(layout: &Layout) -> Result<Name, ServeError> {
    let path = layout.host_name();
    if let Ok(text) = fs::read_to_string(&path)
        && let Ok(name) = text.trim().parse()
    {
        return Ok(name);
    }
    let name = format!("host-{}", uuid::Uuid::new_v4().simple());
    let written = fs::write(&path, &name);
    let unusable = |error| ServeError::Directory { path, error };
    written.map_err(unusable)?;
    name.parse().map_err(|error| ServeError::Directory {
        path: layout.host_name(),
        error: io::Error::other(error),
    })
}

fn components(sandbox: Sandbox) -> Result<Components, ServeError> {
    tokio::task::block_in_place(|| {
        tokenizer::prepare(tokenizer::Name::default());
        Ok(Components {
            extractors: load_extractors(&sandbox, &EXTRACTORS)?,
            prompt_builder: load_prompt_builder(&sandbox)?,
        })
    })
}

async fn agent(
    settings: Option<AgentSettings>,
    tenancy: Tenancy,
    layout: &Layout,
) -> Result<Option<AgentRunner>, ServeError> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    let runner = AgentRunner::new(settings)?
        .require_isolation(tenancy == Tenancy::Many)
        .hide(layout.root())
        .homes_in(layout.agent_homes());
    if let Err(error) = runner.check().await {
        // CONTEXT.md can be published without it; each run says what is wrong.
        tracing::warn!(%error, "the agent cannot be started; runs will end with this error");
    }
    Ok(Some(runner))
}

async fn listen(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |error| ServeError::Listen { address, error };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    Ok((listener, bound))
}

/// Makes the token of this session; those of sessions that were killed end.
async fn session(store: &Store) -> Result<Session, ServeError> {
    let tenant = store.operator().single_user_tenant().await?;
    let tenant = store.tenant(tenant.id);
    let tokens = tenant.tokens(&quarry_store::Page::first()).await?;
    for token in tokens.items {
        if token.name.as_str() == SESSION && token.revoked_at.is_none() {
            tenant.revoke_token(&token.id).await?;
        }
    }
    let name = SESSION.parse().map_err(|_| StoreError::Unreadable {
        column: "name of a token",
        found: SESSION.to_owned(),
    })?;
    let new = NewToken {
        name,
        scopes: Scopes::all(),
        expires_at: None,
    };
    let (token, secret) = tenant.create_token(new).await?;
    Ok(Session {
        token: token.id,
        secret,
        tenant,
    })
}
