//! What is not there: network, environment, time.

use crate::support::{Tree, denied, found};
use insta::assert_snapshot;
use serde_json::json;

#[test]
fn there_is_no_network_and_asking_for_it_is_recorded() {
    let outcome = Tree::new(&[]).call(json!({"behaviour": "sockets"}));
    assert_snapshot!(found(&outcome), @"
    connect: PermissionDenied
    listen: PermissionDenied
    datagram: PermissionDenied
    name: PermissionDenied
    ");
    assert_snapshot!(denied(&outcome.usage), @r#"
    "a TCP socket": a component has no network
    "a TCP socket": a component has no network
    "a UDP socket": a component has no network
    "example.com": a component has no network
    "#);
}

#[test]
fn surroundings_are_empty_and_clocks_stand_still() {
    let outcome = Tree::new(&["a"]).call(json!({"behaviour": "surroundings"}));
    let found = found(&outcome);
    let (known, random) = found.split_once("\nrandom: ").unwrap();
    assert_snapshot!(known, @r#"
    environment: []
    arguments: []
    directory: Ok("/")
    clock: Ok(1700000000s)
    elapsed: 0ns
    "#);
    assert!(random.len() > 40, "{random}");
}

#[test]
fn a_description_has_no_files_at_all() {
    let outcome = crate::support::extractor().describe(&quarry_sandbox::CallOptions::default());
    assert_eq!(outcome.result.unwrap().name, "hostile");
    assert_eq!(outcome.usage.access, quarry_sandbox::Access::default());
}
