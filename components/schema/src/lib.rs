//! The schema extractor: tables, columns, keys and inferred relations of a project's analyses.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod component;

use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_sdk::facts::{
    Column, DataType, FactSet, Index, Key, KeyColumn, KeyKind, Relation, Table,
};
use quarry_windev::analysis::{self, infer_relations};
use quarry_windev::layout::{ANALYSIS_GLOBS, PROJECT_GLOBS};
use quarry_windev_source::{analyses, manifest, origin, place, select};
use std::borrow::Cow;

/// Says what the extractor is.
pub fn describe() -> Manifest {
    manifest(
        "schema",
        env!("CARGO_PKG_VERSION"),
        "Tables, columns, keys and inferred relations of a project's analyses.",
        &[PROJECT_GLOBS, ANALYSIS_GLOBS],
    )
}

/// Extracts the schema.
///
/// # Errors
///
/// When the options are wrong.
pub fn extract(source: &Source, request: &Request) -> Result<Extraction, ExtractError> {
    let selected = select(source, request)?;
    let mut facts = FactSet::empty();
    let mut diagnostics = Vec::new();
    for (path, analysis) in analyses(source, &selected, &request.inputs, &mut diagnostics) {
        let tables: Vec<&analysis::Table> = analysis.tables.iter().collect();
        let relations = infer_relations(&tables);
        facts
            .relations
            .extend(relations.into_iter().map(|found| relation(found, path)));
        facts
            .tables
            .extend(analysis.tables.into_iter().map(|found| table(found, path)));
    }
    Ok(Extraction { facts, diagnostics })
}

fn table(table: analysis::Table, path: &str) -> Table {
    let (mut keys, mut indexes) = (Vec::new(), Vec::with_capacity(table.keys.len()));
    for found in table.keys {
        if found.kind == analysis::KeyKind::Duplicates {
            indexes.push(index(found));
        } else {
            keys.push(key(found));
        }
    }
    Table {
        name: table.name,
        physical_name: table.physical_name,
        connection: table.connection,
        columns: table.columns.into_iter().map(column).collect(),
        keys,
        indexes,
        origin: origin(table.span, path),
    }
}

fn column(column: analysis::Column) -> Column {
    Column {
        name: column.name,
        data_type: data_type(column.normalized_type),
        size: column.size,
        automatic: column.automatic,
        nullable: column.nullable,
        default_value: column.default_value,
        computed: column.computed,
        array_length: column.array_length,
        origin: place(column.span),
    }
}

fn key(key: analysis::Key) -> Key {
    Key {
        kind: match key.kind {
            analysis::KeyKind::Primary => KeyKind::Primary,
            analysis::KeyKind::Unique | analysis::KeyKind::Duplicates => KeyKind::Unique,
        },
        origin: place(key.span),
        name: key.name,
        columns: key_columns(key.columns),
        inferred: key.inferred_primary,
    }
}

fn index(key: analysis::Key) -> Index {
    Index {
        origin: place(key.span),
        name: key.name,
        columns: key_columns(key.columns),
    }
}

fn key_columns(columns: Vec<analysis::KeyColumn>) -> Vec<KeyColumn> {
    columns
        .into_iter()
        .map(|column| KeyColumn {
            name: column.name,
            descending: column.descending,
        })
        .collect()
}

fn relation(relation: analysis::Relation, path: &str) -> Relation {
    Relation {
        from_table: relation.from_table,
        from_columns: relation.from_columns,
        to_table: relation.to_table,
        to_columns: relation.to_columns,
        rule: relation.rule.to_owned(),
        confidence: relation.confidence,
        origin: origin(relation.span, path),
    }
}

/// The types of the contract, in the words of [`analysis::normalized_type`].
pub const DATA_TYPES: [(&str, DataType); 25] = [
    ("string", DataType::String),
    ("unicode string", DataType::UnicodeString),
    ("int8", DataType::Int8),
    ("int16", DataType::Int16),
    ("int32", DataType::Int32),
    ("int64", DataType::Int64),
    ("uint8", DataType::Uint8),
    ("uint16", DataType::Uint16),
    ("uint32", DataType::Uint32),
    ("uint64", DataType::Uint64),
    ("float32", DataType::Float32),
    ("float64", DataType::Float64),
    ("decimal", DataType::Decimal),
    ("currency", DataType::Currency),
    ("boolean", DataType::Boolean),
    ("date", DataType::Date),
    ("time", DataType::Time),
    ("datetime", DataType::Datetime),
    ("duration", DataType::Duration),
    ("uuid", DataType::Uuid),
    ("text memo", DataType::TextMemo),
    ("unicode text memo", DataType::UnicodeTextMemo),
    ("binary", DataType::Binary),
    ("binary memo", DataType::BinaryMemo),
    ("password hash", DataType::PasswordHash),
];

fn data_type(words: Cow<'static, str>) -> DataType {
    let mut known = DATA_TYPES.into_iter();
    match known.find(|(known, _)| *known == words) {
        Some((_, data_type)) => data_type,
        None => DataType::Other(words.into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_an_analysis_is_known_to_have_is_one_of_the_contract() {
        let types = (0..1_000).map(|code| analysis::normalized_type(&code.to_string()));
        let known: Vec<_> = types
            .filter(|words| !words.starts_with("unknown"))
            .collect();
        assert!(known.len() > 20);
        for words in known {
            let name = words.clone();
            assert!(!matches!(data_type(words), DataType::Other(_)), "{name}");
        }
        let unknown = data_type(analysis::normalized_type("999"));
        assert!(matches!(unknown, DataType::Other(words) if words == "unknown-999"));
    }
}
