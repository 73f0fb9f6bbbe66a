//! What a component costs, as ratios that hold on a noisy machine: the two sides of each are measured in turn, in one
//! run, and the median of the paired ratios is printed.
//!
//! 1. **tax**: an extractor in the sandbox / the same function called natively. Both read the files. Goal 1.4, limit 1.8.
//!    For a tree that is read in a fraction of a millisecond it is mostly instance and call, whose limit is that of the
//!    benchmark `call`; the ratio without them stands beside it.
//! 2. **growth**: time ratio / size ratio of a generated project of 1, 10 and 100 times the size, for each extractor and
//!    for the whole main job. Limit 1.3.
//! 3. **document**: the prompt builder in the sandbox, for 400 tables and 2,000 global variables. Limit 300 ms.
//! 4. **start**: a whole process that extracts a tiny project, compiled code in the cache. Limit 60 ms.
//! 5. **corpus**: the tax of all projects in a directory together, the highest of one without instance and call, and the
//!    bytes that the extractors read / their time. At least 100 MB/s.
//!
//! ```sh
//! cargo bench -p quarry --bench ratios                  # everything
//! cargo bench -p quarry --bench ratios -- tax           # one part
//! QUARRY_BENCH_SOURCE=/path/to/project cargo bench …    # the tax on a tree of yours, and only that
//! QUARRY_BENCH_CORPUS=/path/to/projects cargo bench …   # all projects there, and only them
//! ```
//!
//! criterion measures one side after the other and cannot pair them, so this has its own loop.

mod corpus;
mod document;
mod growth;
mod measure;
mod start;
mod subjects;
mod table;
mod tax;

use std::env;
use std::path::Path;
use subjects::Bench;
use table::Table;

fn main() {
    // cargo adds `--bench` to what stands behind `--`.
    let parts: Vec<String> = env::args()
        .skip(1)
        .filter(|part| !part.starts_with('-'))
        .collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    let mut table = Table::default();
    let bench = Bench::new();
    if let Some(corpus) = env::var_os("QUARRY_BENCH_CORPUS") {
        corpus::run(&bench, Path::new(&corpus), &mut table);
    } else if let Some(source) = env::var_os("QUARRY_BENCH_SOURCE") {
        tax::run(&bench, Path::new(&source), &mut table);
    } else {
        if wanted("tax") {
            let generated = subjects::generated(10);
            tax::run(&bench, generated.path(), &mut table);
        }
        if wanted("growth") {
            growth::run(&bench, &mut table);
        }
        if wanted("document") {
            document::run(&bench, &mut table);
        }
        if wanted("start") {
            start::run(&mut table);
        }
    }
    println!("\n{table}");
}
