//! Agents in an isolation, with the real bubblewrap. Where it does not work (user namespaces are not permitted, it is
//! not installed) the tests that need it say so and do nothing else.

mod support;

use quarry_agent::{AgentRunner, Bubblewrap, Isolation, Job, OutputFormat, StartError, Wrapper};
use std::fs;
use std::path::Path;
use support::{bubblewrap, isolated, run, settings, texts};
use tempfile::{TempDir, tempdir};

/// A data directory with the workspaces of two tenants, a database and an AOT cache.
fn data_directory() -> TempDir {
    let data = tempdir().unwrap();
    for (file, content) in [
        ("workspaces/mine/CONTEXT.md", "# Mine"),
        (
            "workspaces/other/CONTEXT.md",
            "# The secret of another tenant",
        ),
        ("quarry.sqlite", "the secret of the database"),
        ("aot/component.cwasm", "the secret of the cache"),
    ] {
        let file = data.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    data
}

async fn said(arguments: &[&str], bubblewrap: Bubblewrap, workspace: &Path) -> Option<String> {
    let runner = isolated(settings(arguments), bubblewrap).await?;
    let (report, events) = run(&runner, &Job::new(workspace)).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    Some(texts(&events))
}

#[tokio::test]
async fn files_of_the_operator_are_in_the_home_alone() {
    let data = data_directory();
    let file = data.path().join("credentials.json");
    fs::write(&file, "token = tok-0123456789-abcdef").unwrap();
    let inside = "/home/agent/.agent/credentials.json";
    let outside = file.display().to_string();
    let arguments = [
        "read", inside, "write", inside, "new", "read", inside, "read", &outside,
    ];
    let mut settings = settings(&arguments);
    let name = ".agent/credentials.json".into();
    settings.home_files.insert(name, file.clone());
    let Some(runner) = isolated(settings, bubblewrap()).await else {
        return;
    };
    let job = Job::new(data.path().join("workspaces/mine"));
    let (report, events) = run(&runner, &job).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    let texts = texts(&events);
    let lines: Vec<&str> = texts.lines().collect();
    assert_eq!(
        lines[..3],
        [
            "read: token = [home-file:.agent/credentials.json]",
            "written",
            "read: new"
        ]
    );
    assert!(lines[3].starts_with("error: No such file"), "{texts}");
    // What the agent changes is a copy.
    let found = fs::read_to_string(&file).unwrap();
    assert_eq!(found, "token = tok-0123456789-abcdef");
}

#[tokio::test]
async fn an_agent_reads_and_writes_its_workspace_and_nothing_else_of_the_data_directory() {
    let data = data_directory();
    let (root, mine) = (data.path(), data.path().join("workspaces/mine"));
    let path = |name: &str| root.join(name).display().to_string();
    let places = [
        "../other/CONTEXT.md".to_owned(),
        path("workspaces/other/CONTEXT.md"),
        path("quarry.sqlite"),
        path("aot/component.cwasm"),
        Path::new("/proc/1")
            .join("root/etc/shadow")
            .display()
            .to_string(),
        "/etc/shadow".to_owned(),
        format!("/proc/{}/environ", std::process::id()),
    ];
    let mut arguments = vec![
        "read",
        "CONTEXT.md",
        "write",
        "made.txt",
        "x",
        "list",
        "/workspace/..",
    ];
    for place in &places {
        arguments.extend(["read", place]);
    }
    let write = path("quarry.sqlite");
    arguments.extend([
        "write",
        &write,
        "overwritten",
        "write",
        "/usr/evil",
        "x",
        "write",
        "/evil",
        "x",
    ]);
    let Some(said) = said(&arguments, bubblewrap(), &mine).await else {
        return;
    };
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[..2], ["read: # Mine", "written"], "{said}");
    assert!(
        lines[2].starts_with("list: ") && !lines[2].contains("workspaces"),
        "{said}"
    );
    assert!(
        lines[3..].iter().all(|line| line.starts_with("error: ")),
        "{said}"
    );
    assert_eq!(lines.len(), 3 + places.len() + 3, "{said}");
    assert!(!said.contains("secret"), "{said}");
    assert_eq!(fs::read_to_string(mine.join("made.txt")).unwrap(), "x");
    assert_eq!(
        fs::read_to_string(root.join("quarry.sqlite")).unwrap(),
        "the secret of the database"
    );
}

#[tokio::test]
async fn a_link_in_the_workspace_leads_nowhere() {
    let data = data_directory();
    let mine = data.path().join("workspaces/mine");
    std::os::unix::fs::symlink(data.path().join("quarry.sqlite"), mine.join("link")).unwrap();
    std::os::unix::fs::symlink("../other", mine.join("neighbour")).unwrap();
    let arguments = ["read", "link", "list", "neighbour"];
    let Some(said) = said(&arguments, bubblewrap(), &mine).await else {
        return;
    };
    assert!(
        said.lines().all(|line| line.starts_with("error: ")),
        "{said}"
    );
}

#[tokio::test]
async fn a_data_directory_below_a_directory_that_is_shown_is_hidden() {
    let data = data_directory();
    let mine = data.path().join("workspaces/mine");

    let file = data.path().join("quarry.sqlite").display().to_string();
    let mut bubblewrap = bubblewrap();
    bubblewrap
        .read_only
        .push(data.path().parent().unwrap().to_owned());
    let runner = isolated(settings(&["read", &file, "read", "CONTEXT.md"]), bubblewrap).await;
    let Some(runner) = runner else { return };
    let (_, events) = run(&runner.clone(), &Job::new(&mine)).await;
    assert!(
        texts(&events).contains("the secret of the database"),
        "the operator showed it"
    );
    let (_, events) = run(&runner.hide(data.path()), &Job::new(&mine)).await;
    let said = texts(&events);
    assert!(
        said.starts_with("error: ") && said.ends_with("read: # Mine"),
        "{said}"
    );
}

#[tokio::test]
async fn an_agent_has_its_own_processes_user_and_home() {
    let workspace = tempdir().unwrap();
    let arguments = [
        "environment",
        "list",
        "/proc",
        "read",
        "/proc/self/status",
        "list",
        "/home/agent",
        "read",
        "/etc/passwd",
    ];
    let Some(said) = said(&arguments, bubblewrap(), workspace.path()).await else {
        return;
    };
    assert!(
        said.contains("HOME=/home/agent\n") && said.contains("TMPDIR=/tmp\n"),
        "{said}"
    );
    let processes = said
        .lines()
        .find(|line| line.starts_with("list: "))
        .unwrap();
    let processes = processes
        .split(' ')
        .filter(|name| name.parse::<u32>().is_ok())
        .count();
    assert!(processes <= 3, "{said}");
    assert!(
        said.contains("Uid:\t1000\t") && said.contains("CapEff:\t0000000000000000"),
        "{said}"
    );
    assert!(said.contains("NoNewPrivs:\t1"), "{said}");
    assert!(said.contains("agent:x:1000:1000"), "{said}");
}

#[tokio::test]
async fn without_network_nothing_of_this_machine_answers() {
    let workspace = tempdir().unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let arguments = ["connect", &address];
    let Some(with) = said(&arguments, bubblewrap(), workspace.path()).await else {
        return;
    };
    assert_eq!(with, "connected");
    let alone = Bubblewrap {
        network: false,
        ..bubblewrap()
    };
    let Some(without) = said(&arguments, alone, workspace.path()).await else {
        return;
    };
    assert!(without.starts_with("error: "), "{without}");
}

#[tokio::test]
async fn memory_of_temporary_files_is_limited() {
    let workspace = tempdir().unwrap();
    let small = Bubblewrap {
        scratch_bytes: 1 << 20,
        ..bubblewrap()
    };
    let big = "a".repeat(100_000);
    let mut arguments = Vec::new();
    let names: Vec<String> = (0..12).map(|number| format!("/tmp/{number}")).collect();
    for name in &names {
        arguments.extend(["write", name, &big]);
    }
    arguments.extend(["write", "/dev/shm/x", "x", "write", "/dev/x", "x"]);
    let Some(said) = said(&arguments, small, workspace.path()).await else {
        return;
    };
    assert!(said.contains("No space left"), "{said}");
    let last: Vec<&str> = said.lines().rev().take(2).collect();
    assert!(
        last[0].starts_with("error: ") && last[1] == "written",
        "{said}"
    );
}

#[tokio::test]
async fn a_recorded_stream_names_files_as_they_are_called_in_the_workspace() {
    let workspace = tempdir().unwrap();
    let stream = include_str!("streams/claude-work.jsonl");
    fs::write(workspace.path().join("stream"), stream).unwrap();
    let mut settings = settings(&["print", "stream"]);
    settings.output = Some(OutputFormat::ClaudeStreamJson);
    let Some(runner) = isolated(settings, bubblewrap()).await else {
        return;
    };
    let (report, events) = run(&runner, &Job::new(workspace.path())).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    let changed = events.iter().any(|event| {
        matches!(event, quarry_agent::AgentEvent::FileChange { path, .. } if path == "models.py")
    });
    assert!(changed, "{events:?}");
}

#[tokio::test]
async fn a_program_that_the_isolation_does_not_show_is_told() {
    let settings = settings(&[]);
    let Some(_) = isolated(settings.clone(), bubblewrap()).await else {
        return;
    };
    let mut hidden = settings;
    hidden.isolation = Some(Isolation::default());
    let error = AgentRunner::new(hidden).unwrap().check().await.unwrap_err();
    assert!(
        matches!(error, StartError::ProgramNotFound { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("read-only"), "{error}");
}

#[tokio::test]
async fn an_isolation_that_does_not_work_is_told_with_what_it_said() {
    let wrapper = |command: &[&str]| {
        let command = command.iter().map(|&word| word.to_owned()).collect();
        let mut settings = settings(&["write", "made.txt", "x"]);
        settings.isolation = Some(Isolation::Command(Wrapper {
            command,
            workspace: None,
        }));
        AgentRunner::new(settings).unwrap().require_isolation(true)
    };
    let workspace = tempdir().unwrap();
    let runner = wrapper(&["/bin/sh", "-c", "echo no namespaces here >&2; exit 1"]);
    let (report, _) = run(&runner, &Job::new(workspace.path())).await;
    assert_eq!(report.outcome.code(), "isolation-fails");
    assert!(
        report.outcome.message().contains("no namespaces here"),
        "{}",
        report.outcome.message()
    );
    assert!(!workspace.path().join("made.txt").exists());
    let error = wrapper(&["no-such-isolation"]).check().await.unwrap_err();
    assert!(error.to_string().contains("no-such-isolation"), "{error}");
}

#[tokio::test]
async fn any_program_can_isolate() {
    let workspace = tempdir().unwrap();
    let mut settings = settings(&["environment"]);
    let command = ["/usr/bin/env", "SEEN={workspace}", "AT={home}"];
    let command = command.iter().map(|&word| word.to_owned()).collect();
    settings.isolation = Some(Isolation::Command(Wrapper {
        command,
        workspace: None,
    }));
    let runner = AgentRunner::new(settings).unwrap().require_isolation(true);
    let (report, events) = run(&runner, &Job::new(workspace.path())).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    let path = workspace.path().canonicalize().unwrap();
    assert!(texts(&events).contains(&format!("SEEN={}", path.display())));
}
