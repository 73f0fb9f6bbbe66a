//! The text format: every node and every piece of code of any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quarry_fuzz::check_place;
use quarry_windev::code_items::{all_code_items, code_items, data_bindings};
use quarry_windev::project::Project;
use quarry_windev::text::{Node, parse};
use quarry_windev::wlanguage::connections::ConnectionCode;

fuzz_target!(|bytes: &[u8]| {
    let document = parse(bytes);
    for diagnostic in document.diagnostics() {
        if let Some(span) = diagnostic.span {
            check_place(bytes, span);
        }
    }
    let mut levels = vec![document.root().children()];
    while let Some(level) = levels.last_mut() {
        let Some(node) = level.next() else {
            levels.pop();
            continue;
        };
        check_node(bytes, node);
        levels.push(node.children());
    }
    let all = all_code_items(&document);
    for item in &all {
        check_place(bytes, item.span);
    }
    assert!(code_items(&document).len() <= all.len());
    assert_eq!(all_code_items(&parse(bytes)), all);
    for binding in data_bindings(&document) {
        check_node(bytes, binding);
    }
    let project = Project::read(&document, "a/b.wwp");
    check_place(bytes, project.span);
    let mut connections = ConnectionCode::default();
    connections.add(&document);
    for found in connections.connections(std::iter::empty()) {
        check_place(bytes, found.connection.span);
    }
});

fn check_node(bytes: &[u8], node: Node<'_>) {
    check_place(bytes, node.key_span());
    check_place(bytes, node.value_span());
    let _ = (node.key(), node.text(), node.number(), node.boolean());
    let _ = node.code();
}
