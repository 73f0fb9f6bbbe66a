//! Those that follow runs when they are let in no more: told so, and cut off, while the run goes on.

use crate::database;
use crate::support::{
    Client, PATIENCE, Server, Socket, administrator, data, eventually, last, script, tenant, text,
    workspace,
};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::time::{Duration, Instant};
use tungstenite::Message;
use tungstenite::protocol::frame::coding::CloseCode;
use ureq::http::Method;

/// How soon streams are cut, on a machine that is busy. A heartbeat would come later.
const SOON: Duration = Duration::from_secs(12);

/// A file that makes an agent wait for a file `go`.
fn waiting(directory: &Path) -> String {
    let waiting = "echo waiting; while [ ! -e go ]; do sleep 0.2; done";
    script(directory, waiting, "")
}

/// Begins a run and follows it up to where its agent waits.
fn begin(client: &Client) -> (String, Socket, Vec<Value>) {
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    let seen = socket.until(|message| message["message"] == "waiting");
    (project, socket, seen)
}

/// The messages of a run after some, as lines or as server-sent events.
fn follow(client: &Client, seen: &[Value], media_type: &str) -> Box<dyn Read> {
    let mut runs = seen.iter().filter_map(|message| message.get("run_id"));
    let run = text(runs.next().unwrap());
    let path = format!("/api/runs/{run}/events?after={}", seen.len());
    let (status, _, body) = client.open(Method::GET, &path, &[("accept", media_type)], Vec::new());
    assert_eq!(status, 200);
    body
}

/// What comes before a stream ends.
fn rest(mut stream: Box<dyn Read>) -> String {
    let mut rest = String::new();
    stream.read_to_string(&mut rest).unwrap();
    rest
}

/// Expects an error, and that the socket is then closed for it.
fn is_cut(socket: &mut Socket, code: &str) {
    let told = socket.until(|message| message["type"] == "error");
    assert_eq!(told.last().unwrap()["code"], code, "{told:#?}");
    loop {
        if let Message::Close(frame) = socket.frame() {
            let frame = frame.unwrap();
            assert_eq!((frame.code, &*frame.reason), (CloseCode::Policy, code));
            return;
        }
    }
}

#[test]
fn who_follows_a_run_of_a_tenant_that_is_suspended_is_cut_off_and_the_run_goes_on() {
    let (directory, data) = data();
    let (root, two) = (administrator(&data, "root"), tenant(&data, "two"));
    // For one user of this machine an agent needs no isolation, and an administrator may make tenants all the same.
    let server = Server::start(&data, &["--config", &waiting(directory.path())]);
    let root = server.client(Some(&root));
    let one = root.post("/api/admin/tenants", &json!({ "name": "one" }));
    let one = format!("/api/admin/tenants/{}", text(&one.done()["id"]));
    let new = json!({ "name": "t", "scopes": ["read", "write", "run"] });
    let token = text(&root.post(&format!("{one}/tokens"), &new).done()["secret"]);
    let client = server.client(Some(&token));
    let (project, mut socket, seen) = begin(&client);
    let lines = follow(&client, &seen, "application/x-ndjson");
    let sent = follow(&client, &seen, "text/event-stream");
    let workspace = workspace(&data, &project);
    let (other, mut of_other, _) = begin(&server.client(Some(&two)));
    root.post(&format!("{one}/suspend"), &json!({})).done();
    let begun = Instant::now();
    is_cut(&mut socket, "tenant-suspended");
    for stream in [lines, sent] {
        let rest = rest(stream);
        assert!(!rest.contains("\"seq\""), "{rest}");
        let told = rest.trim_end().lines().next_back().unwrap_or_default();
        let told = told.strip_prefix("data: ").unwrap_or(told);
        let told: Value = serde_json::from_str(told).unwrap();
        assert_eq!(told["type"], "error");
        assert_eq!(told["code"], "tenant-suspended");
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    // It is the stream that ended, and not the run.
    std::fs::write(workspace.join("go"), "").unwrap();
    let of = |project: &str| {
        let mut runs = root.get(&one).done()["usage"]["running_runs"].clone();
        while runs != 0 {
            std::thread::sleep(Duration::from_millis(100));
            assert!(begun.elapsed() < PATIENCE, "the run does not end");
            runs = root.get(&one).done()["usage"]["running_runs"].clone();
        }
        root.post(&format!("{one}/resume"), &json!({})).done();
        let after = format!("?after={}", seen.len());
        client.connect(project, &after).unwrap().rest()
    };
    let all: Vec<Value> = seen.iter().cloned().chain(of(&project)).collect();
    assert_eq!(last(&all)["type"], "complete");
    // Nobody else was cut off.
    let go = data.join("workspaces");
    let go = go.read_dir().unwrap().find_map(|tenant| {
        let workspace = tenant.unwrap().path().join(&other);
        workspace.exists().then_some(workspace.join("go"))
    });
    std::fs::write(go.unwrap(), "").unwrap();
    let rest = of_other.until(|message| message["type"] != "output");
    assert_eq!(rest.last().unwrap()["type"], "complete");
}

#[test]
fn who_follows_with_a_token_that_is_revoked_or_has_expired_is_cut_off_and_no_other() {
    let (directory, data) = data();
    let server = Server::start(&data, &["--config", &waiting(directory.path())]);
    let user = server.user();
    let (project, mut socket, seen) = begin(&user);
    let make = |new: Value| {
        let made = user.post("/api/tokens", &new).done();
        let id = text(&made["token"]["id"]);
        (id, server.client(Some(&text(&made["secret"]))))
    };
    let after = format!("?after={}", seen.len());
    let (revoked, one) = make(json!({ "name": "one", "scopes": ["read"] }));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let soon = now.unwrap().as_millis() as u64 + 10_000;
    let (_, two) = make(json!({ "name": "two", "scopes": ["read"], "expires_at": soon }));
    let ticket = one.post("/api/tickets", &json!({ "project_id": project }));
    let query = format!("{after}&ticket={}", text(&ticket.done()["ticket"]));
    let mut expiring = two.connect(&project, &after).unwrap();
    let mut cut = [
        one.connect(&project, &after).unwrap(),
        server.client(None).connect(&project, &query).unwrap(),
    ];
    user.delete(&format!("/api/tokens/{revoked}")).done();
    let begun = Instant::now();
    for socket in &mut cut {
        is_cut(socket, "unauthenticated");
    }
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    is_cut(&mut expiring, "unauthenticated");
    std::fs::write(workspace(&data, &project).join("go"), "").unwrap();
    let rest = socket.until(|message| message["type"] != "output");
    assert_eq!(rest.last().unwrap()["type"], "complete");
}

#[test]
fn who_follows_through_another_server_than_the_one_that_suspends_is_cut_off_as_well() {
    if database::server().is_none() {
        println!("skipped: QUARRY_TEST_POSTGRES is not set, and SQLite has one server alone");
        return;
    }
    let (directory, first) = data();
    let second = directory.path().join("second");
    database::share(&first, &second);
    let root = administrator(&first, "root");
    let servers = [&first, &second].map(|data| {
        let config = waiting(directory.path());
        Server::start(data, &["--config", &config])
    });
    let root = servers[0].client(Some(&root));
    let one = root.post("/api/admin/tenants", &json!({ "name": "one" }));
    let one = format!("/api/admin/tenants/{}", text(&one.done()["id"]));
    let new = json!({ "name": "t", "scopes": ["read", "write", "run"] });
    let token = text(&root.post(&format!("{one}/tokens"), &new).done()["secret"]);
    let (_, mut socket, _) = begin(&servers[1].client(Some(&token)));
    root.post(&format!("{one}/suspend"), &json!({})).done();
    is_cut(&mut socket, "tenant-suspended");
}

#[test]
fn an_upload_of_a_tenant_that_is_suspended_meanwhile_is_refused_and_nothing_of_it_is_left() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&root));
    let one = root.post("/api/admin/tenants", &json!({ "name": "one" }));
    let one = format!("/api/admin/tenants/{}", text(&one.done()["id"]));
    let new = json!({ "name": "t", "scopes": ["read", "write"] });
    let token = text(&root.post(&format!("{one}/tokens"), &new).done()["secret"]);
    let client = server.client(Some(&token));
    let mut upload = TcpStream::connect(&server.address).unwrap();
    upload.set_read_timeout(Some(PATIENCE)).unwrap();
    let address = &server.address;
    write!(
        upload,
        "POST /api/knowledge-bases?name=Half HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nHalf",
    )
    .unwrap();
    let bases = || client.get("/api/knowledge-bases").done()["items"].clone();
    eventually("the upload", || bases() != json!([]));
    root.post(&format!("{one}/suspend"), &json!({})).done();
    let begun = Instant::now();
    let mut said = String::new();
    upload.read_to_string(&mut said).unwrap();
    assert!(said.starts_with("HTTP/1.1 403 "), "{said}");
    assert!(said.contains("\"tenant-suspended\""), "{said}");
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
    assert_eq!(data.join("uploads").read_dir().unwrap().count(), 0);
    root.post(&format!("{one}/resume"), &json!({})).done();
    assert_eq!(bases(), json!([]));
}
