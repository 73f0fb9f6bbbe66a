//! Analyses as large as inputs may be.

use quarry::catalog::{EXTRACTORS, load_extractors};
use quarry::workspace::Walked;
use quarry_generator::generate_schema;
use quarry_sandbox::{CallOptions, Sandbox, SandboxOptions, SourceTree};
use std::time::Duration;

/// An extraction: bytes of the analysis, columns, time in the sandbox, memory there.
struct Extracted {
    bytes: u64,
    columns: usize,
    time: Duration,
    memory: usize,
}

/// Extracts the schema of an analysis, the quickest of so many times.
fn extracted(tables: usize, times: usize) -> Extracted {
    let directory = tempfile::tempdir().unwrap();
    let written = generate_schema(directory.path(), tables, 1).unwrap();
    let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
    let chosen: Vec<_> = EXTRACTORS
        .iter()
        .filter(|embedded| embedded.name == "schema")
        .copied()
        .collect();
    let extractor = &load_extractors(&sandbox, &chosen).unwrap()[0].extractor;
    let options = CallOptions::default();
    let walked = Walked::open(directory.path()).unwrap();
    let manifest = extractor.describe(&options).result.unwrap();
    let tree = SourceTree {
        inputs: walked.inputs(&manifest).unwrap().0,
        directory: walked.directory,
    };
    let calls = (0..times).map(|_| {
        let outcome = extractor.extract(&tree, None, &options);
        let extraction = outcome.result.unwrap();
        assert!(extraction.diagnostics.is_empty());
        Extracted {
            bytes: written.bytes,
            columns: extraction
                .facts
                .tables
                .iter()
                .map(|table| table.columns.len())
                .sum(),
            time: outcome.usage.elapsed,
            memory: outcome.usage.peak_memory,
        }
    });
    let quickest = calls.min_by_key(|call| call.time).unwrap();
    assert_eq!(quickest.columns, written.columns);
    quickest
}

#[test]
fn an_analysis_of_50_mb_takes_time_and_memory_by_its_size() {
    let small = extracted(1_300, 3);
    let large = extracted(13_000, 1);
    assert!(large.bytes > 50_000_000, "{}", large.bytes);
    let size = large.bytes as f64 / small.bytes as f64;
    let time = large.time.as_secs_f64() / small.time.as_secs_f64();
    let memory = large.memory as f64 / small.memory as f64;
    println!("{size:.1} times the size: {time:.1} times the time, {memory:.1} times the memory");
    // Other tests run at the same time: what grows with the square of the size would take ten times its share.
    assert!(
        time < size * 3.0,
        "{time} times the time for {size} times the size"
    );
    assert!(
        memory < size * 1.2,
        "{memory} times the memory for {size} times the size"
    );
    assert!(large.time < Duration::from_secs(15), "{:?}", large.time);
}
