//! Deadlines and limits of agents, with real processes.

mod support;

use quarry_agent::{Exit, Outcome, OutputFormat, Timeout, WarningCode};
use std::time::Duration;
use support::{run, settings, start, stream, texts, warnings};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn an_agent_that_says_nothing_is_ended() {
    let mut settings = settings(&["say", "a", "hang"]);
    settings.idle_timeout_seconds = Some(1);
    let (_workspace, runner, job) = start(settings);
    let (report, events) = run(&runner, &job).await;
    assert!(
        matches!(report.outcome, Outcome::TimedOut(Timeout::Idle(_))),
        "{report:?}"
    );
    assert_eq!(report.exit, Some(Exit::Signal(15)));
    assert_eq!(texts(&events), "a");
}

#[tokio::test]
async fn an_agent_that_takes_too_long_is_ended_even_if_it_speaks_and_nobody_reads() {
    let mut settings = settings(&["lines", "1000000000"]);
    settings.total_timeout_seconds = Some(1);
    let (_workspace, runner, job) = start(settings);
    let (sender, receiver) = mpsc::channel(1);
    let report = runner.run(&job, sender, CancellationToken::new()).await;
    assert!(
        matches!(report.outcome, Outcome::TimedOut(Timeout::Total(_))),
        "{report:?}"
    );
    assert!(report.duration < Duration::from_secs(20));
    drop(receiver);
}

#[tokio::test]
async fn an_agent_waits_for_whoever_reads_and_that_is_not_idle() {
    let mut settings = settings(&["lines", "20000"]);
    settings.idle_timeout_seconds = Some(1);
    let (_workspace, runner, job) = start(settings);
    let (sender, mut receiver) = mpsc::channel(1);
    let read = async {
        tokio::time::sleep(Duration::from_millis(1_500)).await;
        let mut number = 0;
        while receiver.recv().await.is_some() {
            number += 1;
        }
        number
    };
    let (report, number) = tokio::join!(runner.run(&job, sender, CancellationToken::new()), read);
    assert!(report.outcome.succeeded(), "{report:?}");
    assert_eq!(number, 20_000);
}

#[tokio::test]
async fn a_run_goes_on_when_nobody_listens() {
    let (_workspace, runner, job) = start(settings(&["lines", "20000"]));
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let report = runner.run(&job, sender, CancellationToken::new()).await;
    assert!(report.outcome.succeeded(), "{report:?}");
}

#[tokio::test]
async fn an_agent_that_stays_after_its_result_is_ended_and_has_succeeded() {
    let mut settings = settings(&["print", &stream("claude-work"), "hang"]);
    settings.output = Some(OutputFormat::ClaudeStreamJson);
    let (_workspace, runner, job) = start(settings);
    let (report, events) = run(&runner, &job).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    assert!(report.duration > Duration::from_secs(9) && report.duration < Duration::from_secs(25));
    assert!(warnings(&events).contains(&WarningCode::StayedAfterFinish));
}

#[tokio::test]
async fn a_line_that_is_too_long_is_left_out_and_the_next_is_read() {
    let mut settings = settings(&["flood", "3000000", "say", "after"]);
    settings.limits.line_bytes = 1_000_000;
    let (_workspace, runner, job) = start(settings);
    let (report, events) = run(&runner, &job).await;
    assert!(report.outcome.succeeded(), "{report:?}");
    assert_eq!(warnings(&events), [WarningCode::LineTooLong]);
    assert_eq!(texts(&events), "after");
}

#[tokio::test]
async fn an_agent_that_writes_without_end_is_ended() {
    let mut settings = settings(&["flood-forever"]);
    settings.limits.output_bytes = 50_000_000;
    let (_workspace, runner, job) = start(settings);
    let (report, events) = run(&runner, &job).await;
    assert_eq!(report.outcome.code(), "too-much-output");
    assert_eq!(warnings(&events), [WarningCode::TooMuchOutput]);
    assert!(report.output_bytes < 51_000_000);
}

#[tokio::test]
async fn events_beyond_the_limit_are_left_out_and_counted() {
    let mut settings = settings(&["lines", "1000"]);
    settings.limits.events = 100;
    let (_workspace, runner, job) = start(settings);
    let (report, events) = run(&runner, &job).await;
    assert!(report.outcome.succeeded());
    assert_eq!((events.len(), report.events_left_out), (101, 900));
    assert_eq!(warnings(&events), [WarningCode::TooManyEvents]);
}
