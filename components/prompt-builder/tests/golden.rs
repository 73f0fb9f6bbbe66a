//! Whole documents, and what the report says about them.

mod support;

use quarry_component_prompt_builder::build;
use quarry_component_prompt_builder::prompt::BuildError;
use support::business::business;
use support::{built, context, empty, four_bytes, shop};

#[test]
fn a_small_project_becomes_a_whole_document() {
    insta::assert_snapshot!(context(&shop()));
}

#[test]
fn a_tree_without_facts_becomes_a_document_that_says_so() {
    insta::assert_snapshot!(context(&empty()));
}

#[test]
fn a_small_budget_still_names_everything_that_must_be_known() {
    let mut input = business(200);
    input.budget = 2_600;
    let output = build(&input, &four_bytes).unwrap();
    insta::assert_snapshot!(output.files[0].1);
}

#[test]
fn everything_else_stands_in_files() {
    let files = built(&shop()).files.split_off(1);
    let files: Vec<String> = files
        .iter()
        .map(|(path, text)| format!("=== {path}\n{text}"))
        .collect();
    insta::assert_snapshot!(files.join("\n"));
}

#[test]
fn the_bytes_of_the_sections_are_those_of_the_document() {
    for input in [empty(), shop(), business(40)] {
        let output = built(&input);
        let bytes: u64 = output.sections.iter().map(|section| section.bytes).sum();
        assert_eq!(bytes, output.files[0].1.len() as u64);
        assert_eq!(output.sections.len(), 10);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(built(&business(20)).files, built(&business(20)).files);
}

#[test]
fn a_configuration_that_the_project_does_not_have_is_refused() {
    let mut input = shop();
    input.configuration = Some("Nowhere".to_owned());
    let error = build(&input, &four_bytes).unwrap_err();
    assert!(matches!(error, BuildError::InvalidInput(message) if message.contains("Nowhere")));
}

#[test]
fn a_configuration_stands_when_the_project_could_not_be_read() {
    let mut input = empty();
    input.configuration = Some("Site".to_owned());
    assert!(context(&input).contains("Configuration to rewrite: `Site`"));
}

#[test]
fn connections_of_one_name_get_variables_of_their_own() {
    let mut input = shop();
    let mut other = input.facts.connections[0].clone();
    other.host = Some("other".to_owned());
    input.facts.connections.push(other);
    let text = context(&input);
    assert!(text.contains("\nMAIN_SERVER_HOST='SRV01\\HF'\n"));
    assert!(text.contains("\nMAIN_SERVER_2_HOST=other\n"));
}

#[test]
fn a_relation_stands_at_the_table_of_its_own_file() {
    let mut input = shop();
    let mut copy = input.facts.tables[1].clone();
    copy.name = "commande".to_owned();
    copy.origin.path = "Other.ana/Other.xdd".to_owned();
    input.facts.tables.insert(0, copy);
    let text = context(&input);
    assert_eq!(text.matches("IDCLIENT>CLIENT").count(), 1);
    assert!(text.contains("\ncommande(IDCLIENT index, "));
    let files = built(&input).files;
    let sql = files
        .iter()
        .filter(|(_, sql)| sql.contains("-- inferred by"));
    let paths: Vec<&str> = sql.map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["context/schema/COMMANDE-2.sql"]);
}

#[test]
fn databases_without_a_server_need_no_address() {
    let mut input = shop();
    input.facts.connections[1].kind = "ms-access".to_owned();
    let text = context(&input);
    assert!(text.contains("\nARCHIVES_DATABASE=") && !text.contains("ARCHIVES_HOST"));
}
