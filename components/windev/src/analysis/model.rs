//! What an analysis says.

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::position::Span;

/// The schema of a project's database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Analysis {
    /// How often it was generated (`GenNum`), to tell which of two copies is newer.
    pub generation: Option<u32>,
    /// The version of the file format: 2, in one file 1.
    pub structure_version: Option<u32>,
    /// Its connections, in the order of the file.
    pub connections: Vec<Connection>,
    /// Its tables, in the order of the file.
    pub tables: Vec<Table>,
    /// What there is to say about the file.
    pub diagnostics: Vec<Diagnostic>,
}

/// A connection to a database. What would open it is not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Connection {
    /// Its name.
    pub name: String,
    /// The database, in kebab-case: `hfsql-client-server`, `mysql`, …, or `unknown-7` with the file's number. The
    /// numbers are deduced from ports, names and paths of 805 connections.
    pub kind: String,
    /// The server: a host name, an address, or `SERVER\INSTANCE`.
    pub host: Option<String>,
    /// The server's port.
    pub port: Option<u16>,
    /// The database's name; of a path, which tells of somebody's machine, only that of the file.
    pub database: Option<String>,
    /// Whether the file names a user.
    pub has_user: bool,
    /// Whether the file holds a password.
    pub has_password: bool,
    /// Where its name stands.
    pub span: Span,
}

/// A table ("data file").
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Table {
    /// Its name in the project.
    pub name: String,
    /// Its name in the database; the same as its name when the file says nothing.
    pub physical_name: String,
    /// The name of its connection; none for an HFSQL Classic file that the application opens itself.
    pub connection: Option<String>,
    /// Its columns ("items"), in the order of the file. Composite keys are not among them.
    pub columns: Vec<Column>,
    /// Its keys and indexes, in the order of the file; at most one is primary.
    pub keys: Vec<Key>,
    /// Where its name stands.
    pub span: Span,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The file's number for its type, such as `24`; empty when there is none.
    pub declared_type: Cow<'static, str>,
    /// The type in words: see [`super::normalized_type`].
    pub normalized_type: Cow<'static, str>,
    /// Its size: characters of a text, bytes of anything else.
    pub size: Option<u32>,
    /// Whether the database gives it its value: types 24, 38 and 46.
    pub automatic: bool,
    /// Whether it may be null.
    pub nullable: bool,
    /// Its default value: numbers, truth values, well-known calls; `"…"` for any text; none where a name or type
    /// promises a credential.
    pub default_value: Option<String>,
    /// Whether it is computed from others.
    pub computed: bool,
    /// Whether the database fills it with the moment of a change.
    pub timestamp: bool,
    /// How many values it holds, when it is an array.
    pub array_length: Option<u32>,
    /// Where its name stands.
    pub span: Span,
}

/// What a key promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    /// It identifies a row.
    Primary,
    /// No two rows have the same.
    Unique,
    /// Nothing: rows are found by it.
    Duplicates,
}

/// A column as a part of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyColumn {
    /// The column's name.
    pub name: String,
    /// Whether the key runs downwards over it.
    pub descending: bool,
}

/// A key or index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its name: that of its column, or its own when it is composite.
    pub name: String,
    /// What it promises.
    pub kind: KeyKind,
    /// Its columns, in order: one, or one to seven of a composite key.
    pub columns: Vec<KeyColumn>,
    /// Whether it is called primary by our rule rather than by the file: an automatic identifier that is a unique
    /// key, else the only unique key of the table.
    pub inferred_primary: bool,
    /// Where its name stands.
    pub span: Span,
}

/// A relation between two tables. An analysis declares none: all are inferred.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The table that refers.
    pub from_table: String,
    /// Its columns.
    pub from_columns: Vec<String>,
    /// The table referred to.
    pub to_table: String,
    /// Its columns.
    pub to_columns: Vec<String>,
    /// The rule that found it, in kebab-case.
    pub rule: &'static str,
    /// How sure that rule is, in percent.
    pub confidence: u8,
    /// Where the referring column's name stands, in the file of its table.
    pub span: Span,
}
