//! What a prompt builder may do to its workspace.

use crate::support::{TOLERANCE, build, denied, failed};
use insta::assert_snapshot;
use quarry_sandbox::{Built, CallError, Limits, Usage};
use std::fs;
use std::path::Path;

fn small() -> Limits {
    Limits {
        written: 1 << 20,
        files: 50,
        ..Limits::default()
    }
}

/// The refusal of a behaviour.
fn refusal(behaviour: &str, path: Option<&str>) -> (String, Usage) {
    let (error, usage) = failed(build(behaviour, path, small()));
    assert!(matches!(error, CallError::Denied(_)), "{error:?}");
    assert!(usage.elapsed < 5 * TOLERANCE, "{:?}", usage.elapsed);
    assert_an_honest_build_works();
    (error.to_string(), usage)
}

fn assert_an_honest_build_works() {
    let outcome = build("normal", None, small());
    assert_eq!(
        outcome.usage.access.denials,
        0,
        "{}",
        denied(&outcome.usage)
    );
    let built = outcome.result.unwrap();
    assert_eq!(built.report.files, ["CONTEXT.md", "context", "right!"]);
    assert_eq!(names(&built), ["CONTEXT.md", "context/a.md"]);
    assert_eq!(built.files["CONTEXT.md"], b"right!");
    assert_eq!(built.files["context/a.md"], b"aa");
}

fn names(built: &Built) -> Vec<&str> {
    built.files.keys().map(String::as_str).collect()
}

#[test]
fn an_honest_builder_writes_renames_appends_and_removes() {
    assert_an_honest_build_works();
}

#[test]
fn no_more_bytes_are_written_than_the_quota() {
    let (error, usage) = refusal("fill", None);
    assert_snapshot!(error, @r#"it was refused "a": is more than the workspace may hold"#);
    assert_eq!(usage.access.denials, 1);
}

#[test]
fn a_builder_that_ignores_the_quota_is_in_the_access_log() {
    let outcome = build("fill-and-carry-on", None, small());
    let written = outcome.result.unwrap().files["a"].len();
    assert!((1 << 19..=1 << 20).contains(&written), "{written}");
    assert_snapshot!(denied(&outcome.usage), @r#""a": is more than the workspace may hold"#);
}

#[test]
fn removing_files_does_not_give_quota_back() {
    let (error, ..) = refusal("rewrite", None);
    assert_snapshot!(error, @r#"it was refused "a": is more than the workspace may hold"#);
}

#[test]
fn gaps_count_as_written() {
    for behaviour in ["gap", "lengthen"] {
        let (error, _) = refusal(behaviour, None);
        assert_eq!(
            error,
            r#"it was refused "a": is more than the workspace may hold"#
        );
    }
}

#[test]
fn no_more_files_and_directories_are_created_than_the_quota() {
    for behaviour in ["files", "directories"] {
        let (error, _) = refusal(behaviour, None);
        assert_eq!(
            error,
            r#"it was refused "50": is more than the workspace may hold"#
        );
    }
}

#[test]
fn nothing_is_nested_deeper_than_its_host_can_walk() {
    let (error, ..) = refusal("deep", None);
    assert_snapshot!(error, @r#"it was refused "d": is in too many directories"#);
    let (error, ..) = refusal("deeper-by-renaming", None);
    assert_snapshot!(error, @r#"it was refused "d": directories are not renamed"#);
}

#[test]
fn no_more_is_open_at_once_than_there_are_handles() {
    let (error, _) = failed(build("open-many", None, small()));
    assert_snapshot!(error, @"it crashed (cannot lend resource: store handle limit exceeded); this is a bug of the component");
    assert_an_honest_build_works();
}

#[test]
fn there_are_no_links() {
    let outcome = build("links", None, small());
    let built = outcome.result.unwrap();
    assert_snapshot!(built.report.files.join("\n"), @"
    create: ok
    link outside: not-permitted
    link inside: not-permitted
    hard link: not-permitted
    readlink: not-permitted
    ");
    assert_snapshot!(denied(&outcome.usage), @r#"
    "b": links and times are refused
    "b": links and times are refused
    "b": links and times are refused
    "a": links and times are refused
    "#);
    assert_eq!(names(&built), ["a"]);
}

#[test]
fn a_handle_does_what_it_was_opened_for() {
    let built = build("handles", None, small()).result.unwrap();
    assert_snapshot!(built.report.files.join("\n"), @"
    write: ok
    read: ok
    read while writing: bad-descriptor
    write while reading: bad-descriptor
    shorten while reading: bad-descriptor
    ");
    assert_eq!(built.files["a"], b"x");
}

#[test]
fn nothing_is_written_outside() {
    let here = fs::canonicalize(".").unwrap();
    let before = entries(&here);
    for behaviour in ["write", "rename"] {
        for path in [
            "/workspace/../outside",
            "../outside",
            "/workspace/a/../../new",
        ] {
            let (error, _) = refusal(behaviour, Some(path));
            assert!(error.ends_with(": is outside of the workspace"), "{error}");
        }
        // The machine's root is not there either: an absolute path is looked up in the workspace.
        let outcome = build(behaviour, Some("/outside"), small());
        assert_eq!(names(&outcome.result.unwrap()), ["outside"]);
        for path in ["/etc/quarry-was-here", "/source/a"] {
            let outcome = build(behaviour, Some(path), small());
            assert!(outcome.result.is_err(), "{path} was written");
        }
    }
    assert!(!Path::new("/etc/quarry-was-here").exists());
    assert_eq!(entries(&here), before);
}

fn entries(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_relative_path_is_in_the_workspace() {
    let outcome = build("write", Some("a b.md"), small());
    assert_eq!(names(&outcome.result.unwrap()), ["a b.md"]);
}
