//! The hand-made labels of the fixtures.

mod support;

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

const FIXTURES: [&str; 5] = [
    "webdev-shop",
    "windev-desktop",
    "mobile-minimal",
    "two-projects",
    "hostile-text",
];

/// The type of what `LET` declares without naming one.
const INFERRED: &str = "inferred";

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

/// The labelled declarations of the files whose variables are global; of several projects the first is read.
fn labelled(labels: &Value, fixture: &str, kind: &str) -> Vec<(String, Value)> {
    list(&labels[fixture], "blocks")
        .filter(|block| !matches!(block["context"].as_str().unwrap(), "class" | "report"))
        .filter(|block| !text(block, "file").starts_with("apps/"))
        .flat_map(|block| list(block, kind).map(|label| (text(block, "file"), label.clone())))
        .collect()
}

fn labels() -> Value {
    let labels = fs::read(support::fixtures().join("EXPECTED.json")).unwrap();
    serde_json::from_slice(&labels).unwrap()
}

#[test]
fn every_labelled_variable_is_found_with_its_line_and_type_and_no_other() {
    let labels = labels();
    for fixture in FIXTURES {
        let directory = support::fixtures().join(fixture);
        let facts = support::extract_from(&directory, &support::fixture_files(&directory)).facts;
        let found: BTreeSet<_> = facts
            .global_variables
            .iter()
            .map(|variable| {
                (
                    variable.origin.path.clone(),
                    u64::from(variable.origin.line),
                    variable.name.clone(),
                    match variable.declared_type.to_lowercase().as_str() {
                        "let" | "soit" => INFERRED.to_owned(),
                        _ => variable.declared_type.clone(),
                    },
                    variable.default_value.is_some(),
                )
            })
            .collect();
        let expected: BTreeSet<_> = labelled(&labels, fixture, "globals")
            .into_iter()
            .map(|(file, label)| {
                (
                    file,
                    label["line"].as_u64().unwrap(),
                    text(&label, "name"),
                    label["type"].as_str().unwrap_or(INFERRED).to_owned(),
                    label["has_init"].as_bool().unwrap(),
                )
            })
            .collect();
        assert_eq!(found, expected, "{fixture}");
        assert_eq!(found.len(), facts.global_variables.len(), "{fixture}");
    }
}

#[test]
fn every_labelled_constant_is_found_and_no_other() {
    let labels = labels();
    for fixture in FIXTURES {
        let directory = support::fixtures().join(fixture);
        let facts = support::extract_from(&directory, &support::fixture_files(&directory)).facts;
        let found: BTreeSet<_> = facts
            .constants
            .iter()
            .map(|constant| {
                let line = u64::from(constant.origin.line);
                (constant.origin.path.clone(), line, constant.name.clone())
            })
            .collect();
        let expected: BTreeSet<_> = labelled(&labels, fixture, "constants")
            .into_iter()
            .map(|(file, label)| (file, label["line"].as_u64().unwrap(), text(&label, "name")))
            .collect();
        assert_eq!(found, expected, "{fixture}");
        assert_eq!(found.len(), facts.constants.len(), "{fixture}");
    }
}

#[test]
fn no_secret_of_a_fixture_comes_out() {
    let secrets = fs::read_to_string(support::fixtures().join("SECRETS.txt")).unwrap();
    for fixture in FIXTURES.into_iter().chain(["binary-only", "empty"]) {
        let directory = support::fixtures().join(fixture);
        let found = support::extract_from(&directory, &support::fixture_files(&directory));
        let found = format!("{found:?}");
        for secret in secrets.lines().filter(|secret| !secret.trim().is_empty()) {
            assert!(!found.contains(secret), "{fixture}: a secret came out");
        }
    }
}
