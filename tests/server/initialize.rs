//! The sixteen behaviours of the system that this one replaces, in its five groups; its last one stands in `agent`.

use crate::database::Ground;
use crate::support::{Client, Server, data, find, last, text};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// A project of a fixture that was initialized over a WebSocket.
struct Done {
    _server: Server,
    _directory: Ground,
    data: PathBuf,
    client: Client,
    base: String,
    project: String,
    messages: Vec<Value>,
}

fn initialized(source: &str) -> Done {
    let (directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    // Another knowledge base, which has nothing to do with it.
    client
        .upload("other", crate::support::archive("windev-desktop"))
        .done();
    let (base, project) = client.project(source);
    let messages = client.initialize(&project);
    Done {
        _directory: directory,
        data,
        _server: server,
        client,
        base,
        project,
        messages,
    }
}

fn started<'m>(messages: &'m [Value], extractor: &str) -> (usize, &'m Value) {
    let mut all = messages.iter().enumerate();
    let wanted = |message: &Value| {
        message["code"] == "extractor-started" && message["extractor"] == extractor
    };
    all.find(|(_, message)| wanted(message)).unwrap()
}

fn opened(done: &Done, extractor: &str) -> Vec<String> {
    let run = text(&find(&done.messages, "run-started").1["run_id"]);
    let log = done
        .client
        .get(&format!("/api/runs/{run}/access-log"))
        .done();
    let logs = log["items"].as_array().unwrap().iter();
    let mut of = logs.filter(|log| log["extractor"] == extractor);
    let opened = of.next().unwrap()["opened"].as_array().unwrap().clone();
    opened.iter().map(text).collect()
}

#[test]
fn extractors_read_the_knowledge_base_of_the_project_before_the_builder_begins() {
    let done = initialized("webdev-shop");
    let (builder, _) = done
        .messages
        .iter()
        .enumerate()
        .find(|(_, message)| message["code"] == "stage" && message["stage"] == "build")
        .unwrap();
    for (extractor, file) in [
        ("connections", "Boutique.xdd"),
        ("global-state", "COL_Global.wdg"),
    ] {
        let (place, message) = started(&done.messages, extractor);
        assert_eq!(message["kb_id"], done.base);
        assert!(place < builder);
        let opened = opened(&done, extractor);
        assert!(opened.iter().any(|path| path.ends_with(file)), "{opened:?}");
        assert!(
            !opened.iter().any(|path| path.contains("Workshop")),
            "{opened:?}"
        );
    }
    let finished = done
        .messages
        .iter()
        .filter(|message| message["code"] == "extractor-finished");
    assert_eq!(finished.count(), 5);
}

#[test]
fn the_builder_gets_project_stack_tables_connections_global_state_and_workspace() {
    let done = initialized("webdev-shop");
    let context = done.client.context(&done.project);
    assert_eq!(context.status, 200);
    assert!(context.media_type.starts_with("text/markdown"));
    for expected in [
        "Boutique",
        "FastAPI",
        "LigneCommande",
        "CNX_Boutique",
        "CNX_Archive",
        "gsCurrentPage",
        "gtabPanier",
    ] {
        assert!(context.body.contains(expected), "{expected}");
    }
    let globals = format!(
        "/api/output-projects/{}/files/context/globals.csv",
        done.project
    );
    assert!(done.client.get(&globals).body.contains("gnIdUtilisateur"));
}

#[test]
fn the_context_file_is_written_in_the_workspace_and_reported_with_the_counts() {
    let done = initialized("webdev-shop");
    let (published, message) = find(&done.messages, "context-published");
    assert_eq!(message["path"], "CONTEXT.md");
    let workspaces = done.data.join("workspaces");
    let tenant = only_entry(&workspaces);
    let written = tenant.join(&done.project).join("CONTEXT.md");
    let written = std::fs::read_to_string(written).unwrap();
    assert_eq!(written, done.client.context(&done.project).body);
    for (code, count) in [
        ("tables-found", 18),
        ("connections-found", 9),
        ("global-variables-found", 62),
    ] {
        let (place, message) = find(&done.messages, code);
        assert_eq!(message["count"], count);
        assert_eq!(message["type"], "info");
        assert!(text(&message["message"]).contains(&count.to_string()));
        assert!(place < published);
    }
}

fn only_entry(directory: &Path) -> PathBuf {
    let mut entries = std::fs::read_dir(directory).unwrap();
    entries.next().unwrap().unwrap().path()
}

#[test]
fn a_project_without_connections_is_initialized_and_says_so() {
    let done = initialized("mobile-minimal");
    assert_eq!(find(&done.messages, "connections-found").1["count"], 0);
    assert_eq!(last(&done.messages)["type"], "complete");
    assert_eq!(done.client.context(&done.project).status, 200);
}

#[test]
fn a_project_without_global_state_is_initialized_and_says_so() {
    let done = initialized("binary-only");
    assert_eq!(find(&done.messages, "global-variables-found").1["count"], 0);
    assert_eq!(last(&done.messages)["type"], "complete");
    assert_eq!(done.client.context(&done.project).status, 200);
}

#[test]
fn an_invalid_and_an_unknown_project_are_told_as_an_error_on_an_open_socket() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let unknown = format!("op_{}", "0".repeat(32));
    for (id, code) in [("42", "invalid-id"), (&unknown, "not-found")] {
        let messages = server.user().initialize(id);
        assert_eq!(messages.len(), 1, "{messages:?}");
        assert_eq!(messages[0]["type"], "error");
        assert_eq!(messages[0]["code"], code);
    }
}

#[test]
fn without_an_agent_a_run_ends_complete_and_the_project_initialized_and_can_be_run_again() {
    let done = initialized("webdev-shop");
    let end = last(&done.messages);
    assert_eq!(end["type"], "complete");
    assert_eq!(end["status"], "initialized");
    assert!(end["figures"]["tokens"].as_u64().unwrap() > 0);
    assert!(
        end["files"]
            .as_array()
            .unwrap()
            .contains(&json!("CONTEXT.md"))
    );
    assert_eq!(done.client.status(&done.project), "initialized");
    let again = done.client.initialize(&done.project);
    assert_eq!(last(&again)["type"], "complete");
    let runs = done
        .client
        .get(&format!("/api/output-projects/{}/runs", done.project))
        .done();
    let runs = runs["items"].as_array().unwrap();
    assert_eq!(runs.len(), 2);
    for run in runs {
        assert_eq!(run["state"], "succeeded");
        assert_eq!(run["figures"]["facts"]["tables"], 18);
    }
}
