//! Which tables come first, and which say more than others.

mod support;

use quarry_component_prompt_builder::build;
use quarry_component_prompt_builder::facts::{KeyKind, TableUse};
use quarry_component_prompt_builder::prompt::Input;
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use support::business::business;
use support::compact::{self, Line};
use support::{column, context, empty, four_bytes, index, key, o200k, origin, relation, table};

fn use_of(table: &str, element: &str) -> TableUse {
    TableUse {
        table: table.to_owned(),
        element: element.to_owned(),
        operation: "read".to_owned(),
        origin: origin("a.wwh", 1, 1),
    }
}

/// Tables that all refer to the widest of them, which has so many columns.
fn around_a_wide_table(columns: u32) -> Input {
    let mut input = business(60);
    input.facts.relations.clear();
    let mut wide = table("ZWIDE", vec![column("IDZWIDE", "int64", 1)], 9);
    wide.keys = vec![key("IDZWIDE", KeyKind::Primary, &["IDZWIDE"])];
    let more = (0..columns).map(|number| column(&format!("Wide{number}"), "string", number));
    wide.columns.extend(more);
    for other in &mut input.facts.tables {
        other.columns.push(column("IDZWIDE", "int64", 3));
        let relation = relation((&other.name, "IDZWIDE"), ("ZWIDE", "IDZWIDE"));
        input.facts.relations.push(relation);
    }
    input.facts.tables.push(wide);
    input
}

#[test]
fn the_table_that_all_refer_to_comes_first_in_its_group_however_wide_it_is() {
    let mut input = around_a_wide_table(100);
    let mut levels = BTreeSet::new();
    for budget in (1_000..9_000).step_by(200) {
        input.budget = budget;
        let Ok(output) = build(&input, &four_bytes) else {
            continue;
        };
        let document = &output.files[0].1;
        let level = &compact::read(document)["ZWIDE"].level;
        let group = document
            .split(&format!("tables: {level}\n"))
            .nth(1)
            .unwrap();
        assert!(group.starts_with("ZWIDE"), "{budget}: {group}");
        levels.insert(level.clone());
    }
    assert!(levels.len() >= 3, "{levels:?}");
}

#[test]
fn a_wide_table_is_shown_in_full_when_others_have_had_twice_as_much() {
    let mut input = around_a_wide_table(100);
    let mut before = 0;
    for budget in (2_000..9_000).step_by(100) {
        input.budget = budget;
        let document = context(&input);
        let is_full = |line: &&Line| line.level.starts_with("in full");
        let full = compact::read(&document).values().filter(is_full).count();
        if document.contains("tables: in full, wide ones\nZWIDE(") {
            assert!((5..40).contains(&before), "{before} others in full before");
            return;
        }
        before = full;
    }
    panic!("the wide table is never shown in full");
}

#[test]
fn what_code_uses_is_shown_before_what_nothing_uses() {
    let mut input = business(200);
    let used = input.facts.tables.iter().skip(100).step_by(4);
    let used: BTreeSet<String> = used.map(|table| table.name.clone()).collect();
    let uses = used.iter().map(|table| use_of(table, "PAGE_Home"));
    input.facts.table_uses.extend(uses);
    let mut side_by_side = 0;
    for budget in (2_000..6_000).step_by(100) {
        input.budget = budget;
        let lines = compact::read(&context(&input));
        let (used, others): (Vec<_>, Vec<_>) =
            lines.into_iter().partition(|(name, _)| used.contains(name));
        let is_full = |(_, line): &&(String, Line)| line.level == "in full";
        let has_references = |(_, line): &&(String, Line)| line.level != "names alone";
        let has_keys = |other: &&(String, Line)| has_references(other) && other.1.count.is_none();
        let full = used.iter().filter(is_full).count();
        let referring = others.iter().filter(has_references).count();
        if full < used.len() {
            assert_eq!(others.iter().find(has_keys), None, "at {budget}");
        }
        if referring > 0 {
            assert_eq!(
                used.iter().filter(has_references).count(),
                used.len(),
                "at {budget}"
            );
        }
        // The references of the others do not wait until all of that is there.
        side_by_side += usize::from((2..used.len()).contains(&full) && referring > 10);
    }
    assert!(side_by_side > 3, "{side_by_side}");
}

#[test]
fn a_table_of_another_connection_says_so_at_every_level_but_its_name() {
    let mut input = business(20);
    for number in [3, 7, 11, 15] {
        input.facts.tables[number].connection = Some("Archive".to_owned());
    }
    input.facts.tables[4].connection = None;
    let archived: Vec<String> = [3, 7, 11, 15]
        .map(|number| input.facts.tables[number].name.clone())
        .to_vec();
    let mut seen = BTreeSet::new();
    for budget in (900..6_000).step_by(50) {
        input.budget = budget;
        let Ok(output) = build(&input, &four_bytes) else {
            continue;
        };
        let document = &output.files[0].1;
        for (name, line) in compact::read(document) {
            let expected = match () {
                () if line.level == "names alone" => None,
                () if archived.contains(&name) => Some("Archive"),
                () if name == input.facts.tables[4].name => Some("no connection"),
                () => None,
            };
            assert_eq!(line.connection.as_deref(), expected, "{name} at {budget}");
            seen.insert((line.level, line.connection));
        }
        let has_names_alone = document.contains("tables: names alone");
        assert_eq!(
            document.contains("say `on`, which names alone do not."),
            has_names_alone
        );
    }
    let levels = seen.iter().filter(|(_, connection)| connection.is_some());
    assert!(levels.count() >= 5, "{seen:?}");
}

#[test]
fn columns_and_keys_that_are_left_out_say_whether_they_may_be_null() {
    let mut input = business(6);
    for table in &mut input.facts.tables {
        let mut remarks = column("Remarks0", "string", 8);
        remarks.nullable = true;
        let mut serial = column("Serial0", "int64", 9);
        serial.automatic = true;
        table.columns.extend([remarks, serial]);
    }
    let document = context(&input);
    assert!(
        document.contains("`*` stands for: `Remarks0 string(50)?`, `Serial0 int64 auto`."),
        "{document}"
    );
    assert!(document.contains("type `int64 auto`."));
    for table in &mut input.facts.tables {
        for column in &mut table.columns[1..] {
            column.nullable = true;
        }
    }
    let document = context(&input);
    assert!(document.contains("`*` stands for: `Remarks0 string(50)`, `Serial0 int64 auto`."));
    assert!(document.contains("type `int64! auto`."), "{document}");
}

#[test]
fn a_name_in_the_settings_that_is_no_table_is_told() {
    let mut input = business(6);
    input.pinned_tables = vec![
        input.facts.tables[1].name.to_lowercase(),
        "CLIENTT".to_owned(),
    ];
    input.excluded_tables = vec!["Nowhere".to_owned()];
    let document = context(&input);
    assert!(document.contains("\n\nThe settings pin what is no table: `CLIENTT`.\n"));
    assert!(document.contains("\n\nThe settings exclude what is no table: `Nowhere`.\n"));
    input.facts.tables.clear();
    assert!(context(&input).contains("The settings pin what is no table: "));
}

#[test]
fn tables_that_much_refers_to_come_first_and_pins_before_them() {
    let mut input = business(60);
    input.budget = 2_500;
    let document = |input: &Input| build(input, &o200k).unwrap().files.swap_remove(0).1;
    let first = |document: &str| compact::in_order(document)[0].0.clone();
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
    assert_eq!(compact::read(&document)[&most_used].level, "names alone");
}

/// One table of so many columns, each of which is indexed and refers to the table itself.
fn of_many_columns(columns: u32) -> Input {
    let mut input = empty();
    let names: Vec<String> = (0..columns).map(|number| format!("C{number}")).collect();
    let mut table = table(
        "T",
        names.iter().map(|name| column(name, "int64", 1)).collect(),
        1,
    );
    table.keys = vec![key("C0", KeyKind::Primary, &["C0"])];
    table.indexes = names.iter().map(|name| index(name, &[name])).collect();
    input.facts.relations = names
        .iter()
        .map(|name| relation(("T", name), ("T", "C0")))
        .collect();
    input.facts.tables = vec![table];
    input
}

/// How long the document of an input takes, the shortest of some times.
fn time(input: &Input) -> Duration {
    let times = (0..3).map(|_| {
        let start = Instant::now();
        context(input);
        start.elapsed()
    });
    times.min().unwrap()
}

#[test]
fn eight_times_the_columns_of_a_table_take_about_eight_times_as_long() {
    let (few, many) = (time(&of_many_columns(1_000)), of_many_columns(8_000));
    // Whoever else is busy now may not be the next time.
    let mut times = (0..4).map(|_| time(&many));
    let is_linear = times.any(|many| many < few * 24);
    // Once for each pair of columns would be 64 times.
    assert!(is_linear, "{few:?}, then {:?}", time(&many));
}
