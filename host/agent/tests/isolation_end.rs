//! How agents in bubblewrap end: asked, killed, with the server and not with a thread of it.

mod support;

use quarry_agent::{Exit, Job, Outcome};
use std::fs;
use std::time::{Duration, Instant};
use support::{bubblewrap, is_gone, isolated, outer_number, run, run_until, settings, texts};
use tempfile::tempdir;
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn cancelling_asks_the_agent_within_and_kills_what_made_itself_a_session() {
    let workspace = tempdir().unwrap();
    for (arguments, most) in [
        (&["child", "detached", "child.pid", "hang"][..], 900),
        (
            &["ignore-term", "child", "detached", "child.pid", "hang"][..],
            5_000,
        ),
    ] {
        let file = workspace.path().join("child.pid");
        let _ = fs::remove_file(&file);
        let mut settings = settings(arguments);
        settings.grace_seconds = Some(1);
        let Some(runner) = isolated(settings, bubblewrap()).await else {
            return;
        };
        let cancellation = CancellationToken::new();
        let cancel = async {
            // The number is that within the isolation.
            support::written(&file).await;
            let process = outer_number(workspace.path());
            cancellation.cancel();
            (process, Instant::now())
        };
        let job = Job::new(workspace.path());
        let ((report, _), (process, begun)) =
            tokio::join!(run_until(&runner, &job, cancellation.clone()), cancel);
        assert!(matches!(report.outcome, Outcome::Cancelled), "{report:?}");
        assert!(
            begun.elapsed() < Duration::from_millis(most) + Duration::from_secs(1),
            "{:?}",
            begun.elapsed()
        );
        assert!(is_gone(&process.expect("a process in the workspace")).await);
        // Bubblewrap says in its exit code how the agent ended; it is killed itself only if that does not.
        let asked = report.exit == Some(Exit::Code(128 + 15));
        assert_eq!(asked, arguments[0] == "child", "{report:?}");
    }
}

#[test]
fn an_agent_does_not_end_with_the_thread_that_started_it() {
    let workspace = tempdir().unwrap();
    // One worker, which becomes a thread for blocking work below and ends after a moment.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .thread_keep_alive(Duration::from_millis(10))
        .enable_all()
        .build()
        .unwrap();
    let path = workspace.path().to_owned();
    let run = runtime.spawn(async move {
        let settings = settings(&["write", "begun", "x\n", "sleep", "1.5", "say", "done"]);
        let runner = isolated(settings, bubblewrap()).await?;
        Some(run(&runner, &Job::new(path)).await)
    });
    let file = workspace.path().join("begun");
    let block = runtime.spawn(async move {
        if tokio::time::timeout(Duration::from_secs(5), support::written(&file))
            .await
            .is_ok()
        {
            tokio::task::block_in_place(|| std::thread::sleep(Duration::from_millis(100)));
        }
    });
    runtime.block_on(block).unwrap();
    if let Some((report, events)) = runtime.block_on(run).unwrap() {
        assert!(report.outcome.succeeded(), "{report:?}");
        assert_eq!(texts(&events), "written\ndone");
    }
}

/// No test of its own: what [`an_agent_ends_with_a_server_that_is_killed`] starts and kills.
#[tokio::test]
#[ignore = "started by another test"]
async fn a_server() {
    let Some(workspace) = std::env::var_os("WORKSPACE_OF_A_SERVER") else {
        return;
    };
    let settings = settings(&["child", "ignoring", "child.pid", "hang"]);
    let Some(runner) = isolated(settings, bubblewrap()).await else {
        return;
    };
    run(&runner, &Job::new(workspace)).await;
}

#[tokio::test]
async fn an_agent_ends_with_a_server_that_is_killed() {
    let workspace = tempdir().unwrap();
    if isolated(settings(&[]), bubblewrap()).await.is_none() {
        return;
    }
    let mut server = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_server", "--ignored"])
        .env("WORKSPACE_OF_A_SERVER", workspace.path())
        .spawn()
        .unwrap();
    support::written(&workspace.path().join("child.pid")).await;
    let process = outer_number(workspace.path()).expect("a process in the workspace");
    server.kill().await.unwrap();
    assert!(is_gone(&process).await);
}
