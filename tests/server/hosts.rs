//! Several hosts, or what looks like several: leases that are lost, and a database that is shared.

use crate::database;
use crate::support::{
    Client, Server, archive, data, eventually, find, last, log, quarry, script, store, tenant,
    text, workspace,
};
use quarry_generator::{Size, generate};
use quarry_store::{Append, Finish, Json, Outcome, Recovery, RunRecord};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A project of a tree on which the prompt builder works for a while.
fn large(client: &crate::support::Client, source: &std::path::Path) -> String {
    let size = Size {
        tables: 600,
        elements: 200,
        ..Size::default()
    };
    generate(source, &size).unwrap();
    let new = json!({ "name": "large", "directory": source });
    let base = text(&client.post("/api/knowledge-bases", &new).done()["id"]);
    let new = json!({ "kb_id": base, "name": "large", "stack_id": "fastapi-htmx" });
    text(&client.post("/api/output-projects", &new).done()["id"])
}

fn json(value: Value) -> Json {
    value.to_string().parse().unwrap()
}

#[test]
fn a_run_that_another_host_took_over_is_not_published_by_the_first_and_says_so() {
    let (directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let project = large(&client, &directory.path().join("source"));
    let mut socket = client.connect(&project, "").unwrap();
    // From here on the run says nothing until it publishes: nothing else tells it that its lease is over.
    let seen = socket.until(|message| message["code"] == "stage" && message["stage"] == "build");
    let owner = std::fs::read_to_string(data.join("host")).unwrap();
    let owner = owner.trim().parse().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let lease = runtime.block_on(async {
        let store = store(&data).await;
        let operator = store.operator();
        operator.expire_leases_of(&owner).await.unwrap();
        let recovery = Recovery {
            attempts: 3,
            grace: Duration::ZERO,
        };
        let lost = |_: &_| json(json!({"type": "warning", "code": "host-lost", "message": "lost"}));
        let recovered = operator.recover(&recovery, &lost).await.unwrap();
        assert_eq!(recovered.len(), 1);
        let claimed = operator.claim(&owner, Duration::from_secs(600)).await;
        let lease = claimed.unwrap().unwrap().lease;
        store.close().await;
        lease
    });
    let context = workspace(&data, &project).join("CONTEXT.md");
    assert!(
        !context.exists(),
        "the run was faster than this test, which shows nothing then"
    );
    let given_up = "a run is not this host's any more";
    for _ in 0..600 {
        if log(&data).contains(given_up) {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(log(&data).contains(given_up), "{}", log(&data));
    assert!(!context.exists(), "published without a lease");
    // The other host goes on, and a client of the first one sees that.
    runtime.block_on(async {
        let store = store(&data).await;
        let said = json(json!({"type": "info", "code": "elsewhere", "message": "goes on"}));
        let append = Append::events(lease.clone(), vec![said]);
        let appended = store.operator().append(&[append]).await.unwrap();
        assert!(appended[0].is_ok());
        let finish = Finish {
            outcome: Outcome::Succeeded,
            event: json(json!({"type": "complete", "code": "complete", "message": "done"})),
            record: RunRecord::default(),
            project_status: None,
        };
        let finished = store.operator().finish(&lease, &finish).await.unwrap();
        assert!(finished.is_ok());
        store.close().await;
    });
    let all: Vec<Value> = seen.into_iter().chain(socket.rest()).collect();
    assert_eq!(last(&all)["type"], "complete");
    let codes: Vec<&str> = all[all.len() - 3..]
        .iter()
        .map(|message| message["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["host-lost", "elsewhere", "complete"]);
    assert!(
        !all.iter()
            .any(|message| message["code"] == "context-published")
    );
}

#[test]
fn two_servers_with_one_database_work_on_the_runs_of_their_own_knowledge_bases() {
    if database::server().is_none() {
        println!("skipped: QUARRY_TEST_POSTGRES is not set, and SQLite has one server alone");
        return;
    }
    let (directory, first) = data();
    let second = directory.path().join("second");
    database::share(&first, &second);
    let token = crate::support::tenant(&first, "one");
    let servers = [&first, &second].map(|data| Server::start(data, &["--multi-tenant"]));
    let clients = servers.each_ref().map(|server| server.client(Some(&token)));
    // Of every project the files are where it was uploaded.
    let projects = clients
        .each_ref()
        .map(|client| client.project("mobile-minimal").1);
    for (place, project) in projects.iter().enumerate() {
        // Asked for through either server, which both follow it.
        for asked in &clients {
            let messages = asked.initialize(project);
            assert_eq!(last(&messages)["type"], "complete", "{messages:#?}");
            assert_eq!(find(&messages, "run-started").1["attempt"], 1);
        }
        assert_eq!(clients[place].context(project).status, 200);
        assert_eq!(clients[1 - place].context(project).status, 404);
    }
    // What one receives while the other starts is not taken for abandoned.
    let uploaded = clients[0].upload("again", archive("mobile-minimal")).done();
    drop(servers);
    let server = Server::start(&second, &["--multi-tenant"]);
    let base = format!("/api/knowledge-bases/{}", text(&uploaded["id"]));
    let found = server.client(Some(&token)).get(&base).done();
    assert_eq!(found["state"], "ready");
}

fn bases(client: &Client) -> Vec<Value> {
    let listed = client.get("/api/knowledge-bases").done();
    listed["items"].as_array().unwrap().clone()
}

#[test]
fn a_host_that_starts_does_not_end_the_upload_that_another_receives() {
    if database::server().is_none() {
        println!("skipped: QUARRY_TEST_POSTGRES names no server");
        return;
    }
    let ((_one, one), (_two, two)) = (data(), data());
    database::share(&one, &two);
    let token = tenant(&one, "one");
    let first = Server::start(&one, &["--multi-tenant"]);
    let client = first.client(Some(&token));
    let archive = archive("mobile-minimal");
    let (begin, end) = archive.split_at(archive.len() / 2);
    let mut upload = TcpStream::connect(&first.address).unwrap();
    write!(
        upload,
        "POST /api/knowledge-bases?name=Slow HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        first.address,
        archive.len()
    )
    .unwrap();
    upload.write_all(begin).unwrap();
    eventually("the upload", || bases(&client).len() == 1);
    let second = Server::start(&two, &["--multi-tenant"]);
    assert_eq!(bases(&second.client(Some(&token)))[0]["state"], "receiving");
    upload.write_all(end).unwrap();
    let mut answer = String::new();
    upload.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(bases(&client)[0]["state"], "ready");
    drop((first, second));
}

/// Expects the last message of a run that waited for a host that is gone.
fn is_given_up(messages: &[Value]) {
    let end = messages.last().unwrap();
    assert_eq!(
        (&end["type"], &end["code"]),
        (&json!("error"), &json!("host-gone")),
        "{messages:#?}"
    );
    let said = text(&end["message"]);
    assert!(said.contains("upload the source tree again"), "{said}");
}

#[test]
fn what_waits_for_a_host_that_does_not_come_back_is_ended_and_can_be_begun_again_when_it_does() {
    if database::server().is_none() {
        println!("skipped: QUARRY_TEST_POSTGRES names no server");
        return;
    }
    let ((directory, one), (_two, two)) = (data(), data());
    database::share(&one, &two);
    let config = script(
        directory.path(),
        "echo waiting; while [ ! -e go ]; do sleep 0.2; done",
        "",
    );
    let arguments = ["--config", &config, "--host-gone-seconds", "30"];
    let mut made = quarry(&one, "tenant");
    let made = made.args(["create", "one", "--concurrent-runs", "1"]);
    let made: Value = serde_json::from_slice(&made.output().unwrap().stdout).unwrap();
    let token = text(&made["token"]);
    let mut first = Server::start(&one, &arguments);
    let second = Server::start(&two, &arguments);
    let (client, other) = (first.client(Some(&token)), second.client(Some(&token)));
    let (_, running) = client.project("mobile-minimal");
    let (_, waiting) = client.project("mobile-minimal");
    let mut follow = other.connect(&running, "").unwrap();
    let seen = follow.until(|message| message["message"] == "waiting");
    // The tenant has as many runs as it may.
    let waits = other.connect(&waiting, "").unwrap();
    let mut upload = TcpStream::connect(&first.address).unwrap();
    write!(
        upload,
        "POST /api/knowledge-bases?name=Half HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nHalf",
        first.address,
    )
    .unwrap();
    let half = || {
        let mut bases = bases(&other).into_iter();
        bases.find(|base| base["name"] == "Half")
    };
    eventually("the upload", || half().is_some());
    first.signal(libc::SIGKILL);
    first.wait();
    let begun = Instant::now();
    let all: Vec<Value> = seen.into_iter().chain(follow.rest()).collect();
    assert!(begun.elapsed() > Duration::from_secs(20), "{all:#?}");
    is_given_up(&all);
    assert_eq!(all[all.len() - 2]["code"], "host-lost");
    is_given_up(&waits.rest());
    eventually("the end of the upload", || {
        half().unwrap()["failure"]["code"] == "upload-interrupted"
    });
    // Nothing of that stands in the way of anything.
    other
        .delete(&format!("/api/output-projects/{waiting}"))
        .done();
    is_given_up(&other.initialize(&running));
    let (_, elsewhere) = other.project("mobile-minimal");
    let mut socket = other.connect(&elsewhere, "").unwrap();
    socket.until(|message| message["message"] == "waiting");
    std::fs::write(workspace(&two, &elsewhere).join("go"), "").unwrap();
    let rest = socket.until(|message| message["type"] != "output");
    assert_eq!(rest.last().unwrap()["type"], "complete");
    // And it does come back.
    let first = Server::start(&one, &arguments);
    let mut socket = other.connect(&running, "").unwrap();
    socket.until(|message| message["message"] == "waiting");
    std::fs::write(workspace(&one, &running).join("go"), "").unwrap();
    let rest = socket.until(|message| message["type"] != "output");
    assert_eq!(rest.last().unwrap()["type"], "complete");
    let context = first.client(Some(&token)).context(&running);
    assert_eq!(context.status, 200);
    let runs = other.get(&format!("/api/output-projects/{running}/runs"));
    let runs = runs.done()["items"].as_array().unwrap().clone();
    let states: Vec<&str> = runs
        .iter()
        .map(|run| run["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["succeeded", "failed", "failed"]);
}
