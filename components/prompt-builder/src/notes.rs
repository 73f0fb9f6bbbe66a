//! Facts without a record, of extractors of third parties.

use crate::markdown::{Document, Inline};
use crate::{Facts, Source};

/// Writes the notes, their texts in fences: nothing is known about what they hold.
pub(crate) fn write(source: &Source<'_>, document: &mut Document) -> Facts {
    let notes = &source.input.facts.notes;
    if notes.is_empty() {
        return Facts::default();
    }
    document.heading(3, Inline::ours("Notes of Extractors"));
    for note in notes {
        let mut item = Inline::new()
            .name(&note.kind)
            .and(": ")
            .sentence(&note.title);
        if let Some(origin) = &note.origin {
            item = item.and(", ").place(origin);
        }
        document.item(item);
        for attribute in &note.attributes {
            document.subitem(
                Inline::new()
                    .name(&attribute.name)
                    .and(": ")
                    .sentence(&attribute.value),
            );
        }
        if !note.text.trim().is_empty() {
            document.fence("text", &note.text);
        }
    }
    Facts::all(notes.len())
}
