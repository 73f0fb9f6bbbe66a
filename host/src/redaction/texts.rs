//! Every string of facts and diagnostics, and what it is.
//!
//! The patterns name every field, so that a string added to the contract does not compile until it is here.

use quarry_sandbox::Extraction;
use quarry_sandbox::facts::{
    Attribute, Column, Configuration, Connection, Constant, DataType, Diagnostic, Effect, Element,
    FactSet, GlobalVariable, Index, InitializationBlock, Key, KeyColumn, Note, Origin, Place,
    Project, Relation, Table, TableUse,
};

/// What a string is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Role<'p> {
    /// A name, a type, a word for programs: what stands beside it says nothing of it.
    Name,
    /// A text, or a part of an expression.
    Text,
    /// Code in a language.
    Code(&'p str),
    /// The value of something with a name: `password` in `password = …`.
    Value(&'p str),
    /// The path of a file.
    Path,
}

/// Is given every string, where it comes from and what it is.
pub(super) type Visit<'v> = dyn FnMut(&mut String, Option<&Origin>, Role<'_>) + 'v;

pub(super) fn each_text(extraction: &mut Extraction, visit: &mut Visit<'_>) {
    let Extraction { facts, diagnostics } = extraction;
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
    diagnostics
        .iter_mut()
        .for_each(|fact| of_diagnostic(fact, visit));
    projects.iter_mut().for_each(|fact| of_project(fact, visit));
    configurations
        .iter_mut()
        .for_each(|fact| of_configuration(fact, visit));
    elements.iter_mut().for_each(|fact| of_element(fact, visit));
    connections
        .iter_mut()
        .for_each(|fact| of_connection(fact, visit));
    tables.iter_mut().for_each(|fact| of_table(fact, visit));
    relations
        .iter_mut()
        .for_each(|fact| of_relation(fact, visit));
    table_uses
        .iter_mut()
        .for_each(|fact| of_table_use(fact, visit));
    global_variables
        .iter_mut()
        .for_each(|fact| of_variable(fact, visit));
    constants
        .iter_mut()
        .for_each(|fact| of_constant(fact, visit));
    initialization_blocks
        .iter_mut()
        .for_each(|fact| of_block(fact, visit));
    notes.iter_mut().for_each(|fact| of_note(fact, visit));
}

/// Names that come from one place.
fn names<'t>(
    visit: &mut Visit<'_>,
    origin: Option<&Origin>,
    names: impl IntoIterator<Item = &'t mut String>,
) {
    for name in names {
        visit(name, origin, Role::Name);
    }
}

/// Texts that come from one place.
fn texts<'t>(
    visit: &mut Visit<'_>,
    origin: Option<&Origin>,
    texts: impl IntoIterator<Item = &'t mut String>,
) {
    for text in texts {
        visit(text, origin, Role::Text);
    }
}

/// The path of an origin, after all that comes from there: its file is looked into under the path as it was.
fn path(visit: &mut Visit<'_>, origin: &mut Origin) {
    let whole = origin.clone();
    let Origin {
        path,
        line: _,
        column: _,
        offset: _,
        length: _,
    } = origin;
    visit(path, Some(&whole), Role::Path);
}

fn of_diagnostic(diagnostic: &mut Diagnostic, visit: &mut Visit<'_>) {
    let Diagnostic {
        severity: _,
        code,
        message,
        origin,
    } = diagnostic;
    names(visit, origin.as_ref(), [code]);
    texts(visit, origin.as_ref(), [message]);
    origin.iter_mut().for_each(|origin| path(visit, origin));
}

fn of_project(project: &mut Project, visit: &mut Visit<'_>) {
    let Project {
        name,
        kind: _,
        product,
        version,
        description,
        languages,
        selected: _,
        origin,
    } = project;
    let words = [name, product].into_iter().chain(version).chain(languages);
    names(visit, Some(origin), words);
    texts(visit, Some(origin), [description]);
    path(visit, origin);
}

fn of_configuration(configuration: &mut Configuration, visit: &mut Visit<'_>) {
    let Configuration {
        name,
        target,
        origin,
    } = configuration;
    names(visit, Some(origin), [name, target]);
    path(visit, origin);
}

fn of_element(element: &mut Element, visit: &mut Visit<'_>) {
    let Element {
        name,
        kind,
        path: of_file,
        form: _,
        excluded_from,
        origin,
    } = element;
    let words = [name, kind].into_iter().chain(excluded_from);
    names(visit, Some(origin), words);
    visit(of_file, Some(origin), Role::Path);
    path(visit, origin);
}

fn of_connection(connection: &mut Connection, visit: &mut Visit<'_>) {
    let Connection {
        name,
        kind,
        host,
        port: _,
        database,
        has_user: _,
        has_password: _,
        origin,
    } = connection;
    names(visit, Some(origin), [name, kind]);
    texts(visit, Some(origin), host.iter_mut().chain(database));
    path(visit, origin);
}

fn of_table(table: &mut Table, visit: &mut Visit<'_>) {
    let Table {
        name,
        physical_name,
        connection,
        columns,
        keys,
        indexes,
        origin,
    } = table;
    let words = [name, physical_name].into_iter().chain(connection);
    names(visit, Some(origin), words);
    for column in columns {
        of_column(column, origin, visit);
    }
    for Key {
        name,
        kind: _,
        columns,
        inferred: _,
        origin: place,
    } in keys
    {
        let words = [name].into_iter().chain(of_key(columns));
        names(visit, Some(&part(origin, place)), words);
    }
    for Index {
        name,
        columns,
        origin: place,
    } in indexes
    {
        let words = [name].into_iter().chain(of_key(columns));
        names(visit, Some(&part(origin, place)), words);
    }
    path(visit, origin);
}

/// Where a part of a table stands.
fn part(table: &Origin, place: &Place) -> Origin {
    let Place {
        line,
        column,
        offset,
        length,
    } = *place;
    Origin {
        path: table.path.clone(),
        line,
        column,
        offset,
        length,
    }
}

fn of_key(columns: &mut [KeyColumn]) -> impl Iterator<Item = &mut String> {
    columns.iter_mut().map(|column| {
        let KeyColumn {
            name,
            descending: _,
        } = column;
        name
    })
}

fn of_column(column: &mut Column, table: &Origin, visit: &mut Visit<'_>) {
    let Column {
        name,
        data_type,
        size: _,
        automatic: _,
        nullable: _,
        default_value,
        computed: _,
        array_length: _,
        origin: place,
    } = column;
    let origin = part(table, place);
    if let Some(default) = default_value {
        visit(default, Some(&origin), Role::Value(name));
    }
    names(visit, Some(&origin), [name]);
    if let DataType::Other(words) = data_type {
        names(visit, Some(&origin), [words]);
    }
}

fn of_relation(relation: &mut Relation, visit: &mut Visit<'_>) {
    let Relation {
        from_table,
        from_columns,
        to_table,
        to_columns,
        rule,
        confidence: _,
        origin,
    } = relation;
    let columns = from_columns.iter_mut().chain(to_columns);
    let words = [from_table, to_table, rule].into_iter().chain(columns);
    names(visit, Some(origin), words);
    path(visit, origin);
}

fn of_table_use(found: &mut TableUse, visit: &mut Visit<'_>) {
    let TableUse {
        table,
        element,
        operation,
        origin,
    } = found;
    names(visit, Some(origin), [table, element, operation]);
    path(visit, origin);
}

fn of_variable(variable: &mut GlobalVariable, visit: &mut Visit<'_>) {
    let GlobalVariable {
        name,
        declared_type,
        normalized_type,
        default_value,
        scope: _,
        visibility: _,
        condition,
        element,
        origin,
    } = variable;
    if let Some(default) = default_value {
        visit(default, Some(origin), Role::Value(name));
    }
    let words = [name, declared_type, normalized_type, element];
    names(visit, Some(origin), words);
    texts(visit, Some(origin), condition);
    path(visit, origin);
}

fn of_constant(constant: &mut Constant, visit: &mut Visit<'_>) {
    let Constant {
        name,
        value,
        visibility: _,
        condition,
        element,
        origin,
    } = constant;
    if let Some(value) = value {
        visit(value, Some(origin), Role::Value(name));
    }
    names(visit, Some(origin), [name, element]);
    texts(visit, Some(origin), condition);
    path(visit, origin);
}

fn of_block(block: &mut InitializationBlock, visit: &mut Visit<'_>) {
    let InitializationBlock {
        element,
        order: _,
        language,
        code,
        listing,
        reads,
        writes,
        effects,
        condition,
        origin,
    } = block;
    for code in [code].into_iter().chain(listing) {
        visit(code, Some(origin), Role::Code(language));
    }
    let targets = effects.iter_mut().filter_map(|effect| {
        let Effect {
            kind: _,
            target,
            count: _,
            line: _,
        } = effect;
        target.as_mut()
    });
    let words = [element, language].into_iter();
    let words = words.chain(reads).chain(writes).chain(targets);
    names(visit, Some(origin), words);
    texts(visit, Some(origin), condition);
    path(visit, origin);
}

fn of_note(note: &mut Note, visit: &mut Visit<'_>) {
    let Note {
        kind,
        title,
        text,
        attributes,
        origin,
    } = note;
    for Attribute { name, value } in attributes {
        visit(value, origin.as_ref(), Role::Value(name));
        names(visit, origin.as_ref(), [name]);
    }
    names(visit, origin.as_ref(), [kind]);
    texts(visit, origin.as_ref(), [title, text]);
    origin.iter_mut().for_each(|origin| path(visit, origin));
}
