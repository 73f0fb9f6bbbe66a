//! Prints how much of the generator's schema a document of a budget says:
//! `cargo test -p quarry-component-prompt-builder --test sizes -- --ignored --nocapture`

mod support;

use quarry_component_prompt_builder::build;
use support::business::business;
use support::o200k;

#[test]
#[ignore = "prints a table for people"]
fn sizes_of_a_schema_of_200_tables() {
    let mut input = business(200);
    println!("budget\tname\treferences\tkeys\tcolumns\tfull\treferences shown\tschema tokens");
    for budget in [1_000, 2_000, 4_000, 8_000, 16_000, 32_000] {
        input.budget = budget;
        let Ok(output) = build(&input, &o200k) else {
            println!("{budget}\tdoes not fit");
            continue;
        };
        let mut sections = output.sections.iter();
        let schema = sections
            .find(|section| section.id == "database-schema")
            .unwrap();
        let shown = |name: &str| {
            let mut details = schema.details.iter();
            details.find(|detail| detail.name == name).unwrap().shown
        };
        let levels = [
            "by name",
            "with references",
            "with keys",
            "with all columns",
            "in full",
        ];
        let at_least = levels.map(|level| shown(&format!("tables {level}")));
        let at = |level: usize| at_least[level] - at_least.get(level + 1).unwrap_or(&0);
        let references = shown("references");
        let levels: Vec<String> = (0..levels.len())
            .map(|level| at(level).to_string())
            .collect();
        println!(
            "{budget}\t{}\t{references}\t{}",
            levels.join("\t"),
            schema.tokens
        );
    }
}
