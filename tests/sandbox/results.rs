//! How a call can end without a result, or with one that is none.

use crate::support::{TOLERANCE, Tree};
use insta::assert_snapshot;
use quarry_sandbox::CallError;
use serde_json::json;

const MIB: usize = 1 << 20;

#[test]
fn a_million_facts_are_more_than_a_result_may_hold() {
    let (error, usage) =
        Tree::new(&[]).error(json!({"behaviour": "many-notes", "count": 1_000_000}));
    assert_eq!(error, CallError::ResultTooLarge { limit: 64 * MIB });
    assert_snapshot!(error, @"its result is larger than its limit of 67108864 bytes");
    assert!(usage.elapsed < 5 * TOLERANCE, "{:?}", usage.elapsed);
}

#[test]
fn a_hundred_thousand_facts_are_not() {
    let outcome = Tree::new(&[]).call(json!({"behaviour": "many-notes", "count": 100_000}));
    assert_eq!(outcome.result.unwrap().facts.notes.len(), 100_000);
}

#[test]
fn a_string_that_is_not_utf_8_does_not_follow_the_contract() {
    let (error, _) = Tree::new(&[]).error(json!({"behaviour": "invalid-utf8"}));
    assert!(matches!(error, CallError::Malformed(_)), "{error:?}");
    assert_snapshot!(error, @"its result does not follow the contract: invalid utf-8 sequence of 1 bytes from index 1");
}

#[test]
fn a_string_outside_of_memory_does_not_follow_the_contract() {
    let (error, _) = Tree::new(&[]).error(json!({"behaviour": "dangling"}));
    assert!(matches!(error, CallError::Malformed(_)), "{error:?}");
    assert_snapshot!(error, @"its result does not follow the contract: string pointer/length out of bounds of memory");
}

#[test]
fn a_panic_is_a_crash_that_says_what_was_logged() {
    let (error, usage) = Tree::new(&["a"]).error(json!({"behaviour": "panic"}));
    assert!(matches!(error, CallError::Trap { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .ends_with(": a hostile panic); this is a bug of the component"),
        "{error}"
    );
    assert!(usage.log.contains("a hostile panic"), "{}", usage.log);
}

#[test]
fn an_exit_is_not_a_result() {
    // WASI 0.2 knows success and failure only.
    for (status, seen) in [(0, 0), (1, 1), (3, 1)] {
        let (error, _) = Tree::new(&[]).error(json!({"behaviour": "exit", "count": status}));
        assert_eq!(error, CallError::Exited(seen));
        let text = format!("it exited with status {seen} instead of returning");
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn the_contracts_own_errors_keep_their_words() {
    let (error, _) = Tree::new(&[]).error(json!({"behaviour": "fail"}));
    assert_eq!(
        error,
        CallError::Failed("it does not feel like it".to_owned())
    );
    let (error, _) = Tree::new(&[]).error(json!({"behaviour": "nonsense"}));
    assert_eq!(
        error,
        CallError::InvalidOptions("there is no behaviour \"nonsense\"".to_owned())
    );
}

#[test]
fn an_error_of_a_component_is_not_longer_than_a_message() {
    let behaviour = json!({"behaviour": "long-error", "count": 10 * MIB});
    let (error, _) = Tree::new(&[]).error(behaviour);
    assert_eq!(error, CallError::Failed("é".repeat(2_000) + "…"));
}
