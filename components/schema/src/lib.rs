//! The schema extractor: tables, columns, keys and inferred relations of a project's analyses.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod component;

use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_sdk::facts::{Column, FactSet, Index, Key, KeyColumn, KeyKind, Relation, Table};
use quarry_windev::analysis::{self, infer_relations};
use quarry_windev::layout::{ANALYSIS_GLOBS, PROJECT_GLOBS};
use quarry_windev_source::{analyses, manifest, origin, place, select};

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
    let (indexes, keys): (Vec<_>, Vec<_>) = table
        .keys
        .into_iter()
        .partition(|key| key.kind == analysis::KeyKind::Duplicates);
    Table {
        name: table.name,
        physical_name: table.physical_name,
        connection: table.connection,
        columns: table.columns.into_iter().map(column).collect(),
        keys: keys.into_iter().map(key).collect(),
        indexes: indexes
            .into_iter()
            .map(|index| Index {
                origin: place(index.span),
                name: index.name,
                columns: key_columns(index.columns),
            })
            .collect(),
        origin: origin(table.span, path),
    }
}

fn column(column: analysis::Column) -> Column {
    Column {
        name: column.name,
        declared_type: column.declared_type.into(),
        normalized_type: column.normalized_type.into(),
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
