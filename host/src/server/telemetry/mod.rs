//! What an operator sees of the server: metrics, traces and the log.

pub mod log;
mod metrics;
pub(super) mod requests;
pub(super) mod run;
pub(super) mod trace;

pub use trace::{TraceError, Traces};

pub(super) use metrics::{Metrics, Open, Scraped, Stream, routes};
