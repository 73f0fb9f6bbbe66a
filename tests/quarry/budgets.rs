//! What the document promises at any budget, on the projects of the fixtures: every fact that must be named is, what is cut
//! is counted, what can be read back is what was extracted, and a larger budget shows no less of anything.

#[path = "../../components/prompt-builder/tests/support/compact.rs"]
#[allow(dead_code, reason = "the prompt builder's own tests use all of it")]
mod compact;
#[path = "../../components/prompt-builder/tests/support/state.rs"]
mod state;

use crate::support::{facts, fixture, list, quarry, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Fixtures with facts of every kind.
const PROJECTS: [&str; 3] = ["webdev-shop", "windev-desktop", "two-projects"];

const BUDGETS: [u32; 7] = [3_000, 3_800, 4_800, 6_000, 8_000, 12_000, 60_000];

/// The document of a source tree within a budget, and its length; none when the budget is too small.
fn within(source: &Path, budget: u32) -> Option<(String, u64)> {
    let workspace = tempfile::tempdir().unwrap();
    let output = quarry()
        .args(["init", "--json", "--quiet", "--no-agent-files"])
        .args(["--stack", "fastapi-htmx", "--budget", &budget.to_string()])
        .arg("--workspace")
        .args([workspace.path(), source])
        .output()
        .unwrap();
    const OVER_BUDGET: i32 = 3;
    match output.status.code() {
        Some(0) => {
            let printed = String::from_utf8(output.stdout).unwrap();
            let report: Value = serde_json::from_str(printed.lines().last().unwrap()).unwrap();
            let document = std::fs::read_to_string(workspace.path().join("CONTEXT.md")).unwrap();
            Some((document, report["tokens"].as_u64().unwrap()))
        }
        Some(OVER_BUDGET) => None,
        _ => panic!("{output:?}"),
    }
}

/// How much a line of a table says.
fn level(line: &compact::Line) -> usize {
    const LEVELS: [&str; 5] = ["names", "number", "keys", "all columns", "in full"];
    let mut levels = LEVELS.iter();
    levels
        .position(|level| line.level.starts_with(level))
        .unwrap()
}

#[test]
fn the_documents_of_the_fixtures_keep_what_is_promised_at_every_budget() {
    for name in PROJECTS {
        let source = fixture(name);
        let found = facts(&source, &[]);
        let mut documents = BTreeMap::new();
        for budget in BUDGETS {
            if let Some((document, tokens)) = within(&source, budget) {
                assert!(tokens <= u64::from(budget), "{name}: {tokens} of {budget}");
                documents.insert(budget, document);
            }
        }
        assert!(documents.len() >= 4, "{name}: {:?}", documents.keys());
        let whole = documents.values().next_back().unwrap();
        for document in documents.values() {
            tables_are_named_once_and_read_back(&found, document);
            each_group_is_in_the_order_of_ranks(document, whole);
            all_connections_are_listed(&found, document);
            what_is_cut_is_counted(&found, document);
        }
        for (small, large) in documents.values().zip(documents.values().skip(1)) {
            nothing_is_shown_less(small, large);
        }
        everything_is_shown(&found, whole);
    }
}

/// What every table is called, and what its line says of its columns.
fn tables_are_named_once_and_read_back(found: &Value, document: &str) {
    let lines = compact::in_order(document);
    let named: BTreeSet<&str> = lines.iter().map(|(name, _)| &**name).collect();
    let tables = list(found, "tables");
    assert_eq!(named.len(), lines.len(), "a table comes twice");
    let known: BTreeSet<&str> = tables.iter().map(|table| text(table, "name")).collect();
    assert_eq!(named, known);
    for (name, line) in &lines {
        let mut of_name = tables.iter().filter(|table| text(table, "name") == name);
        let columns = list(of_name.next().unwrap(), "columns").iter();
        let columns: Vec<&str> = columns.map(|column| text(column, "name")).collect();
        if let Some(count) = line.count {
            assert_eq!(count, columns.len(), "{name}");
        }
        let read: Vec<&str> = line.columns.iter().map(|column| &*column.name).collect();
        let mut rest = columns.iter();
        assert!(
            read.iter().all(|column| rest.any(|known| known == column)),
            "{name}: {read:?} of {columns:?}"
        );
        // What conventions leave out is told once, above all tables.
        let has_conventions = document.contains("Left out everywhere: ") || line.has_common;
        if level(line) >= 3 && !has_conventions {
            assert_eq!(read, columns, "{name}");
        }
    }
}

fn each_group_is_in_the_order_of_ranks(document: &str, whole: &str) {
    let order = compact::in_order(whole);
    let place = |name: &str| order.iter().position(|(known, _)| known == name).unwrap();
    for pair in compact::in_order(document).windows(2) {
        let [(one, first), (other, second)] = pair else {
            unreachable!()
        };
        assert!(
            first.level != second.level || place(one) < place(other),
            "{one} {other}"
        );
    }
}

fn all_connections_are_listed(found: &Value, document: &str) {
    let connections = list(found, "connections").iter();
    let known: BTreeSet<String> = connections
        .map(|connection| text(connection, "name").to_owned())
        .collect();
    assert_eq!(state::connections(document), known);
}

fn what_is_cut_is_counted(found: &Value, document: &str) {
    let facts = list(found, "initialization_blocks");
    let blocks = state::blocks(document);
    let lines = |fact: &Value| {
        let lines = text(fact, "code").lines();
        lines.filter(|line| !line.trim().is_empty()).count()
    };
    if facts.is_empty() {
        assert_eq!(blocks.len(), 0);
    } else {
        let shown: usize = blocks.values().map(|block| block.shown.len()).sum();
        let title = "Initialization Code";
        let all = facts.iter().map(lines).sum();
        assert_eq!(state::counted(document, title, "line"), (shown, all));
        let counted = state::counted(document, title, "block");
        assert_eq!(counted, (blocks.len(), facts.len()));
    }
    for (name, block) in &blocks {
        let cut = block.lines - block.shown.len();
        let is_begun = !block.shown.is_empty();
        assert_eq!(block.cut, if is_begun { cut } else { 0 }, "{name}");
        assert_eq!(block.file.is_some(), cut > 0, "{name}");
    }
    let globals = state::globals(document).len();
    let variables = list(found, "global_variables").len();
    let constants = list(found, "constants").len();
    let title = "Global State";
    let shown_variables = state::counted(document, title, "variable");
    let shown_constants = state::counted(document, title, "constant");
    assert_eq!(
        (shown_variables.1, shown_constants.1),
        (variables, constants)
    );
    assert_eq!(shown_variables.0 + shown_constants.0, globals);
}

fn nothing_is_shown_less(small: &str, large: &str) {
    let lines = compact::read(large);
    for (name, line) in compact::read(small) {
        assert!(level(&line) <= level(&lines[&name]), "{name}");
    }
    let blocks = state::blocks(large);
    for (name, before) in state::blocks(small) {
        let after = &blocks[&name];
        assert!(before.has_effects <= after.has_effects, "{name}");
        assert!(before.has_globals <= after.has_globals, "{name}");
        assert!(before.shown.len() <= after.shown.len(), "{name}");
        assert_eq!(before.digest, after.digest, "{name}");
    }
    assert!(state::globals(large).is_superset(&state::globals(small)));
}

fn everything_is_shown(found: &Value, whole: &str) {
    assert!(compact::read(whole).values().all(|line| level(line) == 4));
    let blocks = state::blocks(whole);
    assert_eq!(blocks.len(), list(found, "initialization_blocks").len());
    assert!(
        blocks
            .values()
            .all(|block| block.shown.len() == block.lines)
    );
}
