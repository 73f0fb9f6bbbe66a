//! What the tests of running agents share.
#![allow(dead_code)]

use quarry_agent::{
    AgentEvent, AgentRunner, AgentSettings, Job, OutputFormat, Report, WarningCode,
};
use std::path::Path;
use std::time::{Duration, Instant};
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
