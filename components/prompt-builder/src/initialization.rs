//! Code that runs when the application or a module starts.

use crate::facts::InitializationBlock;
use crate::markdown::{Document, Inline};
use crate::{Facts, Source};

/// Writes all blocks in the order of the source.
pub(crate) fn write(source: &Source<'_>, document: &mut Document) -> Facts {
    let blocks = &source.input.facts.initialization_blocks;
    if blocks.is_empty() {
        document.paragraph(
            Inline::ours("No initialization code was found in ")
                .then(&source.subject())
                .and("."),
        );
        return Facts::default();
    }
    let count = Inline::new().count(blocks.len(), "block", "blocks");
    document.paragraph(
        count
            .and(", without declarations and comments; those of an element run in their order. In the target stack: ")
            .sentence(&source.input.stack.startup)
            .and("."),
    );
    for block in blocks {
        write_block(source, block, document);
    }
    Facts::all(blocks.len())
}

fn write_block(source: &Source<'_>, block: &InitializationBlock, document: &mut Document) {
    let title = Inline::ours("Start of ")
        .name(&block.element)
        .and(", block ")
        .number(block.order);
    document.heading(3, title);
    // An origin has no last line: its end is known in bytes.
    let end = block.origin.offset.saturating_add(block.origin.length);
    let place = Inline::ours("Source: ")
        .place(&block.origin)
        .and(" on, bytes ")
        .number(block.origin.offset);
    document.item(
        place
            .and(" to ")
            .number(end)
            .then(&source.left_out_of(&block.element)),
    );
    if let Some(condition) = &block.condition {
        document.item(Inline::ours("Only if: ").name(condition));
    }
    let lists: [(&'static str, &[String]); 3] = [
        ("Reads: ", &block.reads),
        ("Writes: ", &block.writes),
        ("Effects: ", &block.effects),
    ];
    for (label, names) in lists.into_iter().filter(|(_, names)| !names.is_empty()) {
        document.item(Inline::ours(label).names(names.iter().map(String::as_str)));
    }
    document.fence(&block.language, &block.code);
}
