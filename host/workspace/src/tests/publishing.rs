use super::{link, publish, run, snapshot};
use crate::{PublishError, Workspace, limits};
use cap_std::fs::Dir;
use std::fs;

const CONTEXT: &str = "CONTEXT.md";

/// Runs a builder and publishes what it wrote.
fn built(path: &std::path::Path, builder: impl FnOnce(&Dir)) -> Result<Vec<String>, PublishError> {
    let workspace = Workspace::open(path)?;
    builder(&workspace.staging());
    let documents = workspace.documents()?;
    Ok(workspace.publish(&documents, None, None)?.files)
}

#[test]
fn a_document_is_replaced_and_nothing_is_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    for revision in ["0123456789ab", "ba9876543210"] {
        let text = format!("# Shop\n\nRevision: {revision}\n");
        let workspace = Workspace::open(directory.path()).unwrap();
        workspace.staging().write(CONTEXT, &text).unwrap();
        let documents = workspace.documents().unwrap();
        let published = workspace.publish(&documents, Some(revision), None);
        assert_eq!(published.unwrap().files, [CONTEXT]);
        let found = fs::read_to_string(directory.path().join(CONTEXT)).unwrap();
        assert_eq!(found, text);
    }
    let own = directory.path().join(".quarry");
    assert_eq!(fs::read_dir(own.join("staging")).unwrap().count(), 0);
    assert!(!own.join("pending").exists());
}

#[test]
fn what_a_builder_should_not_write_is_not_published() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(CONTEXT), "old").unwrap();
    let cases: [fn(&Dir); 12] = [
        |_| {},
        |staging| staging.write("evil.sh", "x").unwrap(),
        |staging| staging.write(CONTEXT, b"\xff").unwrap(),
        |staging| staging.write(CONTEXT, b"a\0b").unwrap(),
        |staging| staging.symlink("elsewhere", CONTEXT).unwrap(),
        |staging| staging.create_dir(CONTEXT).unwrap(),
        |staging| staging.create_dir("other").unwrap(),
        |staging| staging.write("context", "x").unwrap(),
        |staging| staging.create_dir_all("context/a/b").unwrap(),
        |staging| {
            staging.create_dir("context").unwrap();
            staging.write("context/a\\b", "x").unwrap();
        },
        |staging| {
            staging.create_dir("context").unwrap();
            staging.symlink("elsewhere", "context/link").unwrap();
        },
        |staging| {
            staging.create_dir("context").unwrap();
            staging.write("context/Client.sql", "x").unwrap();
            staging.write("context/CLIENT.sql", "x").unwrap();
        },
    ];
    for (number, case) in cases.into_iter().enumerate() {
        let result = built(directory.path(), |staging| {
            // Without this one file, every case would be refused for lack of it.
            if number > 5 {
                staging.write(CONTEXT, "new").unwrap();
            }
            case(staging);
        });
        assert!(
            matches!(result, Err(PublishError::Rejected { .. })),
            "{number}: {result:?}"
        );
        let found = fs::read_to_string(directory.path().join(CONTEXT)).unwrap();
        assert_eq!(found, "old");
    }
}

#[test]
fn a_second_run_is_told_of_the_first() {
    let directory = tempfile::tempdir().unwrap();
    let first = Workspace::open(directory.path()).unwrap();
    let second = Workspace::open(directory.path());
    assert!(matches!(second, Err(PublishError::Locked(_))));
    drop(first);
    assert!(Workspace::open(directory.path()).is_ok());
}

#[test]
fn what_a_killed_run_left_is_removed() {
    let directory = tempfile::tempdir().unwrap();
    let stale = directory.path().join(".quarry/staging/1-1");
    fs::create_dir_all(&stale).unwrap();
    fs::write(stale.join(CONTEXT), "half").unwrap();
    let workspace = Workspace::open(directory.path()).unwrap();
    assert!(!stale.exists());
    drop(workspace);
}

#[test]
fn planted_links_lead_nowhere() {
    let outside = tempfile::tempdir().unwrap();
    let victim = outside.path().join("victim");
    fs::write(&victim, "untouched").unwrap();

    let directory = tempfile::tempdir().unwrap();
    link(outside.path(), &directory.path().join(".quarry"));
    assert!(Workspace::open(directory.path()).is_err());

    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join(".quarry")).unwrap();
    link(&victim, &directory.path().join(".quarry/lock"));
    assert!(Workspace::open(directory.path()).is_err());

    let directory = tempfile::tempdir().unwrap();
    let workspace = Workspace::open(directory.path()).unwrap();
    // Between the steps, the whole of Quarry's directory is exchanged for a link to outside.
    fs::rename(
        directory.path().join(".quarry"),
        directory.path().join("moved"),
    )
    .unwrap();
    link(outside.path(), &directory.path().join(".quarry"));
    let documents = run("0123456789ab", &[]);
    workspace.publish(&documents, None, None).unwrap();
    let found = fs::read_to_string(directory.path().join(CONTEXT)).unwrap();
    assert_eq!(Some(&*found), documents.get(CONTEXT));
    assert_eq!(fs::read_to_string(&victim).unwrap(), "untouched");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn a_directory_is_replaced_as_a_whole() {
    let directory = tempfile::tempdir().unwrap();
    let first = run(
        "0123456789ab",
        &[("context/schema/A.sql", "a"), ("context/schema/B.sql", "b")],
    );
    let second = run(
        "ba9876543210",
        &[("context/schema/B.sql", "b"), ("context/globals.csv", "c")],
    );
    for documents in [&first, &second, &second] {
        publish(directory.path(), documents).unwrap();
        let expected = documents.iter().map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(snapshot(directory.path()), expected.collect());
    }
}

#[test]
fn a_builder_that_writes_too_much_is_refused_with_the_limit() {
    let directory = tempfile::tempdir().unwrap();
    type Builder = fn(&Dir);
    let cases: [(&str, Builder); 3] = [
        ("10000 files", |staging| {
            for number in 0..=limits::FILES {
                staging.create_dir_all(format!("context/{number}")).unwrap();
            }
        }),
        ("larger than", |staging| {
            let file = staging.create(CONTEXT).unwrap();
            file.set_len(limits::BYTES + 1).unwrap();
        }),
        ("larger than", |staging| {
            let half = "a".repeat(limits::BYTES as usize / 2 + 1);
            staging.create_dir("context").unwrap();
            staging.write("context/a", &half).unwrap();
            staging.write("context/b", &half).unwrap();
        }),
    ];
    for (limit, case) in cases {
        let error = built(directory.path(), case).unwrap_err();
        assert!(error.to_string().contains(limit), "{error}");
    }
}

#[test]
fn a_name_that_would_change_a_terminal_is_refused_and_shown_escaped() {
    let directory = tempfile::tempdir().unwrap();
    let error = built(directory.path(), |staging| {
        staging.create_dir("context").unwrap();
        staging.write("context/a\u{1b}[2J", "x").unwrap();
    })
    .unwrap_err();
    assert!(error.to_string().contains("\\u{1b}[2J"), "{error}");
}
