//! How many characters of the input nobody sees.

use crate::facts::{Attribute, Column, DataType, FactSet, KeyColumn, Origin, Table};
use crate::prompt::{Input, Stack};
use crate::text;
use std::collections::BTreeSet;

/// How many characters are dropped from the strings of an input when they are shown. A string that several facts
/// have in common, a name or a path, counts once.
pub(crate) fn count(input: &Input) -> u64 {
    let mut strings = Strings::default();
    strings.all([&input.project, &input.tokenizer, &input.revision]);
    strings.all(&input.configuration);
    strings.all(&input.mcp_url);
    strings.all(input.pinned_tables.iter().chain(&input.excluded_tables));
    strings.stack(&input.stack);
    for diagnostic in &input.diagnostics {
        strings.all([&diagnostic.code, &diagnostic.message]);
        strings.places(&diagnostic.origin);
    }
    strings.project(&input.facts);
    strings.schema(&input.facts);
    strings.state(&input.facts);
    for note in &input.facts.notes {
        strings.all([&note.kind, &note.title, &note.text]);
        strings.attributes(&note.attributes);
        strings.places(&note.origin);
    }
    strings.0.into_iter().map(text::hidden).sum::<usize>() as u64
}

/// Strings that hold characters that nobody sees: few, if any.
#[derive(Default)]
struct Strings<'i>(BTreeSet<&'i str>);

impl<'i> Strings<'i> {
    fn all(&mut self, texts: impl IntoIterator<Item = &'i String>) {
        let hidden = texts.into_iter().filter(|text| text::hidden(text) > 0);
        self.0.extend(hidden.map(String::as_str));
    }

    fn data_type(&mut self, data_type: &'i DataType) {
        if let DataType::Other(words) = data_type {
            self.all([words]);
        }
    }

    fn places(&mut self, origins: impl IntoIterator<Item = &'i Origin>) {
        self.all(origins.into_iter().map(|origin| &origin.path));
    }

    fn attributes(&mut self, attributes: &'i [Attribute]) {
        for Attribute { name, value } in attributes {
            self.all([name, value]);
        }
    }

    fn stack(&mut self, stack: &'i Stack) {
        self.all([&stack.id, &stack.name, &stack.group, &stack.language]);
        self.all([&stack.framework, &stack.orm, &stack.template_engine]);
        self.all([&stack.startup]);
        for line in stack.file_structure.iter().chain(&stack.naming_conventions) {
            self.all([&line.name, &line.value]);
        }
        self.attributes(&stack.state);
        for mapping in &stack.types {
            self.data_type(&mapping.data_type);
            self.all([&mapping.stack_type]);
        }
    }

    fn project(&mut self, facts: &'i FactSet) {
        for project in &facts.projects {
            self.all([&project.name, &project.product, &project.description]);
            self.all(&project.version);
            self.all(&project.languages);
            self.places([&project.origin]);
        }
        for configuration in &facts.configurations {
            self.all([&configuration.name, &configuration.target]);
            self.places([&configuration.origin]);
        }
        for element in &facts.elements {
            self.all([&element.name, &element.kind, &element.path]);
            self.all(&element.excluded_from);
            self.places([&element.origin]);
        }
        for connection in &facts.connections {
            self.all([&connection.name, &connection.kind]);
            self.all(&connection.host);
            self.all(&connection.database);
            self.places([&connection.origin]);
        }
    }

    fn schema(&mut self, facts: &'i FactSet) {
        for table in &facts.tables {
            self.table(table);
        }
        for relation in &facts.relations {
            self.all([&relation.from_table, &relation.to_table, &relation.rule]);
            self.all(&relation.from_columns);
            self.all(&relation.to_columns);
            self.places([&relation.origin]);
        }
        for found in &facts.table_uses {
            self.all([&found.table, &found.element, &found.operation]);
            self.places([&found.origin]);
        }
    }

    fn table(&mut self, table: &'i Table) {
        self.all([&table.name, &table.physical_name]);
        self.all(&table.connection);
        self.places([&table.origin]);
        for column in &table.columns {
            self.column(column);
        }
        for key in &table.keys {
            self.all([&key.name]);
            self.key_columns(&key.columns);
        }
        for index in &table.indexes {
            self.all([&index.name]);
            self.key_columns(&index.columns);
        }
    }

    fn column(&mut self, column: &'i Column) {
        self.all([&column.name]);
        self.data_type(&column.data_type);
        self.all(&column.default_value);
    }

    fn key_columns(&mut self, columns: &'i [KeyColumn]) {
        self.all(columns.iter().map(|column| &column.name));
    }

    fn state(&mut self, facts: &'i FactSet) {
        for variable in &facts.global_variables {
            self.all([&variable.name, &variable.element]);
            self.all([&variable.declared_type, &variable.normalized_type]);
            self.all(&variable.default_value);
            self.all(&variable.condition);
            self.places([&variable.origin]);
        }
        for constant in &facts.constants {
            self.all([&constant.name, &constant.element]);
            self.all(&constant.value);
            self.all(&constant.condition);
            self.places([&constant.origin]);
        }
        for block in &facts.initialization_blocks {
            self.all([&block.element, &block.language, &block.code]);
            self.all(&block.listing);
            for names in [&block.reads, &block.writes] {
                self.all(names);
            }
            let effects = block.effects.iter();
            self.all(effects.filter_map(|effect| effect.target.as_ref()));
            self.all(&block.condition);
            self.places([&block.origin]);
        }
    }
}
