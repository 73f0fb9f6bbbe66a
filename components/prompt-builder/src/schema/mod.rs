//! The database schema.

mod keys;
mod relations;
mod tables;
mod types;

use crate::markdown::{Document, Inline};
use crate::{Facts, Source};
use relations::Relations;
use types::Types;

/// Writes all tables with their columns, keys, indexes, relations and uses.
pub(crate) fn write(source: &Source<'_>, document: &mut Document) -> Facts {
    let facts = &source.input.facts;
    let relations = Relations::new(facts);
    if facts.tables.is_empty() {
        document.paragraph(
            Inline::ours("No database tables were found in ")
                .then(&source.subject())
                .and("."),
        );
    } else {
        summary(source, document);
        conventions(document);
    }
    relations.write_rules(document);
    let types = Types::new(&source.input.stack);
    let uses = tables::Uses::new(facts);
    for (index, table) in facts.tables.iter().enumerate() {
        tables::write(
            table,
            relations.of_table(index),
            (&relations, &types, &uses),
            document,
        );
    }
    relations.write_unattached(document);
    uses.write_unattached(facts, document);
    Facts::all(facts.tables.len() + facts.relations.len() + facts.table_uses.len())
}

fn summary(source: &Source<'_>, document: &mut Document) {
    let tables = &source.input.facts.tables;
    let columns = tables.iter().map(|table| table.columns.len()).sum();
    let keys = tables.iter().map(|table| table.keys.len()).sum();
    let indexes = tables.iter().map(|table| table.indexes.len()).sum();
    let summary = Inline::new()
        .count(tables.len(), "table, ", "tables, ")
        .count(columns, "column, ", "columns, ");
    let summary = summary
        .count(keys, "key, ", "keys, ")
        .count(indexes, "index, ", "indexes, ");
    document.paragraph(summary.count(
        source.input.facts.relations.len(),
        "relation.",
        "relations.",
    ));
}

fn conventions(document: &mut Document) {
    document.item(Inline::ours(
        "Stack type: the target stack's type; `?` where it has none for the source type. A length that the sources do \
         not tell stays `n`.",
    ));
    document.item(Inline::ours(
        "Source type: in words of no product, in parentheses its size: characters of a text, bytes of anything else.",
    ));
    document.item(Inline::ours(
        "Key: `PK` primary key, `PK part` one of its columns, `unique`, `index` (duplicates allowed), `auto` the \
         database makes the value. `inferred`: Quarry calls it primary, not the sources. Keys of several columns, \
         descending ones and those not named like their column stand below the columns.",
    ));
}
