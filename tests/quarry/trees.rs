//! Source trees that are not what they should be.

use crate::support::{context, facts, fixture, list, text};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const TIME: Duration = Duration::from_secs(20);

/// A copy of a fixture, to which something is done.
fn tree(prepare: impl FnOnce(&Path)) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    copy(&fixture("windev-desktop"), directory.path());
    prepare(directory.path());
    directory
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The tree gives the fixture's facts all the same; returns the codes of its diagnostics.
fn survives(tree: &Path) -> Vec<String> {
    let started = Instant::now();
    let found = facts(tree, &[]);
    assert!(started.elapsed() < TIME, "{:?}", started.elapsed());
    let expected = facts(&fixture("windev-desktop"), &[]);
    for kind in [
        "projects",
        "tables",
        "global_variables",
        "initialization_blocks",
    ] {
        assert_eq!(found[kind], expected[kind], "{kind}");
    }
    let codes = list(&found, "diagnostics").iter();
    codes
        .map(|diagnostic| text(diagnostic, "code").to_owned())
        .collect()
}

#[test]
fn pipes_and_devices_with_the_names_of_sources_are_passed_over() {
    let tree = tree(|root| {
        let mkfifo = Command::new("mkfifo")
            .arg(root.join("pipe.wdg"))
            .status()
            .unwrap();
        assert!(mkfifo.success());
        // Only root can make a device.
        let _ = Command::new("mknod")
            .arg(root.join("zero.wdg"))
            .args(["c", "1", "5"])
            .status();
    });
    survives(tree.path());
}

#[test]
fn links_are_not_followed_even_in_circles() {
    let outside = tempfile::tempdir().unwrap();
    copy(&fixture("webdev-shop"), outside.path());
    let tree = tree(|root| {
        symlink(outside.path(), root.join("linked")).unwrap();
        symlink("..", root.join("circle")).unwrap();
        symlink("b", root.join("a")).unwrap();
        symlink("a", root.join("b")).unwrap();
    });
    survives(tree.path());
}

#[test]
fn a_name_that_is_not_utf_8_is_left_out_and_said() {
    let tree = tree(|root| {
        fs::write(root.join(OsStr::from_bytes(b"caf\xe9.wdg")), "x").unwrap();
    });
    assert!(survives(tree.path()).contains(&"name-not-utf8".to_owned()));
}

#[test]
fn directories_500_deep_are_left_out_and_said() {
    let tree = tree(|root| {
        // Handle by handle: the whole path would be too long for one call.
        let script =
            "i=0; while [ $i -lt 500 ]; do mkdir d && cd -P d; i=$((i+1)); done; echo x > deep.wdp";
        let done = Command::new("sh")
            .args(["-c", script])
            .current_dir(root)
            .status()
            .unwrap();
        assert!(done.success());
    });
    assert!(survives(tree.path()).contains(&"too-deep".to_owned()));
}

#[test]
fn a_sparse_file_of_2_gib_is_left_out_and_said() {
    let tree = tree(|root| {
        let file = fs::File::create(root.join("SET_Huge.wdg")).unwrap();
        file.set_len(2 << 30).unwrap();
    });
    assert!(survives(tree.path()).contains(&"input-too-large".to_owned()));
}

#[test]
fn a_file_that_may_not_be_read_is_said() {
    let tree = tree(|root| {
        use std::os::unix::fs::PermissionsExt;
        let directory = root.join("closed");
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("SET_Closed.wdg"), "x").unwrap();
        fs::set_permissions(&directory, fs::Permissions::from_mode(0o000)).unwrap();
    });
    // For root nothing is unreadable.
    let codes = survives(tree.path());
    let closed = tree.path().join("closed");
    if fs::read_dir(&closed).is_err() {
        assert!(codes.contains(&"unreadable".to_owned()));
    }
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(closed, fs::Permissions::from_mode(0o700)).unwrap();
}

#[test]
fn sources_cut_at_any_place_still_give_a_document() {
    let scratch = tempfile::tempdir().unwrap();
    let whole = fs::read(fixture("webdev-shop").join("Boutique.wwp")).unwrap();
    let xdd = fs::read(fixture("webdev-shop").join("Boutique.ana/Boutique.xdd")).unwrap();
    for part in 1..8 {
        let source = scratch.path().join(part.to_string());
        fs::create_dir_all(source.join("Boutique.ana")).unwrap();
        fs::write(
            source.join("Boutique.wwp"),
            &whole[..whole.len() * part / 8],
        )
        .unwrap();
        fs::write(
            source.join("Boutique.ana/Boutique.xdd"),
            &xdd[..xdd.len() * part / 8],
        )
        .unwrap();
        let document = context(&source, &scratch.path().join("workspace"), "fastapi-htmx");
        assert!(document.contains("## Database Schema"), "part {part}");
    }
}
