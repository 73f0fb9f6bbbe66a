//! What is told to Prometheus.

use crate::support::{Server, data, find, last, log, tenant, text};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;

/// Where a server tells its metrics.
pub fn address(data: &Path) -> String {
    let log = log(data);
    let mut records = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let told = records.find(|record| record["fields"]["message"] == "metrics are told");
    told.unwrap()["fields"]["address"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The text of `/metrics`.
pub fn scrape(address: &str) -> String {
    let mut answer = ureq::get(format!("http://{address}/metrics"))
        .call()
        .unwrap();
    let media_type = answer.headers()["content-type"].to_str().unwrap();
    assert!(
        media_type.starts_with("text/plain; version=0.0.4"),
        "{media_type}"
    );
    answer.body_mut().read_to_string().unwrap()
}

/// The value of a series, by its name and some of its labels.
pub fn value(metrics: &str, name: &str, labels: &[&str]) -> f64 {
    let mut found = metrics.lines().filter(|line| {
        let end = line.find(['{', ' ']).unwrap_or(line.len());
        &line[..end] == name && labels.iter().all(|label| line.contains(label))
    });
    let line = found
        .next()
        .unwrap_or_else(|| panic!("no {name} {labels:?} in {metrics}"));
    line.rsplit_once(' ').unwrap().1.parse().unwrap()
}

#[test]
fn the_metrics_count_what_was_done() {
    let (_directory, data) = data();
    let token = tenant(&data, "one");
    let arguments = ["--multi-tenant", "--metrics-listen", "127.0.0.1:0"];
    let server = Server::start(&data, &arguments);
    let client = server.client(Some(&token));
    let (_, project) = client.project("mobile-minimal");
    let messages = client.initialize(&project);
    assert_eq!(last(&messages)["type"], "complete");
    assert_eq!(client.upload("broken", b"no archive".to_vec()).status, 422);
    assert_eq!(server.client(None).get("/api/stacks").status, 401);
    let metrics = scrape(&address(&data));
    let is = |name: &str, labels: &[&str], expected: f64| {
        assert_eq!(value(&metrics, name, labels), expected, "{name} {labels:?}");
    };
    is("quarry_runs_ended_total", &["state=\"succeeded\""], 1.0);
    is("quarry_run_queue_wait_seconds_count", &[], 1.0);
    for gauge in [
        "runs_live",
        "runs_queued",
        "runs_running",
        "sandbox_instances",
    ] {
        is(&format!("quarry_{gauge}"), &[], 0.0);
    }
    for stage in ["walk", "extract", "build", "publish"] {
        let label = format!("stage=\"{stage}\"");
        is("quarry_run_stage_duration_seconds_count", &[&label], 1.0);
    }
    for component in [
        "project",
        "schema",
        "connections",
        "global-state",
        "table-uses",
    ] {
        let component = format!("component=\"{component}\"");
        for function in ["function=\"describe\"", "function=\"extract\""] {
            let labels = [&*component, function, "outcome=\"ok\""];
            is("quarry_component_calls_total", &labels, 1.0);
        }
        let memory = value(
            &metrics,
            "quarry_component_call_memory_bytes_sum",
            &[&component],
        );
        assert!(memory > 0.0);
    }
    let builder = ["component=\"prompt-builder\"", "function=\"build\""];
    is("quarry_component_calls_total", &builder, 1.0);
    let code = |result| value(&metrics, "quarry_component_code_total", &[result]);
    assert_eq!(code("result=\"cached\"") + code("result=\"compiled\""), 6.0);
    is("quarry_events_committed_total", &[], messages.len() as f64);
    is("quarry_uploads_total", &["outcome=\"accepted\""], 1.0);
    is(
        "quarry_uploads_total",
        &["outcome=\"invalid-archive\""],
        1.0,
    );
    is(
        "quarry_http_problems_total",
        &["code=\"unauthenticated\""],
        1.0,
    );
    let stacks = ["route=\"/api/stacks\"", "status=\"401\"", "method=\"GET\""];
    is("quarry_http_requests_total", &stacks, 1.0);
    let upload = ["route=\"/api/knowledge-bases\"", "method=\"POST\""];
    is("quarry_http_request_duration_seconds_count", &upload, 2.0);
    is("quarry_streams_open", &["kind=\"websocket\""], 0.0);
    is("quarry_store_failures_total", &["kind=\"lasting\""], 0.0);
    assert!(value(&metrics, "process_resident_memory_bytes", &[]) > 1e6);
    assert!(value(&metrics, "process_open_fds", &[]) > 3.0);
}

#[test]
fn the_metrics_name_no_tenant_and_no_run_and_take_no_word_of_a_client() {
    let (_directory, data) = data();
    let arguments = ["--metrics-listen", "127.0.0.1:0"];
    let server = Server::start(&data, &arguments);
    let client = server.user();
    let tenant = text(&client.get("/api").done()["tenant_id"]);
    let (base, project) = client.project("mobile-minimal");
    let messages = client.initialize(&project);
    let run = text(&find(&messages, "run-started").1["run_id"]);
    client.get(&format!("/api/runs/{run}")).done();
    client.get("/api/made-up-by-a-client");
    let mut stream = TcpStream::connect(&server.address).unwrap();
    let token = server.token.as_ref().unwrap();
    let host = &server.address;
    write!(
        stream,
        "MADE-UP /api HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 405"), "{answer}");
    let metrics = scrape(&address(&data));
    for hidden in [&*tenant, &base, &project, &run, "made-up", "MADE-UP"] {
        assert!(!metrics.contains(hidden), "{hidden}");
    }
    let other = ["method=\"other\"", "status=\"405\""];
    assert_eq!(value(&metrics, "quarry_http_requests_total", &other), 1.0);
    let nowhere = ["route=\"none\"", "status=\"404\""];
    assert_eq!(value(&metrics, "quarry_http_requests_total", &nowhere), 1.0);
}

#[test]
fn whoever_uses_the_server_cannot_read_the_metrics_and_the_listener_has_nothing_else() {
    let (_directory, data) = data();
    let server = Server::start(&data, &["--metrics-listen", "127.0.0.1:0"]);
    assert_eq!(server.client(None).get("/metrics").status, 401);
    assert_eq!(server.user().get("/metrics").status, 404);
    let metrics = server.client(None).at(&address(&data));
    assert_eq!(metrics.get("/metrics").status, 200);
    assert_eq!(metrics.get("/api").status, 404);
}

/// An analysis with one table of so many columns.
fn wide(columns: u32) -> Vec<u8> {
    let mut text = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<ANALYSE GenNum=\"1\"><FICHIER Nom=\"A\">".to_owned();
    for column in 0..columns {
        write!(text, "<RUBRIQUE Nom=\"c{column:x}\"/>").unwrap();
    }
    text.push_str("</FICHIER></ANALYSE>");
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "Wide.xdd", text.as_bytes())
        .unwrap();
    tar.into_inner().unwrap()
}

#[test]
fn the_metrics_say_which_limit_ended_a_call_of_which_component() {
    let (_directory, data) = data();
    let server = Server::start(&data, &["--metrics-listen", "127.0.0.1:0"]);
    let client = server.user();
    let initialize = |columns| {
        let base = text(&client.upload("wide", wide(columns)).done()["id"]);
        let new = json!({ "kb_id": base, "name": "wide", "stack_id": "fastapi-htmx" });
        let project = client.post("/api/output-projects", &new).done();
        client.initialize(&text(&project["id"]))
    };
    let calls = |component: &str, outcome: &str| {
        let metrics = scrape(&address(&data));
        let component = format!("component=\"{component}\"");
        let outcome = format!("outcome=\"{outcome}\"");
        let name = "quarry_component_calls_total";
        let has_it = |line: &&str| {
            line.starts_with(name)
                && [&*component, &*outcome, "function=\"extract\""]
                    .iter()
                    .all(|label| line.contains(label))
        };
        let line = metrics.lines().find(has_it);
        line.map_or(0.0, |line| {
            line.rsplit_once(' ').unwrap().1.parse().unwrap()
        })
    };
    // Facts of more than 64 MiB.
    let messages = initialize(600_000);
    let end = last(&messages);
    assert_eq!(end["type"], "error", "{end}");
    let said = text(&end["message"]);
    assert!(said.contains("67108864"), "{said}");
    assert_eq!(calls("schema", "result-too-large"), 1.0);
    assert_eq!(calls("project", "result-too-large"), 0.0);
    assert_eq!(calls("project", "ok"), 1.0);
    // More than 256 MiB to hold what was read, in each component that reads an analysis.
    let messages = initialize(1_100_000);
    assert_eq!(last(&messages)["type"], "complete");
    for component in ["schema", "connections", "table-uses"] {
        assert_eq!(calls(component, "out-of-memory"), 1.0, "{component}");
    }
    // Without that file they did their work.
    assert_eq!(calls("schema", "ok"), 1.0);
    assert_eq!(calls("project", "out-of-memory"), 0.0);
}
