//! Clients that read slowly or not at all, and those that say nothing for long.

use crate::support::{Client, Server, data, last, script, text};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::thread;
use std::time::{Duration, Instant};
use tungstenite::Message;
use ureq::http::Method;

/// What an agent says in all, in MiB.
const SAID: u64 = 40;

/// Says much in long lines.
fn talkative() -> String {
    let line = 30 << 10;
    let lines = (SAID << 20) / line;
    format!(
        "line=$(head -c {line} /dev/zero | tr '\\0' x); i=0; \
         while [ $i -lt {lines} ]; do echo $i $line; i=$((i+1)); done"
    )
}

fn run_of(messages: &[Value]) -> String {
    let mut runs = messages.iter().filter_map(|message| message.get("run_id"));
    text(runs.next().unwrap())
}

#[test]
fn clients_that_do_not_read_hold_up_nobody_and_keep_nothing_in_memory() {
    let (directory, data) = data();
    let config = script(directory.path(), &talkative(), "");
    let server = Server::start(&data, &["--config", &config]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let before = load::process::peak(server.process()).unwrap();
    let mut reader = client.connect(&project, "").unwrap();
    let seen = reader.until(|message| message["code"] == "run-started");
    let run = run_of(&seen);
    // They join the run and then do not read a byte.
    let stalled: Vec<_> = (0..20)
        .map(|_| client.connect(&project, "").unwrap())
        .collect();
    let lines = format!("/api/runs/{run}/events");
    let idle: Vec<_> = (0..20)
        .map(|_| client.open(Method::GET, &lines, &[], Vec::new()))
        .collect();
    let all: Vec<Value> = seen.into_iter().chain(reader.rest()).collect();
    assert_eq!(last(&all)["type"], "complete");
    let said = all.iter().filter(|message| message["type"] == "output");
    let said: usize = said.map(|message| text(&message["message"]).len()).sum();
    assert!(said as u64 > (SAID - 1) << 20, "{said}");
    let after = load::process::peak(server.process()).unwrap();
    let grown = (after - before) >> 20;
    // Forty times what was said would be 1600.
    assert!(grown < 300, "the server grew by {grown} MiB");
    drop((stalled, idle));
}

#[test]
fn a_client_that_reads_slowly_gets_all_of_it() {
    let (directory, data) = data();
    let script_of = "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done";
    let config = script(directory.path(), script_of, "");
    let server = Server::start(&data, &["--config", &config]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let mut slow = client.connect(&project, "").unwrap();
    let fast = client.connect(&project, "").unwrap();
    let fast = thread::spawn(|| fast.rest());
    let first = slow.until(|message| message["message"] == "line 5");
    let all = fast.join().unwrap();
    // The run is over: the rest is far more than waits for a client in memory.
    let rest = slow.rest();
    let slowly: Vec<Value> = first.into_iter().chain(rest).collect();
    assert_eq!(last(&slowly)["type"], "complete");
    assert_eq!(slowly, all);
}

#[test]
fn who_comes_back_while_the_agent_talks_misses_nothing() {
    let (directory, data) = data();
    let script_of = "long=$(head -c 9000 /dev/zero | tr '\\0' y); i=0; while [ $i -lt 150 ]; do echo line $i; \
         if [ $((i % 10)) = 0 ]; then echo $long; fi; i=$((i+1)); sleep 0.01; done";
    let config = script(directory.path(), script_of, "");
    let server = Server::start(&data, &["--config", &config]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let steady = client.connect(&project, "").unwrap();
    let steady = thread::spawn(|| steady.rest());
    let mut seen: Vec<Value> = Vec::new();
    while seen.last().is_none_or(|last| last["type"] != "complete") {
        let query = match seen.last() {
            Some(last) => format!("?after={}", last["seq"]),
            None => String::new(),
        };
        let mut socket = client.connect(&project, &query).unwrap();
        for _ in 0..17 {
            match socket.next() {
                Some(message) => seen.push(message),
                None => break,
            }
        }
    }
    assert_eq!(last(&seen)["type"], "complete");
    assert_eq!(seen, steady.join().unwrap());
}

#[test]
fn many_clients_that_begin_at_the_same_moment_share_one_run() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let (_, project) = client.project("webdev-shop");
    let barrier = std::sync::Barrier::new(8);
    let streams: Vec<Vec<Value>> = thread::scope(|scope| {
        let follow = || {
            barrier.wait();
            client.initialize(&project)
        };
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(follow)).collect();
        let ended = clients.into_iter().map(|client| client.join().unwrap());
        ended.collect()
    });
    for stream in &streams {
        assert_eq!(last(stream)["type"], "complete");
        assert_eq!(stream, &streams[0]);
    }
    let runs = client.get("/api/runs").done();
    assert_eq!(runs["items"].as_array().unwrap().len(), 1);
}

/// Something is sent every 15 s; machines are slow.
const HEARTBEAT: Duration = Duration::from_secs(40);

#[test]
fn streams_on_which_nothing_happens_are_kept_alive() {
    let (directory, data) = data();
    let waiting = "echo waiting; while [ ! -e go ]; do sleep 0.2; done";
    let config = script(directory.path(), waiting, "");
    let server = Server::start(&data, &["--config", &config]);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    let seen = socket.until(|message| message["message"] == "waiting");
    let path = format!("/api/runs/{}/events", run_of(&seen));
    thread::scope(|scope| {
        let beats = |headers: &'static [(&str, &str)], beat: &'static str| {
            let (client, path, after) = (&client, &path, seen.len());
            scope.spawn(move || {
                let path = format!("{path}?after={after}");
                let mut line = String::new();
                let mut reader = BufReader::new(body(client, &path, headers));
                let begun = Instant::now();
                reader.read_line(&mut line).unwrap();
                assert_eq!(line, beat);
                assert!(begun.elapsed() < HEARTBEAT);
            })
        };
        let threads = [
            beats(&[("accept", "text/event-stream")], ": still here\n"),
            beats(&[], "\n"),
        ];
        let begun = Instant::now();
        socket.stream().set_read_timeout(Some(HEARTBEAT)).unwrap();
        assert!(matches!(socket.frame(), Message::Ping(_)));
        assert!(begun.elapsed() > Duration::from_secs(5));
        for thread in threads {
            thread.join().unwrap();
        }
    });
    let go = crate::support::workspace(&data, &project).join("go");
    std::fs::write(go, "").unwrap();
    assert_eq!(socket.rest().last().unwrap()["type"], "complete");
}

fn body(client: &Client, path: &str, headers: &[(&str, &str)]) -> Box<dyn Read> {
    let (status, _, body) = client.open(Method::GET, path, headers, Vec::new());
    assert_eq!(status, 200);
    body
}

#[test]
fn a_run_that_waits_is_followed_from_its_first_message_on() {
    let (directory, data) = data();
    // A tenant's runs share what the machine has: more than that wait.
    let config = script(directory.path(), "sleep 0.3", "");
    let server = Server::start(&data, &["--config", &config]);
    let client = server.user();
    let base = text(
        &client
            .upload("base", crate::support::archive("webdev-shop"))
            .done()["id"],
    );
    let sockets: Vec<_> = (0..12)
        .map(|number| {
            let new =
                json!({ "kb_id": base, "name": format!("{number}"), "stack_id": "fastapi-htmx" });
            let project = text(&client.post("/api/output-projects", &new).done()["id"]);
            client.connect(&project, "").unwrap()
        })
        .collect();
    for socket in sockets {
        let messages = socket.rest();
        assert_eq!(last(&messages)["type"], "complete");
        assert_eq!(messages[0]["code"], "run-started");
    }
}
