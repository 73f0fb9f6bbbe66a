//! `quarry serve`

use super::failure::Failure;
use super::{Global, setup};
use crate::server::{Options, ServeError, Server, Tenancy};
use clap::Args;
use quarry_agent::AgentSettings;
use quarry_store::{Location, Options as StoreOptions, PostgresUrl, Store};
use serde::Deserialize;
use std::env;
use std::io::{Write, stderr, stdout};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tracing::level_filters::LevelFilter;

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where to listen; an address that other machines reach needs --multi-tenant
    #[arg(short, long, value_name = "ADDRESS", default_value = "127.0.0.1:7717")]
    listen: SocketAddr,
    #[command(flatten)]
    store: StorePlace,
    /// Serve tenants, each with tokens of its own (see `quarry tenant`), instead of one user of this machine, whose token
    /// is made now and printed
    #[arg(long)]
    multi_tenant: bool,
    /// A name that requests may call the server by, besides its address; may be given several times
    #[arg(long, value_name = "NAME")]
    host: Vec<String>,
    /// A TOML file whose section [agent] says which agent works after CONTEXT.md is published; without it none does
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Where a server's store is.
#[derive(Debug, Args)]
pub(super) struct StorePlace {
    /// Where source trees, workspaces and, unless DATABASE_URL names a PostgreSQL database, the store are kept
    /// [default: quarry/ in the user's data directory]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
}

impl StorePlace {
    pub(super) fn directory(&self) -> Result<PathBuf, Failure> {
        let usual = || dirs::data_dir().map(|directory| directory.join("quarry"));
        self.data_dir.clone().or_else(usual).ok_or_else(|| {
            Failure::Usage("this user has no data directory: give --data-dir DIR".to_owned())
        })
    }

    /// Opens the store, does something with it and closes it.
    pub(super) fn with(
        &self,
        work: impl AsyncFnOnce(&Store) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let location = match Self::database()? {
            Some(url) => Location::Postgres(url),
            None => Location::Directory(self.directory()?),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ServeError::System)?;
        runtime.block_on(async {
            let store = Store::open(&location, StoreOptions::default())
                .await
                .map_err(ServeError::from)?;
            let done = work(&store).await;
            store.close().await;
            done
        })
    }

    pub(super) fn database() -> Result<Option<PostgresUrl>, Failure> {
        match env::var("DATABASE_URL") {
            Ok(url) => match url.parse() {
                Ok(url) => Ok(Some(url)),
                Err(error) => Err(Failure::Usage(format!("DATABASE_URL: {error}"))),
            },
            Err(_) => Ok(None),
        }
    }
}

/// The file of `--config`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    agent: Option<AgentSettings>,
}

impl Serve {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        log(global.quiet);
        let options = Options {
            listen: self.listen,
            data_directory: self.store.directory()?,
            database: StorePlace::database()?,
            tenancy: match self.multi_tenant {
                true => Tenancy::Many,
                false => Tenancy::Single,
            },
            hosts: self.host.clone(),
            agent: match &self.config {
                Some(file) => read(file)?.agent,
                None => None,
            },
            sandbox: setup::sandbox(global.quiet)?,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(ServeError::System)?;
        runtime.block_on(serve(options))
    }
}

fn read(file: &Path) -> Result<Config, Failure> {
    let wrong = |error: String| Failure::Usage(format!("{}: {error}", file.display()));
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    // The parser's own words would quote lines that may hold secrets.
    toml::from_str(&text).map_err(|error| wrong(error.message().to_owned()))
}

async fn serve(options: Options) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::System)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::System)?;
    let server = Server::start(options).await?;
    // The one line of output, for a person or the program that started this.
    writeln!(stdout(), "{}", server.url())?;
    tokio::spawn({
        let shutdown = shutdown.clone();
        async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            shutdown.cancel();
        }
    });
    Ok(server.run(shutdown).await?)
}

fn log(quiet: bool) {
    let level = if quiet {
        LevelFilter::ERROR
    } else {
        LevelFilter::INFO
    };
    tracing_subscriber::fmt()
        .json()
        .with_max_level(level)
        .with_writer(stderr)
        .init();
}
