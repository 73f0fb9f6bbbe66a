//! The agent of the operator's choice, here a shell script.

use crate::support::{Client, Server, data, find, last, tenant};
use std::path::{Path, PathBuf};

/// The settings of an agent that is a shell script.
fn config(directory: &Path, script: &str) -> PathBuf {
    let path = directory.join("config.toml");
    let quoted = serde_json::to_string(script).unwrap();
    let text = format!(
        "[agent]\ncommand = \"/bin/sh\"\narguments = [\"-c\", {quoted}]\noutput = \"lines\"\ngrace-seconds = 1\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn serve(directory: &Path, data: &Path, script: &str) -> Server {
    let config = config(directory, script);
    Server::start(data, &["--config", config.to_str().unwrap()])
}

#[test]
fn the_full_flow_ends_complete_and_the_project_is_active() {
    let (directory, data) = data();
    let script = "echo reading; wc -c < CONTEXT.md; echo built > app.py";
    let server = serve(directory.path(), &data, script);
    let client = server.user();
    let (_, project) = client.project("webdev-shop");
    let messages = client.initialize(&project);
    let (published, _) = find(&messages, "context-published");
    let said: Vec<usize> = messages
        .iter()
        .enumerate()
        .filter(|(_, message)| message["type"] == "output")
        .map(|(place, _)| place)
        .collect();
    assert!(said.len() >= 2, "{messages:#?}");
    assert!(said.iter().all(|place| *place > published));
    assert!(
        messages
            .iter()
            .any(|message| message["message"] == "reading")
    );
    assert_eq!(last(&messages)["type"], "complete");
    assert_eq!(last(&messages)["status"], "active");
    assert_eq!(client.status(&project), "active");
}

#[test]
fn an_agent_that_fails_ends_in_an_error_and_the_project_stays_initialized_and_can_be_run_again() {
    let (directory, data) = data();
    let script = "if [ -e tried ]; then echo fine; else touch tried; echo broken; exit 3; fi";
    let server = serve(directory.path(), &data, script);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let messages = client.initialize(&project);
    assert_eq!(last(&messages)["type"], "error");
    assert_eq!(last(&messages)["code"], "agent-exit-code");
    assert_eq!(client.status(&project), "initialized");
    assert_eq!(client.context(&project).status, 200);
    assert_eq!(only_run(&client)["failure"]["code"], "agent-exit-code");
    let again = client.initialize(&project);
    assert_eq!(last(&again)["type"], "complete");
    assert_eq!(client.status(&project), "active");
}

fn only_run(client: &Client) -> serde_json::Value {
    let runs = client.get("/api/runs").done();
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
    runs["items"][0].clone()
}

#[test]
fn a_run_that_is_cancelled_ends_its_agent_and_says_so() {
    let (directory, data) = data();
    let server = serve(
        directory.path(),
        &data,
        "echo $$ > pid; echo waiting; sleep 600",
    );
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    let mut run = String::new();
    while let Some(message) = socket.next() {
        if message["code"] == "run-started" {
            run = crate::support::text(&message["run_id"]);
        }
        if message["message"] == "waiting" {
            break;
        }
    }
    let answer = client.post(&format!("/api/runs/{run}/cancel"), &serde_json::json!({}));
    assert_eq!(answer.status, 202);
    let rest = socket.rest();
    let end = rest.last().unwrap();
    assert_eq!(
        (&end["type"], &end["code"]),
        (&"error".into(), &"cancelled".into())
    );
    assert_eq!(only_run(&client)["state"], "cancelled");
    assert_eq!(client.status(&project), "initialized");
    let workspace = data
        .join("workspaces")
        .read_dir()
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let pid = std::fs::read_to_string(workspace.join(&project).join("pid")).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists());
}

#[test]
fn with_several_tenants_an_agent_without_isolation_is_refused() {
    let (directory, data) = data();
    let token = tenant(&data, "one");
    let config = config(directory.path(), "echo never");
    let server = Server::start(
        &data,
        &["--multi-tenant", "--config", config.to_str().unwrap()],
    );
    let client = server.client(Some(&token));
    let (_, project) = client.project("mobile-minimal");
    let messages = client.initialize(&project);
    let end = last(&messages);
    assert_eq!(end["type"], "error");
    assert!(
        end["message"].as_str().unwrap().contains("isolation"),
        "{end}"
    );
    assert_eq!(client.status(&project), "initialized");
    assert!(!messages.iter().any(|message| message["type"] == "output"));
}
