//! What the sandbox costs.

use crate::measure::{Clock, Times, in_turn};
use crate::subjects::{Bench, Subject};
use crate::table::Table;
use std::hint::black_box;
use std::path::Path;

/// What a tax should be at most, and what it may be.
pub const GOAL: f64 = 1.4;
pub const LIMIT: f64 = 1.8;

/// Prints each extractor's time in the sandbox / its time without, on one tree.
pub fn run(bench: &Bench, root: &Path, table: &mut Table) {
    println!("tax: {}", root.display());
    for subject in bench.subjects(root) {
        let times = times(&subject);
        let megabytes = subject.opened_bytes() as f64 / 1e6;
        let note = format!(
            "{:.2} / {:.2} ms, without instance and call {:.2}, {:.0} MB/s of {megabytes:.1} MB, {:.1} MiB memory",
            times.median(0) * 1e3,
            times.median(1) * 1e3,
            without_call(&times),
            megabytes / times.median(0),
            subject.sandboxed().usage.peak_memory as f64 / f64::from(1 << 20),
        );
        table.ratio(
            format!("tax {}", subject.named.name),
            times.ratio(0, 1),
            GOAL,
            LIMIT,
            note,
        );
    }
}

/// The times in the sandbox, natively, and of an instance and a call that does nothing.
pub fn times(subject: &Subject<'_>) -> Times {
    require_same_result(subject);
    in_turn(
        Clock::Thread,
        &mut [
            &mut || {
                black_box(subject.sandboxed());
            },
            &mut || {
                black_box(subject.native());
            },
            &mut || {
                black_box(subject.described());
            },
        ],
    )
}

/// The tax of what is done in the call.
pub fn without_call(times: &Times) -> f64 {
    (times.median(0) - times.median(2)) / times.median(1)
}

/// Two sides that do not do the same cannot be compared.
fn require_same_result(subject: &Subject<'_>) {
    let sandboxed = subject.sandboxed().result.unwrap();
    let native = subject.native();
    assert_eq!(
        format!("{:?}", (sandboxed.facts, sandboxed.diagnostics)),
        format!("{:?}", (native.facts, native.diagnostics)),
        "{} finds something else in the sandbox",
        subject.named.name
    );
}
