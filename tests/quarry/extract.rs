//! `quarry extract`

use crate::support::{FIXTURES, facts, fixture, list, run, stdout, tests, text};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;

fn labels() -> Value {
    let path = tests().join("fixtures/EXPECTED.json");
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The labelled declarations of what the whole application shares: the project and its sets of procedures.
fn labelled<'v>(labels: &'v Value, fixture: &str, kind: &str) -> BTreeSet<(&'v str, u64, &'v str)> {
    list(&labels[fixture], "blocks")
        .iter()
        .filter(|block| !matches!(text(block, "context"), "class" | "report"))
        .flat_map(|block| {
            let file = text(block, "file");
            list(block, kind)
                .iter()
                .map(move |label| (file, label["line"].as_u64().unwrap(), text(label, "name")))
        })
        .collect()
}

fn found<'v>(facts: &'v Value, kind: &str) -> BTreeSet<(&'v str, u64, &'v str)> {
    list(facts, kind)
        .iter()
        .map(|fact| {
            let origin = &fact["origin"];
            (
                text(origin, "path"),
                origin["line"].as_u64().unwrap(),
                text(fact, "name"),
            )
        })
        .collect()
}

#[test]
fn the_json_of_every_fixture_follows_the_schema() {
    let schema = fs::read(tests().join("../docs/facts.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    for name in FIXTURES {
        let facts = facts(&fixture(name), &[]);
        let errors: Vec<String> = schema
            .iter_errors(&facts)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
}

#[test]
fn the_schema_refuses_what_the_program_does_not_print() {
    let schema = fs::read(tests().join("../docs/facts.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let mut facts = facts(&fixture("mobile-minimal"), &[]);
    assert!(schema.is_valid(&facts));
    facts["projects"][0]["password"] = "x".into();
    assert!(!schema.is_valid(&facts));
}

#[test]
fn every_labelled_global_and_constant_is_found_at_its_line_and_no_other() {
    let labels = labels();
    for name in [
        "webdev-shop",
        "windev-desktop",
        "mobile-minimal",
        "hostile-text",
    ] {
        let facts = facts(&fixture(name), &[]);
        for (kind, labelled_kind) in [("global_variables", "globals"), ("constants", "constants")] {
            let labelled = labelled(&labels, name, labelled_kind);
            assert_eq!(found(&facts, kind), labelled, "{name}: {kind}");
        }
    }
}

#[test]
fn elements_and_configurations_are_those_that_the_project_lists() {
    let labels = labels();
    for name in ["webdev-shop", "windev-desktop"] {
        let facts = facts(&fixture(name), &[]);
        for kind in ["elements", "configurations"] {
            let names = |value: &Value| -> Vec<String> {
                list(value, kind)
                    .iter()
                    .map(|fact| text(fact, "name").to_owned())
                    .collect()
            };
            assert_eq!(names(&facts), names(&labels[name]), "{name}: {kind}");
        }
        let of_form = |form: &str| -> BTreeSet<String> {
            list(&facts, "elements")
                .iter()
                .filter(|element| element["form"] == form)
                .map(|element| text(element, "path").to_owned())
                .collect()
        };
        let labelled = |kind: &str| -> BTreeSet<String> {
            let files = labels[name][kind].as_array();
            files
                .into_iter()
                .flatten()
                .map(|file| file.as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(of_form("binary"), labelled("binary_sources"), "{name}");
        assert_eq!(of_form("missing"), labelled("missing_elements"), "{name}");
    }
}

#[test]
fn tables_columns_and_connections_are_those_of_the_current_analyses() {
    let labels = labels();
    for name in [
        "webdev-shop",
        "windev-desktop",
        "binary-only",
        "hostile-text",
    ] {
        let facts = facts(&fixture(name), &[]);
        let analyses = list(&labels[name], "analyses");
        let sum = |key: &str| {
            analyses
                .iter()
                .map(|analysis| analysis[key].as_u64().unwrap())
                .sum::<u64>()
        };
        let tables = list(&facts, "tables");
        assert_eq!(tables.len() as u64, sum("tables"), "{name}");
        let columns: usize = tables
            .iter()
            .map(|table| list(table, "columns").len())
            .sum();
        assert_eq!(columns as u64, sum("columns"), "{name}");
        let (declared, described): (Vec<&Value>, Vec<&Value>) = list(&facts, "connections")
            .iter()
            .partition(|found| text(&found["origin"], "path").ends_with(".xdd"));
        assert_eq!(declared.len() as u64, sum("connections"), "{name}");
        let labelled = list(&labels[name], "code_connections");
        assert_eq!(described.len(), labelled.len(), "{name}");
        for (found, label) in described.iter().zip(labelled) {
            for key in ["name", "kind", "host", "port", "database"] {
                assert_eq!(found[key], label[key], "{name}");
            }
            assert_eq!(found["origin"]["path"], label["file"], "{name}");
            assert_eq!(found["origin"]["line"], label["line"], "{name}");
        }
        let files: BTreeSet<&str> = tables
            .iter()
            .map(|table| text(&table["origin"], "path"))
            .collect();
        let labelled = analyses
            .iter()
            .map(|analysis| text(analysis, "file"))
            .collect();
        assert_eq!(files, labelled, "{name}");
    }
}

#[test]
fn the_origin_of_a_name_is_where_it_stands_in_the_file() {
    for name in FIXTURES {
        let directory = fixture(name);
        let facts = facts(&directory, &[]);
        let columns = list(&facts, "tables")
            .iter()
            .flat_map(|table| list(table, "columns"));
        let named = [
            "tables",
            "global_variables",
            "constants",
            "connections",
            "configurations",
        ];
        let all = named
            .iter()
            .flat_map(|kind| list(&facts, kind))
            .chain(columns);
        for fact in all {
            let origin = &fact["origin"];
            let bytes = fs::read(directory.join(text(origin, "path"))).unwrap();
            let number = |key: &str| usize::try_from(origin[key].as_u64().unwrap()).unwrap();
            let (offset, length) = (number("offset"), number("length"));
            let before = &bytes[..offset];
            let line_start = before
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            assert_eq!(
                (number("line"), number("column")),
                (line, offset - line_start + 1),
                "{fact}"
            );
            // Entities and hidden characters are written differently than they are read.
            let written = decode(&bytes[offset..offset + length]);
            if !written.contains(['&', '\\']) {
                assert_eq!(written.trim_matches('"'), text(fact, "name"), "{name}");
            }
        }
    }
}

fn decode(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    }
}

#[test]
fn a_binary_file_is_said_with_what_to_do_about_it() {
    let facts = facts(&fixture("binary-only"), &[]);
    let said: Vec<&Value> = list(&facts, "diagnostics")
        .iter()
        .filter(|diagnostic| text(diagnostic, "code").starts_with("binary-"))
        .collect();
    assert!(
        said.iter()
            .any(|said| said["origin"]["path"] == "Legacy.wdp")
    );
    assert!(
        said.iter()
            .any(|said| text(said, "message").contains("text format"))
    );
}

#[test]
fn the_shallowest_project_is_taken_and_another_can_be_chosen() {
    let source = fixture("two-projects");
    let selected = |arguments: &[&str]| -> (String, Vec<String>) {
        let facts = facts(&source, arguments);
        let projects = list(&facts, "projects");
        let others = projects
            .iter()
            .filter(|project| project["selected"] == false);
        let name = |project: &Value| text(project, "name").to_owned();
        assert_eq!(projects[0]["selected"], true);
        (name(&projects[0]), others.map(name).collect())
    };
    assert_eq!(
        selected(&[]),
        ("Billing".to_owned(), vec!["Portal".to_owned()])
    );
    let portal = facts(&source, &[])["projects"][1]["origin"]["path"]
        .as_str()
        .unwrap()
        .to_owned();
    let chosen = selected(&["--project", &portal]);
    assert_eq!(chosen, ("Portal".to_owned(), vec!["Billing".to_owned()]));
    let directory = portal.rsplit_once('/').unwrap().0;
    assert_eq!(selected(&["--project", directory]), chosen);
}

#[test]
fn one_extractor_can_run_alone() {
    let facts = facts(&fixture("webdev-shop"), &["--extractor", "schema"]);
    assert!(!list(&facts, "tables").is_empty());
    assert!(list(&facts, "global_variables").is_empty());
    assert!(list(&facts, "projects").is_empty());
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for name in FIXTURES {
        let source = fixture(name);
        let extract = || stdout(["extract", "--quiet", source.to_str().unwrap()]);
        assert_eq!(extract(), extract(), "{name}");
    }
}

#[test]
fn what_is_not_there_ends_in_a_message_and_its_own_exit_code() {
    let shop = fixture("webdev-shop");
    let shop = shop.to_str().unwrap();
    let cases: [(&[&str], i32, &str); 5] = [
        (
            &["extract", "/no/such/tree"],
            6,
            "/no/such/tree: the source tree cannot be read",
        ),
        (
            &["extract", shop, "--extractor", "cobol"],
            6,
            "there is no extractor \"cobol\"",
        ),
        (&["extract", shop, "--project", "Other"], 6, "Boutique.wwp"),
        (&["extract"], 2, "<SOURCE>"),
        (&["excavate"], 2, "excavate"),
    ];
    for (arguments, code, message) in cases {
        let output = run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {errors}");
        assert!(errors.contains(message), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty());
    }
}
