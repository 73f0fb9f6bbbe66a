//! The lines of the schema say what the facts say, at any budget.

mod support;

use proptest::prelude::*;
use quarry_component_prompt_builder::facts::{Column, KeyKind, Table};
use quarry_component_prompt_builder::prompt::{BuildError, Input};
use quarry_component_prompt_builder::{Output, build};
use std::collections::{BTreeMap, BTreeSet};
use support::business::{business, seeded};
use support::compact::{self, Line};
use support::varied::{type_of, varied};
use support::{TOKENIZERS, UNLIMITED, four_bytes, o200k};

/// How much a line says.
fn rank(line: &Line) -> usize {
    const LEVELS: [&str; 5] = ["names", "number", "keys", "all columns", "in full"];
    let mut levels = LEVELS.iter();
    levels
        .position(|level| line.level.starts_with(level))
        .unwrap()
}

/// The document of an input, if the budget is enough.
fn within(input: &Input, budget: u32, tokenizer: fn(&str) -> u32) -> Option<Output> {
    let mut input = input.clone();
    input.budget = budget;
    match build(&input, &tokenizer) {
        Ok(output) => Some(output),
        Err(BuildError::OverBudget(_)) => None,
        Err(other) => panic!("{other:?}"),
    }
}

/// Whether the convention leaves a column out: that of [`business`].
fn is_usual_key(input: &Input, table: &Table, column: &str) -> bool {
    let has_key = table.keys.iter().any(|key| key.kind == KeyKind::Primary);
    input.facts.tables.len() >= 5 && has_key && column == format!("ID{}", table.name)
}

/// The connection that is said once for all tables, which none of their lines repeats.
fn usual_connection<'i>(input: &'i Input, document: &str) -> Option<&'i str> {
    let of_tables = input.facts.tables.iter();
    let mut of_tables = of_tables.filter_map(|table| table.connection.as_deref());
    of_tables.find(|name| document.contains(&format!("Tables are of connection `{name}`")))
}

/// All of the document's lines say what the facts say: what is read back is a part of them, and in full all of it.
fn check(input: &Input, document: &str) {
    let lines = compact::in_order(document);
    let names: BTreeSet<&str> = input
        .facts
        .tables
        .iter()
        .map(|table| &*table.name)
        .collect();
    assert_eq!(
        lines
            .iter()
            .map(|(name, _)| &**name)
            .collect::<BTreeSet<_>>(),
        names
    );
    assert_eq!(lines.len(), input.facts.tables.len());
    let has_usual_keys = document.contains("Left out everywhere: the PK");
    // What `*` stands for is told above all lines.
    let mut told = compact::common(document);
    let common: BTreeSet<String> = told.keys().cloned().collect();
    let usual = usual_connection(input, document);
    for (name, line) in &lines {
        let table = input
            .facts
            .tables
            .iter()
            .find(|table| table.name == *name)
            .unwrap();
        check_references(input, table, line, has_usual_keys);
        if rank(line) > 0 && table.connection.as_deref() != usual {
            let expected = table.connection.as_deref().unwrap_or("no connection");
            assert_eq!(line.connection.as_deref(), Some(expected), "{name}");
        } else {
            assert_eq!(line.connection, None, "{name}");
        }
        if let Some(count) = line.count {
            assert_eq!(count, table.columns.len());
        }
        let is_listed =
            |column: &&Column| !(has_usual_keys && is_usual_key(input, table, &column.name));
        let mut listed: Vec<&Column> = table.columns.iter().filter(is_listed).collect();
        if line.has_common {
            let names = table.columns.iter().map(|column| &column.name);
            let names: BTreeSet<&String> = names.collect();
            assert!(common.iter().all(|name| names.contains(name)), "{name}");
            let is_said = |name: &String| line.columns.iter().any(|read| read.name == *name);
            listed.retain(|column| !common.contains(&column.name) || is_said(&column.name));
        }
        match rank(line) {
            0 | 1 => assert_eq!(line.columns, []),
            2 => {
                assert_eq!(line.columns.len() + line.cut, listed.len(), "{name}");
                for column in &line.columns {
                    assert!(
                        listed.iter().any(|known| known.name == column.name),
                        "{name}: {column:?}"
                    );
                }
            }
            level => {
                assert_eq!((line.columns.len(), line.cut), (listed.len(), 0), "{name}");
                for (column, read) in listed.into_iter().zip(&line.columns) {
                    check_column(table, column, read, level == 4, document);
                    if level == 4 {
                        check_type(line, column, read, &mut told);
                    }
                }
            }
        }
        if rank(line) == 4 {
            let physical = (table.physical_name != table.name).then_some(&table.physical_name);
            assert_eq!(line.physical_name.as_ref(), physical);
        }
        if rank(line) >= 2 {
            check_keys(table, line);
            let has_key = table.keys.iter().any(|key| key.kind == KeyKind::Primary);
            assert_eq!(line.has_no_key, has_usual_keys && !has_key, "{name}");
        }
    }
}

fn check_references(input: &Input, table: &Table, line: &Line, has_usual_keys: bool) {
    let relations = input
        .facts
        .relations
        .iter()
        .filter(|relation| relation.from_table == table.name);
    let expected: Vec<(&str, bool)> = relations
        .clone()
        .map(|relation| (&*relation.to_table, relation.confidence < 85))
        .collect();
    if rank(line) == 0 {
        return assert_eq!(line.references, []);
    }
    let read: Vec<(&str, bool)> = line
        .references
        .iter()
        .map(|reference| (&*reference.table, reference.is_guess))
        .collect();
    assert_eq!(read, expected, "{}", table.name);
    for (reference, relation) in line.references.iter().zip(relations) {
        if rank(line) >= 2 {
            assert_eq!(reference.columns, relation.from_columns);
            let target = input
                .facts
                .tables
                .iter()
                .find(|known| known.name == relation.to_table)
                .unwrap();
            let is_key = target.keys.iter().any(|key| key.kind == KeyKind::Primary);
            let to = if is_key {
                Vec::new()
            } else {
                relation.to_columns.clone()
            };
            assert_eq!(reference.to, to, "{} {has_usual_keys}", table.name);
        }
    }
}

fn check_column(
    table: &Table,
    column: &Column,
    read: &compact::Column,
    is_full: bool,
    document: &str,
) {
    assert_eq!(read.name, column.name);
    let usual = document.contains("`!` not null, else it may be.");
    let mark = (column.nullable != usual).then_some(if column.nullable { '?' } else { '!' });
    assert_eq!(read.nullability, mark, "{column:?}");
    let is_alone = |columns: &[support::facts::KeyColumn]| {
        columns.len() == 1 && columns[0].name == column.name
    };
    let refers = document.contains(&format!("{}>", column.name)) && column.name.starts_with("ID");
    let mut words = Vec::new();
    for key in table.keys.iter().filter(|key| is_alone(&key.columns)) {
        words.push(if key.kind == KeyKind::Primary {
            "PK"
        } else {
            "unique"
        });
    }
    let is_reference =
        refers || column.name.starts_with("ID") && column.name != format!("ID{}", table.name);
    if !is_reference && table.indexes.iter().any(|index| is_alone(&index.columns)) {
        words.push("index");
    }
    if is_full && column.automatic {
        words.push("auto");
    }
    if is_full && column.computed {
        words.push("computed");
    }
    assert_eq!(read.words, words, "{}.{}", table.name, column.name);
    let (array, default) = (
        column.array_length.filter(|_| is_full),
        column.default_value.clone().filter(|_| is_full),
    );
    assert_eq!((read.array, &read.default), (array, &default));
}

/// A type stands where the name of a column first stands, and at a reference not at all.
fn check_type(
    line: &Line,
    column: &Column,
    read: &compact::Column,
    told: &mut BTreeMap<String, String>,
) {
    let own = type_of(column);
    let refers = line
        .references
        .iter()
        .any(|reference| reference.columns == [column.name.clone()] && reference.to.is_empty());
    if refers {
        return assert_eq!(read.type_name, None, "{column:?}");
    }
    let said = read
        .type_name
        .clone()
        .or_else(|| told.get(&column.name).cloned());
    assert_eq!(said.as_deref(), Some(&*own), "{column:?}");
    let is_reference = line
        .references
        .iter()
        .any(|reference| reference.columns.contains(&column.name));
    if !is_reference {
        told.entry(column.name.clone()).or_insert(own);
    }
}

fn check_keys(table: &Table, line: &Line) {
    let written = |columns: &[support::facts::KeyColumn]| {
        let columns = columns.iter();
        columns
            .map(|column| {
                format!(
                    "{}{}",
                    column.name,
                    if column.descending { " desc" } else { "" }
                )
            })
            .collect::<Vec<_>>()
    };
    let keys = table.keys.iter().filter(|key| key.columns.len() > 1);
    let mut expected: Vec<(String, Vec<String>)> = keys
        .map(|key| ("unique".to_owned(), written(&key.columns)))
        .collect();
    let indexes = table.indexes.iter().filter(|index| index.columns.len() > 1);
    expected.extend(indexes.map(|index| ("index".to_owned(), written(&index.columns))));
    assert_eq!(line.keys, expected);
}

#[test]
fn four_thousand_tokens_of_a_schema_say_all_names_all_references_and_the_most_used_tables() {
    let input = business(200);
    let tokens = |output: &Output| {
        let mut sections = output.sections.iter();
        sections
            .find(|section| section.id == "database-schema")
            .unwrap()
            .tokens
    };
    // The largest budget of which the schema takes no more than 4,000.
    let (mut fits, mut exceeds) = (4_000, 8_000);
    while exceeds - fits > 1 {
        let tried = (fits + exceeds) / 2;
        match tokens(&within(&input, tried, o200k).unwrap()) <= 4_000 {
            true => fits = tried,
            false => exceeds = tried,
        }
    }
    let output = within(&input, fits, o200k).unwrap();
    assert!(tokens(&output) <= 4_000);
    let document = &output.files[0].1;
    check(&input, document);
    let lines = compact::read(document);
    assert_eq!(lines.len(), 200);
    assert_eq!(
        lines
            .values()
            .map(|line| line.references.len())
            .sum::<usize>(),
        279
    );
    let at_least = |level| lines.values().filter(|line| rank(line) >= level).count();
    let (keys, full) = (at_least(2) - at_least(4), at_least(4));
    assert!(keys >= 59 && full >= 11, "{keys} with keys, {full} in full");
}

#[test]
fn the_lines_of_a_schema_read_back_are_its_tables() {
    for budget in [1_500, 3_000, 5_000, UNLIMITED] {
        let input = business(60);
        let output = within(&input, budget, o200k).unwrap();
        check(&input, &output.files[0].1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Every table once, at any budget of any tokenizer, with what the facts say and no more.
    #[test]
    fn at_every_budget_the_lines_are_a_part_of_the_facts(seed in 0..u64::MAX, tables in 1..40_usize, budget in 1_000..9_000_u32, tokenizer in 0..TOKENIZERS.len()) {
        let input = varied(tables, seed);
        if let Some(output) = within(&input, budget, TOKENIZERS[tokenizer]) {
            check(&input, &output.files[0].1);
        }
    }

    /// In every group tables stand in the order in which they stand when all of them are in full.
    #[test]
    fn at_every_budget_each_group_is_in_the_order_of_ranks(seed in 0..u64::MAX, budget in 1_000..6_000_u32) {
        let input = seeded(40, seed);
        let all = within(&input, UNLIMITED, four_bytes).unwrap();
        let order: Vec<String> = compact::in_order(&all.files[0].1).into_iter().map(|(name, _)| name).collect();
        let place = |name: &String| order.iter().position(|known| known == name).unwrap();
        if let Some(output) = within(&input, budget, four_bytes) {
            let lines = compact::in_order(&output.files[0].1);
            for pair in lines.windows(2) {
                let [(one, first), (other, second)] = pair else { unreachable!() };
                prop_assert!(first.level != second.level || place(one) < place(other), "{one} {other}");
            }
        }
    }

    /// A larger budget lowers no table's level.
    #[test]
    fn a_larger_budget_lowers_no_level(seed in 0..u64::MAX, budget in 1_500..6_000_u32, more in 1..400_u32, tokenizer in 0..TOKENIZERS.len()) {
        let input = varied(30, seed);
        let lines = |budget| Some(compact::read(&within(&input, budget, TOKENIZERS[tokenizer])?.files[0].1));
        if let (Some(small), Some(large)) = (lines(budget), lines(budget + more)) {
            for (name, line) in &small {
                prop_assert!(rank(line) <= rank(&large[name]), "{name}");
            }
        }
    }
}

#[test]
fn a_schema_of_one_table_names_its_connection_once_for_all_tables() {
    // Found by a property: the connection of the only table is no minority's.
    let input = varied(1, 8_116_134_292_803_589_160);
    let output = within(&input, 1_000, TOKENIZERS[0]).unwrap();
    let document = &output.files[0].1;
    assert_eq!(usual_connection(&input, document), Some("Archive 2"));
    check(&input, document);
}

#[test]
fn what_is_read_back_is_of_every_kind() {
    let output = within(&varied(40, 7), UNLIMITED, four_bytes).unwrap();
    let document = &output.files[0].1;
    check(&varied(40, 7), document);
    let lines = compact::read(document);
    let is_any = |is_it: &dyn Fn(&Line) -> bool| lines.values().any(is_it);
    let has = |word: &str| {
        is_any(&|line| {
            line.columns
                .iter()
                .any(|column| column.words.contains(&word.to_owned()))
        })
    };
    assert!(["index", "auto", "computed"].iter().all(|word| has(word)));
    assert!(is_any(&|line| line
        .references
        .iter()
        .any(|reference| reference.is_guess)));
    assert!(is_any(&|line| line
        .references
        .iter()
        .any(|reference| !reference.to.is_empty())));
    assert!(is_any(&|line| line
        .columns
        .iter()
        .any(|column| column.name.ends_with(" été (2)"))));
    assert!(is_any(&|line| line
        .columns
        .iter()
        .any(|column| column.default.is_some())));
    assert!(is_any(&|line| line
        .columns
        .iter()
        .any(|column| column.array == Some(4))));
    assert!(is_any(
        &|line| line.physical_name.is_some() && line.connection.is_some()
    ));
    assert!(is_any(&|line| !line.keys.is_empty()) && is_any(&|line| line.has_no_key));
}
