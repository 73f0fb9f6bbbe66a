use super::{link, publish, run, snapshot};
use crate::{Documents, PublishError, Workspace, limits};
use std::fs;

const CONTEXT: &str = "CONTEXT.md";

/// The documents of a builder that wrote these files, and one more.
fn documents(more: &[(&str, &[u8])]) -> Result<Documents, PublishError> {
    let files = [(CONTEXT, b"new".as_slice())];
    let files = files.iter().chain(more);
    Documents::of_builder(files.map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec())))
}

#[test]
fn a_document_is_replaced_and_nothing_is_left_behind() {
    let directory = tempfile::tempdir().unwrap();
    for revision in ["0123456789ab", "ba9876543210"] {
        let text = format!("# Shop\n\nRevision: {revision}\n");
        let workspace = Workspace::open(directory.path()).unwrap();
        let documents = documents(&[(CONTEXT, text.as_bytes())]).unwrap();
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
fn what_a_builder_should_not_write_is_refused() {
    assert!(documents(&[]).is_ok());
    let none = Documents::of_builder([("context/a".to_owned(), Vec::new())]);
    let error = none.unwrap_err();
    assert!(error.to_string().contains("CONTEXT.md"), "{error}");
    let cases: [&[(&str, &[u8])]; 8] = [
        &[("evil.sh", b"x")],
        &[(CONTEXT, b"\xff")],
        &[(CONTEXT, b"a\0b")],
        &[("context", b"x")],
        &[("context/a/b/c", b"x")],
        &[("context/a\\b", b"x")],
        &[("context/../a", b"x")],
        &[("context/Client.sql", b"x"), ("context/CLIENT.sql", b"x")],
    ];
    for case in cases {
        let refused = documents(case);
        assert!(
            matches!(refused, Err(PublishError::Rejected { .. })),
            "{case:?}: {refused:?}"
        );
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
    let many: Vec<(String, Vec<u8>)> = (0..=limits::FILES)
        .map(|number| (format!("context/{number}"), Vec::new()))
        .collect();
    let large = vec![b'a'; limits::BYTES as usize / 2 + 1];
    let halves = ["context/a", "context/b"].map(|path| (path.to_owned(), large.clone()));
    for (limit, files) in [("10000 files", many), ("67108864 bytes", halves.to_vec())] {
        let error = Documents::of_builder(files).unwrap_err();
        assert!(error.to_string().contains(limit), "{error}");
    }
}

#[test]
fn a_name_that_would_change_a_terminal_is_refused_and_shown_escaped() {
    let error = documents(&[("context/a\u{1b}[2J", b"x")]).unwrap_err();
    assert!(error.to_string().contains("\\u{1b}[2J"), "{error}");
}
