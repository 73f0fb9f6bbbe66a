//! What a server is told: by flags, else by the environment, else by the file of `--config`, else as is usual.
//!
//! Each setting is defined once: the same structure is a section of the file and a group of flags.

use crate::cli::failure::Failure;
use crate::server::{LogFormat, ServeError, TlsFiles};
use crate::settings::line;
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use quarry_agent::AgentSettings;
use quarry_store::{Limits as StoredLimits, Location, Options as StoreOptions, PostgresUrl, Store};
use serde::Deserialize;
use std::env;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tracing::level_filters::LevelFilter;

/// Takes each field of a group where it is set, and else from the file's section.
macro_rules! or {
    ($group:ident, $section:ident: $($field:ident),*) => {
        Self { $($field: $group.$field.or($section.$field),)* }
    };
}

/// Where a server's store is, and the file with its settings.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct Place {
    /// A TOML file with settings, in the sections [server], [limits], [agent], [telemetry] and [tls]
    #[arg(long, value_name = "FILE", env = "QUARRY_CONFIG")]
    config: Option<PathBuf>,
    /// Where source trees, workspaces and, unless DATABASE_URL names a PostgreSQL database, the store are kept
    /// [default: quarry/ in the user's data directory]
    #[arg(long, value_name = "DIR", env = "QUARRY_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// A file that holds what DATABASE_URL would, for those who do not want a password in the environment
    #[arg(long, value_name = "FILE", env = "QUARRY_DATABASE_URL_FILE")]
    database_url_file: Option<PathBuf>,
}

/// The section `[server]`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
pub(in crate::cli) struct Server {
    /// Where to listen; an address that other machines reach needs --multi-tenant [default: 127.0.0.1:7717]
    #[arg(short, long, value_name = "ADDRESS", env = "QUARRY_LISTEN")]
    pub(in crate::cli) listen: Option<SocketAddr>,
    #[arg(skip)]
    data_dir: Option<PathBuf>,
    #[arg(skip)]
    database_url_file: Option<PathBuf>,
    /// Serve tenants, each with tokens of its own (see `quarry tenant`), instead of one user of this machine, whose token
    /// is made now and printed
    #[arg(
        long,
        value_name = "BOOL",
        env = "QUARRY_MULTI_TENANT",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "true",
        value_parser = BoolishValueParser::new()
    )]
    pub(in crate::cli) multi_tenant: Option<bool>,
    /// A name that requests may call the server by, besides its address; may be given several times
    #[arg(
        long = "host",
        value_name = "NAME",
        env = "QUARRY_HOSTS",
        value_delimiter = ','
    )]
    pub(in crate::cli) hosts: Option<Vec<String>>,
    /// Runs that are worked on at the same time [default: as many as the machine has processors]
    #[arg(long, value_name = "N", env = "QUARRY_CONCURRENCY")]
    pub(in crate::cli) concurrency: Option<u16>,
    /// How long a client may take for the head of a request or a TLS handshake, and how long it may pause while it sends
    /// a body, in seconds [default: 30]
    #[arg(long, value_name = "SECONDS", env = "QUARRY_REQUEST_TIMEOUT_SECONDS")]
    pub(in crate::cli) request_timeout_seconds: Option<u32>,
    /// How long runs and their messages are kept after their end, in days; 0 for ever. The last run of an output project
    /// always is [default: 30]
    #[arg(long, value_name = "DAYS", env = "QUARRY_RETENTION_DAYS")]
    pub(in crate::cli) retention_days: Option<u32>,
    /// After how long, in seconds, a host that shares the PostgreSQL database and is not seen counts as gone for good, so
    /// that the runs and uploads that wait for it are ended; 0 for never, else at least 30 [default: 3600]
    #[arg(long, value_name = "SECONDS", env = "QUARRY_HOST_GONE_SECONDS")]
    pub(in crate::cli) host_gone_seconds: Option<u32>,
}

/// The section `[limits]`: what a new tenant may use. In single-user mode it is what the user may use.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[command(next_help_heading = "Limits of a new tenant")]
pub(in crate::cli) struct Limits {
    /// Runs at the same time; more of them wait [default: 4]
    #[arg(long, value_name = "N", env = "QUARRY_CONCURRENT_RUNS")]
    concurrent_runs: Option<u32>,
    /// Bytes of all knowledge bases together [default: 10 GiB]
    #[arg(long, value_name = "BYTES", env = "QUARRY_STORAGE_BYTES")]
    storage_bytes: Option<u64>,
    /// Bytes of one upload [default: 1 GiB]
    #[arg(long, value_name = "BYTES", env = "QUARRY_UPLOAD_BYTES")]
    upload_bytes: Option<u64>,
    /// Seconds of one initialization [default: 600]
    #[arg(long, value_name = "SECONDS", env = "QUARRY_RUN_SECONDS")]
    run_seconds: Option<u32>,
    /// Requests in a minute [default: 600]
    #[arg(long, value_name = "N", env = "QUARRY_REQUESTS_PER_MINUTE")]
    requests_per_minute: Option<u32>,
}

/// The section `[telemetry]`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
#[command(next_help_heading = "Telemetry")]
pub(in crate::cli) struct Telemetry {
    /// Tell metrics to Prometheus at http://ADDRESS/metrics, without a credential [default: nowhere]
    #[arg(long, value_name = "ADDRESS", env = "QUARRY_METRICS_LISTEN")]
    pub(in crate::cli) metrics_listen: Option<SocketAddr>,
    /// Send traces to this OpenTelemetry collector, over HTTP; the variables OTEL_… go before it [default: nowhere]
    #[arg(long, value_name = "URL", env = "QUARRY_OTLP_ENDPOINT")]
    pub(in crate::cli) otlp_endpoint: Option<String>,
    /// What is written to the log [default: info, and error with --quiet]
    #[arg(long, value_name = "LEVEL", env = "QUARRY_LOG")]
    log: Option<LogLevel>,
    /// How the log is written [default: text on a terminal, json elsewhere]
    #[arg(long, value_name = "FORMAT", env = "QUARRY_LOG_FORMAT")]
    log_format: Option<LogFormat>,
}

/// What is written to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::cli) enum LogLevel {
    /// What failed.
    Error,
    /// And what is not as it should be.
    Warn,
    /// And what is done.
    Info,
    /// And how.
    Debug,
    /// And all the rest.
    Trace,
}

/// The section `[tls]`.
#[derive(Debug, Clone, Default, Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[command(next_help_heading = "TLS")]
pub(in crate::cli) struct Tls {
    /// Speak TLS, with this certificate and those between it and its authority, as PEM
    #[arg(long = "tls-cert", value_name = "FILE", env = "QUARRY_TLS_CERT")]
    cert: Option<PathBuf>,
    /// The certificate's private key, as PEM
    #[arg(long = "tls-key", value_name = "FILE", env = "QUARRY_TLS_KEY")]
    key: Option<PathBuf>,
}

/// The file of `--config`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(in crate::cli) struct File {
    pub(in crate::cli) server: Server,
    pub(in crate::cli) limits: Limits,
    pub(in crate::cli) agent: Option<AgentSettings>,
    pub(in crate::cli) telemetry: Telemetry,
    pub(in crate::cli) tls: Tls,
}

impl File {
    fn read(path: &Path) -> Result<Self, Failure> {
        let wrong = |error: String| Failure::Usage(format!("{}{error}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(format!(": {error}")))?;
        // The parser's own words would quote lines that may hold secrets.
        toml::from_str(&text)
            .map_err(|error| wrong(format!(":{}: {}", line(&text, &error), error.message())))
    }
}

impl Place {
    /// The file of `--config`, or one that says nothing.
    pub(in crate::cli) fn file(&self) -> Result<File, Failure> {
        self.config
            .as_deref()
            .map_or_else(|| Ok(File::default()), File::read)
    }

    pub(in crate::cli) fn directory(&self, file: &File) -> Result<PathBuf, Failure> {
        let usual = || dirs::data_dir().map(|directory| directory.join("quarry"));
        let given = self
            .data_dir
            .clone()
            .or_else(|| file.server.data_dir.clone());
        given.or_else(usual).ok_or_else(|| {
            Failure::Usage("this user has no data directory: give --data-dir DIR".to_owned())
        })
    }

    /// The PostgreSQL database, if there is to be one.
    pub(in crate::cli) fn database(&self, file: &File) -> Result<Option<PostgresUrl>, Failure> {
        let parsed = |url: &str, of: String| match url.parse() {
            Ok(url) => Ok(Some(url)),
            Err(error) => Err(Failure::Usage(format!("{of}: {error}"))),
        };
        let named = self.database_url_file.as_ref();
        if let Some(path) = named.or(file.server.database_url_file.as_ref()) {
            let of = path.display().to_string();
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|error| Failure::Usage(format!("{of}: {error}")))?;
            return parsed(text.trim(), of);
        }
        match env::var("DATABASE_URL") {
            Ok(url) => parsed(&url, "DATABASE_URL".to_owned()),
            Err(_) => Ok(None),
        }
    }
}

impl Place {
    /// Opens the store, does something with it and closes it.
    pub(in crate::cli) fn with(
        &self,
        file: &File,
        work: impl AsyncFnOnce(&Store) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let location = match self.database(file)? {
            Some(url) => Location::Postgres(url),
            None => Location::Directory(self.directory(file)?),
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
}

impl Server {
    pub(in crate::cli) fn or(self, file: Self) -> Self {
        or!(self, file: listen, data_dir, database_url_file, multi_tenant, hosts, concurrency,
            request_timeout_seconds, retention_days, host_gone_seconds)
    }
}

impl Limits {
    pub(in crate::cli) fn or(self, file: Self) -> Self {
        or!(self, file: concurrent_runs, storage_bytes, upload_bytes, run_seconds, requests_per_minute)
    }

    /// The limits, each of which is more than nothing.
    pub(in crate::cli) fn limits(&self) -> Result<StoredLimits, Failure> {
        let usual = StoredLimits::default();
        let limits = StoredLimits {
            concurrent_runs: self.concurrent_runs.unwrap_or(usual.concurrent_runs),
            storage_bytes: self.storage_bytes.unwrap_or(usual.storage_bytes),
            upload_bytes: self.upload_bytes.unwrap_or(usual.upload_bytes),
            run_seconds: self.run_seconds.unwrap_or(usual.run_seconds),
            requests_per_minute: self
                .requests_per_minute
                .unwrap_or(usual.requests_per_minute),
        };
        for (name, number) in [
            ("concurrent-runs", u64::from(limits.concurrent_runs)),
            ("storage-bytes", limits.storage_bytes),
            ("upload-bytes", limits.upload_bytes),
            ("run-seconds", limits.run_seconds.into()),
            ("requests-per-minute", limits.requests_per_minute.into()),
        ] {
            if number == 0 {
                let text = format!(
                    "the limit {name} is 0, which lets nobody do anything; give at least 1"
                );
                return Err(Failure::Usage(text));
            }
        }
        Ok(limits)
    }
}

impl Telemetry {
    pub(in crate::cli) fn or(self, file: Self) -> Self {
        or!(self, file: metrics_listen, otlp_endpoint, log, log_format)
    }

    pub(in crate::cli) fn level(&self, quiet: bool) -> LevelFilter {
        match self.log {
            _ if quiet => LevelFilter::ERROR,
            Some(LogLevel::Error) => LevelFilter::ERROR,
            Some(LogLevel::Warn) => LevelFilter::WARN,
            Some(LogLevel::Info) | None => LevelFilter::INFO,
            Some(LogLevel::Debug) => LevelFilter::DEBUG,
            Some(LogLevel::Trace) => LevelFilter::TRACE,
        }
    }

    pub(in crate::cli) fn format(&self) -> LogFormat {
        self.log_format.unwrap_or_else(LogFormat::usual)
    }
}

impl Tls {
    pub(in crate::cli) fn or(self, file: Self) -> Self {
        or!(self, file: cert, key)
    }

    pub(in crate::cli) fn files(self) -> Result<Option<TlsFiles>, Failure> {
        match (self.cert, self.key) {
            (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
            (None, None) => Ok(None),
            _ => Err(Failure::Usage(
                "a certificate and its key belong together: give both --tls-cert and --tls-key"
                    .to_owned(),
            )),
        }
    }
}
