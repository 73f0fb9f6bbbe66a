//! Administrators: what they do with tenants, and that they reach nothing else.

use crate::support::{Client, Server, admin, administrator, archive, data, quarry, tenant, text};
use serde_json::{Value, json};
use std::path::Path;

fn make(root: &Client, name: &str) -> String {
    let made = root.post("/api/admin/tenants", &json!({ "name": name }));
    text(&made.done()["id"])
}

fn token(root: &Client, tenant: &str) -> Value {
    let new = json!({ "name": "t", "scopes": ["read", "write", "run"] });
    root.post(&format!("/api/admin/tenants/{tenant}/tokens"), &new)
        .done()
}

/// Whether something in a directory is called like a tenant.
fn has_files(directory: &Path, tenant: &str) -> bool {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return false;
    };
    let mut paths = entries.map(|entry| entry.unwrap().path());
    paths.any(|path| path.ends_with(tenant) || path.is_dir() && has_files(&path, tenant))
}

#[test]
fn an_administrator_makes_limits_and_removes_a_tenant_with_all_that_it_has() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&root));
    let (one, two) = (make(&root, "one"), make(&root, "two"));
    let path = format!("/api/admin/tenants/{one}");
    let limits = json!({ "limits": { "storage_bytes": 1_000_000, "concurrent_runs": 1 } });
    let changed = root.patch(&path, &limits).done();
    assert_eq!(changed["limits"]["storage_bytes"], 1_000_000);
    assert_eq!(changed["limits"]["run_seconds"], 600);
    assert_eq!(changed["name"], "one");
    let client = server.client(Some(&text(&token(&root, &one)["secret"])));
    let other = server.client(Some(&text(&token(&root, &two)["secret"])));
    let (_, project) = client.project("mobile-minimal");
    client.initialize(&project);
    let (_, of_other) = other.project("mobile-minimal");
    other.initialize(&of_other);
    let usage = root.get(&path).done()["usage"].clone();
    assert_eq!(
        (&usage["knowledge_bases"], &usage["output_projects"]),
        (&json!(1), &json!(1))
    );
    assert!(usage["stored_bytes"].as_u64().unwrap() > 0);
    let totals = root.get("/api/admin").done()["totals"].clone();
    assert_eq!(
        (&totals["tenants"], &totals["output_projects"]),
        (&json!(2), &json!(2))
    );
    assert!(has_files(&data, &one));
    root.delete(&path).done();
    assert!(!has_files(&data, &one));
    assert_eq!(client.get("/api").problem().0, 401);
    assert_eq!(root.get(&path).problem(), (404, "not-found".into()));
    assert_eq!(root.delete(&path).problem(), (404, "not-found".into()));
    let left = root.get("/api/admin/tenants").done();
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    assert_eq!(other.context(&of_other).status, 200);
}

#[test]
fn files_that_a_removal_left_are_removed_by_the_next() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&root));
    let gone = format!("ten_{}", "1".repeat(32));
    let left = data.join("workspaces").join(&gone).join("op_x");
    std::fs::create_dir_all(&left).unwrap();
    let path = format!("/api/admin/tenants/{gone}");
    root.delete(&path).done();
    assert!(!has_files(&data, &gone));
    assert_eq!(root.delete(&path).problem().0, 404);
}

#[test]
fn a_suspended_tenant_is_refused_with_a_reason_until_it_is_resumed() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&root));
    let one = make(&root, "one");
    let client = server.client(Some(&text(&token(&root, &one)["secret"])));
    let (_, project) = client.project("mobile-minimal");
    let ticket = client.post("/api/tickets", &json!({ "project_id": project }));
    let ticket = text(&ticket.done()["ticket"]);
    let suspended = root.post(&format!("/api/admin/tenants/{one}/suspend"), &json!({}));
    assert!(suspended.done()["suspended_at"].is_number());
    assert_eq!(
        client.get("/api").problem(),
        (403, "tenant-suspended".into())
    );
    let query = format!("?ticket={ticket}");
    assert_eq!(
        server.client(None).connect(&project, &query).err(),
        Some(403)
    );
    let resumed = root.post(&format!("/api/admin/tenants/{one}/resume"), &json!({}));
    assert_eq!(resumed.done()["suspended_at"], Value::Null);
    assert_eq!(client.get("/api").status, 200);
}

#[test]
fn a_tenant_with_a_live_run_is_not_removed_before_it_has_ended() {
    let (directory, data) = data();
    let config = directory.path().join("config.toml");
    let agent = "[agent]\ncommand = \"/bin/sh\"\narguments = [\"-c\", \"sleep 600\"]\noutput = \"lines\"\ngrace-seconds = 1\n";
    std::fs::write(&config, agent).unwrap();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    let root = server.client(Some(&root));
    let one = make(&root, "one");
    let client = server.client(Some(&text(&token(&root, &one)["secret"])));
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    let mut run = String::new();
    loop {
        let message = socket.next().unwrap();
        if message["code"] == "run-started" {
            run = text(&message["run_id"]);
        }
        if message["stage"] == "agent" {
            break;
        }
    }
    let path = format!("/api/admin/tenants/{one}");
    let refused = root.delete(&path);
    assert_eq!(refused.problem(), (409, "in-use".into()));
    assert!(refused.body.contains("run"), "{}", refused.body);
    assert!(has_files(&data, &one));
    assert_eq!(client.status(&project), "initialized");
    client
        .post(&format!("/api/runs/{run}/cancel"), &json!({}))
        .done();
    socket.rest();
    root.delete(&path).done();
    assert!(!has_files(&data, &one));
    // The user's own tenant of a server for one user stays.
    let own = text(&server.user().get("/api").done()["tenant_id"]);
    let own = format!("/api/admin/tenants/{own}");
    assert_eq!(root.delete(&own).problem(), (409, "own-tenant".into()));
    let suspend = root.post(&format!("{own}/suspend"), &json!({}));
    assert_eq!(suspend.problem(), (409, "own-tenant".into()));
    assert_eq!(server.user().get("/api").status, 200);
}

#[test]
fn tokens_of_a_tenant_are_reached_through_that_tenant_alone() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&root));
    let (one, two) = (make(&root, "one"), make(&root, "two"));
    let made = token(&root, &one);
    let id = text(&made["token"]["id"]);
    let client = server.client(Some(&text(&made["secret"])));
    let of = |tenant: &str| format!("/api/admin/tenants/{tenant}/tokens");
    let wrong = root.delete(&format!("{}/{id}", of(&two)));
    assert_eq!(wrong.problem(), (404, "not-found".into()));
    assert_eq!(root.get(&of(&two)).done()["items"], json!([]));
    assert_eq!(client.get("/api").status, 200);
    let listed = root.get(&of(&one)).body;
    assert!(listed.contains(&id) && !listed.contains("qry_"), "{listed}");
    root.delete(&format!("{}/{id}", of(&one))).done();
    assert_eq!(client.get("/api").problem().0, 401);
    let nobody = format!("ten_{}", "f".repeat(32));
    assert_eq!(root.get(&of(&nobody)).problem().0, 404);
    let new = json!({ "name": "t", "scopes": ["read"] });
    assert_eq!(root.post(&of(&nobody), &new).problem().0, 404);
}

#[test]
fn an_administrators_token_is_made_listed_and_revoked_on_the_command_line() {
    let (_directory, data) = data();
    let made = admin(&data, &["create-token", "Ada", "--expires-in-days", "30"]);
    let secret = text(&made["token"]);
    assert!(secret.starts_with("qra_"));
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&secret));
    let about = root.get("/api/admin").done();
    assert_eq!(about["administrator"]["token_id"], made["token_id"]);
    assert_eq!(about["administrator"]["expires_at"], made["expires_at"]);
    let listed = admin(&data, &["list-tokens"]);
    assert_eq!(listed["name"], "Ada");
    assert!(listed.get("token").is_none());
    let revoked = admin(&data, &["revoke-token", &text(&made["token_id"])]);
    assert!(revoked["revoked_at"].is_number());
    let refused = root.get("/api/admin");
    assert_eq!(refused.problem(), (401, "unauthenticated".into()));
    assert!(refused.body.contains("revoked"), "{}", refused.body);
    let wrong = quarry(&data, "admin").args(["revoke-token", "42"]).output();
    assert_eq!(wrong.unwrap().status.code(), Some(2));
    let (start, end) = secret.split_at(secret.len() - 1);
    let guessed = format!("{start}{}", if end == "0" { "1" } else { "0" });
    assert_eq!(
        server.client(Some(&guessed)).get("/api/admin").problem().0,
        401
    );
}

#[test]
fn an_administrators_token_uploads_nothing_and_opens_no_socket() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let one = tenant(&data, "one");
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&root));
    let refused = root.upload("x", archive("mobile-minimal"));
    assert_eq!(refused.problem(), (403, "not-tenant".into()));
    let client = server.client(Some(&one));
    let (_, project) = client.project("mobile-minimal");
    assert_eq!(root.connect(&project, "").err(), Some(403));
    assert_eq!(client.status(&project), "created");
}
