//! Following runs: together, later, in three forms, and over the server's end.

use crate::support::{Server, data, last, script, text, workspace};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use ureq::http::Method;

#[test]
fn two_clients_that_initialize_at_once_share_one_run() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let (_, project) = client.project("webdev-shop");
    let first = client.connect(&project, "").unwrap();
    let second = client.connect(&project, "").unwrap();
    let other = std::thread::spawn(|| second.rest());
    let messages = first.rest();
    assert_eq!(messages, other.join().unwrap());
    assert_eq!(last(&messages)["type"], "complete");
    let runs = client.get("/api/runs").done();
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_run_goes_on_when_its_client_leaves_and_who_comes_back_gets_what_he_missed() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let (_, project) = client.project("webdev-shop");
    let mut socket = client.connect(&project, "").unwrap();
    let seen: Vec<Value> = (0..3).map(|_| socket.next().unwrap()).collect();
    drop(socket);
    let after = &seen[2]["seq"];
    let missed = client
        .connect(&project, &format!("?after={after}"))
        .unwrap()
        .rest();
    let all: Vec<Value> = seen.into_iter().chain(missed).collect();
    assert_eq!(last(&all)["type"], "complete");
    // And once more, when all is over: the same, and no new run.
    assert_eq!(client.connect(&project, "?after=0").unwrap().rest(), all);
    let end = all.len();
    assert!(
        client
            .connect(&project, &format!("?after={end}"))
            .unwrap()
            .rest()
            .is_empty()
    );
    assert_eq!(
        client.get("/api/runs").done()["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn who_comes_back_to_a_project_without_a_run_is_told_so() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let (_, project) = server.user().project("mobile-minimal");
    let messages = server.user().connect(&project, "?after=3").unwrap().rest();
    assert_eq!(messages[0]["code"], "not-found");
}

#[test]
fn the_same_messages_come_as_lines_and_as_server_sent_events() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let messages = client.initialize(&project);
    let run = text(
        &messages
            .iter()
            .find_map(|message| message.get("run_id"))
            .unwrap()
            .clone(),
    );
    let path = format!("/api/runs/{run}/events");
    let lines = client.get(&path);
    assert_eq!(lines.media_type, "application/x-ndjson");
    let of = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    assert_eq!(lines.body.lines().map(of).collect::<Vec<_>>(), messages);
    let headers = [("accept", "text/event-stream"), ("last-event-id", "2")];
    let sent = client.send(Method::GET, &path, &headers, Vec::new());
    assert_eq!(sent.media_type, "text/event-stream");
    let data = sent
        .body
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    assert_eq!(data.map(of).collect::<Vec<_>>(), messages[2..]);
    let headers = [("last-event-id", "the last")];
    let wrong = client.send(Method::GET, &path, &headers, Vec::new());
    assert_eq!(wrong.problem(), (400, "invalid-request".into()));
}

#[test]
fn lines_come_while_the_run_runs() {
    let (directory, data) = data();
    let config = script(
        directory.path(),
        "while [ ! -e go ]; do sleep 0.1; done",
        "",
    );
    let server = Server::start(&data, &["--config", &config]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let run = client.post(&format!("/api/output-projects/{project}/runs"), &json!({}));
    assert_eq!(run.status, 201);
    let path = format!("/api/runs/{}/events", text(&run.json()["id"]));
    let (_, _, reader) = client.open(Method::GET, &path, &[], Vec::new());
    let mut last = Value::Null;
    for line in BufReader::new(reader).lines() {
        let line = line.unwrap();
        if line.is_empty() {
            // A heartbeat.
            continue;
        }
        last = serde_json::from_str(&line).unwrap();
        if last["stage"] == "agent" {
            std::fs::write(workspace(&data, &project).join("go"), "").unwrap();
        }
    }
    assert_eq!(last["type"], "complete");
}

#[test]
fn a_server_that_is_killed_in_the_middle_of_a_run_ends_the_run_after_its_restart() {
    let (directory, data) = data();
    let again = "if [ -e again ]; then exit 0; fi; touch again; echo touched; sleep 600";
    let config = script(directory.path(), again, "");
    let arguments = ["--config", &config];
    let mut server = Server::start(&data, &arguments);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    let mut seen = Vec::new();
    loop {
        let message = socket.next().unwrap();
        seen.push(message.clone());
        if message["message"] == "touched" {
            break;
        }
    }
    server.signal(libc::SIGKILL);
    server.wait();
    let server = Server::start(&data, &arguments);
    let after = format!("?after={}", seen.last().unwrap()["seq"]);
    let rest = server.user().connect(&project, &after).unwrap().rest();
    assert_eq!(rest[0]["code"], "host-lost");
    let all: Vec<Value> = seen.into_iter().chain(rest).collect();
    assert_eq!(last(&all)["type"], "complete");
    assert_eq!(server.user().status(&project), "active");
}
