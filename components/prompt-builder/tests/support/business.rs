//! A schema of business tables as facts.

use super::{column, empty, index, key, relation, table};
use quarry_component_prompt_builder::facts::KeyKind;
use quarry_component_prompt_builder::prompt::Input;
use quarry_generator::schema::{self, Table};

/// The generator's schema of so many tables, and nothing else.
pub fn business(tables: usize) -> Input {
    seeded(tables, 1)
}

/// The same of another seed.
pub fn seeded(tables: usize, seed: u64) -> Input {
    let schema = schema::schema(tables, seed);
    let mut input = empty();
    for generated in &schema {
        add(&mut input, generated, &schema);
    }
    input
}

fn add(input: &mut Input, generated: &Table, schema: &[Table]) {
    let identifier = format!("ID{}", generated.name);
    let mut columns = vec![column(&identifier, "int64", 1)];
    columns[0].automatic = true;
    let mut indexes = Vec::new();
    for target in &generated.references {
        let target = &schema[*target].name;
        let name = format!("ID{target}");
        columns.push(column(&name, "int64", 2));
        indexes.push(index(&name, &[&name]));
        let facts = &mut input.facts;
        facts
            .relations
            .push(relation((&generated.name, &name), (target, &name)));
    }
    for generated in &generated.columns {
        // The types of the format that the generator uses.
        let words = match generated.kind {
            2 => "string",
            3 => "int16",
            5 => "int32",
            7 => "float64",
            11 => "time",
            14 => "date",
            17 => "currency",
            29 => "text memo",
            30 => "binary memo",
            34 => "datetime",
            37 => "boolean",
            other => panic!("{other}"),
        };
        let mut column = column(&generated.name, words, 3);
        column.size = Some(generated.size);
        column.nullable = generated.nullable;
        columns.push(column);
        if generated.indexed {
            indexes.push(index(&generated.name, &[&generated.name]));
        }
    }
    let mut table = table(&generated.name, columns, 4);
    table
        .keys
        .push(key(&identifier, KeyKind::Primary, &[&identifier]));
    table.indexes = indexes;
    input.facts.tables.push(table);
}
