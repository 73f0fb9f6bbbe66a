//! The generator's schema with what it lacks.

use super::business::seeded;
use super::{index, key, words};
use quarry_component_prompt_builder::facts::{Column, DataType, KeyKind, Table};
use quarry_component_prompt_builder::prompt::Input;

/// Numbers of our own, so that what fails with a seed fails with it again.
struct Random(u64);

impl Random {
    fn below(&mut self, count: u64) -> u64 {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    /// Once in so many times.
    fn is_one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// So many tables with guesses, other names in the database, other connections, none of a key, keys and indexes of
/// several columns, defaults, computed and automatic columns, and types and names that are no word.
pub fn varied(tables: usize, seed: u64) -> Input {
    let mut input = seeded(tables, seed);
    let mut random = Random(seed);
    for relation in &mut input.facts.relations {
        relation.confidence = if random.is_one_in(4) { 70 } else { 90 };
    }
    for table in &mut input.facts.tables {
        vary(table, &mut random);
        // The first column is the key, and those called like keys refer.
        let columns = table.columns.iter_mut();
        for column in columns.filter(|column| !column.name.starts_with("ID")) {
            vary_column(column, &mut random);
        }
    }
    input
}

fn vary(table: &mut Table, random: &mut Random) {
    if random.is_one_in(5) {
        table.physical_name = format!("t {}", table.name.to_lowercase());
    }
    if random.is_one_in(6) {
        let other = random.is_one_in(2).then(|| "Archive 2".to_owned());
        table.connection = other;
    }
    if random.is_one_in(7) {
        table.keys.clear();
    }
    let last = table.columns.len() - 1;
    let is_plain = !table.columns[last].name.starts_with("ID");
    if is_plain && random.is_one_in(4) {
        let name = format!("{} été (2)", table.columns[last].name);
        let old = std::mem::replace(&mut table.columns[last].name, name.clone());
        let indexed = table
            .indexes
            .iter_mut()
            .flat_map(|index| &mut index.columns);
        for column in indexed.filter(|column| column.name == old) {
            column.name.clone_from(&name);
        }
    }
    if last > 2 && random.is_one_in(3) {
        let columns = [1, last].map(|column| &*table.columns[column].name);
        table.keys.push(key("U", KeyKind::Unique, &columns));
        let mut several = index("I", &[columns[1], columns[0]]);
        several.columns[0].descending = true;
        table.indexes.push(several);
    }
}

fn vary_column(column: &mut Column, random: &mut Random) {
    match random.below(12) {
        0 => column.default_value = Some("Now(), \"x\"".to_owned()),
        1 => column.default_value = Some("-1".to_owned()),
        2 => column.computed = true,
        3 => column.array_length = Some(4),
        4 => column.automatic = true,
        5 => column.data_type = DataType::Other("odd (type), x".to_owned()),
        _ => {}
    }
}

/// The type of a column as a line writes it.
pub fn type_of(column: &Column) -> String {
    const SIZED: [&str; 11] = [
        "int16",
        "int32",
        "int64",
        "float64",
        "time",
        "date",
        "currency",
        "text memo",
        "binary memo",
        "datetime",
        "boolean",
    ];
    let words = words(&column.data_type);
    match column.size {
        Some(size) if !SIZED.contains(&&*words) => format!("{words}({size})"),
        _ => words,
    }
}
