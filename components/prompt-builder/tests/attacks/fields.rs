//! Every string of an input, and how it is replaced.

use super::support::{attribute, key, key_columns, origin, relation, shop, variable};
use quarry_component_prompt_builder::facts::{DataType, KeyKind, Origin, Scope};
use quarry_component_prompt_builder::prompt::Input;
use std::collections::BTreeSet;

/// What a string of the input is, which says where in a document it may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name: one piece of one line.
    Name,
    /// Several words in one line: types, values, conditions, paths, sentences.
    Words,
    /// Code or a text of several lines, which stands in a fence or a file of its own.
    Lines,
}

/// A string of the input.
#[derive(Debug)]
pub struct Field {
    pub name: &'static str,
    pub kind: Kind,
    pub plant: fn(&mut Input, &str),
}

/// A small project with something of everything, of which every part is shown.
pub fn rich() -> Input {
    let mut input = shop();
    let facts = &mut input.facts;
    facts.notes[0].origin = Some(origin("Invoice.wde", 3, 1));
    facts.constants[0].condition = Some("Target=\"Site\"".to_owned());
    facts.initialization_blocks[0].condition = Some("Target=\"Site\"".to_owned());
    facts.tables[1]
        .keys
        .push(key("PK_COMMANDE", KeyKind::Primary, &["Numéro"]));
    let mut request = variable("sSearch", Scope::Request, "PAGE_Home", 9);
    request.default_value = Some("\"…\"".to_owned());
    facts.global_variables.push(request);
    let mut several = relation(("COMMANDE", "IDCLIENT"), ("CLIENT", "IDCLIENT"));
    several.from_columns.push("Numéro".to_owned());
    several.to_columns.push("Nom".to_owned());
    facts.relations.push(several);
    input.pinned_tables = vec!["COMMANDE".to_owned()];
    input.excluded_tables = vec!["LOG".to_owned()];
    input.mcp_url = Some("http://127.0.0.1:8765/mcp".to_owned());
    input
}

fn set(field: &mut String, text: &str) {
    text.clone_into(field);
}

/// Replaces a name wherever it is one of these.
fn rename<'f>(fields: impl IntoIterator<Item = &'f mut String>, name: &str, text: &str) {
    for field in fields.into_iter().filter(|field| *field == name) {
        set(field, text);
    }
}

/// Replaces the name of a table wherever the input says it.
fn rename_table(input: &mut Input, text: &str) {
    let facts = &mut input.facts;
    let tables = facts.tables.iter_mut().map(|table| &mut table.name);
    let relations = facts
        .relations
        .iter_mut()
        .flat_map(|relation| [&mut relation.from_table, &mut relation.to_table]);
    let uses = facts
        .table_uses
        .iter_mut()
        .map(|table_use| &mut table_use.table);
    rename(tables.chain(relations).chain(uses), "CLIENT", text);
}

/// Replaces the name of a column wherever the input says it.
fn rename_column(input: &mut Input, text: &str) {
    for table in &mut input.facts.tables {
        let columns = table.columns.iter_mut().map(|column| &mut column.name);
        let keys = table.keys.iter_mut().flat_map(|key| &mut key.columns);
        let indexes = table
            .indexes
            .iter_mut()
            .flat_map(|index| &mut index.columns);
        let parts = keys.chain(indexes).map(|column| &mut column.name);
        rename(columns.chain(parts), "IDCLIENT", text);
    }
    for relation in &mut input.facts.relations {
        let columns = relation.from_columns.iter_mut();
        rename(columns.chain(&mut relation.to_columns), "IDCLIENT", text);
    }
}

fn rename_connection(input: &mut Input, text: &str) {
    let facts = &mut input.facts;
    let connections = facts
        .connections
        .iter_mut()
        .map(|connection| &mut connection.name);
    let tables = facts
        .tables
        .iter_mut()
        .filter_map(|table| table.connection.as_mut());
    rename(connections.chain(tables), "MainServer", text);
}

fn rename_configuration(input: &mut Input, text: &str) {
    let known = input
        .facts
        .configurations
        .iter_mut()
        .map(|configuration| &mut configuration.name);
    let excluded = input
        .facts
        .elements
        .iter_mut()
        .flat_map(|element| &mut element.excluded_from);
    let chosen = input.configuration.iter_mut();
    rename(known.chain(excluded).chain(chosen), "Site", text);
}

/// A type that no product knows, of columns and of the stack's mapping.
fn rename_type(input: &mut Input, text: &str) {
    let types = input.stack.types.iter_mut();
    let types = types.map(|mapping| &mut mapping.data_type);
    let tables = input.facts.tables.iter_mut();
    let columns = tables.flat_map(|table| &mut table.columns);
    let columns = columns.map(|column| &mut column.data_type);
    for data_type in types.chain(columns) {
        if matches!(data_type, DataType::Int64) {
            *data_type = DataType::Other(text.to_owned());
        }
    }
}

/// The path of a fact, and of all others of its file: facts of one file stay together.
fn move_file(origin: &mut Origin, text: &str) {
    set(&mut origin.path, text);
}

/// A list of fields: name, kind, and the statement that replaces it.
macro_rules! fields {
    ($($name:literal $kind:ident |$input:ident, $text:ident| $plant:expr;)*) => {
        /// All strings of an input. A test makes sure that none is missing.
        pub const FIELDS: &[Field] = &[
            $(Field { name: $name, kind: Kind::$kind, plant: |$input, $text| $plant },)*
        ];
    };
}

fields! {
    "project" Name |input, text| set(&mut input.project, text);
    "configuration" Name |input, text| rename_configuration(input, text);
    "tokenizer" Name |input, text| set(&mut input.tokenizer, text);
    "revision" Name |input, text| set(&mut input.revision, text);
    "pinned table" Name |input, text| set(&mut input.pinned_tables[0], text);
    "excluded table" Name |input, text| set(&mut input.excluded_tables[0], text);
    "server" Name |input, text| input.mcp_url = Some(text.to_owned());
    "stack: id" Name |input, text| set(&mut input.stack.id, text);
    "stack: name" Words |input, text| set(&mut input.stack.name, text);
    "stack: group" Words |input, text| set(&mut input.stack.group, text);
    "stack: language" Words |input, text| set(&mut input.stack.language, text);
    "stack: framework" Words |input, text| set(&mut input.stack.framework, text);
    "stack: mapper" Words |input, text| set(&mut input.stack.orm, text);
    "stack: templates" Words |input, text| set(&mut input.stack.template_engine, text);
    "stack: startup" Words |input, text| set(&mut input.stack.startup, text);
    "stack: path" Name |input, text| set(&mut input.stack.file_structure[0].name, text);
    "stack: purpose of a path" Words |input, text| set(&mut input.stack.file_structure[0].value, text);
    "stack: convention" Name |input, text| set(&mut input.stack.naming_conventions[0].name, text);
    "stack: convention's words" Words |input, text| set(&mut input.stack.naming_conventions[0].value, text);
    "stack: type of the source" Words |input, text| rename_type(input, text);
    "stack: type" Words |input, text| set(&mut input.stack.types[0].stack_type, text);
    "stack: scope" Name |input, text| set(&mut input.stack.state[0].name, text);
    "stack: place of a scope" Words |input, text| set(&mut input.stack.state[0].value, text);

    "project: name" Name |input, text| set(&mut input.facts.projects[0].name, text);
    "project: product" Name |input, text| set(&mut input.facts.projects[0].product, text);
    "project: version" Name |input, text| input.facts.projects[0].version = Some(text.to_owned());
    "project: description" Words |input, text| set(&mut input.facts.projects[0].description, text);
    "project: language" Name |input, text| set(&mut input.facts.projects[0].languages[0], text);
    "project: origin" Name |input, text| move_file(&mut input.facts.projects[0].origin, text);
    "other project: name" Name |input, text| set(&mut input.facts.projects[1].name, text);
    "other project: origin" Name |input, text| move_file(&mut input.facts.projects[1].origin, text);
    "configuration: other name" Name |input, text| set(&mut input.facts.configurations[1].name, text);
    "configuration: target" Name |input, text| set(&mut input.facts.configurations[1].target, text);
    "configuration: origin" Name |input, text| move_file(&mut input.facts.configurations[1].origin, text);
    "element: name" Name |input, text| set(&mut input.facts.elements[0].name, text);
    "element: kind" Name |input, text| set(&mut input.facts.elements[0].kind, text);
    "element: path" Name |input, text| set(&mut input.facts.elements[0].path, text);
    "element: excluded from" Name |input, text| input.facts.elements[0].excluded_from = vec![text.to_owned()];
    "element: origin" Name |input, text| move_file(&mut input.facts.elements[0].origin, text);

    "connection: name" Name |input, text| rename_connection(input, text);
    "connection: kind" Name |input, text| set(&mut input.facts.connections[0].kind, text);
    "connection: host" Name |input, text| input.facts.connections[0].host = Some(text.to_owned());
    "connection: database" Name |input, text| input.facts.connections[0].database = Some(text.to_owned());
    "connection: origin" Name |input, text| move_file(&mut input.facts.connections[0].origin, text);

    "table: name" Name |input, text| rename_table(input, text);
    "table: name of one that nothing refers to" Name |input, text| set(&mut input.facts.tables[2].name, text);
    "table: physical name" Name |input, text| set(&mut input.facts.tables[0].physical_name, text);
    "table: unknown connection" Name |input, text| input.facts.tables[0].connection = Some(text.to_owned());
    "table: origin" Words |input, text| move_file(&mut input.facts.tables[0].origin, text);
    "column: name" Name |input, text| rename_column(input, text);
    "column: name of one without keys" Name |input, text| set(&mut input.facts.tables[1].columns[2].name, text);
    "column: type" Words |input, text| input.facts.tables[0].columns[1].data_type = DataType::Other(text.to_owned());
    "column: default value" Words |input, text| input.facts.tables[0].columns[1].default_value = Some(text.to_owned());
    "key: name" Name |input, text| set(&mut input.facts.tables[1].keys[0].name, text);
    "key: name of the primary one" Name |input, text| set(&mut input.facts.tables[0].keys[0].name, text);
    "key: column" Name |input, text| set(&mut input.facts.tables[1].keys[0].columns[0].name, text);
    "index: name" Name |input, text| set(&mut input.facts.tables[1].indexes[0].name, text);
    "index: column" Name |input, text| input.facts.tables[1].indexes[0].columns = key_columns(&[text]);
    "relation: from table" Name |input, text| set(&mut input.facts.relations[1].from_table, text);
    "relation: from column" Name |input, text| set(&mut input.facts.relations[0].from_columns[0], text);
    "relation: to table" Name |input, text| set(&mut input.facts.relations[0].to_table, text);
    "relation: to column" Name |input, text| set(&mut input.facts.relations[0].to_columns[0], text);
    "relation: rule" Name |input, text| set(&mut input.facts.relations[0].rule, text);
    "relation: origin" Name |input, text| move_file(&mut input.facts.relations[1].origin, text);
    "use: unknown table" Name |input, text| set(&mut input.facts.table_uses[0].table, text);
    "use: element" Name |input, text| set(&mut input.facts.table_uses[0].element, text);
    "use: operation" Name |input, text| set(&mut input.facts.table_uses[0].operation, text);
    "use: origin" Name |input, text| move_file(&mut input.facts.table_uses[0].origin, text);

    "variable: name" Name |input, text| set(&mut input.facts.global_variables[0].name, text);
    "variable: declared type" Words |input, text| {
        set(&mut input.facts.global_variables[0].declared_type, text);
        input.facts.global_variables[0].normalized_type.clear();
    };
    "variable: normalized type" Words |input, text| set(&mut input.facts.global_variables[0].normalized_type, text);
    "variable: default value" Words |input, text| input.facts.global_variables[0].default_value = Some(text.to_owned());
    "variable: condition" Words |input, text| input.facts.global_variables[0].condition = Some(text.to_owned());
    "variable: element" Name |input, text| set(&mut input.facts.global_variables[0].element, text);
    "variable: origin" Words |input, text| move_file(&mut input.facts.global_variables[0].origin, text);
    "constant: name" Name |input, text| set(&mut input.facts.constants[0].name, text);
    "constant: value" Words |input, text| input.facts.constants[0].value = Some(text.to_owned());
    "constant: condition" Words |input, text| input.facts.constants[0].condition = Some(text.to_owned());
    "constant: element" Name |input, text| set(&mut input.facts.constants[0].element, text);
    "constant: origin" Words |input, text| move_file(&mut input.facts.constants[0].origin, text);
    "block: element" Name |input, text| set(&mut input.facts.initialization_blocks[0].element, text);
    "block: language" Name |input, text| set(&mut input.facts.initialization_blocks[0].language, text);
    "block: code" Lines |input, text| set(&mut input.facts.initialization_blocks[0].code, text);
    "block: code in the middle" Lines |input, text| {
        input.facts.initialization_blocks[0].code = format!("gsPage = 1\n{text}\ngsPage = 2");
    };
    "block: reads" Name |input, text| set(&mut input.facts.initialization_blocks[0].reads[0], text);
    "block: writes" Name |input, text| set(&mut input.facts.initialization_blocks[0].writes[0], text);
    "block: listing" Lines |input, text| input.facts.initialization_blocks[0].listing = Some(text.to_owned());
    "block: effect" Name |input, text| {
        input.facts.initialization_blocks[0].effects[0].target = Some(text.to_owned());
    };
    "block: condition" Words |input, text| input.facts.initialization_blocks[0].condition = Some(text.to_owned());
    "block: origin" Name |input, text| move_file(&mut input.facts.initialization_blocks[0].origin, text);

    "note: kind" Name |input, text| set(&mut input.facts.notes[0].kind, text);
    "note: title" Words |input, text| set(&mut input.facts.notes[0].title, text);
    "note: text" Lines |input, text| set(&mut input.facts.notes[0].text, text);
    "note: attribute" Name |input, text| set(&mut input.facts.notes[0].attributes[0].name, text);
    "note: attribute's value" Words |input, text| set(&mut input.facts.notes[0].attributes[0].value, text);
    "note: element" Name |input, text| input.facts.notes[0].attributes.push(attribute("element", text));
    "note: origin" Name |input, text| input.facts.notes[0].origin = Some(origin(text, 3, 1));
    "diagnostic: code" Name |input, text| set(&mut input.diagnostics[1].code, text);
    "diagnostic: message" Words |input, text| set(&mut input.diagnostics[1].message, text);
    "diagnostic: origin" Name |input, text| input.diagnostics[1].origin = Some(origin(text, 1, 1));
}

/// The strings of an input as `Record.field: "text"`, read from its debug form: that names fields of records that
/// this file has never heard of.
fn strings(input: &Input) -> Vec<(String, String)> {
    let mut strings = Vec::new();
    let mut records: Vec<String> = Vec::new();
    let mut field = String::new();
    let mut open_fields: Vec<String> = Vec::new();
    for line in format!("{input:#?}").lines().map(str::trim) {
        let value = match line.split_once(": ") {
            Some((name, value)) if !line.starts_with('"') => {
                name.clone_into(&mut field);
                value
            }
            _ => line,
        };
        if let Some(record) = value.strip_suffix(" {") {
            records.push(record.to_owned());
            open_fields.push(field.clone());
        } else if value.starts_with('}') {
            records.pop();
            field = open_fields.pop().unwrap_or_default();
        } else if value.starts_with('"') {
            let record = records.last().map_or("", String::as_str);
            strings.push((format!("{record}.{field}"), value.to_owned()));
        }
    }
    strings
}

#[test]
fn every_string_of_an_input_is_attacked() {
    const MARK: &str = "planted here";
    let all: BTreeSet<String> = strings(&rich()).into_iter().map(|(name, _)| name).collect();
    assert!(all.len() >= 50, "{all:?}");
    let attacked = FIELDS.iter().flat_map(|field| {
        let mut input = rich();
        (field.plant)(&mut input, MARK);
        let strings = strings(&input).into_iter();
        strings.filter(|(_, text)| text.contains(MARK))
    });
    let attacked: BTreeSet<String> = attacked.map(|(name, _)| name).collect();
    assert_eq!(
        all.difference(&attacked).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "add a line to FIELDS"
    );
}
