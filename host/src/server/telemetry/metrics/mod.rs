//! What is counted and measured. A label never names a tenant, and takes no value that a client makes up: the number of
//! series is bounded.

mod process;
mod scrape;
mod series;

pub(in crate::server) use scrape::{Scraped, routes};

use crate::initialize::Called;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use series::{Series, text};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// All metrics of the server.
#[derive(Debug)]
pub(in crate::server) struct Metrics {
    series: Series,
    registry: Registry,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let series = Series::new(&mut registry);
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let start = since.map_or(0.0, |since| since.as_secs_f64());
        series.process.start.set(start);
        Self { series, registry }
    }
}

/// Something that is open. It is not any more when this is dropped.
#[derive(Debug)]
pub(in crate::server) struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

fn open(gauge: &Gauge) -> Open {
    gauge.inc();
    Open(gauge.clone())
}

/// A form in which the messages of a run are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) enum Stream {
    /// A WebSocket.
    WebSocket,
    /// Lines of JSON.
    Lines,
    /// Server-sent events.
    ServerSent,
}

impl Stream {
    const fn word(self) -> &'static str {
        match self {
            Stream::WebSocket => "websocket",
            Stream::Lines => "lines",
            Stream::ServerSent => "server-sent-events",
        }
    }
}

/// A request that was answered.
pub(in crate::server) struct Answered<'r> {
    pub(in crate::server) method: &'static str,
    pub(in crate::server) route: &'r str,
    pub(in crate::server) status: u16,
    /// The code of the problem that it was answered with.
    pub(in crate::server) problem: Option<&'static str>,
    /// Whether it was an upload.
    pub(in crate::server) upload: bool,
    pub(in crate::server) took: Duration,
}

impl Metrics {
    /// A connection was accepted.
    pub(in crate::server) fn connection(&self) -> Open {
        open(&self.series.clients.connections_open)
    }

    /// A TLS handshake failed or took too long.
    pub(in crate::server) fn handshake_failed(&self) {
        self.series.clients.handshakes_failed.inc();
    }

    /// Somebody follows a run.
    pub(in crate::server) fn stream(&self, stream: Stream) -> Open {
        let labels = [("kind", stream.word().into())];
        open(
            &self
                .series
                .clients
                .streams_open
                .get_or_create_owned(&labels),
        )
    }

    /// A request was answered.
    pub(in crate::server) fn answered(&self, answered: &Answered<'_>) {
        let route = [
            ("method", answered.method.into()),
            ("route", text(answered.route)),
        ];
        let [method, named] = route.clone();
        let status = ("status", answered.status.to_string().into());
        let counted = [method, named, status];
        self.series.clients.requests.get_or_create(&counted).inc();
        let took = answered.took.as_secs_f64();
        self.series
            .clients
            .request_duration
            .get_or_create(&route)
            .observe(took);
        if let Some(code) = answered.problem {
            self.series
                .clients
                .problems
                .get_or_create(&[("code", code.into())])
                .inc();
        }
        if answered.upload {
            let outcome = answered.problem.unwrap_or("accepted");
            let labels = [("outcome", outcome.into())];
            self.series.clients.uploads.get_or_create(&labels).inc();
        }
    }

    /// A run is worked on, which waited so long if nobody has worked on it before.
    pub(in crate::server) fn run_begun(&self, waited: Option<Duration>) -> Open {
        if let Some(waited) = waited {
            self.series.runs.queue_wait.observe(waited.as_secs_f64());
        }
        open(&self.series.runs.live)
    }

    /// A run ended in a state, with the code of its failure if it failed.
    pub(in crate::server) fn run_ended(&self, state: &'static str, code: &str) {
        let labels = [("state", state.into()), ("code", text(code))];
        self.series.runs.ended.get_or_create(&labels).inc();
    }

    /// A stage of a run ended.
    pub(in crate::server) fn stage_ended(&self, stage: &'static str, took: Duration) {
        let labels = [("stage", stage.into())];
        let durations = self.series.runs.stage_duration.get_or_create(&labels);
        durations.observe(took.as_secs_f64());
    }

    /// A call of a component ended.
    pub(in crate::server) fn called(&self, called: &Called) {
        let of = [
            ("component", text(&called.component)),
            ("function", called.function.into()),
        ];
        let [component, function] = of.clone();
        let counted = [
            component.clone(),
            function,
            ("outcome", called.outcome.into()),
        ];
        self.series.components.calls.get_or_create(&counted).inc();
        let took = called.elapsed.as_secs_f64();
        self.series
            .components
            .call_duration
            .get_or_create(&of)
            .observe(took);
        let memory = self
            .series
            .components
            .call_memory
            .get_or_create(&[component]);
        memory.observe(called.peak_memory as f64);
    }

    /// Messages of runs were committed.
    pub(in crate::server) fn committed(&self, events: usize) {
        self.series.store.events_committed.inc_by(events as u64);
    }

    /// Old runs and messages were removed.
    pub(in crate::server) fn removed(&self, runs: u64, events: u64) {
        for (what, count) in [("runs", runs), ("events", events)] {
            let labels = [("what", what.into())];
            self.series
                .store
                .removed
                .get_or_create(&labels)
                .inc_by(count);
        }
    }
}
