//! JSON: which file holds what, the notes, the target stack.

use super::digest;
use crate::facts::{Attribute, Note, Origin};
use crate::prompt::{Advice, Section, Stack};
use crate::schema::words_of_mapping;
use crate::{CONTEXT, Source, text};
use serde_json::{Map, Value, json};

/// What the manifest lists besides files.
pub(super) struct Described<'s> {
    /// The files of the tables, in their order.
    pub(super) tables: Vec<String>,
    /// The files of the initialization blocks, in their order.
    pub(super) blocks: Vec<String>,
    pub(super) sections: &'s [Section],
    pub(super) tokens: u32,
}

/// The manifest of the files that were written.
pub(super) fn write(
    source: &Source<'_>,
    described: &Described<'_>,
    files: &[(String, String)],
) -> String {
    let input = source.input;
    let facts = &input.facts;
    let tables = facts.tables.iter().zip(&described.tables).map(|(table, path)| {
        json!({ "table": shown(&table.name), "file": path, "columns": table.columns.len() })
    });
    let blocks = facts.initialization_blocks.iter().zip(&described.blocks);
    let blocks = blocks.map(|(block, path)| {
        json!({ "element": shown(&block.element), "block": block.order, "file": path, "digest": digest(&block.code) })
    });
    let sections = described.sections.iter().map(|section| {
        let details = section.details.iter().map(
            |detail| json!({ "name": detail.name, "shown": detail.shown, "total": detail.total }),
        );
        json!({
            "id": section.id,
            "title": section.title,
            "tokens": section.tokens,
            "shown": section.shown,
            "total": section.total,
            "details": details.collect::<Vec<_>>(),
        })
    });
    let files = files
        .iter()
        .map(|(path, content)| json!({ "file": path, "bytes": content.len() }));
    indented(&json!({
        "generator": "quarry",
        "version": env!("CARGO_PKG_VERSION"),
        "revision": shown(&input.revision),
        "project": shown(&input.project),
        "configuration": input.configuration.as_deref().map(shown),
        "stack": shown(&input.stack.id),
        "document": { "file": CONTEXT, "tokens": described.tokens, "budget": input.budget, "tokenizer": shown(&input.tokenizer) },
        "hidden_characters_removed": source.hidden,
        "sections": sections.collect::<Vec<_>>(),
        "tables": tables.collect::<Vec<_>>(),
        "initialization": blocks.collect::<Vec<_>>(),
        "files": files.collect::<Vec<_>>(),
    }))
}

/// The notes of extractors.
pub(super) fn notes(notes: &[Note]) -> String {
    let place = |origin: &Origin| format!("{}:{}:{}", origin.path, origin.line, origin.column);
    let notes = notes.iter().map(|note| {
        let attributes = note.attributes.iter().map(
            |attribute| json!({ "name": shown(&attribute.name), "value": shown(&attribute.value) }),
        );
        json!({
            "kind": shown(&note.kind),
            "title": shown(&note.title),
            "text": text::lines(&note.text),
            "attributes": attributes.collect::<Vec<_>>(),
            "origin": note.origin.as_ref().map(|origin| shown(&place(origin))),
        })
    });
    indented(&json!(notes.collect::<Vec<_>>()))
}

/// The target stack.
pub(super) fn stack(stack: &Stack) -> String {
    let entry = |name: &str, value: &str| (shown(name), Value::from(shown(value)));
    let attributes = |attributes: &[Attribute]| -> Map<String, Value> {
        let entries = attributes.iter();
        entries.map(|line| entry(&line.name, &line.value)).collect()
    };
    let advice = |advice: &[Advice]| -> Map<String, Value> {
        let entries = advice.iter();
        entries.map(|line| entry(&line.name, &line.value)).collect()
    };
    let types = stack.types.iter().map(|mapping| {
        let stack_type = Value::from(shown(&mapping.stack_type));
        (shown(&words_of_mapping(mapping)), stack_type)
    });
    indented(&json!({
        "id": shown(&stack.id),
        "name": shown(&stack.name),
        "group": shown(&stack.group),
        "language": shown(&stack.language),
        "framework": shown(&stack.framework),
        "orm": shown(&stack.orm),
        "template_engine": shown(&stack.template_engine),
        "file_structure": advice(&stack.file_structure),
        "naming_conventions": advice(&stack.naming_conventions),
        "types": types.collect::<Map<_, _>>(),
        "startup": shown(&stack.startup),
        "state": attributes(&stack.state),
    }))
}

fn shown(text: &str) -> String {
    text::line(text, text::LONGEST_SENTENCE)
}

/// The text of a value. A value of our own making always has one.
fn indented(value: &Value) -> String {
    format!("{value:#}\n")
}
