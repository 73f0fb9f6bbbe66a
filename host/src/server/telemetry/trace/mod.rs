//! Traces over OTLP, if an endpoint is configured.
//!
//! ```text
//! request ─▶ run ─▶ stage ─▶ component-call
//! ```
//!
//! A run may begin long after the request that asked for it, on another host: the request's place in its trace is stored
//! with the run.

mod client;

use axum::http::HeaderMap;
use client::Client;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry::trace::{TraceContextExt, TracerProvider};
use opentelemetry_http::HeaderExtractor;
use opentelemetry_otlp::{ExporterBuildError, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider};
use quarry_store::Json;
use std::collections::HashMap;
use std::env;
use std::time::Duration;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The name of the service unless `OTEL_SERVICE_NAME` says another.
const SERVICE: &str = "quarry";

/// How long the last spans may take to be sent when the server ends.
const FAREWELL: Duration = Duration::from_secs(5);

/// Traces cannot be sent as it was asked for.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The exporter does not take its settings.
    #[error("traces cannot be sent: {0}; see the variables OTEL_EXPORTER_OTLP_…")]
    Exporter(#[from] ExporterBuildError),
    /// Another protocol is asked for.
    #[error(
        "OTEL_EXPORTER_OTLP_PROTOCOL is {0:?}; only http/protobuf is known here, on port 4318 of most collectors"
    )]
    Protocol(String),
    /// The system's certificates cannot be read.
    #[error("traces cannot be sent over TLS: {0}")]
    Certificates(String),
}

/// Sends spans.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// What the standard variables `OTEL_…` ask for, or else the settings: nothing without an endpoint.
    ///
    /// # Errors
    ///
    /// See [`TraceError`].
    pub fn configured(endpoint: Option<&str>) -> Result<Option<Self>, TraceError> {
        let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let disabled =
            set("OTEL_SDK_DISABLED").is_some_and(|word| word.eq_ignore_ascii_case("true"));
        let none = set("OTEL_TRACES_EXPORTER").is_some_and(|word| word == "none");
        let named = set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
            .or_else(|| set("OTEL_EXPORTER_OTLP_ENDPOINT"))
            .is_some();
        if disabled || none || !(named || endpoint.is_some()) {
            return Ok(None);
        }
        let protocol = set("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
            .or_else(|| set("OTEL_EXPORTER_OTLP_PROTOCOL"));
        if let Some(protocol) = protocol.filter(|protocol| protocol != "http/protobuf") {
            return Err(TraceError::Protocol(protocol));
        }
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new().map_err(TraceError::Certificates)?);
        let exporter = match endpoint.filter(|_| !named) {
            // As the standard variable is read: the path is added.
            Some(endpoint) => {
                exporter.with_endpoint(format!("{}/v1/traces", endpoint.trim_end_matches('/')))
            }
            None => exporter,
        };
        let resource = Resource::builder();
        let resource = match set("OTEL_SERVICE_NAME") {
            Some(_) => resource,
            None => resource.with_service_name(SERVICE),
        };
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter.build()?)
            .with_resource(resource.build())
            .build();
        Ok(Some(Self(provider)))
    }

    pub(super) fn tracer(&self) -> SdkTracer {
        self.0.tracer(SERVICE)
    }

    /// Sends what is still to be sent. Blocks the thread for some seconds at most.
    pub fn shutdown(self) {
        // Whoever cannot be reached now was told of in the log before.
        let _ = self.0.shutdown_with_timeout(FAREWELL);
    }
}

/// Puts a span into the trace that the request's client is in, if it is in one.
pub(super) fn continue_from(span: &Span, headers: &HeaderMap) {
    let context = TraceContextPropagator::new().extract(&HeaderExtractor(headers));
    if context.span().span_context().is_valid() {
        // A span that nobody records has no parent either.
        let _ = span.set_parent(context);
    }
}

/// The place of the current span in its trace, as it is stored with a run.
pub(in crate::server) fn stored() -> Json {
    let mut place = HashMap::new();
    let context = Span::current().context();
    TraceContextPropagator::new().inject_context(&context, &mut place);
    match place.is_empty() {
        true => Json::object(),
        false => Json::of(&place).unwrap_or_else(|_| Json::object()),
    }
}

/// Puts the span of a run into the trace of the request that asked for it.
pub(in crate::server) fn continue_stored(span: &Span, request: &Json) {
    let Ok(place) = request.read::<HashMap<String, String>>() else {
        return;
    };
    let context = TraceContextPropagator::new().extract(&place);
    if context.span().span_context().is_valid() {
        let _ = span.set_parent(context);
    }
}
