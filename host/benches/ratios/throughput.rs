//! How much text a processor core extracts in the sandbox, over all projects of a directory.

use crate::measure::{Clock, in_turn};
use crate::subjects::Bench;
use crate::table::Table;
use std::collections::BTreeMap;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};

/// What must be extracted of each second, in bytes.
const GOAL: f64 = 100e6;

/// Bytes read and seconds.
#[derive(Debug, Default, Clone, Copy)]
struct Sum {
    bytes: u64,
    seconds: f64,
}

/// Prints, for each extractor and for all of them together, the bytes that it read / the time of its thread. Each directory
/// in `corpus` is a project.
pub fn run(bench: &Bench, corpus: &Path, table: &mut Table) {
    let mut sums = BTreeMap::<String, Sum>::new();
    for project in projects(corpus) {
        println!("throughput: {}", project.display());
        for subject in bench.subjects(&project) {
            let bytes = subject.sandboxed().usage.access.bytes_read;
            let times = in_turn(
                Clock::Thread,
                &mut [&mut || {
                    black_box(subject.sandboxed());
                }],
            );
            for name in [&*subject.named.name, "all"] {
                let sum = sums.entry(name.to_owned()).or_default();
                sum.bytes += bytes;
                sum.seconds += times.median(0);
            }
        }
    }
    for (name, Sum { bytes, seconds }) in sums {
        let note = format!("{:.1} MB in {:.1} ms", bytes as f64 / 1e6, seconds * 1e3);
        table.at_least(
            format!("throughput {name}"),
            bytes as f64 / seconds,
            GOAL,
            note,
        );
    }
}

fn projects(corpus: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(corpus).unwrap();
    let mut projects: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    projects.retain(|path| path.is_dir());
    projects.sort();
    projects
}
