//! Everything that is known, in files of their own below `context/`: what the document has no room for.

mod code;
mod csv;
mod manifest;
mod names;
mod sql;

pub(crate) use code::{digest, names as code_names};

use crate::Source;
use crate::prompt::Section;
use crate::sections::variables;

/// The directory of the files.
const DIRECTORY: &str = "context";

/// Everything but the document: path relative to the workspace, and content.
pub(crate) fn write(
    source: &Source<'_>,
    sections: &[Section],
    tokens: u32,
) -> Vec<(String, String)> {
    let facts = &source.input.facts;
    let mut files = sql::write(source);
    let tables = files.iter().map(|(path, _)| path.clone()).collect();
    files.extend(csv::write(source));
    let code = code_names(&facts.initialization_blocks);
    let blocks = facts.initialization_blocks.iter();
    for (block, path) in blocks.zip(&code) {
        files.push((path.clone(), code::file(block)));
    }
    let variables = variables(facts).join("\n");
    if !variables.is_empty() {
        files.push((format!("{DIRECTORY}/env.example"), variables));
    }
    if !facts.notes.is_empty() {
        let notes = manifest::notes(&facts.notes);
        files.push((format!("{DIRECTORY}/notes.json"), notes));
    }
    let stack = manifest::stack(&source.input.stack);
    files.push((format!("{DIRECTORY}/stack.json"), stack));
    let described = manifest::Described {
        tables,
        blocks: code,
        sections,
        tokens,
    };
    let manifest = manifest::write(source, &described, &files);
    files.push((format!("{DIRECTORY}/manifest.json"), manifest));
    files
}
