//! What a call may use. Each limit has an error of its own, and the next call works.

use crate::support::{
    TOLERANCE, Tree, assert_still_works, denied, extractor, failed, found, hostile_and, sandbox,
};
use insta::assert_snapshot;
use quarry_sandbox::{
    CallError, CallOptions, CancellationToken, Limits, Outcome, Sandbox, SandboxOptions,
};
use serde_json::json;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

const MIB: usize = 1 << 20;

fn time(milliseconds: u64) -> Limits {
    Limits {
        time: Duration::from_millis(milliseconds),
        ..Limits::default()
    }
}

/// A call ended because of its time, and not much later than that.
fn assert_in_time(error: &CallError, elapsed: Duration, limit: u64) {
    let limit = Duration::from_millis(limit);
    assert_eq!(*error, CallError::Deadline(limit));
    println!(
        "stopped {:?} after its limit",
        elapsed.saturating_sub(limit)
    );
    assert!((limit..limit + TOLERANCE).contains(&elapsed), "{elapsed:?}");
}

#[test]
fn an_endless_loop_is_stopped_at_its_limit() {
    let (error, usage) = Tree::new(&[]).error_within(json!({"behaviour": "loop"}), time(200));
    assert_in_time(&error, usage.elapsed, 200);
    assert_snapshot!(error, @"it did not finish within its limit of 200 ms");
}

#[test]
fn calling_the_host_for_ever_is_stopped_at_the_limit() {
    let behaviour = json!({"behaviour": "probe-for-ever", "paths": ["/source/a", "/source/b"]});
    let (error, usage) = Tree::new(&["a"]).error_within(behaviour, time(200));
    assert_in_time(&error, usage.elapsed, 200);
    assert!(usage.access.denials > 100, "{}", usage.access.denials);
    assert_eq!(usage.access.denied.len(), 100);
}

#[test]
fn reading_the_inputs_for_ever_is_stopped_at_the_limit() {
    let behaviour = json!({"behaviour": "read-again", "count": u64::MAX});
    let (error, usage) = Tree::new(&["a", "b"]).error_within(behaviour, time(200));
    assert_in_time(&error, usage.elapsed, 200);
    assert_eq!(usage.access.opened, ["a", "b"]);
}

#[test]
fn a_loop_before_the_first_call_is_stopped_at_the_limit() {
    let wasm = hostile_and(&["(module (func $f (loop (br 0))) (start $f))"]);
    let extractor = sandbox().extractor(&wasm).unwrap();
    let options = CallOptions {
        limits: time(200),
        ..CallOptions::default()
    };
    let (error, usage) = failed(extractor.describe(&options));
    assert_in_time(&error, usage.elapsed, 200);
    assert_still_works(crate::support::extractor());
}

#[test]
fn waiting_for_a_clock_is_refused_at_once() {
    let (error, usage) = Tree::new(&[]).error(json!({"behaviour": "sleep"}));
    assert_eq!(error, CallError::Clock);
    assert_snapshot!(error, @"it wanted to wait for a clock; a component has no time");
    assert!(usage.elapsed < TOLERANCE, "{:?}", usage.elapsed);
}

#[test]
fn standard_input_is_at_its_end_rather_than_waited_for() {
    let outcome = Tree::new(&[]).call(json!({"behaviour": "stdin"}));
    assert_eq!(found(&outcome), "stdin: Ok(0)");
    assert!(outcome.usage.elapsed < TOLERANCE);
}

#[test]
fn cancelling_ends_a_call_within_50_ms() {
    let tree = Tree::new(&["a"]);
    for behaviour in [
        json!({"behaviour": "loop"}),
        json!({"behaviour": "probe-for-ever", "paths": ["/source/a"]}),
    ] {
        let options = CallOptions::default();
        let cancel = options.cancel.clone();
        let (sender, receiver) = mpsc::channel();
        let outcome = thread::scope(|scope| {
            scope.spawn(move || {
                thread::sleep(Duration::from_millis(100));
                let now = Instant::now();
                cancel.cancel();
                sender.send(now)
            });
            extractor().extract(&tree.source(), Some(&behaviour.to_string()), &options)
        });
        let late = receiver.recv().unwrap().elapsed();
        println!("ended {late:?} after it was cancelled");
        assert!(late < Duration::from_millis(500), "{late:?}");
        let (error, _) = failed(outcome);
        assert_eq!(error, CallError::Cancelled);
        assert_still_works(extractor());
    }
}

#[test]
fn a_call_that_was_cancelled_before_it_began_ends_at_once() {
    let options = CallOptions::default();
    options.cancel.cancel();
    let outcome = Tree::new(&[]).call_with(json!({"behaviour": "loop"}), &options);
    let (error, usage) = failed(outcome);
    assert_eq!(error, CallError::Cancelled);
    assert!(usage.elapsed < TOLERANCE, "{:?}", usage.elapsed);
}

#[test]
fn cancelling_one_call_leaves_the_others_alone() {
    let tree = Tree::new(&["a"]);
    let options = CallOptions {
        cancel: CancellationToken::new(),
        ..CallOptions::default()
    };
    thread::scope(|scope| {
        let cancelled = scope.spawn(|| {
            let behaviour = json!({"behaviour": "loop"}).to_string();
            extractor().extract(&tree.source(), Some(&behaviour), &options)
        });
        let other = tree.call_with(
            json!({"behaviour": "read-again", "count": 1_000}),
            &CallOptions::default(),
        );
        options.cancel.cancel();
        assert_eq!(failed(cancelled.join().unwrap()).0, CallError::Cancelled);
        assert!(other.result.is_ok());
    });
}

#[test]
fn taking_memory_for_ever_ends_at_the_limit() {
    let limits = Limits {
        memory: 64 * MIB,
        ..Limits::default()
    };
    let (error, usage) = Tree::new(&[]).error_within(json!({"behaviour": "memory"}), limits);
    assert!(
        matches!(error, CallError::OutOfMemory { limit, .. } if limit == 64 * MIB),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .ends_with(" bytes of memory, more than its limit of 67108864")
    );
    assert!((32 * MIB..=64 * MIB).contains(&usage.peak_memory));
}

#[test]
fn taking_more_memory_at_once_than_the_limit_is_the_same_error() {
    let behaviour = json!({"behaviour": "memory-at-once", "count": 1 << 30});
    let (error, usage) = Tree::new(&[]).error(behaviour);
    assert!(
        matches!(error, CallError::OutOfMemory { wanted, limit } if wanted > 1 << 30 && limit == 256 * MIB),
        "{error:?}"
    );
    assert!(usage.peak_memory < 16 * MIB, "{}", usage.peak_memory);
}

/// Describes a component that begins with the given modules.
fn describe(modules: &[&str]) -> Outcome<quarry_sandbox::Manifest> {
    let extractor = sandbox().extractor(&hostile_and(modules)).unwrap();
    let outcome = extractor.describe(&CallOptions::default());
    assert_still_works(crate::support::extractor());
    outcome
}

#[test]
fn several_memories_share_one_limit() {
    let half = "(module (memory 2048))";
    assert!(describe(&[half]).result.is_ok());
    let (error, usage) = failed(describe(&[half, half]));
    let CallError::OutOfMemory { wanted, limit } = error else {
        panic!("{error:?}");
    };
    assert_eq!(limit, 256 * MIB);
    assert!((limit..limit + 16 * MIB).contains(&wanted), "{wanted}");
    assert!(usage.peak_memory < limit);
}

#[test]
fn several_memories_that_grow_share_one_limit() {
    let growing = "(module (memory 1)
        (func $f (loop (br_if 0 (i32.ne (memory.grow (i32.const 16)) (i32.const 1553)))))
        (start $f))";
    assert!(describe(&[growing]).result.is_ok());
    assert!(describe(&[growing, growing]).result.is_ok());
    let (error, _) = failed(describe(&[growing, growing, growing]));
    assert!(matches!(error, CallError::OutOfMemory { .. }), "{error:?}");
}

#[test]
fn tables_have_a_limit_of_their_own() {
    let growing = "(module (table 1 funcref)
        (func $f (loop
            (br_if 0 (i32.ne (table.grow (ref.null func) (i32.const 1000)) (i32.const -1)))) unreachable)
        (start $f))";
    let (error, _) = failed(describe(&[growing]));
    assert_snapshot!(error, @"it crashed (wasm trap: wasm `unreachable` instruction executed); this is a bug of the component");
}

#[test]
fn calling_too_deep_is_a_stack_overflow() {
    let (error, usage) = Tree::new(&[]).error(json!({"behaviour": "stack", "count": u64::MAX}));
    assert!(
        matches!(error, CallError::StackOverflow { .. }),
        "{error:?}"
    );
    assert_snapshot!(error, @"it overflowed its stack (it accessed memory out of bounds, which is how the overflow of a compiled language's own stack shows)");
    assert!(usage.elapsed < 5 * TOLERANCE);
}

#[test]
fn a_stack_overflow_that_the_engine_sees_is_certain() {
    let (error, _) = failed(describe(&["(module (func $f (call $f)) (start $f))"]));
    assert_eq!(error, CallError::StackOverflow { certain: true });
    assert_snapshot!(error, @"it overflowed its stack");
}

#[test]
fn calling_as_deep_as_honest_parsers_do_is_no_overflow() {
    let outcome = Tree::new(&[]).call(json!({"behaviour": "stack", "count": 2_000}));
    assert_eq!(found(&outcome), "depth: 2000");
}

#[test]
fn a_flood_of_output_is_dropped_and_counted_without_stopping_anybody() {
    // Copying is slow in a build without optimisation.
    let bytes = if cfg!(debug_assertions) {
        256_u64 << 20
    } else {
        4 << 30
    };
    let outcome = Tree::new(&[]).call(json!({"behaviour": "flood", "count": bytes}));
    assert_eq!(found(&outcome), format!("written: {bytes}"));
    let usage = outcome.usage;
    println!("wrote {bytes} bytes in {:?}", usage.elapsed);
    assert_eq!(usage.log.len(), Limits::default().log);
    assert_eq!(usage.log_dropped, bytes + 8 - usage.log.len() as u64);
}

#[test]
fn no_more_files_are_open_at_once_than_allowed() {
    let tree = Tree::new(&["a", "b"]);
    let outcome = tree.call(json!({"behaviour": "open-many", "count": 100_000}));
    assert_eq!(found(&outcome), "open: 64\nerror: Some(OutOfMemory)");
    assert_snapshot!(denied(&outcome.usage), @r#""a": is one file too many to have open at once"#);
    let behaviour = json!({"behaviour": "read-again", "count": 1_000});
    assert!(
        tree.call(behaviour).result.is_ok(),
        "files that were closed do not count"
    );
}

#[test]
fn handles_are_limited_and_that_is_no_fault_of_the_result() {
    let tree = Tree::new(&["a"]);
    let outcome = tree.call(json!({"behaviour": "list-many", "count": 900}));
    assert_eq!(found(&outcome), "lists: 900");
    let (error, _) = tree.error(json!({"behaviour": "list-many", "count": 1_100}));
    assert_snapshot!(error, @"it crashed (cannot lend resource: store handle limit exceeded); this is a bug of the component");
    let (error, _) = tree.error(json!({"behaviour": "preopens", "count": 1_100}));
    assert_snapshot!(error, @"it crashed (resource table has no free keys); this is a bug of the component");
}

#[test]
fn one_call_of_the_host_does_not_take_long() {
    let tree = Tree::new(&["a"]);
    let outcome = tree.call(json!({"behaviour": "long-path", "count": 60 * MIB}));
    assert_eq!(found(&outcome), "long: name-too-long");
    assert!(outcome.usage.elapsed < 5 * TOLERANCE);
    let (error, usage) = tree.error(json!({"behaviour": "poll", "count": 1_000_000}));
    assert_snapshot!(error, @"it crashed (cannot lend resource: store handle limit exceeded); this is a bug of the component");
    assert!(usage.elapsed < 5 * TOLERANCE);
    let outcome = tree.call(json!({"behaviour": "poll", "count": 500}));
    assert_eq!(found(&outcome), "ready: 500");
}

#[test]
fn no_limit_of_time_is_too_long() {
    let limits = Limits {
        time: Duration::MAX,
        ..Limits::default()
    };
    let (error, _) = Tree::new(&[]).error_within(json!({"behaviour": "fail"}), limits);
    assert!(matches!(error, CallError::Failed(_)), "{error:?}");
}

/// No address space has room for the pool of so many.
#[test]
fn limits_hold_without_a_pool() {
    let sandbox = Sandbox::new(SandboxOptions {
        slots: 1 << 20,
        ..SandboxOptions::default()
    })
    .unwrap();
    let half = "(module (memory 2048))";
    let options = CallOptions::default();
    let one = sandbox.extractor(&hostile_and(&[half])).unwrap();
    assert!(one.describe(&options).result.is_ok());
    let two = sandbox.extractor(&hostile_and(&[half, half])).unwrap();
    let (error, _) = failed(two.describe(&options));
    assert!(matches!(error, CallError::OutOfMemory { .. }), "{error:?}");
    assert_still_works(&one);
}

#[test]
fn a_host_that_is_full_says_so() {
    let sandbox = Sandbox::new(SandboxOptions {
        slots: 1,
        ..SandboxOptions::default()
    })
    .unwrap();
    let extractor = sandbox.extractor(crate::support::hostile()).unwrap();
    let tree = Tree::new(&["a"]);
    let options = CallOptions::default();
    thread::scope(|scope| {
        let behaviour = json!({"behaviour": "loop"}).to_string();
        let (extractor, source, options) = (&extractor, tree.source(), &options);
        // Both calls want the slot: whichever comes second is refused, and this one tries again until it has it.
        let busy = scope.spawn(move || {
            loop {
                let outcome = extractor.extract(&source, Some(&behaviour), options);
                if !matches!(outcome.result, Err(CallError::Busy)) {
                    break;
                }
            }
        });
        let error = loop {
            match extractor.describe(&CallOptions::default()).result {
                Ok(_) => thread::sleep(Duration::from_millis(10)),
                Err(error) => break error,
            }
        };
        options.cancel.cancel();
        busy.join().unwrap();
        assert_eq!(error, CallError::Busy);
        assert_snapshot!(error, @"all instances are in use; try again later");
    });
    assert_still_works(&extractor);
}

#[test]
fn no_component_takes_the_instances_of_another() {
    let sandbox = Sandbox::new(SandboxOptions {
        slots: 2,
        ..SandboxOptions::default()
    })
    .unwrap();
    let honest = sandbox.extractor(crate::support::hostile()).unwrap();
    let mut modules = vec!["(module (memory 1))"; 3];
    modules.extend(["(module (table 1 funcref))"; 10]);
    modules.extend(["(module)"; 20]);
    modules.push("(module (func $f (loop (br 0))) (start $f))");
    let greedy = sandbox.extractor(&hostile_and(&modules)).unwrap();
    let options = CallOptions::default();
    thread::scope(|scope| {
        let running = scope.spawn(|| greedy.describe(&options));
        thread::sleep(Duration::from_millis(100));
        assert_still_works(&honest);
        options.cancel.cancel();
        assert_eq!(failed(running.join().unwrap()).0, CallError::Cancelled);
    });
}
