//! What the tests of running agents share.
#![allow(dead_code)]

use quarry_agent::{
    AgentEvent, AgentRunner, AgentSettings, Bubblewrap, Isolation, Job, OutputFormat, Report,
    StartError, WarningCode,
};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::{TempDir, tempdir};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The program that stands for an agent.
pub const AGENT: &str = env!("CARGO_BIN_EXE_quarry-test-agent");

/// Settings that start the test agent with these arguments.
pub fn settings(arguments: &[&str]) -> AgentSettings {
    AgentSettings {
        command: Some(AGENT.to_owned()),
        arguments: Some(
            arguments
                .iter()
                .map(|&argument| argument.to_owned())
                .collect(),
        ),
        output: Some(OutputFormat::Lines),
        grace_seconds: Some(1),
        ..AgentSettings::default()
    }
}

/// Runs an agent to its end and returns its events.
pub async fn run(runner: &AgentRunner, job: &Job) -> (Report, Vec<AgentEvent>) {
    run_until(runner, job, CancellationToken::new()).await
}

/// Runs an agent to its end or until it is cancelled.
pub async fn run_until(
    runner: &AgentRunner,
    job: &Job,
    cancellation: CancellationToken,
) -> (Report, Vec<AgentEvent>) {
    let (sender, mut receiver) = mpsc::channel(4);
    let mut events = Vec::new();
    let collect = async {
        while let Some(event) = receiver.recv().await {
            events.push(event);
        }
    };
    let (report, ()) = tokio::join!(runner.run(job, sender, cancellation), collect);
    (report, events)
}

/// The texts of events, a line each.
pub fn texts(events: &[AgentEvent]) -> String {
    let texts = events.iter().filter_map(|event| match event {
        AgentEvent::Text { text, .. } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// The codes of warnings.
pub fn warnings(events: &[AgentEvent]) -> Vec<WarningCode> {
    let codes = events.iter().filter_map(|event| match event {
        AgentEvent::Warning { code, .. } => Some(*code),
        _ => None,
    });
    codes.collect()
}

/// Waits for a file to be written and returns what it says.
pub async fn written(file: &Path) -> String {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        if text.ends_with('\n') {
            return text.trim().to_owned();
        }
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "{} is not written",
            file.display()
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Whether a process is gone, or soon is. One that nobody waits for counts as gone.
pub async fn is_gone(process: &str) -> bool {
    for _ in 0..300 {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        let state = state.rsplit(") ").next().unwrap_or_default();
        if state.is_empty() || state.starts_with('Z') || state.starts_with('X') {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    false
}

pub fn bubblewrap() -> Bubblewrap {
    Bubblewrap {
        read_only: vec![PathBuf::from(AGENT)],
        ..Bubblewrap::default()
    }
}

/// A runner with bubblewrap, or none where it does not work.
pub async fn isolated(mut settings: AgentSettings, bubblewrap: Bubblewrap) -> Option<AgentRunner> {
    settings.isolation = Some(Isolation::Bubblewrap(bubblewrap));
    let runner = AgentRunner::new(settings).unwrap().require_isolation(true);
    match runner.check().await {
        Ok(()) => Some(runner),
        Err(error @ StartError::IsolationFails { .. }) => {
            eprintln!("NOT TESTED HERE: {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The number of a process that runs in a workspace and made itself a session, as seen from here.
pub fn outer_number(workspace: &Path) -> Option<String> {
    let workspace = workspace.canonicalize().unwrap();
    let mut found = None;
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let command = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        let is_child = String::from_utf8_lossy(&command).contains("echo $$");
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let is_isolated = String::from_utf8_lossy(&environment).contains("HOME=/home/agent");
        let root = fs::read_dir(entry.path().join("root/workspace")).ok();
        let is_there = root.is_some() && entry.path().join("root/workspace/child.pid").exists();
        let same = fs::read(entry.path().join("root/workspace/child.pid")).ok()
            == fs::read(workspace.join("child.pid")).ok();
        if is_child && is_isolated && is_there && same {
            found = Some(name);
        }
    }
    found
}

/// The file of a recorded stream.
pub fn stream(name: &str) -> String {
    format!("{}/tests/streams/{name}.jsonl", env!("CARGO_MANIFEST_DIR"))
}

/// A new workspace, a runner and what it is to do.
pub fn start(settings: AgentSettings) -> (TempDir, AgentRunner, Job) {
    let workspace = tempdir().unwrap();
    let job = Job::new(workspace.path());
    (workspace, AgentRunner::new(settings).unwrap(), job)
}
