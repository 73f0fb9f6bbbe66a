//! Whole documents, and what the report says about them.

mod support;

use quarry_component_prompt_builder::build;
use quarry_component_prompt_builder::facts::KeyKind;
use quarry_component_prompt_builder::prompt::{BuildError, Input};
use support::{column, context, empty, index, key, relation, shop, table};

#[test]
fn a_small_project_becomes_a_whole_document() {
    insta::assert_snapshot!(context(&shop()));
}

#[test]
fn a_tree_without_facts_becomes_a_document_that_says_so() {
    insta::assert_snapshot!(context(&empty()));
}

/// Tables that refer to each other, of which the document shows all.
fn large() -> Input {
    let mut input = shop();
    input.facts.tables.clear();
    input.facts.relations.clear();
    for number in 0..200 {
        let (name, identifier) = (format!("TABLE{number}"), format!("ID{number}"));
        let mut columns = vec![column(&identifier, "int64", 300)];
        columns.extend(
            (0..12).map(|position| column(&format!("Field{position}"), "string", position)),
        );
        let previous = format!("ID{}", number / 2);
        let mut large = table(&name, columns, 300 + number);
        large
            .keys
            .push(key(&identifier, KeyKind::Primary, &[&identifier]));
        if number > 0 {
            large.columns.push(column(&previous, "int64", 400));
            large.indexes.push(index(&previous, &[&previous]));
            let target = format!("TABLE{}", number / 2);
            input
                .facts
                .relations
                .push(relation((&name, &previous), (&target, &previous)));
        }
        input.facts.tables.push(large);
    }
    input
}

#[test]
fn a_large_project_is_shown_completely() {
    let input = large();
    let output = build(&input).unwrap();
    let text = &output.files[0].1;
    assert_eq!(text.matches("\n### Table ").count(), 200);
    assert_eq!(text.matches("(R1, 90%)").count(), 199);
    let sections: Vec<String> = output
        .sections
        .iter()
        .map(|section| {
            format!(
                "{} {}/{} {} bytes",
                section.id, section.shown, section.total, section.bytes
            )
        })
        .collect();
    let last = text.split("### Table ").nth(200).unwrap();
    insta::assert_snapshot!(format!("{}\n\nTable {last}", sections.join("\n")));
}

#[test]
fn the_bytes_of_the_sections_are_those_of_the_document() {
    for input in [empty(), shop(), large()] {
        let output = build(&input).unwrap();
        let bytes: u64 = output.sections.iter().map(|section| section.bytes).sum();
        assert_eq!(bytes, output.files[0].1.len() as u64);
        assert_eq!(output.sections.len(), 7);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(context(&large()), context(&large()));
}

#[test]
fn a_configuration_that_the_project_does_not_have_is_refused() {
    let mut input = shop();
    input.configuration = Some("Nowhere".to_owned());
    let error = build(&input).unwrap_err();
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
    copy.origin.path = "Other.ana/Other.xdd".to_owned();
    input.facts.tables.insert(0, copy);
    let text = context(&input);
    let other = text.split("### Table ").nth(1).unwrap();
    assert!(other.contains("Other.xdd") && !other.contains("R1"));
    assert_eq!(text.matches("`CLIENT.IDCLIENT` (R1, 90%)").count(), 2);
}
