//! Which analyses of a tree describe the selected project's database.

use quarry_sdk::Source;
use quarry_sdk::extractor::Request;
use quarry_windev_source::{analyses, select};
use std::fs;
use std::path::Path;

const HEADER: &str = "#To edit and compare internal_properties, use WINDEV integrated tools.\n";

fn write(root: &Path, path: &str, content: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn analysis(generation: u32, tables: &[&str]) -> String {
    let tables: String = tables
        .iter()
        .map(|table| format!("<FICHIER Nom=\"{table}\"/>"))
        .collect();
    format!("<?xml version=\"1.0\"?><ANALYSE GenNum=\"{generation}\">{tables}</ANALYSE>")
}

/// `path: table table` of each analysis, and the codes of what was said.
fn read(files: &[(&str, String)]) -> (Vec<String>, Vec<String>) {
    let root = tempfile::tempdir().unwrap();
    let mut inputs = Vec::new();
    for (path, content) in files {
        write(root.path(), path, content);
        inputs.push((*path).to_owned());
    }
    inputs.sort();
    let request = Request {
        inputs,
        options: None,
    };
    let source = Source::directory(root.path());
    let selected = select(&source, &request).unwrap();
    let mut diagnostics = Vec::new();
    let found = analyses(&source, &selected, &request.inputs, &mut diagnostics)
        .into_iter()
        .map(|(path, analysis)| {
            let tables = analysis.tables.into_iter().map(|table| table.name);
            format!("{path}: {}", tables.collect::<Vec<_>>().join(" "))
        })
        .collect();
    let codes = diagnostics.into_iter().map(|said| said.code).collect();
    (found, codes)
}

fn project(analyses: &str) -> String {
    format!("{HEADER}info :\n name : P\nproject :\n elements :\n{analyses}")
}

#[test]
fn all_analyses_that_the_project_lists_are_read_in_their_order_whatever_their_generation() {
    let listed = "  array_of_analysis :\n   -\n     analysis : .\\B.ana\\B.wda\n   -\n     analysis : .\\A.ana\\A.wda\n";
    let (found, codes) = read(&[
        ("P.wdp", project(listed)),
        ("A.ana/A.xdd", analysis(1, &["Client", "Item"])),
        ("B.ana/B.xdd", analysis(9, &["Client"])),
        ("C.ana/C.xdd", analysis(9, &["Other"])),
    ]);
    assert_eq!(found, ["B.ana/B.xdd: Client", "A.ana/A.xdd: Client Item"]);
    assert!(codes.is_empty());
}

#[test]
fn the_single_analysis_of_older_versions_is_read_and_one_that_is_not_there_is_said() {
    let (found, codes) = read(&[
        ("p/P.wwp", project("  analysis : .\\X.ana\\X.wda\n")),
        ("p/X.ana/X.xdd", analysis(3, &["T"])),
        ("p/X.ana/ANA00001/X.xdd", analysis(1, &["Old"])),
    ]);
    assert_eq!(found, ["p/X.ana/X.xdd: T"]);
    assert!(codes.is_empty());
    let listed = "  array_of_analysis :\n   -\n     analysis : .\\X.ana\\X.wda\n   -\n     analysis : ..\\gone.ana\\gone.wda\n";
    let (found, codes) = read(&[
        ("P.wdp", project(listed)),
        ("X.ana/X.xdd", analysis(3, &["T"])),
    ]);
    assert_eq!(found, ["X.ana/X.xdd: T"]);
    assert_eq!(codes, ["analysis-not-found"]);
}

#[test]
fn of_guessed_analyses_the_newest_keeps_a_table_that_several_have() {
    let (found, codes) = read(&[
        ("P.wdp", "PCS\0".to_owned()),
        ("P.ana/P.xdd", analysis(2, &["Client", "Forgotten"])),
        ("New.ana/New.xdd", analysis(168, &["client", "Item"])),
    ]);
    assert_eq!(
        found,
        ["New.ana/New.xdd: client Item", "P.ana/P.xdd: Forgotten"]
    );
    assert_eq!(
        codes,
        ["analysis-guessed", "analysis-guessed", "older-analysis"]
    );
}

#[test]
fn an_empty_analysis_is_read_and_said() {
    let (found, codes) = read(&[
        ("P.wdp", project("  analysis : X.ana\\X.wda\n")),
        ("X.ana/X.xdd", analysis(1, &[])),
    ]);
    assert_eq!(found, ["X.ana/X.xdd: "]);
    assert_eq!(codes, ["empty-analysis"]);
}
