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
    let globals = Globals::new(&names);
    let blocks = initialization_blocks(&code, &globals);
    assert_eq!(initialization_blocks(&code, &globals), blocks);
    for block in blocks {
        check_place(text.as_bytes(), block.span);
        let known = |name: &String| names.contains(&name.as_str());
        assert!(block.reads.iter().all(known) && block.writes.iter().all(known));
    }
    check_masked(text);
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

/// Whatever the code is, a literal or a comment put before it in a line of its own does not come out.
fn check_masked(text: &str) {
    let planted = format!("gsX = \"{PLANTED}\"\n// {PLANTED}\nf(\"{PLANTED}\")\n{text}");
    let masked = mask_code(&Code::from_text(&planted));
    assert!(text.contains(PLANTED) || !masked.contains(PLANTED));
    assert_eq!(mask_code(&Code::from_text(&planted)), masked);
}

/// A word that a mutation does not make.
const PLANTED: &str = "Zq7vHx9planted";

/// A declaration stands where its name does.
fn check_name(text: &str, span: Span, name: &str) {
    check_place(text.as_bytes(), span);
    let start = span.offset as usize;
    assert_eq!(text.get(start..start + span.length as usize), Some(name));
}
