//! WLanguage: declarations, initialization blocks, table uses and masking of any code.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quarry_fuzz::check_place;
use quarry_windev::position::{Code, Span};
use quarry_windev::wlanguage::tables::{ElementUses, TableNames};
use quarry_windev::wlanguage::{Globals, declarations, initialization_blocks, mask_code};

fuzz_target!(|text: &str| {
    let code = Code::from_text(text);
    let found = declarations(&code);
    for variable in &found.variables {
        check_name(text, variable.span, &variable.name);
    }
    for constant in &found.constants {
        check_name(text, constant.span, &constant.name);
    }
    let names: Vec<&str> = found
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    for block in initialization_blocks(&code, &Globals::new(&names)) {
        check_place(text.as_bytes(), block.span);
        let known = |name: &String| names.contains(&name.as_str());
        assert!(block.reads.iter().all(known) && block.writes.iter().all(known));
    }
    // No text of a literal can be told from code here, but a comment at the beginning of a line can.
    if text.starts_with("//") && !text.contains('\n') {
        assert_eq!(mask_code(&code).trim(), "");
    }
    let _ = mask_code(&code);
    let mut tables = TableNames::default();
    tables.add("Client", "CLIENT", ["Code", "Name"].into_iter());
    let mut uses = ElementUses::new(&tables);
    uses.read_code(&code);
    uses.read_binding(text, Span::default());
    for found in uses.finish() {
        check_place(text.as_bytes(), found.span);
    }
    assert_eq!(declarations(&code), found);
});

/// A declaration stands where its name does.
fn check_name(text: &str, span: Span, name: &str) {
    check_place(text.as_bytes(), span);
    let start = span.offset as usize;
    assert_eq!(text.get(start..start + span.length as usize), Some(name));
}
