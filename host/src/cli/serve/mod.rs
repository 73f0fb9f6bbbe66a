//! `quarry serve`

pub(super) mod settings;

use super::failure::Failure;
use super::{Global, setup};
use crate::server::{Check, Options, ServeError, Server, Tenancy, Traces, check, log};
use clap::Args;
use serde_json::json;
use settings::{Limits, Place, Server as Section, Telemetry, Tls};
use std::io::{Write, stdout};
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::available_parallelism;
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// Where a server listens unless it is told.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 7717);

/// How long a client may take, in seconds.
const PATIENCE: u32 = 30;

/// How long runs are kept, in days.
const RETENTION: u32 = 30;

/// How long a host is not seen until it is gone for good, in seconds: usually, and at least. Hosts say every few seconds
/// that they are there.
const HOST_GONE: u32 = 60 * 60;
const LEAST_HOST_GONE: u32 = 30;

/// How long threads may go on that block when all else has ended.
const FAREWELL: Duration = Duration::from_secs(1);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    server: Section,
    /// Look at all settings, the data directory, the store, the certificate, the components and the agent, say what was
    /// found, and end: with exit code 0 if a server can be started with them, 2 if a setting is wrong, 1 otherwise
    #[arg(long)]
    check: bool,
    /// Say what --check found as one JSON object
    #[arg(long, requires = "check")]
    json: bool,
    #[command(flatten)]
    limits: Limits,
    #[command(flatten)]
    telemetry: Telemetry,
    #[command(flatten)]
    tls: Tls,
}

impl Serve {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let mut file = self.place.file()?;
        let telemetry = self
            .telemetry
            .clone()
            .or(std::mem::take(&mut file.telemetry));
        let traces = Traces::configured(telemetry.otlp_endpoint.as_deref());
        let traces = traces.map_err(|error| Failure::Usage(error.to_string()))?;
        let level = telemetry.level(global.quiet);
        if !self.check {
            log::begin(level, telemetry.format(), traces.as_ref());
        }
        let options = self.options(file, &telemetry, global)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(ServeError::System)?;
        let done = match self.check {
            true => self.say(&runtime.block_on(check(options))),
            false => runtime.block_on(serve(options)),
        };
        end(runtime, traces);
        done
    }

    /// The options, each from where it is said first.
    fn options(
        &self,
        file: settings::File,
        telemetry: &Telemetry,
        global: &Global,
    ) -> Result<Options, Failure> {
        let data_directory = self.place.directory(&file)?;
        let database = self.place.database(&file)?;
        let server = self.server.clone().or(file.server);
        let seconds = at_least_one("request-timeout-seconds", server.request_timeout_seconds)?;
        let days = server.retention_days.unwrap_or(RETENTION);
        let concurrency = at_least_one("concurrency", server.concurrency.map(u32::from))?;
        let processors = || available_parallelism().map_or(1, usize::from);
        Ok(Options {
            listen: server.listen.unwrap_or(LISTEN),
            data_directory,
            database,
            tenancy: match server.multi_tenant {
                Some(true) => Tenancy::Many,
                Some(false) | None => Tenancy::Single,
            },
            hosts: server.hosts.unwrap_or_default(),
            tls: self.tls.clone().or(file.tls).files()?,
            metrics: telemetry.metrics_listen,
            patience: Duration::from_secs(seconds.unwrap_or(PATIENCE).into()),
            concurrency: concurrency.map_or_else(processors, |runs| runs as usize),
            limits: self.limits.clone().or(file.limits).limits()?,
            retention: (days > 0).then_some(DAY * days),
            host_gone: host_gone(server.host_gone_seconds)?,
            agent: file.agent,
            sandbox: setup::sandbox(global.quiet)?,
        })
    }

    /// Says what was found.
    fn say(&self, checks: &[Check]) -> Result<(), Failure> {
        let ok = checks.iter().all(|check| check.ok);
        if self.json {
            writeln!(stdout(), "{}", json!({ "ok": ok, "checks": checks }))?;
        } else {
            for Check { name, ok, found } in checks {
                let verdict = if *ok { "ok    " } else { "failed" };
                let found = crate::text::Printable(found);
                writeln!(stdout(), "{verdict}  {name}: {found}")?;
            }
        }
        match checks.iter().filter(|check| !check.ok).count() {
            0 => Ok(()),
            count => Err(Failure::Unusable(count)),
        }
    }
}

fn at_least_one(name: &str, number: Option<u32>) -> Result<Option<u32>, Failure> {
    match number {
        Some(0) => Err(Failure::Usage(format!("{name} is 0; give at least 1"))),
        number => Ok(number),
    }
}

fn host_gone(seconds: Option<u32>) -> Result<Option<Duration>, Failure> {
    match seconds.unwrap_or(HOST_GONE) {
        0 => Ok(None),
        seconds if seconds < LEAST_HOST_GONE => Err(Failure::Usage(format!(
            "host-gone-seconds is {seconds}, and a busy host may not be seen for as long; give at least {LEAST_HOST_GONE}, or 0 for never"
        ))),
        seconds => Ok(Some(Duration::from_secs(seconds.into()))),
    }
}

async fn serve(options: Options) -> Result<(), Failure> {
    let shutdown = CancellationToken::new();
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::System)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::System)?;
    let server = Server::start(options).await?;
    // The one line of output, for a person or the program that started this.
    writeln!(stdout(), "{}", server.url())?;
    notify(&[sd_notify::NotifyState::Ready]);
    tokio::spawn({
        let shutdown = shutdown.clone();
        async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            notify(&[sd_notify::NotifyState::Stopping]);
            shutdown.cancel();
        }
    });
    Ok(server.run(shutdown).await?)
}

/// Tells systemd, if it wants to know.
fn notify(state: &[sd_notify::NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(state) {
        tracing::warn!(%error, "systemd could not be told");
    }
}

/// Ends what goes on beside the server, and sends the last spans.
fn end(runtime: Runtime, traces: Option<Traces>) {
    runtime.shutdown_timeout(FAREWELL);
    if let Some(traces) = traces {
        traces.shutdown();
    }
}
