//! What is the user's stays as it is, whatever it is.

use super::{link, publish, run, snapshot};
use crate::{Agents, Outcome, PublishError, Published, Workspace};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, SystemTime};

const REVISION: &str = "0123456789ab";

fn with_agents(path: &Path) -> Published {
    let agents = Agents {
        mcp_url: Some("http://127.0.0.1:8765/mcp".parse().unwrap()),
    };
    Workspace::open(path)
        .unwrap()
        .publish(&run(REVISION, &[]), Some(REVISION), Some(&agents))
        .unwrap()
}

#[test]
fn a_context_directory_of_the_users_is_not_replaced() {
    let cases: [fn(&Path); 6] = [
        |path| {
            fs::create_dir(path).unwrap();
            fs::write(path.join("notes.md"), "mine").unwrap();
        },
        |path| {
            fs::create_dir(path).unwrap();
            fs::write(
                path.join("manifest.json"),
                r#"{"revision": "0123456789ab"}"#,
            )
            .unwrap();
        },
        |path| fs::write(path, "mine").unwrap(),
        |path| link(Path::new("elsewhere"), path),
        |path| link(Path::new("/"), path),
        |path| {
            let other = path.with_file_name("other");
            publish(&other, &run(REVISION, &[])).unwrap();
            link(&other.join("context"), path);
        },
    ];
    for case in cases {
        let directory = tempfile::tempdir().unwrap();
        case(&directory.path().join("context"));
        let before = snapshot(directory.path());
        let error = publish(directory.path(), &run("ba9876543210", &[])).unwrap_err();
        assert!(matches!(error, PublishError::Occupied { .. }), "{error}");
        assert!(error.to_string().contains("move it elsewhere"), "{error}");
        assert_eq!(snapshot(directory.path()), before);
    }
}

/// That a run is refused for one file, which is named, and that nothing has changed.
fn assert_refused(path: &Path, named: &str) {
    let before = snapshot(path);
    let new = run(
        "ba9876543210",
        &[
            ("CONTEXT.json", "ba9876543210"),
            ("CONTEXT.html", "ba9876543210"),
        ],
    );
    let error = publish(path, &new).unwrap_err();
    let PublishError::Occupied { path: occupied, .. } = &error else {
        panic!("{named}: {error}");
    };
    assert_eq!(*occupied, path.join(named), "{error}");
    assert!(error.to_string().contains("move it elsewhere"), "{error}");
    assert_eq!(snapshot(path), before);
    let compared = Workspace::scratch(path).unwrap().compare(&new, None, None);
    assert!(matches!(compared, Err(PublishError::Occupied { .. })));
    assert!(!path.join(".quarry/pending").exists());
}

#[test]
fn a_document_that_quarry_did_not_write_is_not_replaced() {
    let documents = ["CONTEXT.md", "CONTEXT.json", "CONTEXT.html"];
    for name in documents {
        for published in [false, true] {
            let directory = tempfile::tempdir().unwrap();
            if published {
                let more = [("CONTEXT.json", REVISION), ("CONTEXT.html", REVISION)];
                publish(directory.path(), &run(REVISION, &more)).unwrap();
            }
            let path = directory.path().join(name);
            for text in [&b"my own notes, of revision 0011223344"[..], b"\xff"] {
                fs::write(&path, text).unwrap();
                let mut others = documents.iter().filter(|other| **other != name);
                assert!(others.all(|other| directory.path().join(other).exists() == published));
                if text.is_ascii() {
                    assert_refused(directory.path(), name);
                } else {
                    let error = publish(
                        directory.path(),
                        &run("ba9876543210", &[(name, "ba9876543210")]),
                    )
                    .unwrap_err();
                    assert!(matches!(error, PublishError::Occupied { .. }), "{error}");
                    assert_eq!(fs::read(&path).unwrap(), text);
                }
            }
            fs::remove_file(&path).unwrap();
            link(Path::new("notes.md"), &path);
            assert_refused(directory.path(), name);
        }
    }
}

#[test]
fn an_empty_document_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("CONTEXT.md"), "\n").unwrap();
    publish(directory.path(), &run(REVISION, &[])).unwrap();
}

#[test]
fn a_file_that_a_user_put_into_the_context_directory_is_not_lost() {
    for name in [
        "context/notes.md",
        "context/mydir/a",
        "context/schema/mine.sql",
    ] {
        let directory = tempfile::tempdir().unwrap();
        let more = [("context/schema/A.sql", "a")];
        publish(directory.path(), &run(REVISION, &more)).unwrap();
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "mine").unwrap();
        assert_refused(directory.path(), name);
        // Not even a run that wants no such directory removes it.
        let mut alone = crate::Documents::new();
        alone.insert("CONTEXT.md", "new".to_owned()).unwrap();
        assert!(publish(directory.path(), &alone).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
        fs::rename(&path, directory.path().join("moved")).unwrap();
        publish(directory.path(), &run("ba9876543210", &[])).unwrap();
    }
}

#[test]
fn a_document_is_known_again_without_its_directory_and_in_a_copy_of_the_workspace() {
    let directory = tempfile::tempdir().unwrap();
    for (lost, revision) in [("context", "ba9876543210"), (".quarry", "aaaa00001111")] {
        publish(directory.path(), &run(REVISION, &[])).unwrap();
        fs::remove_dir_all(directory.path().join(lost)).unwrap();
        publish(directory.path(), &run(revision, &[])).unwrap();
        let found = fs::read_to_string(directory.path().join("CONTEXT.md")).unwrap();
        assert!(found.contains(revision));
    }
}

#[test]
fn documents_that_their_manifest_does_not_list_are_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut documents = run(REVISION, &[("context/a.csv", "a")]);
    documents.insert("context/b.csv", "b".to_owned()).unwrap();
    let error = publish(directory.path(), &documents).unwrap_err();
    assert!(
        error.to_string().contains("context/b.csv is not published"),
        "{error}"
    );
}

#[test]
fn an_empty_context_directory_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("context")).unwrap();
    publish(directory.path(), &run(REVISION, &[])).unwrap();
    assert!(directory.path().join("context/manifest.json").is_file());
}

#[test]
fn a_run_without_a_directory_removes_its_own_and_no_other() {
    let mut alone = crate::Documents::new();
    alone.insert("CONTEXT.md", "new".to_owned()).unwrap();
    let directory = tempfile::tempdir().unwrap();
    publish(directory.path(), &run(REVISION, &[])).unwrap();
    publish(directory.path(), &alone).unwrap();
    assert!(!directory.path().join("context").exists());
    fs::create_dir(directory.path().join("context")).unwrap();
    fs::write(directory.path().join("context/notes.md"), "mine").unwrap();
    publish(directory.path(), &alone).unwrap();
    let notes = fs::read_to_string(directory.path().join("context/notes.md"));
    assert_eq!(notes.unwrap(), "mine");
}

#[test]
fn a_document_beside_that_quarry_did_not_write_is_kept() {
    let directory = tempfile::tempdir().unwrap();
    let html = directory.path().join("CONTEXT.html");
    publish(directory.path(), &run(REVISION, &[])).unwrap();
    fs::write(&html, "mine").unwrap();
    publish(directory.path(), &run("ba9876543210", &[])).unwrap();
    assert_eq!(fs::read_to_string(&html).unwrap(), "mine");
}

#[test]
fn linked_agents_files_are_neither_followed_nor_replaced() {
    for target in ["outside", "dangling"] {
        let scratch = tempfile::tempdir().unwrap();
        let outside = scratch.path().join("outside");
        let victim = outside.join("victim");
        fs::create_dir(&outside).unwrap();
        fs::write(&victim, "{}").unwrap();
        let workspace = scratch.path().join("workspace");
        fs::create_dir(&workspace).unwrap();
        let (directory, file) = match target {
            "outside" => (outside.clone(), victim.clone()),
            _ => (outside.join("nowhere"), outside.join("nothing")),
        };
        for name in [".claude", ".gemini", ".codex", ".agents"] {
            link(&directory, &workspace.join(name));
        }
        for name in ["AGENTS.md", "CLAUDE.md", ".mcp.json"] {
            link(&file, &workspace.join(name));
        }
        let before = snapshot(&workspace);
        let published = with_agents(&workspace);
        let after = snapshot(&workspace);
        for (name, text) in &before {
            assert_eq!(after.get(name), Some(text), "{name}");
        }
        assert_eq!(snapshot(&outside).len(), 1);
        assert_eq!(fs::read_to_string(&victim).unwrap(), "{}");
        for file in &published.agent_files {
            let skipped = matches!(file.outcome, Outcome::Skipped(_));
            assert_eq!(skipped, file.path != "GEMINI.md", "{file:?}");
        }
        assert_eq!(published.warnings.len(), 7);
        assert!(
            published
                .warnings
                .iter()
                .all(|text| text.contains("symbolic link"))
        );
    }
}

#[test]
fn what_is_not_a_text_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("AGENTS.md")).unwrap();
    fs::write(directory.path().join("GEMINI.md"), b"\xff").unwrap();
    fs::write(directory.path().join(".codex"), "a file").unwrap();
    let published = with_agents(directory.path());
    assert_eq!(published.warnings.len(), 3, "{:?}", published.warnings);
    assert_eq!(
        fs::read(directory.path().join("GEMINI.md")).unwrap(),
        b"\xff"
    );
    // Nothing else tells the agent of CONTEXT.md.
    let claude = fs::read_to_string(directory.path().join("CLAUDE.md")).unwrap();
    assert!(claude.contains("@CONTEXT.md"));
}

#[test]
fn a_file_keeps_its_permissions() {
    let directory = tempfile::tempdir().unwrap();
    publish(directory.path(), &run("ba9876543210", &[])).unwrap();
    fs::write(directory.path().join("AGENTS.md"), "mine\n").unwrap();
    for name in ["AGENTS.md", "CONTEXT.md"] {
        let path = directory.path().join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    }
    with_agents(directory.path());
    for name in ["AGENTS.md", "CONTEXT.md"] {
        let metadata = fs::metadata(directory.path().join(name)).unwrap();
        assert!(metadata.len() > 5);
        assert_eq!(metadata.permissions().mode() & 0o777, 0o640, "{name}");
    }
}

#[test]
fn a_file_that_stays_as_it_is_keeps_its_time() {
    let directory = tempfile::tempdir().unwrap();
    let more = [("context/schema/A.sql", "a"), ("context/schema/B.sql", "b")];
    publish(directory.path(), &run(REVISION, &more)).unwrap();
    let before = SystemTime::now() - Duration::from_secs(1000);
    let names = ["CONTEXT.md", "context/schema/A.sql", "context/schema/B.sql"];
    for name in names {
        let file = fs::File::open(directory.path().join(name)).unwrap();
        file.set_modified(before).unwrap();
    }
    let modified = |name: &str| {
        let metadata = fs::metadata(directory.path().join(name)).unwrap();
        metadata.modified().unwrap()
    };
    publish(directory.path(), &run(REVISION, &more)).unwrap();
    assert!(names.iter().all(|name| modified(name) == before));
    let more = [
        ("context/schema/A.sql", "a"),
        ("context/schema/B.sql", "new"),
    ];
    publish(directory.path(), &run("ba9876543210", &more)).unwrap();
    assert_eq!(
        names.map(|name| modified(name) == before),
        [false, true, false]
    );
}

#[test]
fn publishing_twice_changes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let first = with_agents(directory.path());
    let state = snapshot(directory.path());
    let second = with_agents(directory.path());
    assert_eq!(snapshot(directory.path()), state);
    assert!(
        first
            .agent_files
            .iter()
            .all(|file| file.outcome == Outcome::Created)
    );
    assert!(
        second
            .agent_files
            .iter()
            .all(|file| file.outcome == Outcome::Unchanged)
    );
}
