//! Agents that are started, watched and ended, with real processes and without isolation.

mod support;

use quarry_agent::{AgentEvent, AgentRunner, Exit, Job, Outcome, OutputFormat, StartError};
use std::time::{Duration, Instant};
use support::{AGENT, is_gone, run, run_until, settings, start, stream, texts, written};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

async fn run_with(arguments: &[&str]) -> (quarry_agent::Report, Vec<AgentEvent>) {
    let (_workspace, runner, job) = start(settings(arguments));
    run(&runner, &job).await
}

#[tokio::test]
async fn an_agent_runs_in_its_workspace_with_a_home_of_its_own_that_is_removed() {
    let (workspace, runner, job) = start(settings(&["environment", "write", "made.txt", "x"]));
    let (report, events) = run(&runner, &job).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    assert_eq!(report.exit, Some(Exit::Code(0)));
    assert_eq!(
        std::fs::read_to_string(workspace.path().join("made.txt")).unwrap(),
        "x"
    );
    let texts = texts(&events);
    let home = texts
        .lines()
        .find_map(|line| line.strip_prefix("HOME="))
        .unwrap();
    assert!(home.contains("quarry-agent-"), "{home}");
    assert!(!std::path::Path::new(home).exists());
    assert!(report.output_bytes > 0 && report.events == events.len() as u64);
}

#[tokio::test]
async fn the_environment_is_what_is_allowed_and_its_values_are_not_shown() {
    let mut settings = settings(&["environment"]);
    // Cargo sets these for a test.
    settings.environment = vec!["CARGO_PKG_NAME".to_owned(), "NOT_SET_ANYWHERE".to_owned()];
    settings
        .variables
        .insert("FLAG".to_owned(), "yes".to_owned());
    let (_workspace, runner, job) = start(settings);
    let (_, events) = run(&runner, &job.variable("QUARRY_TOKEN", "token-0123456789")).await;
    let texts = texts(&events);
    let mut names: Vec<&str> = texts
        .lines()
        .filter_map(|line| line.split('=').next())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "CARGO_PKG_NAME",
            "FLAG",
            "HOME",
            "LANG",
            "PATH",
            "QUARRY_TOKEN",
            "TMPDIR"
        ]
    );
    assert!(
        texts.contains("QUARRY_TOKEN=[environment:QUARRY_TOKEN]"),
        "{texts}"
    );
    assert!(
        texts.contains("CARGO_PKG_NAME=[environment:CARGO_PKG_NAME]"),
        "{texts}"
    );
    assert!(texts.contains("FLAG=yes"));
}

#[tokio::test]
async fn files_of_the_operator_are_in_the_home_and_their_tokens_are_not_shown() {
    let operators = tempfile::tempdir().unwrap();
    let file = operators.path().join("credentials.json");
    std::fs::write(
        &file,
        r#"{"token": "tok-0123456789-abcdef", "plan": "team"}"#,
    )
    .unwrap();
    let mut settings = settings(&["read-home", ".agent/credentials.json"]);
    let inside = ".agent/credentials.json".into();
    settings.home_files.insert(inside, file.clone());
    let (_workspace, runner, job) = start(settings.clone());
    let (report, events) = run(&runner, &job).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    let hidden = r#"read: {"token": "[home-file:.agent/credentials.json]", "plan": "team"}"#;
    assert_eq!(texts(&events).trim(), hidden);
    std::fs::remove_file(&file).unwrap();
    let (_workspace, runner, job) = start(settings);
    let (report, _) = run(&runner, &job).await;
    let told = report.outcome.message();
    assert!(
        told.contains("home-files") && told.contains("credentials.json"),
        "{told}"
    );
}

#[tokio::test]
async fn a_variable_that_the_runner_sets_itself_is_refused() {
    let (_workspace, runner, job) = start(settings(&[]));
    let (report, _) = run(&runner, &job.variable("PATH", "/evil")).await;
    assert_eq!(report.outcome.code(), "variable-unusable");
}

#[tokio::test]
async fn standard_input_is_empty_and_the_prompt_is_an_argument() {
    let (_workspace, runner, job) = start(settings(&["stdin", "arguments", "prompt", "{prompt}"]));
    let (_, events) = run(&runner, &job).await;
    let texts = texts(&events);
    assert!(texts.starts_with("stdin has 0 bytes"), "{texts}");
    assert!(texts.contains(quarry_agent::DEFAULT_PROMPT));
}

#[tokio::test]
async fn recorded_streams_give_the_outcome_that_their_agents_had() {
    for (name, output, code, expected, message) in [
        (
            "claude-work",
            OutputFormat::ClaudeStreamJson,
            "0",
            "succeeded",
            "The data model is there.",
        ),
        (
            "claude-error",
            OutputFormat::ClaudeStreamJson,
            "1",
            "reported",
            "API Error: 400 the mock refuses",
        ),
        (
            "codex-work",
            OutputFormat::CodexJson,
            "0",
            "succeeded",
            "The data model is there.",
        ),
        (
            "codex-error",
            OutputFormat::CodexJson,
            "1",
            "reported",
            "the mock refuses",
        ),
        (
            "gemini-work",
            OutputFormat::GeminiStreamJson,
            "0",
            "succeeded",
            "The data model is there.",
        ),
        (
            "gemini-error",
            OutputFormat::GeminiStreamJson,
            "144",
            "reported",
            "the mock refuses",
        ),
    ] {
        let mut settings = settings(&["print", &stream(name), "exit", code]);
        settings.output = Some(output);
        let (_workspace, runner, job) = start(settings);
        let (report, events) = run(&runner, &job).await;
        assert_eq!(report.outcome.code(), expected, "{name}: {report:?}");
        assert!(
            report.outcome.message().contains(message),
            "{name}: {}",
            report.outcome.message()
        );
        assert!(
            report.session.is_some() && matches!(events[0], AgentEvent::Started { .. }),
            "{name}"
        );
        assert!(
            matches!(events.last(), Some(AgentEvent::Finished { .. })),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_failure_says_the_exit_code_and_the_last_line_of_standard_error() {
    let (report, _) = run_with(&[
        "complain",
        "no model",
        "complain",
        "no \u{1b}[31mkey",
        "exit",
        "7",
    ])
    .await;
    assert_eq!(report.outcome.code(), "exit-code");
    assert_eq!(
        report.outcome.message(),
        "the agent failed with exit code 7: no \\u{1b}[31mkey"
    );
    assert_eq!(report.error_output, "no model\nno \\u{1b}[31mkey\n");
    let (report, _) = run_with(&["kill-self"]).await;
    assert_eq!(report.outcome.code(), "signal");
    assert_eq!(report.exit, Some(Exit::Signal(6)));
}

#[tokio::test]
async fn an_agent_that_ends_without_a_result_failed() {
    let mut settings = settings(&["say", "{\"type\":\"turn.started\"}"]);
    settings.output = Some(OutputFormat::CodexJson);
    let (_workspace, runner, job) = start(settings);
    let (report, _) = run(&runner, &job).await;
    assert_eq!(report.outcome.code(), "no-result");
}

#[tokio::test]
async fn cancelling_ends_an_agent_and_grandchildren_that_ignore_it() {
    for (arguments, signal) in [
        (&["child", "ignoring", "child.pid", "hang"][..], 15),
        (
            &["ignore-term", "child", "ignoring", "child.pid", "hang"][..],
            9,
        ),
    ] {
        let (workspace, runner, job) = start(settings(arguments));
        let cancellation = CancellationToken::new();
        let file = workspace.path().join("child.pid");
        let cancel = async {
            let process = written(&file).await;
            cancellation.cancel();
            process
        };
        let ((report, _), process) =
            tokio::join!(run_until(&runner, &job, cancellation.clone()), cancel);
        assert!(matches!(report.outcome, Outcome::Cancelled), "{report:?}");
        assert_eq!(report.exit, Some(Exit::Signal(signal)));
        assert!(is_gone(&process).await, "{arguments:?}");
    }
}

#[tokio::test]
async fn a_run_that_is_cancelled_before_it_begins_starts_nothing() {
    let (workspace, runner, job) = start(settings(&["write", "made.txt", "x"]));
    let cancellation = CancellationToken::new();
    cancellation.cancel();
    let (report, events) = run_until(&runner, &job, cancellation).await;
    assert!(matches!(report.outcome, Outcome::Cancelled) && events.is_empty());
    assert!(!workspace.path().join("made.txt").exists());
}

#[tokio::test]
async fn what_an_agent_leaves_behind_is_ended_with_it() {
    let (workspace, runner, job) =
        start(settings(&["child", "ignoring", "child.pid", "say", "done"]));
    let begun = Instant::now();
    let (report, events) = run(&runner, &job).await;
    assert!(
        report.outcome.succeeded() && begun.elapsed() < Duration::from_secs(10),
        "{report:?}"
    );
    assert_eq!(texts(&events), "done");
    assert!(is_gone(&written(&workspace.path().join("child.pid")).await).await);
}

#[tokio::test]
async fn a_child_that_made_itself_a_session_does_not_hold_the_run_up() {
    let (workspace, runner, job) =
        start(settings(&["child", "detached", "child.pid", "say", "done"]));
    let begun = Instant::now();
    let (report, _) = run(&runner, &job).await;
    assert!(
        report.outcome.succeeded() && begun.elapsed() < Duration::from_secs(20),
        "{report:?}"
    );
    let process = written(&workspace.path().join("child.pid")).await;
    let killed = std::process::Command::new("kill")
        .args(["-9", &process])
        .status()
        .unwrap();
    assert!(killed.success());
}

#[tokio::test]
async fn dropping_a_run_ends_the_agent() {
    let (workspace, runner, job) = start(settings(&["child", "ignoring", "child.pid", "hang"]));
    let (sender, _receiver) = mpsc::channel(8);
    let run = tokio::spawn(async move { runner.run(&job, sender, CancellationToken::new()).await });
    let process = written(&workspace.path().join("child.pid")).await;
    run.abort();
    assert!(run.await.unwrap_err().is_cancelled());
    assert!(is_gone(&process).await);
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let mut missing = settings(&[]);
    missing.command = Some("no-such-agent".to_owned());
    let (_workspace, runner, job) = start(missing);
    let (report, _) = run(&runner, &job).await;
    assert!(matches!(
        &report.outcome,
        Outcome::NotStarted(StartError::ProgramNotFound { .. })
    ));
    assert!(
        report
            .outcome
            .message()
            .contains("no-such-agent is not an executable file on its PATH")
    );
    assert!(matches!(
        runner.check().await,
        Err(StartError::ProgramNotFound { .. })
    ));

    let runner = AgentRunner::new(settings(&[])).unwrap();
    runner.check().await.unwrap();
    let (report, _) = run(&runner, &Job::new("/no/such/workspace")).await;
    assert_eq!(report.outcome.code(), "workspace-unusable");
    let (report, _) = run(&runner, &Job::new(AGENT)).await;
    assert_eq!(report.outcome.code(), "workspace-unusable");
}

#[tokio::test]
async fn without_isolation_nothing_is_started_where_it_is_required() {
    let (workspace, runner, job) = start(settings(&["write", "made.txt", "x"]));
    let runner = runner.require_isolation(true);
    let (report, events) = run(&runner, &job).await;
    assert!(matches!(
        report.outcome,
        Outcome::NotStarted(StartError::IsolationRequired)
    ));
    assert!(report.outcome.message().contains("[agent.isolation]"));
    assert!(matches!(
        runner.check().await,
        Err(StartError::IsolationRequired)
    ));
    assert!(events.is_empty() && !workspace.path().join("made.txt").exists());
}
