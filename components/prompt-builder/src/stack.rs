//! What the target stack is. Its strings are the operator's, and treated like all others.

use crate::Source;
use crate::facts::Attribute;
use crate::markdown::{Document, Inline};

/// Writes the target stack.
pub(crate) fn write(source: &Source<'_>, document: &mut Document) {
    let stack = &source.input.stack;
    document.heading(3, Inline::ours("Target Stack"));
    let name = Inline::ours("Stack: ")
        .sentence(&stack.name)
        .and(" (")
        .name(&stack.id);
    document.item(name.and(", ").sentence(&stack.group).and(")"));
    let facts: [(&'static str, &str); 5] = [
        ("Language: ", &stack.language),
        ("Framework: ", &stack.framework),
        ("Data access: ", &stack.orm),
        ("Templates: ", &stack.template_engine),
        ("Code that runs at start belongs in: ", &stack.startup),
    ];
    for (label, value) in facts.into_iter().filter(|(_, value)| !value.is_empty()) {
        document.item(Inline::ours(label).sentence(value));
    }
    attributes("Global state belongs, by scope:", &stack.state, document);
    attributes("Files:", &stack.file_structure, document);
    attributes("Names:", &stack.naming_conventions, document);
}

fn attributes(label: &'static str, attributes: &[Attribute], document: &mut Document) {
    if attributes.is_empty() {
        return;
    }
    document.item(Inline::ours(label));
    for attribute in attributes {
        document.subitem(
            Inline::new()
                .name(&attribute.name)
                .and(": ")
                .sentence(&attribute.value),
        );
    }
}
