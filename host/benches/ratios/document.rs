//! How long the prompt builder takes in the sandbox.

use crate::measure::{Clock, in_turn};
use crate::subjects::Bench;
use crate::table::Table;
use quarry::catalog::stack;
use quarry::initialize::{BUDGET, extract, silent};
use quarry::tokenizer::{Name, tokenizer};
use quarry::workspace::Walked;
use quarry_generator::{Size, generate};
use quarry_sandbox::Input;
use std::hint::black_box;
use tempfile::TempDir;

/// Prints how long the documents of 400 tables and 2,000 global variables take.
pub fn run(bench: &Bench, table: &mut Table) {
    println!("document:");
    let tree = TempDir::new().unwrap();
    let size = Size {
        tables: 400,
        elements: 200,
        globals_per_element: 10,
        lines_per_element: 50,
        ..Size::default()
    };
    generate(tree.path(), &size).unwrap();
    let input = input(bench, &tree);
    assert!(input.facts.tables.len() == 400 && input.facts.global_variables.len() >= 2_000);
    let tokenizer = tokenizer(Name::Claude);
    let mut build = || {
        let builder = &bench.components.prompt_builder;
        let outcome = builder.build(&input, &tokenizer, &bench.options);
        black_box(outcome.result.unwrap());
    };
    let times = in_turn(Clock::Wall, &mut [&mut build]);
    let note = "400 tables, 2,000 globals, all files, in memory".to_owned();
    table.milliseconds("document".to_owned(), times.median(0) * 1e3, 300.0, note);
}

fn input(bench: &Bench, tree: &TempDir) -> Input {
    let walked = Walked::open(tree.path()).unwrap();
    let extractors = &bench.components.extractors;
    let extracted = extract(extractors, &walked, None, &bench.options, &silent()).unwrap();
    Input {
        project: "Generated".to_owned(),
        configuration: None,
        stack: stack("fastapi-htmx").unwrap(),
        facts: extracted.extraction.facts,
        diagnostics: extracted.extraction.diagnostics,
        budget: BUDGET,
        tokenizer: "claude".to_owned(),
        revision: "0123456789ab".to_owned(),
        pinned_tables: Vec::new(),
        excluded_tables: Vec::new(),
        mcp_url: None,
    }
}
