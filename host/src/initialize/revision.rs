//! A digest of everything that the documents are made from but the budget: how much is told changes nothing about what
//! is known, and the shortest document has one length whatever the budget is.

use crate::facts::Json;
use quarry_sandbox::{Extraction, Input};
use sha2::{Digest, Sha256};
use std::io;

/// How many hexadecimal digits of the digest are the revision. Nobody who writes sources can try out enough of them to
/// know the revision of what he writes.
const DIGITS: usize = 12;

/// The revision of an input, in hexadecimal digits. The version stands for the prompt builder: its own bytes depend on the
/// machine that compiled it.
pub(super) fn revision(input: &Input, extraction: &Extraction) -> String {
    let mut hash = Hash(Sha256::new());
    let stack = &input.stack;
    let attributes = [
        &stack.file_structure,
        &stack.naming_conventions,
        &stack.state,
    ];
    let attributes: Vec<(&str, &str)> = attributes
        .into_iter()
        .flatten()
        .map(|attribute| (&*attribute.name, &*attribute.value))
        .collect();
    let types: Vec<(&str, &str)> = stack
        .types
        .iter()
        .map(|mapping| (&*mapping.normalized_type, &*mapping.stack_type))
        .collect();
    let rest = serde_json::json!([
        env!("CARGO_PKG_VERSION"),
        input.project,
        input.configuration,
        [
            &stack.id,
            &stack.name,
            &stack.group,
            &stack.language,
            &stack.framework,
            &stack.orm
        ],
        [&stack.template_engine, &stack.startup],
        attributes,
        types,
        input.pinned_tables,
        input.excluded_tables,
        input.mcp_url,
    ]);
    // Neither writing to a hash nor the JSON of records fails.
    let _ = serde_json::to_writer(&mut hash, &rest);
    let _ = serde_json::to_writer(&mut hash, &Json(extraction));
    let digest = hash.0.finalize();
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    digits[..DIGITS].to_owned()
}

struct Hash(Sha256);

impl io::Write for Hash {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
