//! Facts: putting together what several extractors found, and their JSON.
//!
//! The JSON's keys are the names of `wit/context` in snake_case, its enumerations the names as they stand there; the type
//! of a column is in words.
//! `docs/facts.schema.json` describes it.

use crate::data_type;
use crate::text::is_hidden;
use quarry_sandbox::Extraction;
use quarry_sandbox::facts::{
    Attribute, Column, Configuration, Connection, Constant, DataType, Diagnostic, Effect,
    EffectKind, Element, ElementForm, FactSet, GlobalVariable, Index, InitializationBlock, Key,
    KeyColumn, KeyKind, Note, Origin, Place, Project, ProjectKind, Relation, Scope, Severity,
    Table, TableUse, Visibility,
};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::collections::HashSet;
use std::io;

/// A set without facts.
pub fn empty() -> Extraction {
    Extraction {
        facts: FactSet {
            projects: Vec::new(),
            configurations: Vec::new(),
            elements: Vec::new(),
            connections: Vec::new(),
            tables: Vec::new(),
            relations: Vec::new(),
            table_uses: Vec::new(),
            global_variables: Vec::new(),
            constants: Vec::new(),
            initialization_blocks: Vec::new(),
            notes: Vec::new(),
        },
        diagnostics: Vec::new(),
    }
}

/// Adds what another extractor found.
pub fn append(all: &mut Extraction, other: Extraction) {
    let Extraction { facts, diagnostics } = other;
    let into = &mut all.facts;
    into.projects.extend(facts.projects);
    into.configurations.extend(facts.configurations);
    into.elements.extend(facts.elements);
    into.connections.extend(facts.connections);
    into.tables.extend(facts.tables);
    into.relations.extend(facts.relations);
    into.table_uses.extend(facts.table_uses);
    into.global_variables.extend(facts.global_variables);
    into.constants.extend(facts.constants);
    into.initialization_blocks
        .extend(facts.initialization_blocks);
    into.notes.extend(facts.notes);
    all.diagnostics.extend(diagnostics);
}

/// Leaves out what was said before: several extractors read the same file and have the same to say about it.
pub fn without_repetitions(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut said = HashSet::new();
    let is_new: Vec<bool> = diagnostics
        .iter()
        .map(|diagnostic| {
            let origin = diagnostic.origin.as_ref();
            let place = origin.map(|origin| (&origin.path, origin.offset));
            said.insert((&diagnostic.code, &diagnostic.message, place))
        })
        .collect();
    let diagnostics = diagnostics.into_iter().zip(is_new);
    diagnostics
        .filter_map(|(diagnostic, is_new)| is_new.then_some(diagnostic))
        .collect()
}

/// How many facts there are of each kind, in the order of the contract.
pub fn counts(facts: &FactSet) -> [(&'static str, usize); 11] {
    [
        ("projects", facts.projects.len()),
        ("configurations", facts.configurations.len()),
        ("elements", facts.elements.len()),
        ("connections", facts.connections.len()),
        ("tables", facts.tables.len()),
        ("relations", facts.relations.len()),
        ("table_uses", facts.table_uses.len()),
        ("global_variables", facts.global_variables.len()),
        ("constants", facts.constants.len()),
        ("initialization_blocks", facts.initialization_blocks.len()),
        ("notes", facts.notes.len()),
    ]
}

/// Writes a value as indented JSON, with a line break at the end. Characters that a terminal would act on are escaped.
///
/// # Errors
///
/// When the writer fails.
pub fn write_json(mut writer: impl io::Write, value: &impl Serialize) -> io::Result<()> {
    let formatter = Escaping(PrettyFormatter::new());
    let mut serializer = serde_json::Serializer::with_formatter(&mut writer, formatter);
    value.serialize(&mut serializer)?;
    writeln!(writer)
}

/// A value as one line of JSON, in which characters that a terminal would act on are escaped.
pub fn compact_json(value: &impl Serialize) -> String {
    let mut line = Vec::new();
    let mut serializer =
        serde_json::Serializer::with_formatter(&mut line, Escaping(CompactFormatter));
    // Writing to memory does not fail, and JSON is UTF-8.
    let _ = value.serialize(&mut serializer);
    String::from_utf8(line).unwrap_or_default()
}

/// A formatter that escapes what [`is_hidden`].
struct Escaping<F>(F);

macro_rules! forward {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + io::Write>(&mut self, writer: &mut W $(, $argument: $type)*) -> io::Result<()> {
            self.0.$name(writer $(, $argument)*)
        })*
    };
}

impl<F: Formatter> Formatter for Escaping<F> {
    forward! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, found)| is_hidden(*found)) {
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + hidden.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }
}

/// Something of the contract, as JSON.
#[derive(Debug)]
pub struct Json<'a, T: ?Sized>(pub &'a T);

macro_rules! plain {
    ($($type:ty),*) => {
        $(impl Serialize for Json<'_, $type> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        })*
    };
}

plain!(bool, u8, u16, u32, u64, String);

impl<T> Serialize for Json<'_, Vec<T>>
where
    for<'a> Json<'a, T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Json))
    }
}

impl<T> Serialize for Json<'_, Option<T>>
where
    for<'a> Json<'a, T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.as_ref().map(Json).serialize(serializer)
    }
}

/// The pattern names every field, so that a field added to the contract does not compile until it is here.
macro_rules! record {
    ($($type:ident { $($field:ident),* $(,)? })*) => {
        $(impl Serialize for Json<'_, $type> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $type { $($field),* } = self.0;
                let fields = [$(stringify!($field)),*].len();
                let mut record = serializer.serialize_struct(stringify!($type), fields)?;
                $(record.serialize_field(stringify!($field), &Json($field))?;)*
                record.end()
            }
        })*
    };
}

macro_rules! enumeration {
    ($($type:ident { $($case:ident: $name:literal),* $(,)? })*) => {
        $(impl Serialize for Json<'_, $type> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(match self.0 { $($type::$case => $name),* })
            }
        })*
    };
}

impl Serialize for Json<'_, DataType> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(data_type::name(self.0))
    }
}

enumeration! {
    Severity { Info: "info", Warning: "warning", Error: "error" }
    ProjectKind { Desktop: "desktop", Web: "web", Mobile: "mobile", Other: "other" }
    ElementForm { Text: "text", Binary: "binary", Missing: "missing" }
    KeyKind { Primary: "primary", Unique: "unique" }
    Scope { App: "app", Module: "module", Request: "request" }
    EffectKind {
        OpensConnection: "opens-connection",
        DescribesConnection: "describes-connection",
        ChangesConnection: "changes-connection",
        ClosesConnection: "closes-connection",
        AdministersDatabase: "administers-database",
        CreatesDataFiles: "creates-data-files",
        OpensDataFiles: "opens-data-files",
        UnlocksDataFiles: "unlocks-data-files",
        RegistersTrigger: "registers-trigger",
        ReadsData: "reads-data",
        ChangesData: "changes-data",
        ReadsIniFile: "reads-ini-file",
        ReadsRegistry: "reads-registry",
        ReadsParameter: "reads-parameter",
        ReadsEnvironment: "reads-environment",
        ReadsCommandLine: "reads-command-line",
        WritesSetting: "writes-setting",
        ReadsFile: "reads-file",
        ChangesFile: "changes-file",
        SetsErrorHandler: "sets-error-handler",
        OpensWindow: "opens-window",
        OpensPage: "opens-page",
        ShowsMessage: "shows-message",
        CallsProcedure: "calls-procedure",
        CallsUnknown: "calls-unknown",
        RunsProgram: "runs-program",
        CallsLibrary: "calls-library",
        UsesNetwork: "uses-network",
        SetsLocale: "sets-locale",
        ChangesSetting: "changes-setting",
        KeepsSessionState: "keeps-session-state",
        StartsTimer: "starts-timer",
        StartsThread: "starts-thread",
        EndsProgram: "ends-program",
    }
    Visibility { Public: "public", Protected: "protected", Private: "private" }
}

record! {
    Origin { path, line, column, offset, length }
    Diagnostic { severity, code, message, origin }
    Attribute { name, value }
    Project { name, kind, product, version, description, languages, selected, origin }
    Configuration { name, target, origin }
    Element { name, kind, path, form, excluded_from, origin }
    Connection { name, kind, host, port, database, has_user, has_password, origin }
    KeyColumn { name, descending }
    Relation {
        from_table, from_columns, to_table, to_columns, rule, confidence, origin,
    }
    TableUse { table, element, operation, origin }
    GlobalVariable {
        name, declared_type, normalized_type, default_value, scope, visibility, condition, element,
        origin,
    }
    Constant { name, value, visibility, condition, element, origin }
    Effect { kind, target, count, line }
    InitializationBlock {
        element, order, language, code, listing, reads, writes, effects, condition, origin,
    }
    Note { kind, title, text, attributes, origin }
}

/// A part of a table. Its origin in JSON has the table's path, as that of every fact has one.
struct Part<'a, T>(&'a T, &'a str);

macro_rules! part {
    ($($type:ident { $($field:ident),*; origin })*) => {
        $(impl Serialize for Part<'_, $type> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $type { $($field,)* origin: Place { line, column, offset, length } } = self.0;
                let origin = Origin {
                    path: self.1.to_owned(),
                    line: *line,
                    column: *column,
                    offset: *offset,
                    length: *length,
                };
                let fields = [$(stringify!($field)),*].len() + 1;
                let mut record = serializer.serialize_struct(stringify!($type), fields)?;
                $(record.serialize_field(stringify!($field), &Json($field))?;)*
                record.serialize_field("origin", &Json(&origin))?;
                record.end()
            }
        })*
    };
}

part! {
    Column {
        name, data_type, size, automatic, nullable, default_value, computed, array_length; origin
    }
    Key { name, kind, columns, inferred; origin }
    Index { name, columns; origin }
}

/// Parts of a table in their order.
struct Parts<'a, T>(&'a [T], &'a str);

impl<T> Serialize for Parts<'_, T>
where
    for<'a> Part<'a, T>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|part| Part(part, self.1)))
    }
}

impl Serialize for Json<'_, Table> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Table {
            name,
            physical_name,
            connection,
            columns,
            keys,
            indexes,
            origin,
        } = self.0;
        let path = origin.path.as_str();
        let mut record = serializer.serialize_struct("Table", 7)?;
        record.serialize_field("name", &Json(name))?;
        record.serialize_field("physical_name", &Json(physical_name))?;
        record.serialize_field("connection", &Json(connection))?;
        record.serialize_field("columns", &Parts(columns, path))?;
        record.serialize_field("keys", &Parts(keys, path))?;
        record.serialize_field("indexes", &Parts(indexes, path))?;
        record.serialize_field("origin", &Json(origin))?;
        record.end()
    }
}

/// All facts and diagnostics side by side, as `quarry extract` prints them.
impl Serialize for Json<'_, Extraction> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Extraction { facts, diagnostics } = self.0;
        let FactSet {
            projects,
            configurations,
            elements,
            connections,
            tables,
            relations,
            table_uses,
            global_variables,
            constants,
            initialization_blocks,
            notes,
        } = facts;
        let mut record = serializer.serialize_struct("Extraction", 12)?;
        record.serialize_field("projects", &Json(projects))?;
        record.serialize_field("configurations", &Json(configurations))?;
        record.serialize_field("elements", &Json(elements))?;
        record.serialize_field("connections", &Json(connections))?;
        record.serialize_field("tables", &Json(tables))?;
        record.serialize_field("relations", &Json(relations))?;
        record.serialize_field("table_uses", &Json(table_uses))?;
        record.serialize_field("global_variables", &Json(global_variables))?;
        record.serialize_field("constants", &Json(constants))?;
        record.serialize_field("initialization_blocks", &Json(initialization_blocks))?;
        record.serialize_field("notes", &Json(notes))?;
        record.serialize_field("diagnostics", &Json(diagnostics))?;
        record.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_a_terminal_would_act_on_are_escaped_and_read_back_the_same() {
        let text = "a\u{1b}b\u{202e}c\u{e0041}d\"é".to_owned();
        let mut written = Vec::new();
        write_json(&mut written, &Json(&text)).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert!(!written.trim_end().chars().any(is_hidden), "{written:?}");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
