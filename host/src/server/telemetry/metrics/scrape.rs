//! `/metrics`, on a listener of its own.

use super::{Metrics, process};
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::prometheus_text::{CONTENT_TYPE as TEXT, encode};
use prometheus_client::metrics::counter::Counter;
use quarry_sandbox::Sandbox;
use quarry_store::{Failures, Queue, Store};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::time::timeout;

/// How long the store may take to say how many runs wait. What it does not say stays as it was.
const PATIENCE: Duration = Duration::from_secs(2);

/// What is read when somebody asks.
pub(in crate::server) struct Scraped {
    pub(in crate::server) metrics: Arc<Metrics>,
    pub(in crate::server) store: Store,
    pub(in crate::server) sandbox: Sandbox,
}

/// The one route.
pub(in crate::server) fn routes(scraped: Scraped) -> Router {
    // Whoever updates what others count does so alone.
    let shared = Arc::new((scraped, Mutex::new(())));
    Router::new()
        .route("/metrics", get(scrape))
        .with_state(shared)
}

async fn scrape(State(shared): State<Arc<(Scraped, Mutex<()>)>>) -> Response {
    let (scraped, alone) = &*shared;
    let queues = timeout(PATIENCE, scraped.store.operator().queues()).await;
    let written = {
        let _alone = alone.lock().unwrap_or_else(PoisonError::into_inner);
        scraped.update(queues.ok().and_then(Result::ok));
        let mut text = String::new();
        encode(&mut text, &scraped.metrics.registry).map(|()| text)
    };
    match written {
        Ok(text) => ([(CONTENT_TYPE, TEXT)], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written down");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

impl Scraped {
    fn update(&self, queues: Option<Vec<Queue>>) {
        let series = &self.metrics.series;
        if let Some(queues) = queues {
            series.runs.queued.set(sum(&queues, |queue| queue.queued));
            series.runs.running.set(sum(&queues, |queue| queue.running));
            let oldest = queues.iter().filter_map(|queue| queue.waiting_since);
            let since = oldest.map(|since| since.milliseconds()).min();
            let waited = since.map_or(0, |since| (now_milliseconds() - since).max(0));
            series.runs.oldest_wait.set(waited as f64 / 1_000.0);
        }
        let activity = self.sandbox.activity();
        let number = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let instances = i64::try_from(activity.instances).unwrap_or(i64::MAX);
        series.components.instances.set(instances);
        series.components.memories.set(number(activity.memories));
        series
            .components
            .idle_memory
            .set(number(activity.idle_bytes));
        for (result, count) in [
            ("cached", activity.code_cached),
            ("compiled", activity.code_compiled),
        ] {
            let labels = [("result", result.into())];
            raise(&series.components.code.get_or_create(&labels), count);
        }
        let failures = Failures::so_far();
        for (kind, count) in [
            ("temporary", failures.temporary),
            ("lasting", failures.lasting),
        ] {
            let labels = [("kind", kind.into())];
            raise(&series.store.failures.get_or_create(&labels), count);
        }
        series
            .process
            .resident_memory
            .set(process::resident_memory());
        series.process.open_files.set(process::open_files());
        series.process.most_files.set(process::most_files());
    }
}

/// Raises a counter to what somebody else has counted.
fn raise(counter: &Counter, count: u64) {
    counter.inc_by(count.saturating_sub(counter.get()));
}

fn sum(queues: &[Queue], of: fn(&Queue) -> u64) -> i64 {
    let sum = queues.iter().map(of).sum::<u64>();
    i64::try_from(sum).unwrap_or(i64::MAX)
}

fn now_milliseconds() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
