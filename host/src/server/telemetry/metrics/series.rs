//! Every series there is, with its name and its sentence.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};
use std::borrow::Cow;
use std::sync::atomic::AtomicU64;

/// Labels with their values.
pub(super) type Labels<const N: usize> = [(&'static str, Cow<'static, str>); N];

type Counters<const N: usize> = Family<Labels<N>, Counter>;
type Gauges<const N: usize> = Family<Labels<N>, Gauge>;
type Histograms<const N: usize> = Family<Labels<N>, Histogram, fn() -> Histogram>;

/// The value of a label.
pub(super) fn text(value: &str) -> Cow<'static, str> {
    Cow::Owned(value.to_owned())
}

/// Seconds of a request or a call: from a millisecond to half a minute.
fn short() -> Histogram {
    Histogram::new([
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
    ])
}

/// Seconds of a stage or a wait: from ten milliseconds to an hour.
fn long() -> Histogram {
    Histogram::new([
        0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0, 3600.0,
    ])
}

/// Bytes of memory: from 1 MiB to 256 MiB, which is the most that a call may have.
fn memory() -> Histogram {
    Histogram::new([1, 2, 4, 8, 16, 32, 64, 128, 256].map(|mebibytes| f64::from(mebibytes << 20)))
}

/// The series, by what they are about.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) runs: Runs,
    pub(super) components: Components,
    pub(super) clients: Clients,
    pub(super) store: Store,
    pub(super) process: Process,
}

impl Series {
    /// Makes the series and registers them.
    pub(super) fn new(registry: &mut Registry) -> Self {
        // By the names that programs for any process know.
        let process = Process::new(&mut Named(registry));
        let mut of = Named(registry.sub_registry_with_prefix("quarry"));
        let build: Gauges<1> = of.add("build_info", "Which version runs", Family::default());
        let version = [("version", Cow::Borrowed(env!("CARGO_PKG_VERSION")))];
        build.get_or_create(&version).set(1);
        Self {
            runs: Runs::new(&mut of),
            components: Components::new(&mut of),
            clients: Clients::new(&mut of),
            store: Store::new(&mut of),
            process,
        }
    }
}

/// Runs.
#[derive(Debug)]
pub(super) struct Runs {
    pub(super) ended: Counters<2>,
    pub(super) live: Gauge,
    pub(super) queued: Gauge,
    pub(super) running: Gauge,
    pub(super) queue_wait: Histogram,
    pub(super) oldest_wait: Gauge<f64, AtomicU64>,
    pub(super) stage_duration: Histograms<1>,
}

impl Runs {
    fn new(of: &mut Named<'_>) -> Self {
        Self {
            ended: of.counters(
                "runs_ended",
                "Runs that ended on this host, by end state and code of failure",
            ),
            live: of.gauge("runs_live", "Runs that this host works on"),
            queued: of.gauge("runs_queued", "Runs that wait, of all hosts"),
            running: of.gauge("runs_running", "Runs that are worked on, by all hosts"),
            queue_wait: of.add(
                "run_queue_wait_seconds",
                "How long runs waited until they were worked on",
                long(),
            ),
            oldest_wait: of.add(
                "run_queue_oldest_seconds",
                "How long the first of the waiting runs has waited",
                Gauge::default(),
            ),
            stage_duration: of.histograms(
                "run_stage_duration_seconds",
                "How long the stages of runs took",
                long,
            ),
        }
    }
}

/// Components, and the sandbox that they are in.
#[derive(Debug)]
pub(super) struct Components {
    pub(super) calls: Counters<3>,
    pub(super) call_duration: Histograms<2>,
    pub(super) call_memory: Histograms<1>,
    pub(super) instances: Gauge,
    pub(super) memories: Gauge,
    pub(super) idle_memory: Gauge,
    pub(super) code: Counters<1>,
}

impl Components {
    fn new(of: &mut Named<'_>) -> Self {
        Self {
            calls: of.counters(
                "component_calls",
                "Calls of components, by how they ended: ok, or the limit or error that ended them",
            ),
            call_duration: of.histograms(
                "component_call_duration_seconds",
                "How long calls of components took",
                short,
            ),
            call_memory: of.histograms(
                "component_call_memory_bytes",
                "The most linear memory of calls of components",
                memory,
            ),
            instances: of.gauge(
                "sandbox_instances",
                "Instances of components that there are",
            ),
            memories: of.gauge("sandbox_memories", "Linear memories that there are"),
            idle_memory: of.gauge(
                "sandbox_idle_memory_bytes",
                "Memory that is kept for instances to come",
            ),
            code: of.counters(
                "component_code",
                "Components loaded, by whether their native code was cached",
            ),
        }
    }
}

/// Those who use the server.
#[derive(Debug)]
pub(super) struct Clients {
    pub(super) connections_open: Gauge,
    pub(super) handshakes_failed: Counter,
    pub(super) requests: Counters<3>,
    pub(super) request_duration: Histograms<2>,
    pub(super) problems: Counters<1>,
    pub(super) uploads: Counters<1>,
    pub(super) streams_open: Gauges<1>,
}

impl Clients {
    fn new(of: &mut Named<'_>) -> Self {
        Self {
            connections_open: of.gauge(
                "connections_open",
                "Connections that are open, without WebSockets",
            ),
            handshakes_failed: of.add(
                "tls_handshakes_failed",
                "TLS handshakes that failed or took too long",
                Counter::default(),
            ),
            requests: of.counters("http_requests", "Requests, by method, route and status"),
            request_duration: of.histograms(
                "http_request_duration_seconds",
                "How long requests took up to the head of their answer",
                short,
            ),
            problems: of.counters(
                "http_problems",
                "Requests that were answered with a problem, by its code",
            ),
            uploads: of.counters(
                "uploads",
                "Uploads, by whether they were accepted or the code they were refused with",
            ),
            streams_open: of.add(
                "streams_open",
                "Clients that follow runs, by the form",
                Family::default(),
            ),
        }
    }
}

/// What is stored.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) events_committed: Counter,
    pub(super) failures: Counters<1>,
    pub(super) removed: Counters<1>,
}

impl Store {
    fn new(of: &mut Named<'_>) -> Self {
        Self {
            events_committed: of.add(
                "events_committed",
                "Messages of runs that were committed",
                Counter::default(),
            ),
            failures: of.counters(
                "store_failures",
                "How often the database failed, also where trying again helped",
            ),
            removed: of.counters(
                "retention_removed",
                "Runs and messages that were removed because they were old",
            ),
        }
    }
}

/// The process.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) resident_memory: Gauge,
    pub(super) open_files: Gauge,
    pub(super) most_files: Gauge,
    pub(super) start: Gauge<f64, AtomicU64>,
}

impl Process {
    fn new(of: &mut Named<'_>) -> Self {
        Self {
            resident_memory: of.gauge("process_resident_memory_bytes", "Memory of the process"),
            open_files: of.gauge("process_open_fds", "Files that the process has open"),
            most_files: of.gauge("process_max_fds", "Files that it may have open"),
            start: of.add(
                "process_start_time_seconds",
                "When the process began, in seconds since 1970",
                Gauge::default(),
            ),
        }
    }
}

/// Registers series under a prefix.
struct Named<'r>(&'r mut Registry);

impl Named<'_> {
    fn add<M: Metric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.0.register(name, help, metric.clone());
        metric
    }

    fn counters<const N: usize>(&mut self, name: &str, help: &str) -> Counters<N> {
        self.add(name, help, Family::default())
    }

    fn histograms<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        made: fn() -> Histogram,
    ) -> Histograms<N> {
        self.add(name, help, Family::new_with_constructor(made))
    }

    fn gauge(&mut self, name: &str, help: &str) -> Gauge {
        self.add(name, help, Gauge::default())
    }
}
