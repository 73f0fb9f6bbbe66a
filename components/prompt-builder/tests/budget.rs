//! What the document promises at any budget.

mod support;

use proptest::prelude::*;
use quarry_component_prompt_builder::facts::{Connection, ElementForm, Scope, TableUse};
use quarry_component_prompt_builder::prompt::{BuildError, Input, Section};
use quarry_component_prompt_builder::{Output, build};
use support::business::business;
use support::{
    TOKENIZERS, block, built, element, four_bytes, hostile, o200k, origin, shop, variable,
};

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
    let budgets = [1_500..8_000, 3_000..14_000, 5_000..30_000];
    for (tokenizer, budgets) in TOKENIZERS.into_iter().zip(budgets) {
        let mut before: Option<Vec<Section>> = None;
        let step = budgets.len() / 40;
        for budget in budgets.step_by(step) {
            let output = build(&with_budget(input.clone(), budget), &tokenizer).unwrap();
            for (small, large) in before.iter().flatten().zip(&output.sections) {
                assert!(small.shown <= large.shown, "{} at {budget}", small.id);
                for (small, large) in small.details.iter().zip(&large.details) {
                    assert!(small.shown <= large.shown, "{} at {budget}", small.name);
                }
            }
            before = Some(output.sections);
        }
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
    assert!(
        lines < 320 && document.contains(&format!("4 of 4 blocks and {lines} of 320 lines shown"))
    );
    let code = document.split("```wlanguage data=0f1e2d3c4b5a\n").skip(1);
    let code = code.map(|code| code.split("\n```").next().unwrap().lines().count());
    assert_eq!(code.sum::<usize>(), lines as usize);
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
        let (head, code) = file(&path).split_once("\n\n").unwrap();
        assert!(head.lines().all(|line| line.starts_with("// ")), "{head}");
        assert_eq!(code.trim_end(), block.code.trim_end());
    }
    assert!(file("context/manifest.json").contains("0f1e2d3c4b5a"));
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Every connection has its line, and every section says how much of it is shown, at any budget.
    #[test]
    fn connections_are_all_there_and_what_is_shown_is_counted(
        connections in 1..12_usize,
        budget in 900..6_000_u32,
        tokenizer in 0..TOKENIZERS.len(),
    ) {
        let mut input = with_budget(project(20), budget);
        let known = shop().facts.connections.remove(0);
        let of_number = |number| Connection {
            name: format!("Server {number}"),
            ..known.clone()
        };
        input.facts.connections = (0..connections).map(of_number).collect();
        if let Ok(output) = build(&input, &TOKENIZERS[tokenizer]) {
            let document = &output.files[0].1;
            for connection in &input.facts.connections {
                let item = format!("- `{}`: ", connection.name);
                prop_assert!(document.contains(&item));
            }
            let lines = shown(&output, "initialization-code", "lines of code");
            let blocks = shown(&output, "initialization-code", "blocks by name");
            let variables = shown(&output, "global-state", "variables");
            let groups = section(&output, "environment-variables").shown;
            for sentence in [
                format!("{blocks} of 4 blocks and {lines} of 320 lines shown"),
                format!("{variables} of 20 variables"),
                format!("{groups} of {connections} group"),
            ] {
                prop_assert!(document.contains(&sentence), "{}", sentence);
            }
        }
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
