//! What the document promises at any budget.

mod support;

use proptest::prelude::*;
use quarry_component_prompt_builder::facts::{ElementForm, Scope, TableUse};
use quarry_component_prompt_builder::prompt::{BuildError, Input, Section};
use quarry_component_prompt_builder::{Output, build};
use std::collections::{BTreeMap, BTreeSet};
use support::business::business;
use support::compact::{self, Line};
use support::{
    UNLIMITED, block, built, context, element, four_bytes, hostile, origin, shop, variable,
};
use tiktoken_rs::o200k_base_singleton;

fn o200k(text: &str) -> u32 {
    u32::try_from(o200k_base_singleton().encode_ordinary(text).len()).unwrap()
}

fn section<'o>(output: &'o Output, id: &str) -> &'o Section {
    output
        .sections
        .iter()
        .find(|section| section.id == id)
        .unwrap()
}

fn shown(output: &Output, id: &str, name: &str) -> u32 {
    let details = &section(output, id).details;
    details
        .iter()
        .find(|detail| detail.name == name)
        .unwrap()
        .shown
}

/// The business schema with code, globals and uses.
fn project(tables: usize) -> Input {
    let mut input = business(tables);
    for number in 0..tables {
        let scope = [Scope::App, Scope::Module, Scope::Request][number % 3];
        let element = format!("ELEMENT_{}", number % 7);
        let name = format!("gVariable{number}");
        input
            .facts
            .global_variables
            .push(variable(&name, scope, &element, 9));
        input.facts.table_uses.push(TableUse {
            table: input.facts.tables[number * number % tables].name.clone(),
            element,
            operation: "read".to_owned(),
            origin: origin("a.wwh", 1, 1),
        });
    }
    for number in 1..5 {
        let code = format!("Call{number}(1)\nIF x THEN\n\tOther()\nEND\n").repeat(20);
        input
            .facts
            .initialization_blocks
            .push(block("ELEMENT_1", number, &code));
    }
    input
}

fn with_budget(mut input: Input, budget: u32) -> Input {
    input.budget = budget;
    input
}

#[test]
fn four_thousand_tokens_of_a_schema_say_all_names_all_references_and_the_most_used_tables() {
    let input = business(200);
    let built = |budget| build(&with_budget(input.clone(), budget), &o200k).unwrap();
    // The largest budget of which the schema takes no more than 4,000.
    let (mut fits, mut exceeds) = (4_000, 8_000);
    while exceeds - fits > 1 {
        let tried = (fits + exceeds) / 2;
        match section(&built(tried), "database-schema").tokens <= 4_000 {
            true => fits = tried,
            false => exceeds = tried,
        }
    }
    let output = built(fits);
    assert!(section(&output, "database-schema").tokens <= 4_000);
    let figures = [
        "tables by name",
        "references",
        "tables with keys",
        "tables in full",
    ]
    .map(|name| shown(&output, "database-schema", name));
    println!(
        "{figures:?} in {} tokens",
        section(&output, "database-schema").tokens
    );
    assert_eq!(&figures[..2], [200, 279]);
    // Tables in full have their keys as well.
    assert!(
        figures[2] - figures[3] >= 59 && figures[3] >= 11,
        "{figures:?}"
    );
}

#[test]
fn at_every_budget_the_document_fits_or_the_error_says_what_it_needs() {
    let input = project(60);
    let mut fitted = 0;
    for budget in (200..6_000).step_by(97) {
        match build(&with_budget(input.clone(), budget), &o200k) {
            Ok(output) => {
                fitted += 1;
                assert_eq!(output.tokens, o200k(&output.files[0].1));
                assert!(output.tokens <= budget, "{} of {budget}", output.tokens);
            }
            Err(BuildError::OverBudget(floor)) => {
                assert!(floor.tokens > budget);
                assert_eq!(floor.largest.len(), 3);
                assert!(build(&with_budget(input.clone(), floor.tokens), &o200k).is_ok());
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(fitted > 40, "{fitted}");
}

#[test]
fn most_of_a_budget_is_used() {
    for budget in [2_000, 4_000, 8_000] {
        let output = build(&with_budget(project(200), budget), &o200k).unwrap();
        assert!(
            output.tokens * 100 >= budget * 95,
            "{} of {budget}",
            output.tokens
        );
    }
}

#[test]
fn one_giant_keeps_nothing_else_out() {
    let mut input = project(40);
    let giant = input.facts.tables[3].columns.clone();
    for round in 0..40 {
        let more = giant.iter().cloned().map(|mut column| {
            column.name = format!("{}_{round}", column.name);
            column
        });
        input.facts.tables[3].columns.extend(more);
    }
    for number in 0..3_000 {
        let name = format!("PAGE_Number{number}");
        input
            .facts
            .elements
            .push(element(&name, "page", ElementForm::Text));
    }
    let output = build(&with_budget(input, 4_000), &o200k).unwrap();
    assert!(output.tokens > 3_600, "{}", output.tokens);
    assert!(shown(&output, "database-schema", "tables in full") > 5);
    assert!(section(&output, "project").tokens < 900);
    assert!(shown(&output, "global-state", "variables") > 20);
}

#[test]
fn a_larger_budget_shows_no_less_of_anything() {
    let input = project(60);
    type Lines = Vec<(String, Line)>;
    let mut before: Option<(Vec<Section>, Lines)> = None;
    for budget in (1_500..8_000).step_by(53) {
        let output = build(&with_budget(input.clone(), budget), &o200k).unwrap();
        let lines: Vec<_> = compact::read(&output.files[0].1).into_iter().collect();
        if let Some((sections, tables)) = &before {
            for (small, large) in sections.iter().zip(&output.sections) {
                assert!(small.shown <= large.shown, "{} at {budget}", small.id);
                for (small, large) in small.details.iter().zip(&large.details) {
                    assert!(small.shown <= large.shown, "{} at {budget}", small.name);
                }
            }
            for ((name, small), (_, large)) in tables.iter().zip(&lines) {
                assert!(rank(small) <= rank(large), "{name} at {budget}");
            }
        }
        before = Some((output.sections, lines));
    }
}

/// How much a line says.
fn rank(line: &Line) -> usize {
    const LEVELS: [&str; 5] = ["names", "number", "keys", "all columns", "in full"];
    LEVELS
        .iter()
        .position(|level| line.level.starts_with(level))
        .unwrap()
}

/// The tables in the order of their lines.
fn in_order(document: &str) -> Vec<String> {
    let block = document.split("```schema data=").nth(1).unwrap();
    let block = block.split("\n```").next().unwrap();
    let lines = block.lines().skip(1).filter(|line| !line.starts_with("# "));
    let names = lines.flat_map(|line| match line.contains('(') {
        true => vec![line.split('(').next().unwrap().to_owned()],
        false => line
            .split(' ')
            .filter(|word| word.starts_with(char::is_alphabetic))
            .map(str::to_owned)
            .collect(),
    });
    names.collect()
}

/// The lines say what the facts say: what is read back is a part of the model, and all of it in full.
fn check_lines(input: &Input, document: &str) {
    let lines = compact::read(document);
    let names: BTreeSet<&String> = input.facts.tables.iter().map(|table| &table.name).collect();
    assert_eq!(lines.keys().collect::<BTreeSet<_>>(), names);
    // The types of columns by name, where they first stand.
    let mut first = BTreeMap::<String, [String; 2]>::new();
    let refers = |name: &str| name.starts_with("ID");
    for name in in_order(document) {
        let table = input
            .facts
            .tables
            .iter()
            .find(|table| table.name == name)
            .unwrap();
        let line = &lines[&table.name];
        let relations: Vec<&String> = input
            .facts
            .relations
            .iter()
            .filter(|relation| relation.from_table == table.name)
            .map(|relation| &relation.to_table)
            .collect();
        if rank(line) > 0 {
            assert_eq!(
                line.references.iter().collect::<Vec<_>>(),
                relations,
                "{}",
                table.name
            );
        }
        if let Some(count) = line.count {
            assert_eq!(count, table.columns.len());
        }
        // The key is left out by convention.
        let is_listed = |name: &String| *name != format!("ID{}", table.name);
        let columns: Vec<&String> = table
            .columns
            .iter()
            .map(|column| &column.name)
            .filter(|name| is_listed(name))
            .collect();
        let read: Vec<&String> = line.columns.iter().map(|(name, _)| name).collect();
        if rank(line) >= 3 {
            assert_eq!(read, columns);
        } else if rank(line) == 2 {
            assert!(read.iter().all(|name| columns.contains(name)));
            assert_eq!(read.len() + line.cut, columns.len(), "{}", table.name);
        }
        if rank(line) == 4 {
            for (name, rest) in &line.columns {
                let column = table
                    .columns
                    .iter()
                    .find(|column| column.name == *name)
                    .unwrap();
                let size = column.size.unwrap();
                let types = [
                    format!("{}({size})", column.normalized_type),
                    column.normalized_type.clone(),
                ];
                let is_said = !matches!(rest.trim_start_matches(['?', ' ']), "" | "index");
                let is_right = types.iter().any(|known| rest.starts_with(known));
                assert_eq!(is_said, is_right, "{name} {rest}");
                match first.get(name) {
                    Some(known) => assert!(!is_said && *known == types, "{name}"),
                    None if refers(name) => assert!(!is_said, "{name}"),
                    None => {
                        assert!(is_said, "{name}");
                        first.insert(name.clone(), types);
                    }
                }
                assert_eq!(column.nullable, rest.contains('?'), "{name} {rest}");
            }
        }
    }
}

#[test]
fn the_lines_of_a_schema_read_back_are_its_tables() {
    for budget in [1_500, 3_000, 5_000, UNLIMITED] {
        let input = with_budget(project(60), budget);
        let output = build(&input, &o200k).unwrap();
        check_lines(&input, &output.files[0].1);
    }
}

#[test]
fn what_is_cut_is_counted_and_stands_in_a_file() {
    let input = with_budget(project(60), 2_500);
    let output = build(&input, &o200k).unwrap();
    let document = &output.files[0].1;
    let columns: usize = input
        .facts
        .tables
        .iter()
        .map(|table| table.columns.len())
        .sum();
    let cut = columns - shown(&output, "database-schema", "columns") as usize;
    assert!(cut > 0 && document.contains(&format!("Cut here: {cut} columns of ")));
    let variables = shown(&output, "global-state", "variables");
    assert!(variables < 60 && document.contains(&format!("{variables} of 60 variables")));
    let lines = shown(&output, "initialization-code", "lines of code");
    assert!(lines < 320);
    for file in &output.files {
        assert!(!file.1.is_empty(), "{}", file.0);
    }
    let file = |path: &str| {
        &output
            .files
            .iter()
            .find(|(known, _)| known == path)
            .unwrap()
            .1
    };
    for table in &input.facts.tables {
        let sql = file(&format!("context/schema/{}.sql", table.name));
        for column in &table.columns {
            assert!(sql.contains(&format!("\"{}\"", column.name)));
        }
    }
    for variable in &input.facts.global_variables {
        assert!(file("context/globals.csv").contains(&variable.name));
    }
    for block in &input.facts.initialization_blocks {
        let path = format!("context/initialization/ELEMENT_1-{}.wl", block.order);
        assert_eq!(file(&path).trim_end(), block.code.trim_end());
    }
    assert!(file("context/manifest.json").contains("0f1e2d3c4b5a"));
}

#[test]
fn tables_that_much_refers_to_come_first_and_pins_before_them() {
    let mut input = with_budget(business(60), 2_500);
    let document = |input: &Input| build(input, &o200k).unwrap().files.swap_remove(0).1;
    let first = |document: &str| {
        let line = document.split("tables: in full\n").nth(1).unwrap();
        line.split('(').next().unwrap().to_owned()
    };
    let most_used = first(&document(&input));
    let referring = |name: &str| {
        let relations = input.facts.relations.iter();
        relations
            .filter(|relation| relation.to_table == name)
            .count()
    };
    let most = input
        .facts
        .tables
        .iter()
        .map(|table| referring(&table.name))
        .max();
    assert!(referring(&most_used) * 2 >= most.unwrap(), "{most_used}");
    let pinned = input.facts.tables[59].name.clone();
    input.pinned_tables = vec![pinned.to_lowercase()];
    input.excluded_tables = vec![most_used.clone()];
    let document = document(&input);
    assert_eq!(first(&document), pinned);
    assert_eq!(rank(&compact::read(&document)[&most_used]), 0);
}

#[test]
fn code_ends_between_two_statements() {
    for budget in (1_600..4_000).step_by(150) {
        let document = build(&with_budget(project(20), budget), &o200k)
            .unwrap()
            .files
            .swap_remove(0)
            .1;
        for code in document.split("```wlanguage data=0f1e2d3c4b5a\n").skip(1) {
            let code = code.split("\n```").next().unwrap();
            assert_eq!(
                code.matches("IF x").count(),
                code.matches("END").count(),
                "{code}"
            );
        }
    }
}

#[test]
fn every_connection_is_there_at_the_smallest_budget() {
    let input = shop();
    let floor = match build(&with_budget(input.clone(), 1), &four_bytes) {
        Err(BuildError::OverBudget(floor)) => floor,
        other => panic!("{other:?}"),
    };
    let document = context(&with_budget(input.clone(), floor.tokens));
    for connection in &input.facts.connections {
        assert!(document.contains(&format!("- `{}`", connection.name)));
    }
}

proptest! {
    #[test]
    fn no_input_goes_over_its_budget(input in hostile::input(), budget in 1_u32..3_000) {
        match build(&with_budget(input.clone(), budget), &four_bytes) {
            Ok(output) => {
                prop_assert!(output.tokens <= budget);
                prop_assert_eq!(four_bytes(&output.files[0].1), output.tokens);
                for section in &output.sections {
                    prop_assert!(section.shown <= section.total, "{}", section.id);
                    for detail in &section.details {
                        prop_assert!(detail.shown <= detail.total, "{}", detail.name);
                    }
                }
                let again = build(&with_budget(input, budget), &four_bytes).unwrap();
                prop_assert_eq!(again.files, output.files);
            }
            Err(BuildError::OverBudget(floor)) => prop_assert!(floor.tokens > budget),
            Err(other) => prop_assert!(false, "{:?}", other),
        }
    }
}

#[test]
fn without_a_limit_everything_is_shown() {
    for input in [shop(), project(60)] {
        for section in built(&input).sections {
            assert_eq!(section.shown, section.total, "{}", section.id);
        }
    }
}
