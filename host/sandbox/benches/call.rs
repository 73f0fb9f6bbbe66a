//! What a call costs besides the component's own work: instance, one input of a kilobyte with the access log, drop.
//!
//! Prints the time of a call, the median over 20,000 of them, and what a second thread gains. On a busy machine the
//! processor time of a call tells more: it does not count what others take, and grows when threads hinder each other.

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use criterion::Criterion;
use quarry_sandbox::{CallOptions, Extractor, Sandbox, SandboxOptions, SourceTree};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, hint};

/// How many calls the median is of.
const CALLS: usize = 20_000;

/// How long threads call for a rate.
const WINDOW: Duration = Duration::from_secs(2);

/// An honest extractor and what it reads.
struct Calling {
    extractor: Extractor,
    tree: SourceTree,
    options: CallOptions,
    _directory: tempfile::TempDir,
}

impl Calling {
    fn new() -> Self {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let workspace = fs::canonicalize(workspace).expect("the workspace");
        let built = quarry_component_build::build(&workspace, &["quarry-hostile"]);
        let wasm = fs::read(&built.expect("the hostile component")[0].wasm).expect("its bytes");
        let sandbox = Sandbox::new(SandboxOptions::default()).expect("a sandbox");
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("input"), [b'x'; 1 << 10]).expect("an input");
        let source = Dir::open_ambient_dir(directory.path(), ambient_authority());
        Calling {
            extractor: sandbox.extractor(&wasm).expect("an extractor"),
            tree: SourceTree {
                directory: Arc::new(source.expect("the source tree")),
                inputs: ["input".to_owned()].into_iter().collect(),
            },
            options: CallOptions::default(),
            _directory: directory,
        }
    }

    fn extract(&self) {
        let behaviour = Some(r#"{"behaviour":"normal"}"#);
        let outcome = self.extractor.extract(&self.tree, behaviour, &self.options);
        assert_eq!(outcome.usage.access.opened.len(), 1);
        hint::black_box(outcome.result).expect("a result");
    }

    fn describe(&self) {
        let outcome = self.extractor.describe(&self.options);
        hint::black_box(outcome.result).expect("a result");
    }

    /// Calls a second of so many threads, and the processor time of each.
    fn rate(&self, threads: usize) -> (f64, Duration) {
        let (start, used) = (Instant::now(), processor_time());
        let calls: u32 = thread::scope(|scope| {
            let running: Vec<_> = (0..threads)
                .map(|_| {
                    scope.spawn(|| {
                        let mut calls = 0;
                        while start.elapsed() < WINDOW {
                            self.extract();
                            calls += 1;
                        }
                        calls
                    })
                })
                .collect();
            let joined = running.into_iter().map(|thread| thread.join());
            joined.map(|calls| calls.expect("a thread")).sum()
        });
        let rate = f64::from(calls) / start.elapsed().as_secs_f64();
        (rate, (processor_time() - used) / calls)
    }
}

/// The processor time that this process has used.
fn processor_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock exists everywhere, and the time is written to a value of its type.
    let result = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(result, 0);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Prints what criterion does not: a median over many calls, and what a second thread gains.
fn print_figures(calling: &Calling) {
    let mut times: Vec<Duration> = (0..CALLS)
        .map(|_| {
            let start = Instant::now();
            calling.extract();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |percent: usize| times[CALLS * percent / 100].as_secs_f64() * 1e6;
    println!(
        "{CALLS} calls: median {:.1} µs, 95 % below {:.1} µs, 99 % below {:.1} µs",
        at(50),
        at(95),
        at(99)
    );
    let mut ratios: Vec<f64> = (0..5)
        .map(|_| {
            let ((one, alone), (two, together)) = (calling.rate(1), calling.rate(2));
            println!(
                "one thread {one:.0} calls/s, two {two:.0} calls/s: {:.2} times (processor time {alone:.1?} and {together:.1?})",
                two / one
            );
            two / one
        })
        .collect();
    ratios.sort_unstable_by(f64::total_cmp);
    println!(
        "two threads do {:.2} times the calls of one (median)",
        ratios[2]
    );
}

fn main() {
    let calling = Calling::new();
    // `cargo test` runs benches once, to see that they work.
    let measuring = std::env::args().any(|argument| argument == "--bench");
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("describe", |bencher| bencher.iter(|| calling.describe()));
    criterion.bench_function("extract one input", |bencher| {
        bencher.iter(|| calling.extract());
    });
    if measuring {
        print_figures(&calling);
    }
    criterion.final_summary();
}
