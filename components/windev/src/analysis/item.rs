//! One item (`RUBRIQUE`) of a table: a column, with or without a key, or a composite key.

use super::defaults;
use super::model::{Column, Key, KeyColumn, KeyKind, Table};
use super::types::{is_automatic, normalized_type};
use crate::diagnostic::Diagnostic;
use crate::position::Span;

/// An item while it is read.
#[derive(Debug, Default)]
pub(super) struct Item {
    pub(super) column: Column,
    /// `TYPE_CLE`; 255 stands for anything that is no small number.
    pub(super) key_type: Option<u8>,
    pub(super) descending: bool,
    pub(super) is_composite: bool,
    pub(super) parts: Vec<KeyColumn>,
    /// How many values it holds: one, more of an array.
    pub(super) values: u32,
    /// Whether the item says that it accepts null; what the table says counts when it does not.
    pub(super) accepts_null: Option<bool>,
    pub(super) default_value: String,
}

impl Item {
    pub(super) fn new(name: String, span: Span) -> Self {
        Item {
            column: Column {
                name,
                span,
                ..Column::default()
            },
            ..Item::default()
        }
    }

    /// Makes it a column or a key of its table.
    pub(super) fn add_to(self, table: &mut Table, table_accepts_null: bool) -> Option<Diagnostic> {
        let (kind, diagnostic) = key_kind(self.key_type, self.column.span);
        if let Some(kind) = kind {
            table.keys.push(self.key(kind));
        }
        if !self.is_composite {
            table.columns.push(self.into_column(table_accepts_null));
        }
        diagnostic
    }

    fn key(&self, kind: KeyKind) -> Key {
        let columns = if self.is_composite {
            self.parts.clone()
        } else {
            vec![KeyColumn {
                name: self.column.name.clone(),
                descending: self.descending,
            }]
        };
        Key {
            name: self.column.name.clone(),
            kind,
            columns,
            inferred_primary: false,
            span: self.column.span,
        }
    }

    fn into_column(self, table_accepts_null: bool) -> Column {
        let column = self.column;
        Column {
            normalized_type: normalized_type(&column.declared_type),
            automatic: is_automatic(&column.declared_type),
            nullable: self.accepts_null.unwrap_or(table_accepts_null),
            default_value: defaults::shown(&column.name, &column.declared_type, self.default_value),
            array_length: (self.values > 1).then_some(self.values),
            ..column
        }
    }
}

/// What `TYPE_CLE` says. 3 was seen three times, on automatic identifiers of one old analysis.
fn key_kind(code: Option<u8>, span: Span) -> (Option<KeyKind>, Option<Diagnostic>) {
    let (kind, message) = match code {
        None | Some(0) => return (None, None),
        Some(1) => return (Some(KeyKind::Unique), None),
        Some(2) => return (Some(KeyKind::Duplicates), None),
        Some(4) => return (Some(KeyKind::Primary), None),
        Some(3) => (
            KeyKind::Unique,
            "the key is of type 3, which is not documented; it was taken for a unique key",
        ),
        _ => (
            KeyKind::Duplicates,
            "the key is of a type that is not known; it was taken for a key with duplicates",
        ),
    };
    let diagnostic = Diagnostic::warning("unknown-key-type", message).at(span);
    (Some(kind), Some(diagnostic))
}
