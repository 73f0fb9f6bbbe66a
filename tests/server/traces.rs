//! Traces, sent to a collector that is here.

use crate::support::{Server, data, eventually, text};
use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::json;
use std::sync::{Arc, Mutex};
use ureq::http::Method;

/// The trace that a client is in.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// Takes spans, as long as the test runs.
struct Collector {
    address: String,
    received: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Collector {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let received: Arc<Mutex<Vec<ExportTraceServiceRequest>>> = Arc::default();
        let keep = received.clone();
        let take = async move |headers: HeaderMap, body: Bytes| {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            let request = ExportTraceServiceRequest::decode(body).unwrap();
            keep.lock().unwrap().push(request);
        };
        let routes = Router::new().route("/v1/traces", post(take));
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
            .unwrap();
        let address = listener.local_addr().unwrap().to_string();
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self {
            address,
            received,
            _runtime: runtime,
        }
    }

    fn spans(&self) -> Vec<Span> {
        let received = self.received.lock().unwrap();
        let resources = received.iter().flat_map(|request| &request.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }
}

/// An attribute of a span that is a text.
fn attribute(span: &Span, name: &str) -> Option<String> {
    let mut attributes = span.attributes.iter();
    let found = attributes.find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Any::StringValue(text) => Some(text.clone()),
        other => Some(format!("{other:?}")),
    }
}

fn parent<'s>(spans: &'s [Span], span: &Span) -> &'s Span {
    let mut all = spans.iter();
    all.find(|parent| parent.span_id == span.parent_span_id)
        .unwrap_or_else(|| panic!("no parent of {span:?}"))
}

#[test]
fn a_trace_goes_from_the_request_over_the_run_and_its_stages_to_the_components() {
    let (_directory, data) = data();
    let collector = Collector::start();
    let endpoint = format!("http://{}", collector.address);
    let mut server = Server::start_in(&data, &[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", &endpoint)]);
    let client = server.user();
    let token = server.token.clone().unwrap();
    let nobody = server.client(None);
    nobody.get(&format!("/api?token={token}")).done();
    let (_, project) = client.project("mobile-minimal");
    let ticket = client.post("/api/tickets", &json!({ "project_id": project }));
    let ticket = text(&ticket.done()["ticket"]);
    let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let headers = [
        ("content-type", "application/json"),
        ("traceparent", &*traceparent),
    ];
    let path = format!("/api/output-projects/{project}/runs");
    let run = client.send(Method::POST, &path, &headers, b"{}".to_vec());
    let run = text(&run.done()["id"]);
    let query = format!("?ticket={ticket}&after=0");
    nobody.connect(&project, &query).unwrap().rest();
    server.signal(libc::SIGTERM);
    assert!(server.wait().success());
    let spans = collector.spans();
    let trace: Vec<&Span> = spans
        .iter()
        .filter(|span| {
            span.trace_id
                == (0..16)
                    .map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).unwrap())
                    .collect::<Vec<_>>()
        })
        .collect();
    let named = |name: &str| {
        trace
            .iter()
            .filter(|span| span.name == name)
            .copied()
            .collect::<Vec<_>>()
    };
    let calls = named("component-call");
    // Five extractors are asked what they are and then for facts; the builder is asked once.
    assert_eq!(calls.len(), 11);
    for call in &calls {
        assert_eq!(attribute(call, "outcome").as_deref(), Some("ok"));
        let stage = parent(&spans, call);
        assert_eq!(stage.name, "stage");
        let function = attribute(call, "function").unwrap();
        let expected = if function == "build" {
            "build"
        } else {
            "extract"
        };
        assert_eq!(attribute(stage, "stage").as_deref(), Some(expected));
    }
    assert_eq!(named("stage").len(), 4);
    for stage in named("stage") {
        assert_eq!(parent(&spans, stage).name, "run");
    }
    let of_run = named("run");
    assert_eq!(of_run.len(), 1);
    assert_eq!(attribute(of_run[0], "run").as_deref(), Some(&*run));
    assert!(attribute(of_run[0], "tenant").is_some());
    assert_eq!(
        attribute(of_run[0], "outcome").as_deref(),
        Some("succeeded")
    );
    let request = parent(&spans, of_run[0]);
    assert_eq!(request.name, "request");
    let route = attribute(request, "http.route");
    assert_eq!(route.as_deref(), Some("/api/output-projects/{id}/runs"));
    assert_eq!(attribute(request, "tenant"), attribute(of_run[0], "tenant"));
    let all = format!("{:?}", collector.received.lock().unwrap());
    assert!(all.contains("\"quarry\""), "the name of the service");
    for secret in [&*token, &*ticket, "token=", "ticket="] {
        assert!(!all.contains(secret), "{secret}");
    }
}

#[test]
fn a_collector_that_is_not_there_costs_no_run_and_is_told() {
    let (_directory, data) = data();
    let environment = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let mut server = Server::start_in(&data, &[], &environment);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let messages = client.initialize(&project);
    assert_eq!(crate::support::last(&messages)["type"], "complete");
    let told = || crate::support::log(&data).contains("spans could not be sent");
    eventually("a word about the collector", told);
    server.signal(libc::SIGTERM);
    assert!(server.wait().success());
}

#[test]
fn a_protocol_that_is_not_known_is_refused_at_the_start() {
    let (_directory, data) = data();
    let output = crate::support::quarry(&data, "serve")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
        .env("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("http/protobuf"), "{said}");
}
