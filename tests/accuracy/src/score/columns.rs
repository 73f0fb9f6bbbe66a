//! Columns of tables, their types, sizes and keys.

use super::{Corpus, note};
use crate::labels::{Columns, KeyRole, Table};
use crate::repository::{Extractor, Repository, RepositoryError};
use crate::tally::Scores;
use quarry_component_schema::DATA_TYPES;
use quarry_sdk::facts::{self, DataType, KeyKind};
use quarry_windev::analysis::{self, Analysis};
use std::mem::discriminant;

/// The numbers of the types that make their own values.
const AUTOMATIC: [u32; 3] = [24, 38, 46];

/// A table that was found.
struct Found {
    name: String,
    columns: Vec<FoundColumn>,
    keys: Vec<FoundKey>,
}

struct FoundColumn {
    name: String,
    line: u32,
    data_type: String,
    automatic: bool,
    size: Option<u32>,
    nullable: bool,
}

struct FoundKey {
    name: String,
    role: KeyRole,
    columns: Vec<String>,
}

/// Scores the labels of one analysis.
pub(super) fn score(
    labels: &Columns,
    corpus: &mut Corpus,
    scores: &mut Scores,
) -> Result<(), RepositoryError> {
    let Some((repository, path)) = corpus.locate(&labels.file, scores)? else {
        return Ok(());
    };
    let project = repository.project_of_analysis(path);
    note(scores, repository, &labels.file, project.as_deref());
    let tables = match project {
        Some(project) => of_project(repository, &project, path)?,
        None => alone(&repository.read(path)?),
    };
    for label in &labels.tables {
        let same = |table: &&Found| table.name == label.name;
        match tables.iter().find(same) {
            Some(table) => score_table(&labels.file, label, table, scores),
            None => {
                for column in &label.columns {
                    let place = format!("{} {}.{}", labels.file, label.name, column.name);
                    scores.kind("columns").missed(place);
                }
            }
        }
    }
    Ok(())
}

fn score_table(file: &str, label: &Table, table: &Found, scores: &mut Scores) {
    for column in &label.columns {
        let name = format!("{}.{}", label.name, column.name);
        let Some(found) = table.columns.iter().find(|found| found.name == column.name) else {
            scores.kind("columns").missed(format!("{file} {name}"));
            continue;
        };
        scores.kind("columns").right();
        let place = format!("{file}:{} {name}", found.line);
        let role = role(table, &column.name);
        let properties = [
            (
                "columns, automatic or not",
                found.automatic == AUTOMATIC.contains(&column.type_code),
            ),
            ("columns, type", found.data_type == column.normalized_type),
            ("columns, size", found.size == Some(column.size)),
            (
                "columns, nullable or not",
                found.nullable == column.nullable,
            ),
            ("columns, key", role == column.key),
        ];
        for (kind, is_right) in properties {
            scores.kind(kind).property(is_right, || place.clone());
        }
    }
    for found in &table.columns {
        if !label.columns.iter().any(|column| column.name == found.name) {
            let place = format!("{file}:{} {}.{}", found.line, label.name, found.name);
            scores.kind("columns").wrong(place);
        }
    }
    score_composite_keys(file, label, table, scores);
}

fn score_composite_keys(file: &str, label: &Table, table: &Found, scores: &mut Scores) {
    let is_column = |name: &str| label.columns.iter().any(|column| column.name == name);
    let tally = scores.kind("composite keys");
    for composite in &label.composite {
        let place = format!("{file} {}.{}", label.name, composite.name);
        match table.keys.iter().find(|key| key.name == composite.name) {
            Some(key) => tally.property(
                key.role == composite.key && key.columns == composite.columns,
                || place,
            ),
            None => tally.missed(place),
        }
    }
    for key in &table.keys {
        let is_labelled = label.composite.iter().any(|known| known.name == key.name);
        if !is_labelled && !is_column(&key.name) {
            tally.wrong(format!("{file} {}.{}", label.name, key.name));
        }
    }
}

/// The key that a column is by itself.
fn role(table: &Found, column: &str) -> KeyRole {
    let own = |key: &&FoundKey| key.name == column && key.columns == [column];
    table
        .keys
        .iter()
        .find(own)
        .map_or(KeyRole::None, |key| key.role)
}

fn of_project(
    repository: &mut Repository,
    project: &str,
    path: &str,
) -> Result<Vec<Found>, RepositoryError> {
    let facts = repository.facts(Extractor::Schema, project)?;
    let tables = facts.tables.iter();
    Ok(tables
        .filter(|table| table.origin.path == path)
        .map(from_facts)
        .collect())
}

fn from_facts(table: &facts::Table) -> Found {
    let names = |columns: &[facts::KeyColumn]| {
        let columns = columns.iter();
        columns.map(|column| column.name.clone()).collect()
    };
    let columns = table.columns.iter();
    let keys = table.keys.iter().map(|key| FoundKey {
        name: key.name.clone(),
        role: match key.kind {
            KeyKind::Primary => KeyRole::Primary,
            KeyKind::Unique => KeyRole::Unique,
        },
        columns: names(&key.columns),
    });
    let indexes = table.indexes.iter().map(|index| FoundKey {
        name: index.name.clone(),
        role: KeyRole::Index,
        columns: names(&index.columns),
    });
    Found {
        name: table.name.clone(),
        columns: columns
            .map(|column| FoundColumn {
                name: column.name.clone(),
                line: column.origin.line,
                data_type: words(&column.data_type),
                automatic: column.automatic,
                size: column.size,
                nullable: column.nullable,
            })
            .collect(),
        keys: keys.chain(indexes).collect(),
    }
}

/// The tables of an analysis that is read for no project.
fn alone(bytes: &[u8]) -> Vec<Found> {
    let tables = Analysis::read(bytes).tables.into_iter();
    tables
        .map(|table| Found {
            name: table.name,
            columns: table
                .columns
                .into_iter()
                .map(|column| FoundColumn {
                    name: column.name,
                    line: column.span.line,
                    data_type: column.normalized_type.into_owned(),
                    automatic: column.automatic,
                    size: column.size,
                    nullable: column.nullable,
                })
                .collect(),
            keys: table
                .keys
                .into_iter()
                .map(|key| FoundKey {
                    name: key.name,
                    role: match key.kind {
                        analysis::KeyKind::Primary => KeyRole::Primary,
                        analysis::KeyKind::Unique => KeyRole::Unique,
                        analysis::KeyKind::Duplicates => KeyRole::Index,
                    },
                    columns: key.columns.into_iter().map(|column| column.name).collect(),
                })
                .collect(),
        })
        .collect()
}

/// A type in the words of the labels.
fn words(data_type: &DataType) -> String {
    if let DataType::Other(words) = data_type {
        return words.clone();
    }
    let mut known = DATA_TYPES.into_iter();
    let same = |(_, known): &(&str, DataType)| discriminant(known) == discriminant(data_type);
    known
        .find(same)
        .map_or_else(String::new, |(words, _)| words.to_owned())
}
