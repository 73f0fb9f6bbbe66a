//! A component and the library that it is made of: in the sandbox other instructions do the same.

use crate::support::{FIXTURES, fixture};
use quarry::catalog::{EXTRACTORS, load_extractors};
use quarry::workspace::Walked;
use quarry_sandbox::{CallOptions, Sandbox, SandboxOptions, SourceTree};
use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Request};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

fn native(name: &str) -> fn(&Source, &Request) -> Result<Extraction, ExtractError> {
    match name {
        "project" => quarry_component_project::extract,
        "schema" => quarry_component_schema::extract,
        "connections" => quarry_component_connections::extract,
        "global-state" => quarry_component_global_state::extract,
        "table-uses" => quarry_component_table_uses::extract,
        other => panic!("{other}: which native function is it?"),
    }
}

/// An analysis whose names, values and texts have every length that a step of sixteen bytes can meet, with what ends them
/// at every place.
fn analysis() -> Vec<u8> {
    let mut xml =
        String::from("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<ANALYSE GenNum='7'>");
    let pieces = ["n", "é", ">", "'", "&amp;", " ", "a.b-c:d_", "\n"];
    for (number, piece) in pieces.iter().enumerate() {
        for length in 0..36 {
            let (text, spaces) = (piece.repeat(length), " ".repeat(length + 1));
            let _ = write!(
                xml,
                "<FICHIER{spaces}Nom=\"T{number}_{length}{text}\" Autre{}='\"' NomPhysique=\"{text}\"><{}>x</{}>",
                "x".repeat(length),
                "E".repeat(length + 1),
                "E".repeat(length + 1),
            );
            for (code, size) in [
                ("2", "8"),
                ("02", " 8 "),
                ("24", "+8"),
                ("999", "x"),
                ("", "4294967296"),
            ] {
                let _ = write!(
                    xml,
                    "<RUBRIQUE Nom=\"ID{text}{code}\"><TYPE>{code}</TYPE><TYPE_CLE>{}</TYPE_CLE>\
                     <SENS_PARCOURS>1</SENS_PARCOURS><TAILLE>{size}</TAILLE>\
                     <INDICERUBRIQUE Indice=\"0\" Valeur=\"{text}\"{spaces}RubNullSupporte = '1'/></RUBRIQUE>",
                    length % 6,
                );
            }
            xml.push_str("</FICHIER>");
        }
    }
    xml.push_str("</ANALYSE>");
    // ISO-8859-1: one byte a character.
    xml.chars().map(|character| character as u8).collect()
}

/// Procedures whose lines have every indentation, keys every length, and bytes that are not UTF-8 somewhere.
fn procedures() -> Vec<u8> {
    let mut text = b"#To edit and compare internal_properties\ninfo :\n name : Odd\n".to_vec();
    for length in 0..36 {
        let (spaces, key) = (" ".repeat(length), "k".repeat(length));
        let lines = format!(
            " {key} : {key}\n{spaces}{key} :\n{spaces} {key}:{key} : \"x\"\n{spaces}é{key} : 1\n code : |1-\n  {spaces}g{key} is int = {length}\n"
        );
        text.extend(lines.bytes());
        text.extend(key.bytes().chain([0xe9, b'\n']));
    }
    text
}

fn odd() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("odd.xdd"), analysis()).unwrap();
    fs::write(directory.path().join("odd.wdg"), procedures()).unwrap();
    directory
}

/// Both ways find the same. Returns how many tables, and how many lines that say nothing known.
fn require_same(root: &Path) -> (usize, usize) {
    let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
    let walked = Walked::open(root).unwrap();
    let options = CallOptions::default();
    let (mut tables, mut lines) = (0, 0);
    for named in load_extractors(&sandbox, &EXTRACTORS).unwrap() {
        let manifest = named.extractor.describe(&options).result.unwrap();
        let (inputs, _) = walked.inputs(&manifest).unwrap();
        let request = Request {
            inputs: inputs.paths().to_vec(),
            options: None,
        };
        let natively = native(&named.name)(&Source::directory(root), &request).unwrap();
        let tree = SourceTree {
            directory: walked.directory.clone(),
            inputs,
        };
        let sandboxed = named.extractor.extract(&tree, None, &options);
        let sandboxed = sandboxed.result.unwrap();
        tables += sandboxed.facts.tables.len();
        let said = sandboxed.diagnostics.iter();
        lines += said.filter(|said| said.code == "malformed-line").count();
        assert_eq!(
            format!("{:#?}", (sandboxed.facts, sandboxed.diagnostics)),
            format!("{:#?}", (natively.facts, natively.diagnostics)),
            "{} finds something else in the sandbox in {}",
            named.name,
            root.display()
        );
    }
    (tables, lines)
}

#[test]
fn an_extractor_finds_the_same_in_the_sandbox_as_outside() {
    let odd = odd();
    let (tables, lines) = require_same(odd.path());
    assert!(
        tables == 8 * 36 && lines > 0,
        "{tables} tables, {lines} lines"
    );
    let fixtures: Vec<PathBuf> = FIXTURES.iter().map(|name| fixture(name)).collect();
    let found: usize = fixtures.iter().map(|root| require_same(root).0).sum();
    assert!(found > 0);
}
