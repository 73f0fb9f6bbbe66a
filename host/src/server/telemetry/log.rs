//! The log: records on standard error, of which each that is about a run has the run and its tenant.

use super::trace::Traces;
use std::io::{IsTerminal, stderr};
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

/// How records are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// Lines for people.
    Text,
}

impl LogFormat {
    /// For people on a terminal, and JSON elsewhere.
    pub fn usual() -> Self {
        match stderr().is_terminal() {
            true => LogFormat::Text,
            false => LogFormat::Json,
        }
    }
}

/// Begins to write the log, and to send spans if there is somebody to send them to. The level is that of our own records:
/// others are written if they warn, since in detail they would tell what was sent and received.
pub fn begin(level: LevelFilter, format: LogFormat, traces: Option<&Traces>) {
    let lines = fmt::layer().with_writer(stderr);
    let lines = match format {
        LogFormat::Json => lines.json().with_current_span(false).boxed(),
        LogFormat::Text => lines.with_ansi(false).boxed(),
    };
    let lines = lines.with_filter(FilterFn::new(move |record| is_written(record, level)));
    let spans = traces.map(|traces| {
        tracing_opentelemetry::layer()
            .with_tracer(traces.tracer())
            .with_location(false)
            .with_threads(false)
            .with_filter(FilterFn::new(|record| is_ours(record) && record.is_span()))
    });
    // Whoever has a log already keeps it.
    let _ = registry().with(lines).with(spans).try_init();
}

fn is_written(record: &Metadata<'_>, level: LevelFilter) -> bool {
    match is_ours(record) {
        // A span says what its records are about, whatever their level.
        true => record.is_span() || *record.level() <= level,
        false => *record.level() <= Level::WARN && *record.level() <= level,
    }
}

fn is_ours(record: &Metadata<'_>) -> bool {
    record.target().starts_with("quarry")
}
