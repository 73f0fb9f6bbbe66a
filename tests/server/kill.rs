//! The server is killed at random moments. `cargo run --release -p load -- kill` does the same many more times.

use crate::database::{self, Ground};
use load::kill::Campaign;
use quarry_generator::Size;
use std::path::PathBuf;

#[test]
fn a_server_that_is_killed_at_any_moment_loses_nothing_and_leaves_nothing_behind() {
    let ground = Ground::new();
    let campaign = Campaign {
        quarry: env!("CARGO_BIN_EXE_quarry").into(),
        database: database::url(&ground.path().join("data")),
        // Each moment once.
        times: 9,
        seed: 20_260_101,
        size: Size {
            tables: 10,
            elements: 12,
            ..Size::default()
        },
        cache: Some(PathBuf::from(env!("CARGO_TARGET_TMPDIR"))),
    };
    let report = campaign.run(&mut |line| println!("{line}")).unwrap();
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.taken_over() >= 5, "{report}");
}
