//! A workspace shows the old state or the new one, whatever happens in between.

use crate::support::{context, fixture, quarry, workspace_text};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How often a run is killed, at least and at most.
const ROUNDS: u32 = 40;
const MOST_ROUNDS: u32 = 200;

const STACKS: [&str; 2] = ["fastapi-htmx", "rails-erb"];

/// A run that writes into a workspace.
fn start(workspace: &Path, stack: &str) -> Child {
    quarry()
        .args(["init", "--quiet", "--stack", stack, "--workspace"])
        .arg(workspace)
        .arg(fixture("webdev-shop"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits until a run has its own directory in a workspace; false when it ended without.
fn has_begun(process: &mut Child, workspace: &Path) -> bool {
    while !workspace.join(".quarry").exists() {
        if process.try_wait().unwrap().is_some() {
            return false;
        }
        thread::sleep(Duration::from_micros(200));
    }
    true
}

/// How long a whole run takes here and now, and how long from when it opens the workspace.
fn measured(workspace: &Path) -> (Duration, Duration) {
    let began = Instant::now();
    let mut process = start(workspace, STACKS[0]);
    assert!(has_begun(&mut process, workspace));
    let opened = began.elapsed();
    assert!(process.wait().unwrap().success());
    (began.elapsed(), began.elapsed() - opened)
}

/// Parts of a whole in uneven order: all of `0.0..1.0`, however many rounds there are.
fn part(round: u32) -> f64 {
    (f64::from(round) * 0.618_033_988_75).fract()
}

#[test]
fn a_process_that_is_killed_leaves_the_old_state_or_the_new_one() {
    let source = fixture("webdev-shop");
    let scratch = tempfile::tempdir().unwrap();
    let documents = STACKS.map(|stack| context(&source, &scratch.path().join(stack), stack));
    let (mut whole, _) = measured(&scratch.path().join("measured"));
    let workspace = scratch.path().join("workspace");
    assert_eq!(context(&source, &workspace, STACKS[0]), documents[0]);
    let (mut current, mut killed, mut old, mut new) = (0, 0, 0, 0);
    let mut rounds = 0..MOST_ROUNDS;
    // On a machine that others use as well, it may take a while until both states were left often enough.
    while killed <= 10 || old <= 5 || new <= 2 || rounds.start < ROUNDS {
        let Some(round) = rounds.next() else {
            panic!("{killed} were killed, {old} left the old state and {new} the new one");
        };
        // Always to the state that is not there, so that the two are told apart.
        let wanted = 1 - current;
        let mut process = start(&workspace, STACKS[wanted]);
        // From before the workspace is opened until after it is published.
        let part = part(round) * 1.25;
        thread::sleep(whole.mul_f64(part));
        process.kill().unwrap();
        killed += usize::from(!process.wait().unwrap().success());
        let found = fs::read_to_string(workspace.join("CONTEXT.md")).unwrap();
        let state = documents.iter().position(|document| *document == found);
        match state {
            Some(state) if state == wanted => new += 1,
            Some(_) => old += 1,
            None => panic!("round {round}: a part was published"),
        }
        // The machine has become slower since it was measured, or faster.
        match state == Some(wanted) {
            false if part > 1.0 => whole = whole.mul_f64(1.3),
            true if part < 0.8 => whole = whole.mul_f64(0.95),
            _ => {}
        }
        current = state.unwrap_or(current);
    }
    assert_eq!(context(&source, &workspace, STACKS[0]), documents[0]);
    let left = fs::read_dir(workspace.join(".quarry/staging"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "what killed runs left behind was not removed");
}

#[test]
fn links_planted_while_it_runs_lead_nowhere() {
    let scratch = tempfile::tempdir().unwrap();
    let outside = scratch.path().join("outside");
    fs::create_dir_all(outside.join("staging")).unwrap();
    fs::write(outside.join("CONTEXT.md"), "untouched").unwrap();
    let (_, writing) = measured(&scratch.path().join("measured"));
    let workspace = scratch.path().join("workspace");
    fs::create_dir(&workspace).unwrap();
    let (own, document) = (workspace.join(".quarry"), workspace.join("CONTEXT.md"));
    let (mut moved, mut running) = (0, 0);
    for round in 0..20 {
        let mut process = start(&workspace, STACKS[0]);
        if has_begun(&mut process, &workspace) {
            thread::sleep(writing.mul_f64(part(round)));
            let place = scratch.path().join(format!("moved-{round}"));
            moved += usize::from(fs::rename(&own, place).is_ok());
        }
        let _ = symlink(&outside, &own);
        let _ = fs::remove_file(&document);
        let _ = symlink(outside.join("CONTEXT.md"), &document);
        running += usize::from(process.try_wait().unwrap().is_none());
        process.wait().unwrap();
        fs::remove_file(&own).unwrap();
        // It may be the document, or still the link.
        fs::remove_file(&document).unwrap();
        assert_eq!(
            fs::read_to_string(outside.join("CONTEXT.md")).unwrap(),
            "untouched"
        );
    }
    let seen = format!("of 20 directories were {moved} moved, {running} while the run went on");
    assert!(moved > 15 && running > 5, "{seen}");
    assert_eq!(fs::read_dir(outside.join("staging")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 2);
}

#[test]
fn what_a_user_wrote_is_neither_replaced_nor_removed() {
    let source = fixture("webdev-shop");
    for name in [
        "CONTEXT.md",
        "CONTEXT.json",
        "context/notes.md",
        "context/mydir/a",
    ] {
        let scratch = tempfile::tempdir().unwrap();
        let workspace = scratch.path();
        if name.starts_with("context/") {
            context(&source, workspace, STACKS[0]);
        }
        let file = workspace.join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "my own notes, not from quarry").unwrap();
        let before = workspace_text(workspace);
        let output = quarry()
            .args([
                "init",
                "--format",
                "json",
                "--stack",
                STACKS[1],
                "--workspace",
            ])
            .arg(workspace)
            .arg(&source)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(8), "{errors}");
        assert!(errors.contains(file.to_str().unwrap()), "{errors}");
        assert!(errors.contains("move it elsewhere"), "{errors}");
        let found = fs::read_to_string(&file).unwrap();
        assert_eq!(found, "my own notes, not from quarry");
        if name.starts_with("context/") {
            assert_eq!(workspace_text(workspace), before);
        }
    }
}

#[test]
fn a_workspace_that_cannot_be_written_is_an_error_with_its_path() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("file");
    fs::write(&file, "x").unwrap();
    let output = quarry()
        .args(["init", "--stack", "fastapi-htmx", "--workspace"])
        .arg(&file)
        .arg(fixture("webdev-shop"))
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(8), "{errors}");
    assert!(errors.contains(file.to_str().unwrap()));
    assert_eq!(fs::read_to_string(&file).unwrap(), "x");
}
