//! `quarry init`

use crate::support::{
    FIXTURES, context, fixture, list, quarry, run, stdout, tests, text, workspace_text,
};
use serde_json::Value;
use std::fs;

const SECTIONS: [&str; 6] = [
    "## Database Schema",
    "## Database Connections",
    "## Environment Variables",
    "## Global State",
    "## Initialization Code",
    "## MCP Server Integration",
];

#[test]
fn every_project_gets_all_sections_in_order() {
    let scratch = tempfile::tempdir().unwrap();
    for name in FIXTURES {
        let document = context(&fixture(name), scratch.path(), "fastapi-htmx");
        let headings: Vec<&str> = document
            .lines()
            .filter(|line| SECTIONS.contains(line))
            .collect();
        assert_eq!(headings, SECTIONS, "{name}");
    }
}

#[test]
fn every_stack_gives_a_document_of_its_own() {
    let scratch = tempfile::tempdir().unwrap();
    let stacks: Vec<Value> = serde_json::from_str(&stdout(["stacks", "--json"])).unwrap();
    assert_eq!(stacks.len(), 15);
    for stack in &stacks {
        let document = context(
            &fixture("windev-desktop"),
            scratch.path(),
            text(stack, "id"),
        );
        for field in ["name", "framework", "orm", "template_engine"] {
            assert!(document.contains(text(stack, field)), "{stack}: {field}");
        }
    }
}

#[test]
fn no_secret_of_a_fixture_reaches_any_output() {
    let secrets = fs::read_to_string(tests().join("fixtures/SECRETS.txt")).unwrap();
    let secrets: Vec<&str> = secrets.lines().filter(|line| !line.is_empty()).collect();
    assert!(secrets.len() > 50);
    let scratch = tempfile::tempdir().unwrap();
    let commands: [&[&str]; 3] = [
        &["init", "--stack", "fastapi-htmx", "--workspace"],
        &["init", "--json", "--stack", "nuxt3", "--workspace"],
        &["extract"],
    ];
    for name in FIXTURES {
        for command in commands {
            let mut process = quarry();
            process.args(command);
            if command[0] == "init" {
                process.arg(scratch.path());
            }
            let output = process.arg(fixture(name)).output().unwrap();
            assert!(output.status.success(), "{name}: {output:?}");
            let all = [output.stdout, output.stderr].concat();
            let all = workspace_text(scratch.path()) + &String::from_utf8_lossy(&all);
            for secret in &secrets {
                assert!(!all.contains(secret), "{name}: {command:?} shows {secret}");
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_document_and_report() {
    let scratch = tempfile::tempdir().unwrap();
    let workspace = scratch.path().to_str().unwrap();
    for name in FIXTURES {
        let source = fixture(name);
        let source = source.to_str().unwrap();
        let once = || {
            let report = stdout([
                "init",
                source,
                "--json",
                "--quiet",
                "--stack",
                "remix",
                "--workspace",
                workspace,
            ]);
            (report, fs::read(scratch.path().join("CONTEXT.md")).unwrap())
        };
        // The first run finds other files of the agents than the second.
        once();
        assert_eq!(once(), once(), "{name}");
    }
}

#[test]
fn the_report_counts_what_the_document_shows() {
    let scratch = tempfile::tempdir().unwrap();
    let source = fixture("webdev-shop");
    let report = stdout([
        "init",
        source.to_str().unwrap(),
        "--json",
        "--stack",
        "fastapi-htmx",
        "--workspace",
        scratch.path().to_str().unwrap(),
    ]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["project"], "Boutique");
    assert_eq!(report["facts"]["tables"], 18);
    assert_eq!(report["facts"]["global_variables"], 62);
    let files = list(&report, "files").iter();
    let lengths = files.map(|file| {
        let path = scratch.path().join(file.as_str().unwrap());
        fs::metadata(path).unwrap().len()
    });
    assert_eq!(report["bytes"], lengths.sum::<u64>());
    let sections = list(&report, "sections");
    let schema = sections
        .iter()
        .find(|section| section["id"] == "database-schema")
        .unwrap();
    assert_eq!(schema["shown"], schema["total"]);
    for extractor in list(&report, "extractors") {
        assert_eq!(extractor["denied"], 0);
        assert_eq!(text(extractor, "digest").len(), 64);
    }
}

#[test]
fn a_configuration_is_checked_against_those_of_the_project() {
    let scratch = tempfile::tempdir().unwrap();
    let source = fixture("windev-desktop");
    let init = |configuration: &str| {
        run([
            "init",
            source.to_str().unwrap(),
            "--stack",
            "django-templates",
            "--configuration",
            configuration,
            "--workspace",
            scratch.path().to_str().unwrap(),
        ])
    };
    let output = init("Amiga");
    assert_eq!(output.status.code(), Some(6));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(
        errors.contains("\"Amiga\"") && errors.contains("Kiosk"),
        "{errors}"
    );
    assert!(!scratch.path().join("CONTEXT.md").exists());
    assert!(init("Kiosk").status.success());
    let document = fs::read_to_string(scratch.path().join("CONTEXT.md")).unwrap();
    assert!(document.contains("Kiosk"));
}

#[test]
fn quiet_writes_nothing_to_standard_error() {
    let scratch = tempfile::tempdir().unwrap();
    let output = quarry()
        .args(["init", "--quiet", "--stack", "fastapi-htmx", "--workspace"])
        .arg(scratch.path())
        .arg(fixture("webdev-shop"))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn the_document_of_the_shop_is_as_it_was_read_and_approved() {
    let scratch = tempfile::tempdir().unwrap();
    for name in ["webdev-shop", "empty", "binary-only"] {
        let document = context(&fixture(name), scratch.path(), "fastapi-htmx");
        insta::assert_snapshot!(name, document);
    }
}
