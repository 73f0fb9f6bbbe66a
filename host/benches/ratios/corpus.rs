//! All projects of a directory: what the sandbox costs of all that is read there, and how much text a processor core
//! extracts in it.

use crate::subjects::{Bench, Subject};
use crate::table::Table;
use crate::tax::{self, GOAL, LIMIT};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What must be extracted of each second, in bytes.
const THROUGHPUT: f64 = 100e6;

/// What all projects took an extractor together.
#[derive(Debug, Default)]
struct Sum {
    bytes: u64,
    sandboxed: f64,
    native: f64,
    /// How many calls were measured, one a project, and of how many the tax is above the limit.
    calls: usize,
    above: usize,
    /// The highest tax of one project without instance and call, and which one it is.
    highest: (f64, String),
}

/// Prints, for each extractor and for all of them together, the time of its thread in the sandbox / without, how many calls are
/// above the limit, and the bytes that it read / the time. Each directory in `corpus` is a project.
pub fn run(bench: &Bench, corpus: &Path, table: &mut Table) {
    let mut sums = BTreeMap::<String, Sum>::new();
    for project in projects(corpus) {
        for subject in bench.subjects(&project) {
            measure(&subject, &project, &mut sums);
        }
    }
    for (name, sum) in &sums {
        let (highest, project) = &sum.highest;
        table.number(
            format!("tax {name}"),
            sum.sandboxed / sum.native,
            (GOAL, LIMIT),
            format!(
                "{:.1} / {:.1} ms, at most {highest:.2} without instance and call ({project}), {} of {} calls above {LIMIT}",
                sum.sandboxed * 1e3,
                sum.native * 1e3,
                sum.above,
                sum.calls
            ),
        );
    }
    for (name, sum) in &sums {
        table.at_least(
            format!("throughput {name}"),
            sum.bytes as f64 / sum.sandboxed,
            THROUGHPUT,
            format!(
                "{:.1} MB in {:.1} ms",
                sum.bytes as f64 / 1e6,
                sum.sandboxed * 1e3
            ),
        );
    }
}

fn measure(subject: &Subject<'_>, project: &Path, sums: &mut BTreeMap<String, Sum>) {
    let bytes = subject.sandboxed().usage.access.bytes_read;
    let times = tax::times(subject);
    let (sandboxed, native) = (times.median(0), times.median(1));
    let without = tax::without_call(&times);
    let project = project.file_name().unwrap_or_default().to_string_lossy();
    println!(
        "{project} {}: {:.2} ({:.3} / {:.3} ms), without instance and call {without:.2}",
        subject.named.name,
        sandboxed / native,
        sandboxed * 1e3,
        native * 1e3
    );
    for name in [&*subject.named.name, "all"] {
        let sum = sums.entry(name.to_owned()).or_default();
        sum.bytes += bytes;
        sum.sandboxed += sandboxed;
        sum.native += native;
        sum.calls += 1;
        sum.above += usize::from(sandboxed > native * LIMIT);
        if without > sum.highest.0 {
            sum.highest = (without, format!("{project} {}", subject.named.name));
        }
    }
}

fn projects(corpus: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus).unwrap();
    let mut projects: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    projects.retain(|path| path.is_dir());
    projects.sort();
    projects
}
