//! Running the program.

use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// All fixtures that are projects or nothing.
pub const FIXTURES: [&str; 7] = [
    "webdev-shop",
    "windev-desktop",
    "mobile-minimal",
    "binary-only",
    "two-projects",
    "hostile-text",
    "empty",
];

/// The program, with a cache that all tests share.
pub fn quarry() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quarry"));
    command.env("QUARRY_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"));
    command
}

/// Runs the program to its end.
pub fn run<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Output {
    quarry().args(arguments).output().unwrap()
}

/// What the program prints, which must have succeeded.
pub fn stdout<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> String {
    let output = run(arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    String::from_utf8(output.stdout).unwrap()
}

/// The facts of a source tree.
pub fn facts(source: &Path, arguments: &[&str]) -> Value {
    let mut all = vec![OsStr::new("extract"), source.as_os_str()];
    all.extend(arguments.iter().map(OsStr::new));
    serde_json::from_str(&stdout(all)).unwrap()
}

/// Writes the CONTEXT.md of a source tree into a workspace and gives it back.
pub fn context(source: &Path, workspace: &Path, stack: &str) -> String {
    let arguments = [
        OsStr::new("init"),
        source.as_os_str(),
        OsStr::new("--workspace"),
        workspace.as_os_str(),
        OsStr::new("--stack"),
        OsStr::new(stack),
    ];
    let printed = stdout(arguments);
    let path = workspace.join("CONTEXT.md");
    assert_eq!(printed.trim_end(), path.to_str().unwrap());
    std::fs::read_to_string(path).unwrap()
}

/// All that a workspace holds, names of files included.
pub fn workspace_text(workspace: &Path) -> String {
    let mut text = String::new();
    let mut open = vec![workspace.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            text.push_str(&path.to_string_lossy());
            if path.is_dir() {
                open.push(path);
            } else {
                text.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap()));
            }
        }
    }
    text
}

/// A fixture's directory.
pub fn fixture(name: &str) -> PathBuf {
    tests().join("fixtures").join(name)
}

/// The directory of the tests.
pub fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests")
}

/// The list under a key.
pub fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key]
        .as_array()
        .unwrap_or_else(|| panic!("{key} is no list"))
        .as_slice()
}

/// The text under a key.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key} is no text: {value}"))
}
