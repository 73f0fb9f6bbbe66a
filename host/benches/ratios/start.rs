//! How soon a new process is at work.

use crate::measure::{Clock, in_turn};
use crate::table::Table;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Prints how long whole processes take that have little to extract: an upper bound of the time until the first call.
pub fn run(table: &mut Table) {
    println!("start:");
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/mobile-minimal");
    let cache = TempDir::new().unwrap();
    let quarry = |arguments: &[&str]| {
        let status = Command::new(env!("CARGO_BIN_EXE_quarry"))
            .args(arguments)
            .arg(&fixture)
            .env("QUARRY_CACHE_DIR", cache.path())
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "{arguments:?}");
    };
    let all = ["--quiet", "extract"];
    let one = ["--quiet", "extract", "--extractor", "project"];
    // The warm-up fills the cache.
    let times = in_turn(
        Clock::Wall,
        &mut [&mut || quarry(&all), &mut || quarry(&one)],
    );
    for (side, what) in [(0, "start, all extractors"), (1, "start, one extractor")] {
        let note = "whole process, code cached".to_owned();
        table.milliseconds(what.to_owned(), times.median(side) * 1e3, 60.0, note);
    }
}
