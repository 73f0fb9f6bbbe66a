//! The agent of the operator's choice, here a shell script.

use crate::support::{Client, Server, data, find, last, script, tenant, text, workspace};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

fn serve(directory: &Path, data: &Path, text: &str) -> Server {
    Server::start(data, &["--config", &script(directory, text, "")])
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
fn a_run_that_is_cancelled_ends_its_agent_with_all_that_it_started_and_says_so() {
    let (directory, data) = data();
    let server = serve(
        directory.path(),
        &data,
        "trap '' TERM; sh -c 'trap \"\" TERM; sleep 600' & echo $$ $! > pids; echo waiting; sleep 600",
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
    let pids = workspace(&data, &project).join("pids");
    let pids = std::fs::read_to_string(pids).unwrap();
    assert_eq!(pids.split_whitespace().count(), 2);
    for process in pids.split_whitespace() {
        assert!(is_gone(process), "{process} still runs");
    }
}

#[test]
fn with_several_tenants_an_agent_without_isolation_is_refused() {
    let (directory, data) = data();
    let token = tenant(&data, "one");
    let config = script(directory.path(), "echo never", "");
    let server = Server::start(&data, &["--multi-tenant", "--config", &config]);
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

/// Whether a process has ended. What was killed may take a moment to go.
fn is_gone(process: &str) -> bool {
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10) {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat"));
        // Nobody waits for an orphan here, as an init process would.
        if state.is_err() || state.is_ok_and(|state| state.contains(") Z ")) {
            return true;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    false
}

#[test]
fn an_agent_does_not_outlive_a_server_that_is_killed_once_the_next_one_runs() {
    let (directory, data) = data();
    let script = "if [ -e pids ]; then exit 0; fi; sh -c 'exec sleep 600' & echo $$ $! > pids; echo waiting; sleep 600";
    let mut server = serve(directory.path(), &data, script);
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let mut socket = client.connect(&project, "").unwrap();
    socket.until(|message| message["message"] == "waiting");
    server.signal(libc::SIGKILL);
    server.wait();
    let pids = workspace(&data, &project).join("pids");
    let pids = std::fs::read_to_string(pids).unwrap();
    let pids: Vec<&str> = pids.split_whitespace().collect();
    assert!(
        pids.iter()
            .all(|process| Path::new("/proc").join(process).exists())
    );
    let _server = serve(directory.path(), &data, script);
    for process in pids {
        assert!(is_gone(process), "{process} still runs");
    }
}

/// Whether bubblewrap works here: user namespaces may not be permitted.
fn has_bubblewrap() -> bool {
    let trivial = Command::new("bwrap")
        .args([
            "--unshare-user",
            "--unshare-pid",
            "--ro-bind",
            "/",
            "/",
            "true",
        ])
        .output();
    trivial.is_ok_and(|output| output.status.success())
}

#[test]
fn an_isolated_agent_reaches_neither_another_tenant_nor_the_database_nor_the_compiled_code() {
    if !has_bubblewrap() {
        println!("skipped: bubblewrap does not work here");
        return;
    }
    let (directory, data) = data();
    let tokens = ["victim", "curious"].map(|name| tenant(&data, name));
    // The victim's agent reads its own document; the other's tries every path that it is told, and to write there.
    let text_of = "for path in $(cat paths 2>/dev/null || echo CONTEXT.md); do \
        if [ -e $path ] && cat $path >/dev/null 2>&1; then echo read $path; else echo failed $path; fi; \
        if [ $path != CONTEXT.md ] && echo overwritten > $path 2>/dev/null; then echo wrote $path; fi; \
        done; env | grep -c DATABASE; echo tried";
    let isolation = "[agent.isolation]\nkind = \"bubblewrap\"";
    let config = script(directory.path(), text_of, isolation);
    let server = Server::start(&data, &["--multi-tenant", "--config", &config]);
    let [victim, curious] = tokens.map(|token| server.client(Some(&token)));
    let (base, project) = victim.project("mobile-minimal");
    let messages = victim.initialize(&project);
    assert_eq!(last(&messages)["type"], "complete", "{messages:#?}");
    assert!(said(&messages).contains(&"read CONTEXT.md".to_owned()));
    let context = workspace(&data, &project).join("CONTEXT.md");
    let before = std::fs::read(&context).unwrap();
    let code = Path::new(env!("CARGO_TARGET_TMPDIR")).join("code");
    let mut paths = vec![
        context.clone(),
        Path::new("/workspace/..").join(&project).join("CONTEXT.md"),
        data.join("quarry.db"),
        data.join("host"),
        data.join("lock"),
        data.with_extension("log"),
        directory.path().join("config.toml"),
        format!("/proc/{}/environ", server.process()).into(),
        format!("/proc/{}/root{}", server.process(), context.display()).into(),
    ];
    paths.extend(files(&code).into_iter().take(2));
    paths.extend(files(&data.join("knowledge-bases")).into_iter().take(1));
    assert!(paths.iter().any(|path| path.starts_with(&code)), "{code:?}");
    assert!(
        paths
            .iter()
            .any(|path| path.display().to_string().contains(&base))
    );
    // All of them are there for whoever is not isolated.
    let here = paths.iter().filter(|path| path.exists());
    assert!(here.count() + 2 >= paths.len(), "{paths:?}");
    let (_, project) = curious.project("windev-desktop");
    let messages = curious.initialize(&project);
    assert_eq!(last(&messages)["type"], "complete", "{messages:#?}");
    let own = data.join("workspaces");
    let own = files(&own).into_iter();
    let own = own.filter(|path| path.ends_with(format!("{project}/CONTEXT.md")));
    let own = own.collect::<Vec<_>>().remove(0);
    let list: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    std::fs::write(own.with_file_name("paths"), list.join("\n")).unwrap();
    let messages = curious.initialize(&project);
    assert_eq!(last(&messages)["type"], "complete", "{messages:#?}");
    let said = said(&messages);
    for path in &list {
        assert!(
            said.contains(&format!("failed {path}")),
            "{path}: {said:#?}"
        );
    }
    assert!(
        !said.iter().any(|line| line.starts_with("read ")),
        "{said:#?}"
    );
    assert!(
        !said.iter().any(|line| line.starts_with("wrote ")),
        "{said:#?}"
    );
    assert_eq!(said[said.len() - 2..], ["0", "tried"]);
    assert_eq!(std::fs::read(&context).unwrap(), before);
}

/// What an agent said, line by line.
fn said(messages: &[serde_json::Value]) -> Vec<String> {
    let output = messages
        .iter()
        .filter(|message| message["type"] == "output");
    output.map(|message| text(&message["message"])).collect()
}

/// All files below a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in directory.read_dir().unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found.sort();
    found
}
