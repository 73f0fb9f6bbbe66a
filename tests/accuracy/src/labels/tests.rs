use super::*;

fn labels(json: &str) -> Labels {
    let mut labels = Labels::default();
    labels.add(json.as_bytes()).unwrap();
    labels
}

#[test]
fn a_bare_list_is_of_declarations() {
    let labels = labels(
        r#"[{"file": "r/a.wdg", "context": "procedure-set", "globals": [
            {"line": 3, "name": "gnA", "type": "un entier", "has_init": true}], "constants": ["B"]}]"#,
    );
    let declared = &labels.declarations[0];
    assert_eq!(declared.globals.as_ref().unwrap()[0].line(), 3);
    let constants = declared.constants.as_ref().unwrap();
    assert_eq!((constants[0].name(), constants[0].line()), ("B", None));
}

#[test]
fn what_is_absent_was_not_labelled_and_null_is_a_label() {
    let labels = labels(
        r#"{"kind": "connections", "complete": true, "files": [{"file": "r/a.xdd", "source": "analysis",
            "connections": [{"name": "A", "port": null}, {"name": "B"}, {"name": "C", "port": 4900}]}]}"#,
    );
    let file = &labels.connections[0];
    let ports: Vec<_> = file.connections.iter().map(|found| found.port).collect();
    assert_eq!(ports, [Some(None), None, Some(Some(4900))]);
    assert!(file.is_complete);
}

#[test]
fn the_labels_of_fixtures_count_lines_in_the_block() {
    let labels = labels(
        r#"{"about": "…", "shop": {"blocks": [{"file": "a.wdg", "context": "procedure-set", "globals": [
            {"line": 23, "block_line": 3, "name": "gnA", "has_init": false}], "constants": []}],
            "analyses": [{"file": "a.ana/a.xdd", "connection_kinds": [
            {"name": "C", "type": 11, "has_user": true, "has_password": false}]}]}}"#,
    );
    let declared = &labels.declarations[0];
    assert_eq!(declared.file, "shop/a.wdg");
    assert_eq!(declared.globals.as_ref().unwrap()[0].line(), 3);
    let connection = &labels.connections[0].connections[0];
    assert_eq!(connection.kind.as_deref(), Some("hfsql-client-server"));
    assert_eq!(connection.port, None);
}

#[test]
fn labels_without_a_kind_or_of_another_are_refused() {
    let error = |json: &str| Labels::default().add(json.as_bytes()).unwrap_err();
    assert!(matches!(error("{}"), LabelsError::NoKind));
    assert!(matches!(error(r#"{"kind": "x"}"#), LabelsError::Kind(_)));
    assert!(matches!(
        error(r#"{"kind": "columns"}"#),
        LabelsError::Shape(_)
    ));
}
