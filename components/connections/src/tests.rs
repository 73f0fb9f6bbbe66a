//! Connections of analyses and code together.

use crate::join::Connections;
use quarry_sdk::Source;
use quarry_sdk::extractor::Request;
use quarry_sdk::facts::{Connection, Diagnostic, Origin};

fn connection(name: &str, host: Option<&str>, database: Option<&str>, line: u32) -> Connection {
    Connection {
        name: name.to_owned(),
        kind: "mysql".to_owned(),
        host: host.map(str::to_owned),
        port: None,
        database: database.map(str::to_owned),
        has_user: false,
        has_password: false,
        origin: Origin {
            path: format!("F{line}"),
            line,
            column: 1,
            offset: 0,
            length: 0,
        },
    }
}

/// What is known after the code described a connection, the first of which is an analysis'.
fn described(code: Vec<Connection>) -> (Vec<Connection>, Vec<Diagnostic>) {
    let mut known = Connections::default();
    known.declare(connection("CNX", None, Some("shop"), 1));
    for new in code {
        known.describe(1, new);
    }
    known.finish()
}

#[test]
fn the_code_adds_to_the_analysis_what_that_does_not_say() {
    let (known, diagnostics) = described(vec![connection("cnx", Some("srv"), None, 2)]);
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].host.as_deref(), Some("srv"));
    assert_eq!(known[0].origin.path, "F1");
    assert!(diagnostics.is_empty());
}

#[test]
fn a_contradiction_leaves_the_analysis_as_it_is_and_names_both_places() {
    let (known, diagnostics) = described(vec![connection("CNX", Some("srv"), Some("other"), 2)]);
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].host, None);
    assert_eq!(known[0].database.as_deref(), Some("shop"));
    assert_eq!(diagnostics[0].code, "connection-differs");
    assert!(diagnostics[0].message.contains("F1:1"));
    let origin = diagnostics[0].origin.as_ref().unwrap();
    assert_eq!(origin.path, "F2");
}

#[test]
fn connections_of_the_code_are_all_given_when_they_differ() {
    let (known, diagnostics) = described(vec![
        connection("gcnx", Some("test"), None, 2),
        connection("gcnx", Some("live"), None, 3),
        connection("gcnx", Some("live"), None, 4),
    ]);
    assert_eq!(known.len(), 3);
    assert_eq!(diagnostics.len(), 1);
    assert_eq!(diagnostics[0].code, "connection-varies");
}

#[test]
fn the_code_of_the_fixtures_describes_connections_and_tells_no_secret() {
    let fixtures = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let secrets = std::fs::read_to_string(fixtures.join("SECRETS.txt")).unwrap();
    for (name, project, expected) in [
        ("webdev-shop", "Boutique.wwp", ["CNX_Secours", "gcnxStat"]),
        ("windev-desktop", "Workshop.wdp", ["CNX_Reports", "cnWork"]),
    ] {
        let source = Source::directory(fixtures.join(name));
        let mut inputs = source.paths().unwrap();
        inputs.retain(|path| !quarry_windev::layout::is_ignored(path));
        let request = Request {
            inputs,
            options: None,
        };
        let found = crate::extract(&source, &request).unwrap();
        let mut names: Vec<&str> = found
            .facts
            .connections
            .iter()
            .filter(|found| found.origin.path == project)
            .map(|found| found.name.as_str())
            .collect();
        names.sort_unstable();
        assert_eq!(names, expected);
        let told = format!("{found:?}");
        for secret in secrets.lines().filter(|secret| !secret.is_empty()) {
            assert!(!told.contains(secret), "{secret}");
        }
    }
}
