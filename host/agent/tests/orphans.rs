//! Agents whose server was killed.

use quarry_agent::end_orphans;
use std::process::{Child, Command, Stdio};
use tempfile::tempdir;

/// A process with a home, that starts another in a session of its own.
fn orphan(home: &std::path::Path) -> Child {
    Command::new("/bin/sh")
        .args(["-c", "setsid sleep 600 & wait"])
        .env("HOME", home)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[test]
fn processes_at_home_in_a_directory_are_ended_with_what_they_started_and_no_others() {
    let (homes, other) = (tempdir().unwrap(), tempdir().unwrap());
    let mut orphan_here = orphan(&homes.path().join("quarry-agent-1/home"));
    let mut stranger = orphan(&other.path().join("quarry-agent-1/home"));
    // Both are in their places when the second process is there, which holds the output open.
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(end_orphans(homes.path()).unwrap() >= 2);
    assert!(!orphan_here.wait().unwrap().success());
    let mut output = orphan_here.stdout.take().unwrap();
    // It ends when nobody holds it any more.
    std::io::copy(&mut output, &mut std::io::sink()).unwrap();
    assert!(stranger.try_wait().unwrap().is_none());
    assert!(end_orphans(other.path()).unwrap() >= 2);
    stranger.wait().unwrap();
}

#[test]
fn a_directory_that_is_not_there_has_no_processes() {
    let place = tempdir().unwrap();
    assert_eq!(end_orphans(&place.path().join("none")).unwrap(), 0);
}
