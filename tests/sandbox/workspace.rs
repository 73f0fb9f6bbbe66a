//! What a prompt builder may do to its workspace.

use crate::support::{TOLERANCE, build, denied, failed};
use insta::assert_snapshot;
use quarry_sandbox::{CallError, Limits, Usage};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn small() -> Limits {
    Limits {
        written: 1 << 20,
        files: 50,
        ..Limits::default()
    }
}

/// The refusal of a behaviour, and what it left.
fn refusal(behaviour: &str, path: Option<&str>) -> (String, Usage, TempDir) {
    let (outcome, directory) = build(behaviour, path, small());
    let (error, usage) = failed(outcome);
    assert!(matches!(error, CallError::Denied(_)), "{error:?}");
    assert!(usage.elapsed < 5 * TOLERANCE, "{:?}", usage.elapsed);
    assert_an_honest_build_works();
    (error.to_string(), usage, directory)
}

fn assert_an_honest_build_works() {
    let (outcome, directory) = build("normal", None, small());
    let report = outcome.result.unwrap();
    assert_eq!(report.files, ["CONTEXT.md", "context", "right!"]);
    assert_eq!(
        outcome.usage.access.denials,
        0,
        "{}",
        denied(&outcome.usage)
    );
    let workspace = workspace(&directory);
    assert_eq!(entries(&workspace), ["CONTEXT.md", "context"]);
    assert_eq!(
        fs::read_to_string(workspace.join("context/a.md")).unwrap(),
        "aa"
    );
}

fn workspace(directory: &TempDir) -> PathBuf {
    directory.path().join("workspace")
}

fn entries(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Nothing was written beside the workspace.
fn assert_contained(directory: &TempDir) {
    assert_eq!(entries(directory.path()), ["outside", "workspace"]);
    let outside = fs::read_to_string(directory.path().join("outside"));
    assert_eq!(outside.unwrap(), "outside");
}

#[test]
fn an_honest_builder_writes_renames_appends_and_removes() {
    assert_an_honest_build_works();
}

#[test]
fn no_more_bytes_are_written_than_the_quota() {
    let (error, usage, directory) = refusal("fill", None);
    assert_snapshot!(error, @r#"it was refused "a": is more than the workspace may hold"#);
    assert_eq!(usage.access.denials, 1);
    let written = fs::metadata(workspace(&directory).join("a")).unwrap().len();
    assert!((1 << 19..=1 << 20).contains(&written), "{written}");
}

#[test]
fn a_builder_that_ignores_the_quota_is_in_the_access_log() {
    let (outcome, _directory) = build("fill-and-carry-on", None, small());
    assert!(outcome.result.is_ok());
    assert_snapshot!(denied(&outcome.usage), @r#""a": is more than the workspace may hold"#);
}

#[test]
fn removing_files_does_not_give_quota_back() {
    let (error, ..) = refusal("rewrite", None);
    assert_snapshot!(error, @r#"it was refused "a": is more than the workspace may hold"#);
}

#[test]
fn gaps_count_as_written() {
    let (error, _, directory) = refusal("gap", None);
    assert_snapshot!(error, @r#"it was refused "a": is more than the workspace may hold"#);
    assert_eq!(
        fs::metadata(workspace(&directory).join("a")).unwrap().len(),
        0
    );
    let (error, _, directory) = refusal("lengthen", None);
    assert_snapshot!(error, @r#"it was refused "a": is more than the workspace may hold"#);
    assert_eq!(
        fs::metadata(workspace(&directory).join("a")).unwrap().len(),
        0
    );
}

#[test]
fn no_more_files_and_directories_are_created_than_the_quota() {
    for behaviour in ["files", "directories"] {
        let (error, _, directory) = refusal(behaviour, None);
        assert_eq!(
            error,
            r#"it was refused "50": is more than the workspace may hold"#
        );
        assert_eq!(entries(&workspace(&directory)).len(), 50);
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
fn no_more_files_are_open_at_once_than_allowed() {
    let (error, ..) = refusal("open-many", None);
    assert_snapshot!(error, @r#"it was refused "a": is one file too many to have open at once"#);
}

#[test]
fn there_are_no_links() {
    let (outcome, directory) = build("links", None, small());
    assert_snapshot!(outcome.result.unwrap().files.join("\n"), @"
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
    assert_eq!(entries(&workspace(&directory)), ["a"]);
    assert_contained(&directory);
}

#[test]
fn nothing_is_written_outside() {
    for behaviour in ["write", "rename"] {
        for path in [
            "/workspace/../outside",
            "../outside",
            "/workspace/a/../../new",
        ] {
            let (error, _, directory) = refusal(behaviour, Some(path));
            assert!(error.ends_with(": is outside of the workspace"), "{error}");
            assert_contained(&directory);
        }
        // The machine's root is not there either: an absolute path is looked up in the workspace.
        let (outcome, directory) = build(behaviour, Some("/outside"), small());
        assert!(outcome.result.is_ok());
        assert_eq!(entries(&workspace(&directory)), ["outside"]);
        assert_contained(&directory);
        for path in ["/etc/quarry-was-here", "/source/a"] {
            let (outcome, directory) = build(behaviour, Some(path), small());
            assert!(outcome.result.is_err(), "{path} was written");
            assert_contained(&directory);
        }
    }
    assert!(!Path::new("/etc/quarry-was-here").exists());
}

#[test]
fn a_relative_path_is_in_the_workspace() {
    let (outcome, directory) = build("write", Some("a b.md"), small());
    assert!(outcome.result.is_ok());
    assert_eq!(entries(&workspace(&directory)), ["a b.md"]);
}
