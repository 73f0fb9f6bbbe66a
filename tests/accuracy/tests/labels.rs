//! The labels of public repositories: as many as they say, and nothing in them but names, types, lines and paths.

use accuracy::labels::Labels;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn files() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("labels");
    let entries = fs::read_dir(directory).unwrap();
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .collect()
}

#[test]
fn all_labels_can_be_read() {
    let mut labels = Labels::default();
    for path in files() {
        labels.add(&fs::read(&path).unwrap()).unwrap();
    }
    let declared = labels.declarations.iter();
    let globals: usize = declared
        .clone()
        .map(|event| event.globals.as_ref().map_or(0, Vec::len))
        .sum();
    let constants: usize = declared
        .map(|event| event.constants.as_ref().map_or(0, Vec::len))
        .sum();
    let connections: usize = labels
        .connections
        .iter()
        .map(|file| file.connections.len())
        .sum();
    let columns: usize = labels
        .columns
        .iter()
        .flat_map(|file| &file.tables)
        .map(|table| table.columns.len())
        .sum();
    assert_eq!((globals, constants), (199, 133));
    assert_eq!((connections, columns), (42, 390));
    assert_eq!(labels.initialization.len(), 26);
}

#[test]
fn labels_hold_no_address_and_no_text() {
    let mut pending: Vec<Value> = files()
        .iter()
        .map(|path| serde_json::from_slice(&fs::read(path).unwrap()).unwrap())
        .collect();
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(values) => pending.extend(values),
            Value::Object(members) => pending.extend(members.into_iter().map(|(_, value)| value)),
            Value::String(text) => {
                assert!(text.chars().count() <= 120, "{text}");
                assert!(!text.contains(['"', '@', '\\', '\n']), "{text}");
                assert!(!text.contains("://") && !is_address(&text), "{text}");
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

/// Whether a text has four numbers with dots between them.
fn is_address(text: &str) -> bool {
    let numbers: Vec<&str> = text.split('.').collect();
    let is_number =
        |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 4 && numbers.iter().all(is_number)
}
