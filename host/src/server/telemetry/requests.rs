//! What is measured, logged and traced of every request.
//!
//! Of its address only the route's pattern is kept, never the query, which may hold a token or a ticket.

use super::Metrics;
use super::metrics::Answered;
use super::trace;
use crate::server::error::ProblemCode;
use crate::server::routes::UPLOAD;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::field::Empty;
use tracing::{Instrument, Span, info_span};

/// The route of whatever is not there.
const NOWHERE: &str = "none";

/// Routes that somebody asks for every few seconds: they are measured and not traced, and logged only in detail.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];

/// Observes a request.
pub(in crate::server) async fn observe(
    State(metrics): State<Arc<Metrics>>,
    request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(NOWHERE, MatchedPath::as_str).to_owned();
    let upload = method == "POST" && route == UPLOAD && !is_json(request.headers());
    let probe = PROBES.contains(&route.as_str());
    let span = match probe {
        true => Span::none(),
        false => {
            let span = info_span!(
                "request",
                otel.kind = "server",
                http.request.method = method,
                http.route = route,
                http.response.status_code = Empty,
                tenant = Empty,
                run = Empty,
            );
            trace::continue_from(&span, request.headers());
            span
        }
    };
    let response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let problem = response
        .extensions()
        .get::<ProblemCode>()
        .map(|problem| problem.0);
    span.record("http.response.status_code", status);
    let took = begun.elapsed();
    metrics.answered(&Answered {
        method,
        route: &route,
        status,
        problem,
        upload,
        took,
    });
    span.in_scope(|| log(method, &route, status, problem, took, probe));
    response
}

fn log(method: &str, route: &str, status: u16, problem: Option<&str>, took: Duration, probe: bool) {
    let milliseconds = took.as_secs_f64() * 1_000.0;
    match probe {
        true => tracing::debug!(method, route, status, milliseconds, "answered"),
        false => tracing::info!(method, route, status, problem, milliseconds, "answered"),
    }
}

/// The methods that there are: a client may make one up.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(CONTENT_TYPE);
    media_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"))
}
