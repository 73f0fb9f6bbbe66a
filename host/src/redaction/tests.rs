//! What is left of secrets in facts and documents, without any extractor or prompt builder that would hide them first.

use super::*;
use crate::facts::{Json, compact_json, empty};
use quarry_redaction::Confidence;
use quarry_sandbox::facts::{
    Attribute, Column, Configuration, Connection, Constant, DataType, Diagnostic, Effect,
    EffectKind, Element, ElementForm, GlobalVariable, Index, InitializationBlock, Key, KeyColumn,
    KeyKind, Note, Place, Project, ProjectKind, Relation, Scope, Severity, Table, TableUse,
    Visibility,
};
use std::fs;

/// Makes strings each of which is a key of its own. Put together here so that nobody who searches for keys finds one.
#[derive(Default)]
struct Keys(Vec<String>);

impl Keys {
    fn key(&mut self) -> String {
        let number = self.0.len();
        let key = format!("{}{}Zk3Vb9Qw7Xn2Lm5Rt8Yc1Hd4Jf6Gs0P{number:05}", "gh", "p_");
        self.0.push(key.clone());
        key
    }

    fn some(&mut self) -> Option<String> {
        Some(self.key())
    }

    fn origin(&mut self) -> Origin {
        Origin {
            path: format!("{}/a.wdg", self.key()),
            line: 3,
            column: 5,
            offset: 0,
            length: 1,
        }
    }

    fn place() -> Place {
        Place {
            line: 4,
            column: 1,
            offset: 0,
            length: 1,
        }
    }

    fn columns_of_key(&mut self) -> Vec<KeyColumn> {
        vec![KeyColumn {
            name: self.key(),
            descending: false,
        }]
    }

    fn table(&mut self) -> Table {
        Table {
            name: self.key(),
            physical_name: self.key(),
            connection: self.some(),
            columns: vec![Column {
                name: self.key(),
                data_type: DataType::Other(self.key()),
                size: None,
                automatic: false,
                nullable: false,
                default_value: self.some(),
                computed: false,
                array_length: None,
                origin: Self::place(),
            }],
            keys: vec![Key {
                name: self.key(),
                kind: KeyKind::Primary,
                columns: self.columns_of_key(),
                inferred: false,
                origin: Self::place(),
            }],
            indexes: vec![Index {
                name: self.key(),
                columns: self.columns_of_key(),
                origin: Self::place(),
            }],
            origin: self.origin(),
        }
    }

    /// One of everything, every string a key.
    fn extraction(&mut self) -> Extraction {
        let mut all = empty();
        all.diagnostics.push(Diagnostic {
            severity: Severity::Info,
            code: self.key(),
            message: self.key(),
            origin: Some(self.origin()),
        });
        let facts = &mut all.facts;
        facts.projects.push(Project {
            name: self.key(),
            kind: ProjectKind::Other,
            product: self.key(),
            version: self.some(),
            description: self.key(),
            languages: vec![self.key()],
            selected: true,
            origin: self.origin(),
        });
        facts.configurations.push(Configuration {
            name: self.key(),
            target: self.key(),
            origin: self.origin(),
        });
        facts.elements.push(Element {
            name: self.key(),
            kind: self.key(),
            path: self.key(),
            form: ElementForm::Text,
            excluded_from: vec![self.key()],
            origin: self.origin(),
        });
        facts.connections.push(Connection {
            name: self.key(),
            kind: self.key(),
            host: self.some(),
            port: None,
            database: self.some(),
            has_user: false,
            has_password: false,
            origin: self.origin(),
        });
        facts.tables.push(self.table());
        facts.relations.push(Relation {
            from_table: self.key(),
            from_columns: vec![self.key()],
            to_table: self.key(),
            to_columns: vec![self.key()],
            rule: self.key(),
            confidence: 100,
            origin: self.origin(),
        });
        facts.table_uses.push(TableUse {
            table: self.key(),
            element: self.key(),
            operation: self.key(),
            origin: self.origin(),
        });
        facts.global_variables.push(GlobalVariable {
            name: self.key(),
            declared_type: self.key(),
            normalized_type: self.key(),
            default_value: self.some(),
            scope: Scope::App,
            visibility: Visibility::Public,
            condition: self.some(),
            element: self.key(),
            origin: self.origin(),
        });
        facts.constants.push(Constant {
            name: self.key(),
            value: self.some(),
            visibility: Visibility::Public,
            condition: self.some(),
            element: self.key(),
            origin: self.origin(),
        });
        facts.initialization_blocks.push(InitializationBlock {
            element: self.key(),
            order: 1,
            language: self.key(),
            code: self.key(),
            listing: self.some(),
            reads: vec![self.key()],
            writes: vec![self.key()],
            effects: vec![Effect {
                kind: EffectKind::CallsProcedure,
                target: self.some(),
                count: 1,
                line: 3,
            }],
            condition: self.some(),
            origin: self.origin(),
        });
        facts.notes.push(Note {
            kind: self.key(),
            title: self.key(),
            text: self.key(),
            attributes: vec![Attribute {
                name: self.key(),
                value: self.key(),
            }],
            origin: Some(self.origin()),
        });
        all
    }
}

fn note(title: &str, text: &str, attributes: &[(&str, &str)], path: &str) -> Note {
    Note {
        kind: "note".to_owned(),
        title: title.to_owned(),
        text: text.to_owned(),
        attributes: attributes
            .iter()
            .map(|(name, value)| Attribute {
                name: (*name).to_owned(),
                value: (*value).to_owned(),
            })
            .collect(),
        origin: Some(Origin {
            path: path.to_owned(),
            line: 2,
            column: 1,
            offset: 0,
            length: 1,
        }),
    }
}

fn json(extraction: &Extraction) -> String {
    compact_json(&Json(extraction))
}

/// What is left of the value of a name.
fn redacted(name: &str, value: &str, language: Option<&str>) -> String {
    let mut extraction = empty();
    extraction
        .facts
        .notes
        .push(note("a", "b", &[(name, value)], "a.txt"));
    if let Some(language) = language {
        let mut block = Keys::default().extraction().facts.initialization_blocks;
        block[0].language = language.to_owned();
        extraction.facts.initialization_blocks = block;
    }
    Redaction::new([], None).facts(&mut extraction);
    extraction.facts.notes[0].attributes[0].value.clone()
}

#[test]
fn a_secret_in_any_string_of_the_facts_is_replaced_and_no_finding_shows_one() {
    let mut keys = Keys::default();
    let mut extraction = keys.extraction();
    assert!(keys.0.len() > 65, "{}", keys.0.len());
    let before = json(&extraction);
    assert!(keys.0.iter().all(|key| before.contains(key)));
    let mut redaction = Redaction::new([], None);
    assert!(redaction.facts(&mut extraction));
    let shown = format!("{}{:?}", json(&extraction), redaction.findings());
    let left: Vec<&String> = keys.0.iter().filter(|key| shown.contains(*key)).collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(redaction.leak_of_facts(&mut extraction).is_none());
    assert_eq!(redaction.findings().len(), keys.0.len());
    let mut findings = redaction.findings().into_iter();
    assert!(findings.all(|finding| finding.path.ends_with("/a.wdg")));
}

#[test]
fn the_value_of_a_name_is_searched_as_the_literal_that_it_is() {
    let hex = "9f86d081884c7d659a2feaa0c55ad015";
    for (name, value) in [
        ("apiKey", hex),
        ("password", "correcthorse"),
        ("MotDePasse", "Tr0ub4dor9"),
        ("pin", "4711"),
        ("client_secret", "Zk3Vb9Qw7Xn2Lm5Rt8Yc"),
        ("password", "say \"9x7\""),
        ("password", "\"correcthorse\""),
        ("ConnectionString", "Server=db;Uid=sa;Pwd=Tr0ub4dor9"),
    ] {
        let left = redacted(name, value, None);
        assert!(left.contains("[REDACTED:"), "{name} = {value} → {left}");
    }
    assert_eq!(redacted("title", "correcthorse", None), "correcthorse");
    let call = "GetPassword(gsUser)";
    assert_eq!(redacted("password", call, None), call);
}

#[test]
fn the_rules_of_the_projects_language_hold_for_values_of_names() {
    let (name, value) = ("start", "HPass(Client, \"47x11\")");
    assert_eq!(redacted(name, value, None), value);
    let left = redacted(name, value, Some("wlanguage"));
    assert_eq!(left, "HPass(Client, \"[REDACTED:password#1]\")");
}

#[test]
fn the_value_is_replaced_although_its_name_is_a_secret_as_well() {
    let mut keys = Keys::default();
    let (name, value) = (keys.key(), keys.key());
    assert_eq!(redacted(&name, &value, None), "[REDACTED:token#1]");
}

#[test]
fn a_finding_in_a_path_names_the_path_without_the_secret() {
    let key = Keys::default().key();
    let mut extraction = empty();
    let path = format!("src/{key}/a.txt");
    extraction.facts.notes.push(note("a", "b", &[], &path));
    let mut redaction = Redaction::new([], None);
    redaction.facts(&mut extraction);
    let [finding] = &redaction.findings()[..] else {
        panic!("one finding");
    };
    assert_eq!(finding.path, "src/[REDACTED:token#1]/a.txt");
    assert!(finding.fingerprint.starts_with(&finding.path));
    let origin = extraction.facts.notes[0].origin.as_ref().unwrap();
    assert_eq!(origin.path, finding.path);
}

#[test]
fn a_finding_stands_where_its_value_stands_in_the_file() {
    let tree = tempfile::tempdir().unwrap();
    let file = "first\nnote\n  // not the text\n\t\u{e9} password: Tr0ub4dor9\n";
    fs::write(tree.path().join("a.txt"), file).unwrap();
    let walked = Walked::open(tree.path()).unwrap();
    let mut extraction = empty();
    let mut fact = note("a", "password: Tr0ub4dor9", &[], "a.txt");
    fact.origin.as_mut().unwrap().offset = 6;
    extraction.facts.notes.push(fact);
    let mut redaction = Redaction::new([], Some(&walked));
    redaction.facts(&mut extraction);
    let finding = &redaction.findings()[0];
    assert_eq!((finding.line, finding.column), (4, 14));
    assert_eq!(finding.fingerprint, "a.txt:4:14:written-password");
}

#[test]
fn what_a_document_betrays_is_replaced_in_the_facts_and_reported_there() {
    for value in ["x4711y", "Tr0ub4dor9-x"] {
        let mut extraction = empty();
        let text = format!("{value} is what they type");
        extraction
            .facts
            .notes
            .push(note("Mot de passe", &text, &[("other", value)], "a.txt"));
        let mut redaction = Redaction::new([], None);
        assert!(!redaction.facts(&mut extraction));
        let mut documents = Documents::new();
        let document = format!("- Mot de passe: {value} is what they type\n");
        documents.insert("CONTEXT.md", document).unwrap();
        assert!(redaction.documents(&mut documents));
        let found = 0..redaction.count();
        assert!(redaction.pursue(found.clone(), &mut extraction));
        redaction.discard(found);
        assert!(!json(&extraction).contains(value), "{}", json(&extraction));
        let findings = redaction.findings();
        assert!(!findings.is_empty());
        assert!(findings.iter().all(|finding| finding.path == "a.txt"));
        assert_eq!(findings[0].confidence, Confidence::Medium);
    }
}

#[test]
fn a_name_is_no_secret_because_a_document_writes_it_behind_a_type() {
    let mut extraction = Keys::default().extraction();
    extraction.facts.global_variables[0].name = "a00bc1".to_owned();
    let mut redaction = Redaction::new([], None);
    redaction.facts(&mut extraction);
    let mut documents = Documents::new();
    let document = "- Pwd: a00bc1\n".to_owned();
    documents.insert("CONTEXT.md", document.clone()).unwrap();
    assert!(!redaction.documents(&mut documents));
    assert_eq!(documents.get("CONTEXT.md"), Some(&*document));
}

#[test]
fn a_value_that_still_stands_in_a_document_is_a_leak_with_its_place_however_it_is_escaped() {
    let mut extraction = empty();
    let attributes = [("sPassword", "S3cr&t9Kd7Zq")];
    extraction
        .facts
        .notes
        .push(note("a", "b", &attributes, "a.txt"));
    let mut redaction = Redaction::new([], None);
    redaction.facts(&mut extraction);
    for escaped in ["S3cr&t9Kd7Zq", "S3cr&amp;t9Kd7Zq", "S3cr\\u0026t9Kd7Zq"] {
        let mut documents = Documents::new();
        let text = format!("one\n<p>{escaped}\n");
        documents.insert("CONTEXT.html", text).unwrap();
        let remnant = redaction.leak(&documents).unwrap();
        assert_eq!((&*remnant.path, remnant.line), ("CONTEXT.html", 2));
    }
    assert_eq!(redaction.name("S3cr&t9Kd7Zq"), "[REDACTED:password#1]");
}

#[test]
fn fingerprints_that_were_allowed_for_nothing_are_told() {
    let allowed = ["a.txt:2:1:none".to_owned()];
    let redaction = Redaction::new(&allowed, None);
    assert_eq!(redaction.unknown_allowed(), allowed);
}
