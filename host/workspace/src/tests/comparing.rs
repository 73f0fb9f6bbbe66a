//! Telling what a run would change, and whether what is there belongs together.

use super::{publish, run, snapshot};
use crate::{Agents, Difference, Documents, PublishError, Workspace};
use std::fs;
use std::path::Path;

fn changes(path: &Path, documents: &Documents, agents: bool) -> Vec<(String, Difference)> {
    let agents = agents.then(Agents::default);
    let workspace = Workspace::scratch(path).unwrap();
    let changes = workspace.compare(documents, None, agents.as_ref()).unwrap();
    let changes = changes.into_iter();
    changes
        .map(|change| (change.path, change.difference))
        .collect()
}

#[test]
fn in_a_workspace_that_is_not_there_everything_is_added() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("none");
    let documents = run("0123456789ab", &[("context/schema/A.sql", "a")]);
    let found = changes(&path, &documents, true);
    assert_eq!(found.len(), documents.len() + 5);
    assert!(
        found
            .iter()
            .all(|(_, difference)| *difference == Difference::Added)
    );
    assert!(!path.exists());
}

#[test]
fn what_is_compared_is_what_would_be_published() {
    let directory = tempfile::tempdir().unwrap();
    let first = run(
        "0123456789ab",
        &[
            ("CONTEXT.json", "0123456789ab"),
            ("context/schema/A.sql", "a"),
            ("context/schema/B.sql", "b"),
            ("context/schema/C.sql", "c"),
        ],
    );
    let second = run(
        "ba9876543210",
        &[
            ("context/globals.csv", "g"),
            ("context/schema/A.sql", "a"),
            ("context/schema/B.sql", "B"),
        ],
    );
    publish(directory.path(), &first).unwrap();
    fs::write(directory.path().join("AGENTS.md"), "mine").unwrap();
    let before = snapshot(directory.path());
    assert_eq!(changes(directory.path(), &first, false), []);
    let found = changes(directory.path(), &second, true);
    assert_eq!(snapshot(directory.path()), before, "nothing is written");
    let agents = Agents::default();
    let workspace = Workspace::open(directory.path()).unwrap();
    workspace.publish(&second, None, Some(&agents)).unwrap();
    let after = snapshot(directory.path());
    let names = before.keys().chain(after.keys());
    let mut expected: Vec<(String, Difference)> = names
        .filter_map(|name| {
            let difference = match (before.get(name), after.get(name)) {
                (None, _) => Difference::Added,
                (_, None) => Difference::Removed,
                (old, new) if old != new => Difference::Changed,
                _ => return None,
            };
            Some((name.clone(), difference))
        })
        .collect();
    expected.sort_by(|one, other| one.0.cmp(&other.0));
    expected.dedup();
    assert_eq!(found, expected);
    assert_eq!(changes(directory.path(), &second, true), []);
}

#[test]
fn a_workspace_that_is_only_compared_with_publishes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let workspace = Workspace::scratch(directory.path()).unwrap();
    let documents = run("0123456789ab", &[]);
    let error = workspace.publish(&documents, None, None).unwrap_err();
    assert!(matches!(error, PublishError::Scratch(_)));
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_workspace_that_is_only_compared_with_waits_for_no_lock() {
    let directory = tempfile::tempdir().unwrap();
    let _writing = Workspace::open(directory.path()).unwrap();
    assert!(Workspace::scratch(directory.path()).is_ok());
}

#[test]
fn documents_of_another_revision_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let refused = |documents: &Documents, revision: &str| {
        let workspace = Workspace::scratch(directory.path()).unwrap();
        let result = workspace.compare(documents, Some(revision), None);
        matches!(result, Err(PublishError::Rejected { .. }))
    };
    let mut documents = run("0123456789ab", &[]);
    assert!(!refused(&documents, "0123456789ab"));
    assert!(refused(&documents, "ba9876543210"));
    for (path, text) in [
        ("CONTEXT.md", "no revision"),
        ("context/manifest.json", r#"{"revision": "0123456789ab"}"#),
        (
            "context/manifest.json",
            r#"{"generator": "quarry", "revision": ""}"#,
        ),
    ] {
        let mut other = documents.clone();
        other.insert(path, text.to_owned()).unwrap();
        assert!(refused(&other, "0123456789ab"), "{path}: {text}");
    }
    for (_, text) in documents.iter_mut() {
        text.push('\0');
    }
    assert!(refused(&documents, "0123456789ab"));
}
