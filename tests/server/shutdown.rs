//! The end of the server in the middle of work.

use crate::support::{Server, data, last};
use quarry_generator::Size;
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};

/// Ten seconds for runs, a second for the agent, five for connections, and time for a busy machine.
const BOUND: Duration = Duration::from_secs(60);

/// The file of settings with an agent that is a shell script.
fn settings(directory: &Path, script: &str) -> String {
    let path = directory.join("settings.toml");
    let quoted = serde_json::to_string(script).unwrap();
    let text = format!(
        "[agent]\ncommand = \"/bin/sh\"\narguments = [\"-c\", {quoted}]\noutput = \"lines\"\ngrace-seconds = 1\n"
    );
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Ends a server, which takes a limited time.
fn terminate(server: &mut Server) {
    let begun = Instant::now();
    server.signal(libc::SIGTERM);
    assert!(server.wait().success());
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
}

#[test]
fn a_run_that_is_nearly_done_ends_before_the_server_does() {
    let (directory, data) = data();
    let config = settings(directory.path(), "echo begun; sleep 2; echo done");
    let mut server = Server::start(&data, &["--config", &config]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    let mut seen = Vec::new();
    while seen
        .last()
        .is_none_or(|message: &Value| message["message"] != "begun")
    {
        seen.push(socket.next().unwrap());
    }
    terminate(&mut server);
    seen.extend(socket.rest());
    assert_eq!(last(&seen)["type"], "complete");
    let server = Server::start(&data, &["--config", &config]);
    assert_eq!(server.user().status(&project), "active");
}

#[test]
fn a_run_that_takes_longer_is_handed_over_and_the_next_server_ends_it() {
    let (directory, data) = data();
    let script = "if [ -e again ]; then exit 0; fi; touch again; echo begun; sleep 600";
    let config = settings(directory.path(), script);
    let mut server = Server::start(&data, &["--config", &config]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    let mut seen = Vec::new();
    while seen
        .last()
        .is_none_or(|message: &Value| message["message"] != "begun")
    {
        seen.push(socket.next().unwrap());
    }
    terminate(&mut server);
    seen.extend(socket.rest());
    assert_eq!(last(&seen)["code"], "host-closing");
    let server = Server::start(&data, &["--config", &config]);
    let after = format!("?after={}", seen.len());
    seen.extend(server.user().connect(&project, &after).unwrap().rest());
    assert_eq!(last(&seen)["type"], "complete");
    assert_eq!(server.user().status(&project), "active");
    let runs = server.user().get("/api/runs").done();
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_server_that_is_ended_in_the_middle_of_an_initialization_loses_nothing_of_it() {
    let (directory, data) = data();
    let source = directory.path().join("source");
    std::fs::create_dir(&source).unwrap();
    quarry_generator::generate(&source, &Size::default().times(10)).unwrap();
    let mut server = Server::start(&data, &[]);
    let client = server.user();
    let new = serde_json::json!({ "name": "Large", "directory": source });
    let base = client.post("/api/knowledge-bases", &new).done();
    let new =
        serde_json::json!({ "kb_id": base["id"], "name": "Large", "stack_id": "fastapi-htmx" });
    let project = client.post("/api/output-projects", &new).done();
    let project = project["id"].as_str().unwrap().to_owned();
    let mut socket = client.connect(&project, "").unwrap();
    let mut seen = Vec::new();
    while seen
        .last()
        .is_none_or(|message: &Value| message["stage"] != "extract")
    {
        seen.push(socket.next().unwrap());
    }
    terminate(&mut server);
    seen.extend(socket.rest());
    let server = Server::start(&data, &[]);
    let after = format!("?after={}", seen.len());
    seen.extend(server.user().connect(&project, &after).unwrap().rest());
    assert_eq!(last(&seen)["type"], "complete");
    assert_eq!(server.user().context(&project).status, 200);
}

#[test]
fn a_hangup_ends_nothing_from_the_moment_on_that_the_server_tells_its_address() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    server.signal(libc::SIGHUP);
    server.user().get("/api").done();
}
