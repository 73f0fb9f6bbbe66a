//! A workspace shows the old state or the new one, whatever happens in between.

use crate::support::{context, fixture, quarry};
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

#[test]
fn a_process_that_is_killed_leaves_the_old_state_or_the_new_one() {
    let source = fixture("webdev-shop");
    let scratch = tempfile::tempdir().unwrap();
    let stacks = ["fastapi-htmx", "rails-erb"];
    let documents = stacks.map(|stack| context(&source, &scratch.path().join(stack), stack));
    let workspace = scratch.path().join("workspace");
    let mut killed = 0;
    for round in 0..60_u64 {
        let mut process = quarry()
            .args([
                "init",
                "--quiet",
                "--stack",
                stacks[round as usize % 2],
                "--workspace",
            ])
            .arg(&workspace)
            .arg(&source)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        // From before the workspace is opened until after it is published, in uneven steps.
        thread::sleep(Duration::from_micros(round * round * 37 % 600_000));
        process.kill().unwrap();
        killed += usize::from(!process.wait().unwrap().success());
        match fs::read_to_string(workspace.join("CONTEXT.md")) {
            Ok(found) => assert!(
                documents.contains(&found),
                "round {round}: a part was published"
            ),
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::NotFound),
        }
    }
    assert!(
        killed > 10,
        "only {killed} of 60 were killed while they ran"
    );
    assert_eq!(context(&source, &workspace, stacks[0]), documents[0]);
    let left = fs::read_dir(workspace.join(".quarry/staging"))
        .unwrap()
        .count();
    assert_eq!(left, 0, "what killed runs left behind was not removed");
}

#[test]
fn links_planted_while_it_runs_lead_nowhere() {
    let source = fixture("webdev-shop");
    let scratch = tempfile::tempdir().unwrap();
    let outside = scratch.path().join("outside");
    fs::create_dir_all(outside.join("staging")).unwrap();
    fs::write(outside.join("CONTEXT.md"), "untouched").unwrap();
    let workspace = scratch.path().join("workspace");
    fs::create_dir(&workspace).unwrap();
    for round in 0..20_u64 {
        let mut process = quarry()
            .args(["init", "--quiet", "--stack", "fastapi-htmx", "--workspace"])
            .arg(&workspace)
            .arg(&source)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(round * 3));
        let own = workspace.join(".quarry");
        let _ = fs::rename(&own, scratch.path().join(format!("moved-{round}")));
        let _ = symlink(&outside, &own);
        let _ = fs::remove_file(workspace.join("CONTEXT.md"));
        let _ = symlink(outside.join("CONTEXT.md"), workspace.join("CONTEXT.md"));
        process.wait().unwrap();
        fs::remove_file(&own).unwrap();
    }
    assert_eq!(
        fs::read_to_string(outside.join("CONTEXT.md")).unwrap(),
        "untouched"
    );
    assert_eq!(fs::read_dir(outside.join("staging")).unwrap().count(), 0);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 2);
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
