//! What an extractor sees of the file system: its inputs.

use crate::support::{TOLERANCE, Tree, denied, found};
use insta::assert_snapshot;
use quarry_sandbox::{CallError, Usage};
use serde_json::json;
use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

/// The refusal of opening a path of the tree by its full name.
fn refusal(tree: &Tree, path: &str) -> (String, Usage) {
    let (error, usage) = tree.error(json!({"behaviour": "open", "paths": [path]}));
    assert!(matches!(error, CallError::Denied(_)), "{error:?}");
    assert!(usage.elapsed < TOLERANCE, "{:?}", usage.elapsed);
    assert_eq!(usage.access.denials, 1);
    (error.to_string(), usage)
}

fn make_fifo(path: &Path) {
    let path = CString::new(path.as_os_str().as_bytes()).unwrap();
    // SAFETY: the path is a string that ends in a NUL.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
}

#[test]
fn an_input_is_opened_by_its_full_name_and_by_its_relative_one() {
    let tree = Tree::new(&["a", "b/c"]);
    let paths = ["/source/a", "b/c", "./b/../a", "/source/./b//c"];
    let outcome = tree.call(json!({"behaviour": "open", "paths": paths[..2]}));
    assert_eq!(found(&outcome), "/source/a: a\nb/c: b/c");
    assert_eq!(outcome.usage.access.opened, ["a", "b/c"]);
    assert_eq!(outcome.usage.access.last_opened.as_deref(), Some("b/c"));
    assert_eq!(outcome.usage.access.denials, 0);
    let outcome = tree.call(json!({"behaviour": "open", "paths": [paths[3]]}));
    assert_eq!(found(&outcome), "/source/./b//c: b/c");
}

#[test]
fn a_file_that_is_no_input_is_refused_whether_it_is_there_or_not() {
    let tree = Tree::new(&["a"]);
    tree.write("b", "not an input");
    assert_snapshot!(refusal(&tree, "/source/b").0, @r#"it was refused "b": is not an input of this call"#);
    assert_snapshot!(refusal(&tree, "/source/z").0, @r#"it was refused "z": is not an input of this call"#);
}

#[test]
fn paths_that_lead_outside_are_refused() {
    let tree = Tree::new(&["a", "b/c"]);
    assert_snapshot!(refusal(&tree, "/source/../secret").0, @r#"it was refused "../secret": is outside of the source tree"#);
    assert_snapshot!(refusal(&tree, "b/../../secret").0, @r#"it was refused "b/../../secret": is outside of the source tree"#);
    assert_snapshot!(refusal(&tree, "../..").0, @r#"it was refused "../..": is outside of the source tree"#);
}

#[test]
fn absolute_paths_do_not_reach_the_machine() {
    let tree = Tree::new(&["a"]);
    let secret = tree.path("../secret").to_str().unwrap().to_owned();
    for path in ["/etc/passwd", "/proc/self/environ", "/", &secret] {
        let outcome = tree.call(json!({"behaviour": "open", "paths": [path]}));
        assert!(outcome.result.is_err(), "{path} was opened");
    }
}

/// Every way in which a name could be asked for, of names that are there and names that are not.
#[test]
fn asking_for_names_tells_nothing_but_the_inputs() {
    let tree = Tree::new(&["a", "b/c", "b/d/e"]);
    for path in ["hidden", "b/hidden", "b/d/f/hidden", "empty/hidden"] {
        tree.write(path, "not an input");
    }
    let ask = |path: &str| {
        let paths = [path];
        let text = found(&tree.call(json!({"behaviour": "probe", "paths": paths})));
        text.replace(path, "PATH")
    };
    let absent = ask("/source/absent");
    for path in [
        "/source/hidden",
        "/source/b/hidden",
        "/source/b/d/f",
        "/source/b/d/f/hidden",
        "/source/empty",
        "/source/b/absent",
    ] {
        assert_eq!(ask(path), absent, "{path}");
    }
    assert_snapshot!(absent, @"
    open PATH: PermissionDenied
    stat PATH: PermissionDenied
    lstat PATH: PermissionDenied
    list PATH: PermissionDenied
    readlink PATH: PermissionDenied
    ");
    assert_snapshot!(ask("/source"), @r#"
    open PATH: ok
    stat PATH: ok
    lstat PATH: ok
    list PATH: ["a", "b"]
    readlink PATH: PermissionDenied
    "#);
    assert_snapshot!(ask("/source/b"), @r#"
    open PATH: ok
    stat PATH: ok
    lstat PATH: ok
    list PATH: ["c", "d"]
    readlink PATH: PermissionDenied
    "#);
    assert_snapshot!(ask("/source/b/d/e"), @"
    open PATH: ok
    stat PATH: ok
    lstat PATH: ok
    list PATH: NotADirectory
    readlink PATH: PermissionDenied
    ");
    assert_eq!(ask("/source/b/.."), absent);
}

#[test]
fn refused_names_are_in_the_access_log() {
    let behaviour = json!({"behaviour": "probe", "paths": ["/source/absent"]});
    let outcome = Tree::new(&["a"]).call(behaviour);
    assert!(outcome.result.is_ok(), "who goes on is not stopped");
    assert_snapshot!(denied(&outcome.usage), @r#"
    "absent": is not an input of this call
    "absent": is not an input of this call
    "absent": is not an input of this call
    "absent": is not an input of this call
    "absent": links and times are refused
    "#);
}

#[test]
fn a_refusal_is_not_blamed_for_what_fails_later() {
    let tree = Tree::new(&["a"]);
    let behaviour = json!({"behaviour": "open", "paths": ["/source/z"]});
    assert!(matches!(tree.error(behaviour).0, CallError::Denied(_)));
    let (error, usage) =
        tree.error(json!({"behaviour": "probe-read-and-fail", "paths": ["/source/z"]}));
    assert_eq!(
        error,
        CallError::Failed("it does not feel like it".to_owned())
    );
    assert!(usage.access.denials > 0);
}

#[test]
fn a_link_in_the_place_of_an_input_is_refused_wherever_it_leads() {
    let tree = Tree::new(&["a", "b"]);
    for target in ["../secret", "b", "/etc/passwd", "nowhere", "a"] {
        fs::remove_file(tree.path("a")).unwrap();
        symlink(target, tree.path("a")).unwrap();
        let (error, usage) = refusal(&tree, "/source/a");
        assert_eq!(error, r#"it was refused "a": is no longer a regular file"#);
        assert!(usage.access.opened.is_empty());
    }
}

#[test]
fn a_link_in_the_place_of_a_directory_is_refused_wherever_it_leads() {
    let tree = Tree::new(&["a/x/input", "b/input"]);
    tree.write("hidden/x/input", "not an input");
    tree.write("../outside/x/input", "not an input");
    for target in ["../outside", "hidden", "/etc", "nowhere"] {
        if tree.path("a").is_symlink() {
            fs::remove_file(tree.path("a")).unwrap();
        } else {
            fs::remove_dir_all(tree.path("a")).unwrap();
        }
        symlink(target, tree.path("a")).unwrap();
        let (error, _) = refusal(&tree, "/source/a/x/input");
        assert_eq!(
            error,
            r#"it was refused "a/x/input": is no longer a regular file"#
        );
        let probed = tree.call(json!({"behaviour": "probe", "paths": ["/source/a/x/input"]}));
        assert!(!found(&probed).contains(": ok"), "{}", found(&probed));
    }
}

#[test]
fn whatever_else_stands_in_the_place_of_an_input_is_refused_quickly() {
    let tree = Tree::new(&["fifo", "socket", "directory", "below/file"]);
    for path in ["fifo", "socket", "directory"] {
        fs::remove_file(tree.path(path)).unwrap();
    }
    make_fifo(&tree.path("fifo"));
    let _socket = UnixListener::bind(tree.path("socket")).unwrap();
    fs::create_dir(tree.path("directory")).unwrap();
    fs::remove_dir_all(tree.path("below")).unwrap();
    tree.write("below", "a file in the place of a directory");
    for path in ["fifo", "socket", "directory", "below/file"] {
        let (error, _) = refusal(&tree, &format!("/source/{path}"));
        assert_eq!(
            error,
            format!("it was refused {path:?}: is no longer a regular file")
        );
    }
    let paths = ["/source/fifo", "/source/socket", "/source/directory"];
    let probed = found(&tree.call(json!({"behaviour": "probe", "paths": paths})));
    assert!(!probed.contains(": ok"), "{probed}");
}

#[test]
fn a_device_in_the_place_of_an_input_is_refused() {
    let tree = Tree::new(&["null"]);
    fs::remove_file(tree.path("null")).unwrap();
    let path = CString::new(tree.path("null").as_os_str().as_bytes()).unwrap();
    // SAFETY: the path is a string that ends in a NUL.
    let made = unsafe { libc::mknod(path.as_ptr(), libc::S_IFCHR | 0o600, libc::makedev(1, 3)) };
    if made != 0 {
        println!("only root makes devices");
        return;
    }
    assert_snapshot!(refusal(&tree, "/source/null").0, @r#"it was refused "null": is no longer a regular file"#);
}

#[test]
fn an_input_that_was_removed_is_named() {
    let tree = Tree::new(&["a"]);
    fs::remove_file(tree.path("a")).unwrap();
    assert_snapshot!(refusal(&tree, "/source/a").0, @r#"it was refused "a": is no longer there"#);
}

#[test]
fn an_input_that_may_not_be_read_is_named() {
    let tree = Tree::new(&["a"]);
    fs::set_permissions(tree.path("a"), fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(tree.path("a")).is_ok() {
        println!("root reads everything");
        return;
    }
    assert_snapshot!(refusal(&tree, "/source/a").0, @r#"it was refused "a": cannot be opened"#);
}

#[test]
fn inputs_are_read_only() {
    let tree = Tree::new(&["a"]);
    let outcome = tree.call(json!({"behaviour": "write", "paths": ["/source/a"]}));
    assert_snapshot!(found(&outcome), @"
    write /source/a: PermissionDenied
    append /source/a: PermissionDenied
    truncate /source/a: PermissionDenied
    create /source/a.new: PermissionDenied
    mkdir /source/a.new: PermissionDenied
    rename /source/a: PermissionDenied
    link /source/a: PermissionDenied
    remove /source/a: PermissionDenied
    rmdir /source/a: PermissionDenied
    write through a reading handle /source/a: PermissionDenied
    shorten through a reading handle /source/a: PermissionDenied
    symlink: not-permitted
    ");
    assert_snapshot!(denied(&outcome.usage), @r#"
    "a": inputs are read-only
    "a": inputs are read-only
    "a": inputs are read-only
    "a.new": inputs are read-only
    "a.new": inputs are read-only
    "a": inputs are read-only
    "a.new": links and times are refused
    "a": inputs are read-only
    "a": inputs are read-only
    "a": inputs are read-only
    "a": inputs are read-only
    "link": links and times are refused
    "#);
    assert_eq!(fs::read_to_string(tree.path("a")).unwrap(), "a");
    assert_eq!(fs::read_dir(tree.path("")).unwrap().count(), 1);
}

#[test]
fn names_with_odd_characters_are_names_like_any_other() {
    let names = [
        " ",
        "-",
        "...",
        "a b",
        "a\"b",
        "a\\b",
        "a\nb",
        "a\tb",
        "a\u{1b}[31mb",
        "*",
        "~",
        "$HOME",
        "%2e%2e",
        "..a",
        "é",
        "e\u{301}",
        "日本",
        "\u{202e}txt",
        "\u{feff}",
        "C:",
        "CON",
        "d/ /.b",
    ];
    let tree = Tree::new(&names);
    let outcome = tree.call(json!({"behaviour": "normal"}));
    let mut sorted = names.map(str::to_owned);
    sorted.sort();
    assert_eq!(outcome.usage.access.opened, sorted);
    let (error, _) = refusal(&tree, "/source/a\u{1b}[32m\nb");
    assert_eq!(
        error, "it was refused \"a\\u{1b}[32m\\nb\": is not an input of this call",
        "what a terminal would obey is escaped"
    );
}

#[test]
fn a_path_that_is_too_long_is_refused() {
    let outcome = Tree::new(&["a"]).call(json!({"behaviour": "long-path", "count": 10_000}));
    assert_eq!(found(&outcome), "long: name-too-long");
    assert!(denied(&outcome.usage).ends_with("is too long for a path"));
}

#[test]
fn an_honest_call_has_a_complete_access_log() {
    let mut tree_inputs: Vec<String> = (0..200).map(|count| format!("{count:03}/input")).collect();
    tree_inputs.push("empty".to_owned());
    let names: Vec<&str> = tree_inputs.iter().map(String::as_str).collect();
    let tree = Tree::new(&names);
    let outcome = tree.call(json!({"behaviour": "read-again", "count": 2}));
    assert_eq!(outcome.usage.access.opened, tree_inputs);
    assert_eq!(outcome.usage.access.denials, 0);
}
