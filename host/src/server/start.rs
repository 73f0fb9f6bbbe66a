//! Starting and ending the server.

use super::callers::Callers;
use super::connections::{Serving, Tls, keep_current};
use super::engine::{Engine, Parts};
use super::hosts::Hosts;
use super::hub::Hub;
use super::layout::{Layout, make};
use super::options::{Options, ServeError, Tenancy};
use super::rates::Rates;
use super::retention::Retention;
use super::routes::router;
use super::telemetry::{Metrics, Scraped, routes};
use super::upload::{self, Interrupted};
use super::{App, Shared, open_files};
use crate::catalog::{EXTRACTORS, load_extractors, load_prompt_builder};
use crate::initialize::Components;
use crate::tokenizer;
use quarry_agent::{AgentRunner, AgentSettings};
use quarry_sandbox::Sandbox;
use quarry_store::{
    Limits, LimitsChange, Location, Name, NewToken, Options as StoreOptions, PostgresUrl, Scopes,
    Secret, Store, StoreError, TenantChange, TenantStore, TokenId,
};
use std::fs::{self, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::OnceCell;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

/// How long connections may last when the server shuts down, after their runs have ended or were handed over.
const FAREWELL: Duration = Duration::from_secs(5);

/// How long runs may take to end or to be handed over, besides the time that their agents have to end. The engine lets
/// them go on for ten seconds first.
const RUNS: Duration = Duration::from_secs(30);

/// The name of the token of the single-user mode.
const SESSION: &str = "quarry serve";

/// A server that listens.
pub struct Server {
    app: Shared,
    listener: TcpListener,
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
    hangup: Signal,
    metrics: Option<(TcpListener, Scraped)>,
    session: Option<Session>,
    retention: Retention,
    /// How long runs may take to end when the server shuts down.
    farewell: Duration,
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
        refuse_exposed(options.tenancy, options.listen)?;
        open_files::raise();
        // From here on SIGHUP ends nothing: whoever is told that the server is ready may send it at once.
        let hangup = signal(SignalKind::hangup()).map_err(ServeError::System)?;
        let tls = options.tls.map(Tls::load).transpose()?.map(Arc::new);
        let (lock, layout) = directory(&options.data_directory)?;
        let host = owner(&layout)?;
        let components = components(&options.sandbox)?;
        let store_options = StoreOptions {
            host: Some(host.clone()),
            ..StoreOptions::default()
        };
        let store = Store::open(&location(options.database, &layout), store_options).await?;
        let operator = store.operator();
        let uploaded = |tenant: &_, id: &_| layout.uploaded(tenant, id);
        upload::clean_up(&operator, Interrupted::Of(&host), uploaded).await?;
        let agent = agent(options.agent, options.tenancy, &layout).await?;
        let grace = agent.as_ref().map(|agent| agent.settings().grace());
        let (listener, address) = listen(options.listen).await?;
        let metrics_listener = match options.metrics {
            Some(address) => Some(listen(address).await?),
            None => None,
        };
        let session = match options.tenancy {
            Tenancy::Single => Some(session(&store, &options.limits).await?),
            Tenancy::Many => None,
        };
        let metrics = Arc::new(Metrics::default());
        let hub = Arc::new(Hub::new(metrics.clone()));
        let parts = Parts {
            store: store.clone(),
            hub: hub.clone(),
            metrics: metrics.clone(),
            layout: layout.clone(),
            tenancy: options.tenancy,
            components,
            agent,
            owner: host.clone(),
            concurrency: options.concurrency,
            host_gone: options.host_gone,
        };
        let engine = Engine::start(parts).await?;
        let retention = Retention {
            operator,
            layout: layout.clone(),
            metrics: metrics.clone(),
            age: options.retention,
        };
        let scraped = Scraped {
            metrics: metrics.clone(),
            store: store.clone(),
            sandbox: options.sandbox,
        };
        let app = Arc::new(App {
            store,
            tenancy: options.tenancy,
            layout,
            hosts: Hosts::new(address, &options.hosts),
            hub,
            rates: Rates::default(),
            callers: Callers::default(),
            engine,
            components: OnceCell::new(),
            limits: options.limits,
            metrics,
            patience: options.patience,
            sockets: TaskTracker::new(),
            closing: CancellationToken::new(),
        });
        Ok(Self {
            app,
            listener,
            address,
            tls,
            hangup,
            metrics: metrics_listener.map(|(listener, address)| {
                tracing::info!(%address, "metrics are told");
                (listener, scraped)
            }),
            session,
            retention,
            farewell: RUNS + grace.unwrap_or_default(),
            _lock: lock,
        })
    }

    /// Where to begin. In single-user mode the token is part of it: it is for the user's eyes alone.
    pub fn url(&self) -> String {
        let scheme = match self.tls {
            Some(_) => "https",
            None => "http",
        };
        let address = self.address;
        match &self.session {
            Some(session) => {
                let token = session.secret.expose();
                format!("{scheme}://{address}/api?token={token}")
            }
            None => format!("{scheme}://{address}/api"),
        }
    }

    /// Serves until it is told to shut down, and then lets runs end or hands them over. All of that takes a limited time.
    ///
    /// # Errors
    ///
    /// See [`ServeError`].
    pub async fn run(self, shutdown: CancellationToken) -> Result<(), ServeError> {
        tracing::info!(address = %self.address, tls = self.tls.is_some(), "serving");
        let app = self.app;
        let closed = CancellationToken::new();
        let serving = Serving {
            routes: router(&app),
            tls: self.tls.clone(),
            patience: app.patience,
            metrics: app.metrics.clone(),
        };
        let mut serving = tokio::spawn(serving.serve(self.listener, closed.clone()));
        let metrics = self.metrics.map(|(listener, scraped)| {
            let serving = Serving {
                tls: None,
                patience: app.patience,
                metrics: app.metrics.clone(),
                routes: routes(scraped),
            };
            AbortOnDropHandle::new(tokio::spawn(
                serving.serve(listener, CancellationToken::new()),
            ))
        });
        tokio::spawn(self.retention.keep(app.closing.clone()));
        tokio::spawn(app.clone().keep_judging());
        tokio::spawn(keep_current(self.tls, self.hangup, app.closing.clone()));
        let failed = tokio::select! {
            () = shutdown.cancelled() => false,
            _ = &mut serving => true,
        };
        tracing::info!("shutting down");
        // No new connections; those who follow a run see its end, if it comes in time.
        closed.cancel();
        if timeout(self.farewell, app.engine.close()).await.is_err() {
            tracing::error!(
                "runs did not end in time; they begin again when a host takes them over"
            );
        }
        app.closing.cancel();
        app.sockets.close();
        let answered = async {
            if !failed {
                let _ = (&mut serving).await;
            }
            app.sockets.wait().await;
        };
        // Connections that nobody closes end with the process.
        let _ = timeout(FAREWELL, answered).await;
        serving.abort();
        drop(metrics);
        let left = async {
            if let Some(session) = self.session {
                session.tenant.revoke_token(&session.token).await?;
            }
            app.store.close().await;
            Ok::<_, StoreError>(())
        };
        match timeout(FAREWELL, left).await {
            Ok(left) => left?,
            Err(_) => tracing::error!("the store did not answer at the end"),
        }
        match failed {
            true => Err(ServeError::Serving),
            false => Ok(()),
        }
    }
}

/// Without tenants, whoever reaches the server may use it.
pub(super) fn refuse_exposed(tenancy: Tenancy, listen: SocketAddr) -> Result<(), ServeError> {
    match tenancy == Tenancy::Single && !listen.ip().is_loopback() {
        true => Err(ServeError::Exposed(listen)),
        false => Ok(()),
    }
}

/// Where the store is.
pub(super) fn location(database: Option<PostgresUrl>, layout: &Layout) -> Location {
    match database {
        Some(url) => Location::Postgres(url),
        None => Location::Directory(layout.root().to_owned()),
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

pub(super) fn components(sandbox: &Sandbox) -> Result<Components, ServeError> {
    tokio::task::block_in_place(|| {
        tokenizer::prepare(tokenizer::Name::default());
        Ok(Components {
            extractors: load_extractors(sandbox, &EXTRACTORS)?,
            prompt_builder: load_prompt_builder(sandbox)?,
        })
    })
}

/// What starts the agent.
pub(super) fn runner(
    settings: AgentSettings,
    tenancy: Tenancy,
    layout: &Layout,
) -> Result<AgentRunner, ServeError> {
    Ok(AgentRunner::new(settings)?
        .require_isolation(tenancy == Tenancy::Many)
        .hide(layout.root())
        .homes_in(layout.agent_homes()))
}

async fn agent(
    settings: Option<AgentSettings>,
    tenancy: Tenancy,
    layout: &Layout,
) -> Result<Option<AgentRunner>, ServeError> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    let runner = runner(settings, tenancy, layout)?;
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
async fn session(store: &Store, limits: &Limits) -> Result<Session, ServeError> {
    let operator = store.operator();
    let user = operator.single_user_tenant().await?;
    if user.limits != *limits {
        let change = TenantChange {
            name: None,
            limits: LimitsChange::from(*limits),
        };
        operator.update_tenant(&user.id, &change).await?;
    }
    let tenant = store.tenant(user.id);
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
