//! Secrets in facts and in documents.
//!
//! What position proves to be a secret, extractors have blanked. What only its value betrays is found here: in every
//! string of every fact before the prompt builder sees it, and once more in every byte that is to be published.

use crate::workspace::Documents;
use quarry_redaction::{Context, Finding, Options, Redactor};
use quarry_sandbox::Extraction;
use quarry_sandbox::facts::{
    Attribute, Column, Constant, Diagnostic, FactSet, GlobalVariable, InitializationBlock, Note,
    Origin, Place as Part, Table,
};
use std::borrow::Cow;

/// Finds secrets and numbers them, for one run.
#[derive(Debug)]
pub struct Redaction {
    redactor: Redactor,
}

impl Redaction {
    /// A run without any finding yet. `allowed` are fingerprints of what is no secret.
    pub fn new<'f>(allowed: impl IntoIterator<Item = &'f String>) -> Self {
        Redaction {
            redactor: Redactor::new(Options {
                allowed: allowed.into_iter().cloned().collect(),
            }),
        }
    }

    /// What was found so far, in the order in which it was found.
    pub fn findings(&self) -> &[Finding] {
        self.redactor.findings()
    }

    /// Replaces the secrets of all facts and diagnostics.
    pub fn facts(&mut self, extraction: &mut Extraction) {
        let redactor = &mut self.redactor;
        each_text(extraction, &mut |text, place| scan(redactor, text, place));
        self.known(extraction);
    }

    /// Replaces what was found before, wherever it stands in facts and diagnostics.
    pub fn known(&self, extraction: &mut Extraction) {
        if self.redactor.findings().is_empty() {
            return;
        }
        each_text(extraction, &mut |text, _| {
            if let Cow::Owned(replaced) = self.redactor.replace_known(text) {
                *text = replaced;
            }
        });
    }

    /// Replaces the secrets of documents, which may hold code of a language, and says whether there were any.
    pub fn documents(&mut self, documents: &mut Documents, language: Option<&str>) -> bool {
        let mut has_changed = false;
        for (path, text) in documents.iter_mut() {
            let mut context = Context::of_file(path);
            context.language = language;
            if let Cow::Owned(replaced) = self.redactor.redact(text, &context) {
                *text = replaced;
                has_changed = true;
            }
        }
        has_changed
    }

    /// The first place in documents where a value that was found still stands: path, line, rule.
    pub fn leak(&self, documents: &Documents) -> Option<(String, u32, &'static str)> {
        documents.iter().find_map(|(path, text)| {
            let leaks = self.redactor.leaks(text);
            let leak = leaks.first()?;
            Some((path.to_owned(), leak.line, leak.rule))
        })
    }
}

/// Where a text stands and how it is to be read.
struct Place<'p> {
    origin: Option<&'p Origin>,
    /// What is assigned the text: `password` in `password = …`.
    name: Option<&'p str>,
    language: Option<&'p str>,
}

fn scan(redactor: &mut Redactor, text: &mut String, place: &Place<'_>) {
    let mut context = Context::of_file(place.origin.map_or("", |origin| &origin.path));
    if let Some(origin) = place.origin {
        context.line = origin.line;
        context.column = origin.column;
    }
    context.language = place.language;
    let Some(name) = place.name else {
        if let Cow::Owned(redacted) = redactor.redact(text, &context) {
            *text = redacted;
        }
        return;
    };
    let prefix = format!("{name} = ");
    if let Cow::Owned(redacted) = redactor.redact(&format!("{prefix}{text}"), &context)
        && let Some(value) = redacted.strip_prefix(&prefix)
    {
        *text = value.to_owned();
    }
}

/// Is given every string of facts and diagnostics.
type Visit<'v> = dyn FnMut(&mut String, &Place<'_>) + 'v;

fn each_text(extraction: &mut Extraction, visit: &mut Visit<'_>) {
    let Extraction { facts, diagnostics } = extraction;
    for Diagnostic {
        code,
        message,
        origin,
        ..
    } in diagnostics
    {
        at(visit, origin.as_ref(), [code, message]);
        origin.iter_mut().for_each(|origin| path(visit, origin));
    }
    project(facts, visit);
    schema(facts, visit);
    state(facts, visit);
    for note in &mut facts.notes {
        each_of_note(note, visit);
    }
}

/// Texts of one place.
fn at<'t>(
    visit: &mut Visit<'_>,
    origin: Option<&Origin>,
    texts: impl IntoIterator<Item = &'t mut String>,
) {
    let place = Place {
        origin,
        name: None,
        language: None,
    };
    for text in texts {
        visit(text, &place);
    }
}

/// The value of a name.
fn value(visit: &mut Visit<'_>, origin: Option<&Origin>, name: &str, value: &mut String) {
    let place = Place {
        origin,
        name: Some(name),
        language: None,
    };
    visit(value, &place);
}

fn path(visit: &mut Visit<'_>, origin: &mut Origin) {
    let mut path = std::mem::take(&mut origin.path);
    at(visit, Some(origin), [&mut path]);
    origin.path = path;
}

fn project(facts: &mut FactSet, visit: &mut Visit<'_>) {
    for project in &mut facts.projects {
        let texts = [
            &mut project.name,
            &mut project.product,
            &mut project.description,
        ];
        let texts = texts
            .into_iter()
            .chain(&mut project.version)
            .chain(&mut project.languages);
        at(visit, Some(&project.origin), texts);
        path(visit, &mut project.origin);
    }
    for configuration in &mut facts.configurations {
        let texts = [&mut configuration.name, &mut configuration.target];
        at(visit, Some(&configuration.origin), texts);
        path(visit, &mut configuration.origin);
    }
    for element in &mut facts.elements {
        let texts = [&mut element.name, &mut element.kind, &mut element.path];
        let texts = texts.into_iter().chain(&mut element.excluded_from);
        at(visit, Some(&element.origin), texts);
        path(visit, &mut element.origin);
    }
    for connection in &mut facts.connections {
        let texts = [&mut connection.name, &mut connection.kind];
        let texts = texts
            .into_iter()
            .chain(&mut connection.host)
            .chain(&mut connection.database);
        at(visit, Some(&connection.origin), texts);
        path(visit, &mut connection.origin);
    }
}

fn schema(facts: &mut FactSet, visit: &mut Visit<'_>) {
    for table in &mut facts.tables {
        each_of_table(table, visit);
    }
    for relation in &mut facts.relations {
        let texts = [
            &mut relation.from_table,
            &mut relation.to_table,
            &mut relation.rule,
        ];
        let columns = relation
            .from_columns
            .iter_mut()
            .chain(&mut relation.to_columns);
        at(
            visit,
            Some(&relation.origin),
            texts.into_iter().chain(columns),
        );
        path(visit, &mut relation.origin);
    }
    for found in &mut facts.table_uses {
        let texts = [&mut found.table, &mut found.element, &mut found.operation];
        at(visit, Some(&found.origin), texts);
        path(visit, &mut found.origin);
    }
}

fn each_of_table(table: &mut Table, visit: &mut Visit<'_>) {
    let texts = [&mut table.name, &mut table.physical_name];
    at(
        visit,
        Some(&table.origin),
        texts.into_iter().chain(&mut table.connection),
    );
    for Column {
        name,
        declared_type,
        normalized_type,
        default_value,
        origin,
        ..
    } in &mut table.columns
    {
        let origin = part(&table.origin, origin);
        if let Some(default) = default_value {
            value(visit, Some(&origin), name, default);
        }
        at(visit, Some(&origin), [name, declared_type, normalized_type]);
    }
    for key in &mut table.keys {
        let columns = key.columns.iter_mut().map(|column| &mut column.name);
        let texts = [&mut key.name].into_iter().chain(columns);
        at(visit, Some(&part(&table.origin, &key.origin)), texts);
    }
    for index in &mut table.indexes {
        let columns = index.columns.iter_mut().map(|column| &mut column.name);
        let texts = [&mut index.name].into_iter().chain(columns);
        at(visit, Some(&part(&table.origin, &index.origin)), texts);
    }
    path(visit, &mut table.origin);
}

/// Where a part of a table stands.
fn part(table: &Origin, place: &Part) -> Origin {
    Origin {
        path: table.path.clone(),
        line: place.line,
        column: place.column,
        offset: place.offset,
        length: place.length,
    }
}

fn state(facts: &mut FactSet, visit: &mut Visit<'_>) {
    for variable in &mut facts.global_variables {
        let GlobalVariable {
            name,
            declared_type,
            normalized_type,
            default_value,
            condition,
            element,
            origin,
            ..
        } = variable;
        if let Some(default) = default_value {
            value(visit, Some(origin), name, default);
        }
        let texts = [name, declared_type, normalized_type, element];
        at(visit, Some(origin), texts.into_iter().chain(condition));
        path(visit, origin);
    }
    for constant in &mut facts.constants {
        let Constant {
            name,
            value: of_constant,
            condition,
            element,
            origin,
            ..
        } = constant;
        if let Some(of_constant) = of_constant {
            value(visit, Some(origin), name, of_constant);
        }
        at(
            visit,
            Some(origin),
            [name, element].into_iter().chain(condition),
        );
        path(visit, origin);
    }
    for block in &mut facts.initialization_blocks {
        let InitializationBlock {
            element,
            language,
            code,
            reads,
            writes,
            effects,
            condition,
            origin,
            ..
        } = block;
        let place = Place {
            origin: Some(origin),
            name: None,
            language: Some(language),
        };
        visit(code, &place);
        let texts = [element]
            .into_iter()
            .chain(reads)
            .chain(writes)
            .chain(effects);
        at(visit, Some(origin), texts.chain(condition));
        path(visit, origin);
    }
}

fn each_of_note(note: &mut Note, visit: &mut Visit<'_>) {
    let Note {
        kind,
        title,
        text,
        attributes,
        origin,
    } = note;
    for Attribute {
        name,
        value: of_attribute,
    } in attributes
    {
        value(visit, origin.as_ref(), name, of_attribute);
        at(visit, origin.as_ref(), [name]);
    }
    at(visit, origin.as_ref(), [kind, title, text]);
    origin.iter_mut().for_each(|origin| path(visit, origin));
}
