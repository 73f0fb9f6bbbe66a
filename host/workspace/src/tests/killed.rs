//! Runs that end after any of their steps.

use super::{publish, run, snapshot};
use crate::disk::Disk;
use crate::{Agents, Documents, PublishError, Workspace};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What stands in a workspace.
type Files = BTreeMap<String, String>;

/// A workspace in its old state, with files of the user's.
fn old_state(path: &Path) {
    let agents = Agents::default();
    fs::write(path.join("notes.md"), "mine").unwrap();
    fs::write(path.join("AGENTS.md"), "Use tabs.\n").unwrap();
    Workspace::open(path)
        .unwrap()
        .publish(&old_documents(), None, Some(&agents))
        .unwrap();
}

fn old_documents() -> Documents {
    run(
        "0123456789ab",
        &[
            ("CONTEXT.html", "<p>0123456789ab</p>"),
            ("CONTEXT.json", r#"{"revision": "0123456789ab"}"#),
            ("context/schema/A.sql", "a"),
            ("context/schema/B.sql", "b"),
        ],
    )
}

fn new_documents() -> Documents {
    run(
        "ba9876543210",
        &[
            ("CONTEXT.json", r#"{"revision": "ba9876543210"}"#),
            ("context/globals.csv", "c"),
            ("context/schema/A.sql", "a"),
            ("context/schema/B.sql", "B"),
        ],
    )
}

fn agents() -> Agents {
    Agents {
        mcp_url: Some("http://127.0.0.1:8765/mcp".parse().unwrap()),
    }
}

fn publish_new(path: &Path, disk: Disk) -> Result<(), PublishError> {
    Workspace::open_on(path, disk)?
        .publish(&new_documents(), None, Some(&agents()))
        .map(|_| ())
}

/// The old state and the new one, without a run that is killed.
fn states() -> (Files, Files) {
    let directory = tempfile::tempdir().unwrap();
    old_state(directory.path());
    let old = snapshot(directory.path());
    publish_new(directory.path(), Disk::default()).unwrap();
    let new = snapshot(directory.path());
    assert_ne!(old, new);
    assert_eq!(new["notes.md"], "mine");
    assert!(new["AGENTS.md"].starts_with("Use tabs.\n"));
    assert!(!new.contains_key("CONTEXT.html"), "of the older run");
    (old, new)
}

/// What is true of a workspace whose run was killed, before the next run opens it.
fn assert_readable(path: &Path, old: &Files, new: &Files) {
    let found = fs::read_to_string(path.join("CONTEXT.md")).unwrap();
    assert!([&old["CONTEXT.md"], &new["CONTEXT.md"]].contains(&&found));
    for (name, text) in snapshot(path) {
        let known = [old.get(&name), new.get(&name)];
        assert!(
            known.contains(&Some(&text)),
            "{name} is a part of something"
        );
    }
}

/// What is true after the next run opened it: whether it is the new state.
fn opened(path: &Path, old: &Files, new: &Files) -> bool {
    let workspace = Workspace::open(path).unwrap();
    let found = snapshot(path);
    let revision = match &found {
        found if found == old => "0123456789ab",
        found if found == new => "ba9876543210",
        found => panic!("neither the old state nor the new one: {found:#?}"),
    };
    for file in ["CONTEXT.md", "context/manifest.json"] {
        assert!(found[file].contains(revision), "{file} is of another run");
    }
    drop(workspace);
    assert!(!path.join(".quarry/pending").exists());
    let staging = path.join(".quarry/staging");
    assert_eq!(fs::read_dir(staging).unwrap().count(), 0);
    found == *new
}

#[test]
fn a_run_that_is_killed_after_any_step_leaves_the_old_state_or_the_new_one() {
    let (old, new) = states();
    for exchanges in [true, false] {
        let mut was_new = false;
        let mut steps = 0;
        loop {
            let directory = tempfile::tempdir().unwrap();
            old_state(directory.path());
            let disk = Disk::failing_after(steps, exchanges);
            let done = publish_new(directory.path(), disk).is_ok();
            assert_readable(directory.path(), &old, &new);
            let is_new = opened(directory.path(), &old, &new);
            assert!(
                is_new || !was_new,
                "a later kill went back to the old state"
            );
            was_new = is_new;
            if done {
                assert!(is_new);
                break;
            }
            steps += 1;
        }
        assert!(steps > 40, "only {steps} steps");
    }
}

#[test]
fn a_run_that_is_killed_while_it_finishes_a_killed_one_leaves_the_new_state() {
    let (old, new) = states();
    for exchanges in [true, false] {
        // All runs that were killed between the commit and the end.
        let pending = (0..).map_while(|steps| {
            let directory = tempfile::tempdir().unwrap();
            old_state(directory.path());
            let disk = Disk::failing_after(steps, exchanges);
            match publish_new(directory.path(), disk) {
                Ok(()) => None,
                Err(_) => Some((steps, directory)),
            }
        });
        let mut recovered = 0;
        for (steps, directory) in pending {
            if !directory.path().join(".quarry/pending").exists() {
                continue;
            }
            for second in 0..(steps % 7) {
                let disk = Disk::failing_after(second, exchanges);
                let _ = Workspace::open_on(directory.path(), disk);
                assert_readable(directory.path(), &old, &new);
            }
            assert!(opened(directory.path(), &old, &new));
            recovered += 1;
        }
        assert!(recovered > 10, "only {recovered} were recovered");
    }
}

/// A workspace whose run was killed right after the commit point.
fn recorded() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    old_state(directory.path());
    (0..)
        .find(|steps| {
            let _ = publish_new(directory.path(), Disk::failing_after(*steps, true));
            directory.path().join(".quarry/pending").exists()
        })
        .unwrap();
    directory
}

#[test]
fn an_agents_file_that_was_changed_since_the_kill_is_kept() {
    let directory = recorded();
    let path = directory.path().join("AGENTS.md");
    fs::write(&path, "all new").unwrap();
    let created = directory.path().join(".mcp.json");
    fs::write(&created, "{}").unwrap();
    drop(Workspace::open(directory.path()).unwrap());
    assert_eq!(fs::read_to_string(path).unwrap(), "all new");
    assert_eq!(fs::read_to_string(created).unwrap(), "{}");
}

#[test]
fn a_document_and_a_file_that_the_user_wrote_since_the_kill_are_kept() {
    for name in ["CONTEXT.md", "CONTEXT.json", "context/notes.md"] {
        let directory = recorded();
        let path = directory.path().join(name);
        fs::write(&path, "mine").unwrap();
        let error = Workspace::open(directory.path()).unwrap_err();
        assert!(matches!(error, PublishError::Unfinished { .. }));
        let message = error.to_string();
        assert!(
            message.contains(name) && message.contains("move it elsewhere"),
            "{message}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        fs::rename(&path, directory.path().join("moved")).unwrap();
        drop(Workspace::open(directory.path()).unwrap());
        let found = fs::read_to_string(directory.path().join("CONTEXT.md")).unwrap();
        assert_eq!(Some(&*found), new_documents().get("CONTEXT.md"));
    }
}

#[test]
fn what_a_killed_run_left_can_be_compared_with() {
    let (old, new) = states();
    for steps in 0.. {
        let directory = tempfile::tempdir().unwrap();
        old_state(directory.path());
        let done = publish_new(directory.path(), Disk::failing_after(steps, false)).is_ok();
        let workspace = Workspace::scratch(directory.path()).unwrap();
        let changes = workspace
            .compare(&new_documents(), None, Some(&agents()))
            .unwrap();
        assert_eq!(changes.is_empty(), snapshot(directory.path()) == new);
        assert_readable(directory.path(), &old, &new);
        if done {
            break;
        }
    }
}

#[test]
fn a_directory_that_became_the_users_since_the_kill_is_kept() {
    let directory = recorded();
    let manifest = directory.path().join("context/manifest.json");
    fs::write(&manifest, "{}").unwrap();
    let error = Workspace::open(directory.path()).unwrap_err();
    assert!(error.to_string().contains("manifest.json"), "{error}");
    assert_eq!(fs::read_to_string(manifest).unwrap(), "{}");
}

#[test]
fn a_file_of_the_old_directory_that_was_changed_since_the_kill_changes_nothing() {
    let (old, new) = states();
    let directory = recorded();
    // In place, as an editor or a shell may: the file is the same in both states.
    fs::write(directory.path().join("context/schema/A.sql"), "edited").unwrap();
    assert!(opened(directory.path(), &old, &new));
}

#[test]
fn what_stands_in_the_way_of_a_recorded_run_is_named() {
    let directory = recorded();
    let document = directory.path().join("CONTEXT.md");
    fs::remove_file(&document).unwrap();
    fs::create_dir(&document).unwrap();
    let error = Workspace::open(directory.path()).unwrap_err();
    assert!(matches!(error, PublishError::Unfinished { .. }));
    assert!(error.to_string().contains("CONTEXT.md"), "{error}");
    fs::remove_dir(&document).unwrap();
    drop(Workspace::open(directory.path()).unwrap());
    let found = fs::read_to_string(&document).unwrap();
    assert_eq!(Some(&*found), new_documents().get("CONTEXT.md"));
}

#[test]
fn a_planted_plan_writes_nothing_but_quarrys_files() {
    let directory = tempfile::tempdir().unwrap();
    publish(directory.path(), &old_documents()).unwrap();
    let before = snapshot(directory.path());
    let pending = directory.path().join(".quarry/pending");
    fs::create_dir_all(pending.join("files")).unwrap();
    fs::write(pending.join("files/0"), "planted").unwrap();
    for path in ["../outside", "/tmp/outside", ".bashrc", "context/x"] {
        let plan = format!(
            r#"{{"version": 1, "context": "keep", "files": [{{"path": "{path}", "before": "nothing", "removed": false}}]}}"#
        );
        fs::write(pending.join("plan.json"), plan).unwrap();
        let error = Workspace::open(directory.path()).unwrap_err();
        assert!(error.to_string().contains(path), "{error}");
        assert_eq!(snapshot(directory.path()), before);
    }
}
