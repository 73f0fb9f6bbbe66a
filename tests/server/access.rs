//! Who is let in.

use crate::support::{Server, data, find, last, quarry, tenant, text};
use serde_json::json;
use std::time::{Duration, Instant};
use ureq::http::Method;

#[test]
fn without_a_credential_nothing_is_answered_but_whether_the_server_is_well() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let nobody = server.client(None);
    assert_eq!(nobody.get("/healthz").status, 200);
    assert_eq!(nobody.get("/readyz").status, 200);
    for path in [
        "/",
        "/api",
        "/api/stacks",
        "/api/nothing",
        "/api/output-projects/x/initialize",
    ] {
        assert_eq!(
            nobody.get(path).problem(),
            (401, "unauthenticated".into()),
            "{path}"
        );
    }
    for token in [
        "",
        "qry_",
        "qrt_x",
        &format!("qry_{}_{}", "0".repeat(32), "0".repeat(64)),
    ] {
        let stranger = server.client(Some(token));
        assert_eq!(stranger.get("/api/stacks").problem().0, 401, "{token}");
    }
    assert_eq!(nobody.connect("42", "").err(), Some(401));
    assert_eq!(nobody.connect("42", "?ticket=qrt_x").err(), Some(401));
}

#[test]
fn the_printed_url_opens_the_server_and_its_token_ends_with_it() {
    let (_directory, data) = data();
    let mut server = Server::start(&data, &[]);
    let token = server.token.clone().unwrap();
    let about = server
        .client(None)
        .get(&format!("/api?token={token}"))
        .done();
    assert_eq!(about["single_user"], true);
    let posted = server
        .client(None)
        .post(&format!("/api/tickets?token={token}"), &json!({}));
    assert_eq!(posted.status, 401);
    server.signal(libc::SIGTERM);
    assert!(server.wait().success());
    let server = Server::start(&data, &[]);
    assert_eq!(server.client(Some(&token)).get("/api").status, 401);
    assert_eq!(server.user().get("/api").status, 200);
}

#[test]
fn a_ticket_opens_what_it_was_made_for_once() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let (user, nobody) = (server.user(), server.client(None));
    let (_, project) = user.project("mobile-minimal");
    let ticket =
        |wanted: serde_json::Value| text(&user.post("/api/tickets", &wanted).done()["ticket"]);
    let opens = ticket(json!({ "project_id": project }));
    let query = format!("?ticket={opens}");
    let messages = nobody.connect(&project, &query).unwrap().rest();
    assert_eq!(last(&messages)["type"], "complete");
    assert_eq!(nobody.connect(&project, &query).err(), Some(401));
    let run = text(&find(&messages, "run-started").1["run_id"]);
    let events = format!("/api/runs/{run}/events?ticket=");
    let for_run = ticket(json!({ "run_id": run }));
    assert_eq!(nobody.get(&format!("{events}{for_run}")).status, 200);
    let for_project = ticket(json!({ "project_id": project }));
    assert_eq!(
        nobody.get(&format!("{events}{for_project}")).problem().0,
        401
    );
    let for_run = ticket(json!({ "run_id": run }));
    assert_eq!(
        nobody
            .get(&format!("/api/runs?ticket={for_run}"))
            .problem()
            .0,
        401
    );
}

#[test]
fn a_page_of_another_site_and_a_foreign_name_are_refused() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let user = server.user();
    let send = |headers: &[(&str, &str)]| user.send(Method::GET, "/api", headers, Vec::new());
    let foreign = send(&[("origin", "https://evil.example")]);
    assert_eq!(foreign.problem(), (403, "foreign-origin".into()));
    let own = format!("http://{}", server.address);
    assert_eq!(send(&[("origin", &own)]).status, 200);
    let rebound = send(&[("host", "evil.example")]);
    assert_eq!(rebound.problem(), (421, "unknown-host".into()));
}

#[test]
fn a_server_for_one_user_does_not_listen_where_others_reach_it() {
    let (_directory, data) = data();
    let output = quarry(&data, "serve")
        .args(["--listen", "0.0.0.0:0"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--multi-tenant"));
    let server = Server::start(&data, &[]);
    let second = quarry(&data, "serve")
        .args(["--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&second.stderr).contains("another server"));
    drop(server);
}

#[test]
fn a_server_that_is_told_to_end_ends_also_while_somebody_listens() {
    let (directory, data) = data();
    let config = directory.path().join("config.toml");
    let script = "[agent]\ncommand = \"/bin/sh\"\narguments = [\"-c\", \"sleep 600\"]\noutput = \"lines\"\ngrace-seconds = 1\n";
    std::fs::write(&config, script).unwrap();
    let mut server = Server::start(&data, &["--config", config.to_str().unwrap()]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    while socket.next().unwrap()["stage"] != "agent" {}
    let begun = Instant::now();
    server.signal(libc::SIGINT);
    let rest = socket.rest();
    assert_eq!(rest.last().unwrap()["code"], "host-closing");
    assert!(server.wait().success());
    assert!(begun.elapsed() < Duration::from_secs(60));
    // It is handed over: the next server has it as a run that waits or runs.
    let server = Server::start(&data, &[]);
    let runs = server.user().get("/api/runs").done();
    assert_ne!(runs["items"][0]["state"], "failed");
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
}

#[test]
fn a_token_that_is_revoked_opens_nothing_any_more() {
    let (_directory, data) = data();
    let token = tenant(&data, "one");
    let server = Server::start(&data, &["--multi-tenant"]);
    let client = server.client(Some(&token));
    let about = client.get("/api").done();
    let id = text(&about["token_id"]);
    assert!(client.delete(&format!("/api/tokens/{id}")).done()["revoked_at"].is_number());
    assert_eq!(client.get("/api").problem().0, 401);
}

#[test]
fn a_tenant_who_asks_too_often_is_told_until_when_and_no_other_tenant_is() {
    let (_directory, data) = data();
    let (one, two) = (tenant(&data, "one"), tenant(&data, "two"));
    let server = Server::start(&data, &["--multi-tenant"]);
    let (one, two) = (server.client(Some(&one)), server.client(Some(&two)));
    for _ in 0..600 {
        one.get("/api").done();
    }
    let refused = one.get("/api");
    assert_eq!(refused.problem(), (429, "too-many-requests".into()));
    assert!(refused.body.contains("600 requests"), "{}", refused.body);
    assert_eq!(two.get("/api").status, 200);
}
