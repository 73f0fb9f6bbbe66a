//! The uses of tables in the fixtures are those that were labelled by hand.

use quarry_component_table_uses::extract;
use quarry_sdk::Source;
use quarry_sdk::extractor::Request;
use quarry_windev::layout::is_ignored;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

fn found(name: &str) -> Value {
    let source = Source::directory(fixtures().join(name));
    let mut inputs = source.paths().unwrap();
    inputs.retain(|path| !is_ignored(path));
    let request = Request {
        inputs,
        options: None,
    };
    let extraction = extract(&source, &request).unwrap();
    let uses = extraction.facts.table_uses.into_iter();
    uses.map(|found| {
        json!({
            "element": found.element, "table": found.table, "operation": found.operation,
            "file": found.origin.path, "line": found.origin.line,
        })
    })
    .collect()
}

#[test]
fn the_uses_of_every_fixture_are_those_that_were_labelled() {
    let labels = fs::read(fixtures().join("EXPECTED.json")).unwrap();
    let labels: Value = serde_json::from_slice(&labels).unwrap();
    for name in [
        "webdev-shop",
        "windev-desktop",
        "mobile-minimal",
        "binary-only",
        "two-projects",
        "hostile-text",
        "empty",
    ] {
        assert_eq!(found(name), labels[name]["table_uses"], "{name}");
    }
}

#[test]
fn options_that_name_no_project_are_an_error() {
    let request = Request {
        inputs: Vec::new(),
        options: Some("{\"project\": \"none.wdp\"}".to_owned()),
    };
    assert!(extract(&Source::directory(fixtures()), &request).is_err());
}
