//! What people read in the files: the labels that facts are scored against. `README.md` tells the format.

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;

/// The labels of one or more files of labels.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// Global variables and constants, by declaring event.
    pub declarations: Vec<Declarations>,
    /// Initialization code, by declaring event.
    pub initialization: Vec<Initialization>,
    /// Connections, by file.
    pub connections: Vec<Connections>,
    /// Columns, by analysis.
    pub columns: Vec<Columns>,
}

/// A file of labels cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// It is no JSON, or not of the shape that its kind has.
    #[error("the labels are not of the shape that their kind has: {0}")]
    Shape(#[from] serde_json::Error),
    /// Its kind is not known.
    #[error("`{0}` is no kind of labels: globals, constants, initialization, connections, columns")]
    Kind(String),
    /// It has no kind, and no shape that tells one.
    #[error("the labels have no `kind`, and no shape that tells one")]
    NoKind,
}

/// What one declaring event of a file declares.
#[derive(Debug, Clone, Deserialize)]
pub struct Declarations {
    /// The file, below the corpus directory.
    pub file: String,
    /// The event: see [`crate::event::event`].
    pub context: String,
    /// All global variables of the event; none when they were not labelled.
    pub globals: Option<Vec<Global>>,
    /// All constants of the event; none when they were not labelled.
    pub constants: Option<Vec<Constant>>,
    /// What looks like a global variable and is none.
    #[serde(default)]
    pub not_global: Vec<NotGlobal>,
}

/// A global variable.
#[derive(Debug, Clone, Deserialize)]
pub struct Global {
    /// Its line in the code block, from 1; in the fixtures' labels its line in the file.
    line: u32,
    /// Its line in the code block, where `line` is another.
    block_line: Option<u32>,
    /// Its name.
    pub name: String,
    /// Its type as written, article included.
    #[serde(rename = "type")]
    pub declared_type: Option<String>,
    /// Whether it has an initial value.
    pub has_init: Option<bool>,
}

impl Global {
    /// Its line in the code block, from 1.
    pub fn line(&self) -> u32 {
        self.block_line.unwrap_or(self.line)
    }
}

/// A constant: a name, or a name and its line.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Constant {
    /// With its line.
    Placed {
        /// Its line in the code block, from 1; in the fixtures' labels its line in the file.
        line: u32,
        /// Its line in the code block, where `line` is another.
        block_line: Option<u32>,
        /// Its name.
        name: String,
    },
    /// Its name.
    Named(String),
}

impl Constant {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Constant::Placed { name, .. } | Constant::Named(name) => name,
        }
    }

    /// Its line in the code block, from 1.
    pub fn line(&self) -> Option<u32> {
        match self {
            Constant::Placed {
                line, block_line, ..
            } => Some(block_line.unwrap_or(*line)),
            Constant::Named(_) => None,
        }
    }
}

/// What looks like a global variable and is none.
#[derive(Debug, Clone, Deserialize)]
pub struct NotGlobal {
    /// Its name.
    pub name: String,
    /// Why it is none.
    #[serde(default)]
    pub why: String,
}

/// A run of initialization code: all statements between two global declarations of an event.
#[derive(Debug, Clone, Deserialize)]
pub struct Initialization {
    /// The file, below the corpus directory.
    pub file: String,
    /// The event: see [`crate::event::event`].
    pub context: String,
    /// The element's name.
    pub element: String,
    /// The line of the first statement in the code block, from 1.
    pub first_line: u32,
    /// The line of the last statement in the code block.
    pub last_line: u32,
    /// The global variables that it reads.
    pub reads: Vec<String>,
    /// The global variables that it writes.
    pub writes: Vec<String>,
    /// What it does besides, in order.
    pub effects: Option<Vec<Effect>>,
}

/// Something that initialization code does.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Effect {
    /// The line of the first time in the code block.
    pub line: u32,
    /// What it does, as the contract calls it.
    pub kind: String,
    /// What it does that to, if the code names it.
    #[serde(default)]
    pub target: Option<String>,
    /// How often in a row.
    #[serde(default = "once")]
    pub count: u32,
}

fn once() -> u32 {
    1
}

/// The connections of a file.
#[derive(Debug, Clone, Deserialize)]
pub struct Connections {
    /// The file, below the corpus directory.
    pub file: String,
    /// Whether an analysis declares them or code.
    pub source: ConnectionSource,
    /// Its connections, all of them.
    pub connections: Vec<Connection>,
    /// Whether all connections of the repository are labelled: then any other is a false one.
    #[serde(skip)]
    pub is_complete: bool,
}

/// What declares a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConnectionSource {
    /// An exported analysis.
    Analysis,
    /// Code.
    Code,
}

/// A connection. What is none was not labelled.
#[derive(Debug, Clone, Deserialize)]
pub struct Connection {
    /// Its name.
    pub name: String,
    /// The line of its declaration in the file, of those in code.
    pub line: Option<u32>,
    /// The kind of database, in the words of the facts.
    pub kind: Option<String>,
    /// Whether the file tells a host.
    pub host: Option<bool>,
    /// The port; `null` when the file tells none.
    #[serde(default, deserialize_with = "nullable")]
    pub port: Option<Option<u16>>,
    /// Whether the file tells the name of the database.
    pub database: Option<bool>,
    /// Whether the file names a user.
    pub user: Option<bool>,
    /// Whether the file gives a password.
    pub password: Option<bool>,
}

/// `null` is a value here, other than no member at all.
fn nullable<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<u16>>, D::Error> {
    Option::deserialize(value).map(Some)
}

/// Tables of an analysis.
#[derive(Debug, Clone, Deserialize)]
pub struct Columns {
    /// The file, below the corpus directory.
    pub file: String,
    /// Some of its tables.
    pub tables: Vec<Table>,
}

/// A table.
#[derive(Debug, Clone, Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// All its columns.
    pub columns: Vec<Column>,
    /// All its composite keys.
    pub composite: Vec<Composite>,
}

/// A column.
#[derive(Debug, Clone, Deserialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The number of its type in the file.
    pub type_code: u32,
    /// Its type in the words of the facts.
    #[serde(rename = "type")]
    pub normalized_type: String,
    /// Its size.
    pub size: u32,
    /// Whether it may be null.
    pub nullable: bool,
    /// The key that it is by itself.
    pub key: KeyRole,
}

/// A key of several columns.
#[derive(Debug, Clone, Deserialize)]
pub struct Composite {
    /// Its name.
    pub name: String,
    /// What it promises.
    pub key: KeyRole,
    /// Its columns, in order.
    pub columns: Vec<String>,
}

/// What a key promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyRole {
    /// No key.
    None,
    /// Rows are found by it.
    Index,
    /// No two rows have the same.
    Unique,
    /// It identifies a row.
    Primary,
}

/// The file form of all kinds but the fixtures' and the bare list.
#[derive(Debug, Deserialize)]
struct Files<T> {
    files: Vec<T>,
    #[serde(default)]
    complete: bool,
}

/// The labels of one fixture, as far as they are scored.
#[derive(Debug, Deserialize)]
struct Fixture {
    #[serde(default)]
    blocks: Vec<Declarations>,
    #[serde(default)]
    analyses: Vec<FixtureAnalysis>,
}

#[derive(Debug, Deserialize)]
struct FixtureAnalysis {
    file: String,
    connection_kinds: Vec<FixtureConnection>,
}

#[derive(Debug, Deserialize)]
struct FixtureConnection {
    name: String,
    #[serde(rename = "type")]
    type_code: u32,
    has_user: bool,
    has_password: bool,
}

impl Labels {
    /// Adds the labels of a file. What they are labels of is told by their `kind`; a bare list is of globals and
    /// constants, and an object of fixtures is that of `tests/fixtures/EXPECTED.json`.
    ///
    /// # Errors
    ///
    /// When the file is not of the shape that its kind has.
    pub fn add(&mut self, json: &[u8]) -> Result<(), LabelsError> {
        let value: Value = serde_json::from_slice(json)?;
        if value.is_array() {
            self.declarations
                .extend(serde_json::from_value::<Vec<_>>(value)?);
            return Ok(());
        }
        let Some(kind) = value.get("kind").and_then(Value::as_str) else {
            return self.add_fixtures(&value);
        };
        match kind {
            "globals" | "constants" => self.declarations.extend(files(&value)?.files),
            "initialization" => self.initialization.extend(files(&value)?.files),
            "columns" => self.columns.extend(files(&value)?.files),
            "connections" => {
                let mut labels: Files<Connections> = files(&value)?;
                for file in &mut labels.files {
                    file.is_complete = labels.complete;
                }
                self.connections.extend(labels.files);
            }
            other => return Err(LabelsError::Kind(other.to_owned())),
        }
        Ok(())
    }

    fn add_fixtures(&mut self, value: &Value) -> Result<(), LabelsError> {
        let members = value.as_object().ok_or(LabelsError::NoKind)?;
        let fixtures: BTreeMap<&String, &Value> = members
            .iter()
            .filter(|(_, fixture)| fixture.is_object())
            .collect();
        if !fixtures
            .values()
            .any(|fixture| fixture.get("blocks").is_some())
        {
            return Err(LabelsError::NoKind);
        }
        for (name, fixture) in fixtures {
            let fixture: Fixture = serde_json::from_value(fixture.clone())?;
            let below = |file: &str| format!("{name}/{file}");
            self.declarations
                .extend(fixture.blocks.into_iter().map(|mut block| {
                    block.file = below(&block.file);
                    block
                }));
            self.connections
                .extend(fixture.analyses.into_iter().map(|analysis| {
                    Connections {
                        file: below(&analysis.file),
                        source: ConnectionSource::Analysis,
                        connections: analysis
                            .connection_kinds
                            .into_iter()
                            .map(from_fixture)
                            .collect(),
                        is_complete: false,
                    }
                }));
        }
        Ok(())
    }
}

fn files<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<Files<T>, LabelsError> {
    Ok(serde::Deserialize::deserialize(value)?)
}

fn from_fixture(label: FixtureConnection) -> Connection {
    Connection {
        name: label.name,
        line: None,
        kind: connection_kind(label.type_code).map(str::to_owned),
        host: None,
        port: None,
        database: None,
        user: Some(label.has_user),
        password: Some(label.has_password),
    }
}

/// The kind of database that a number of an analysis stands for: deduced from ports, names and paths of 805
/// connections.
fn connection_kind(type_code: u32) -> Option<&'static str> {
    Some(match type_code {
        3 | 19 => "sql-server",
        6 => "mysql",
        11 => "hfsql-client-server",
        12 => "xml-native-access",
        15 => "postgresql",
        16 => "hfsql-classic",
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
