//! A digest of everything that the documents are made from but the budget: how much is told changes nothing about what
//! is known, and the shortest document has one length whatever the budget is.

use crate::data_type;
use crate::facts::Json;
use quarry_sandbox::{Extraction, Input, Need};
use sha2::{Digest, Sha256};
use std::io;

/// How many hexadecimal digits of the digest are the revision. It marks data as such, and whoever writes sources that
/// name their own revision has to try out 2^80 of them.
const DIGITS: usize = 20;

/// The revision of an input, in hexadecimal digits. The version stands for the prompt builder: its own bytes depend on the
/// machine that compiled it.
pub(super) fn revision(input: &Input, extraction: &Extraction) -> String {
    let mut hash = Hash(Sha256::new());
    let stack = &input.stack;
    let advice = [&stack.file_structure, &stack.naming_conventions].map(|lines| {
        let lines = lines.iter().map(|line| {
            let needs = line.needs.map(|needs| match needs {
                Need::Tables => "tables",
                Need::Startup => "startup",
            });
            (&*line.name, &*line.value, needs)
        });
        lines.collect::<Vec<_>>()
    });
    let state = stack.state.iter();
    let state: Vec<(&str, &str)> = state.map(|place| (&*place.name, &*place.value)).collect();
    let types = stack.types.iter().map(|mapping| {
        let name = data_type::name(&mapping.data_type);
        (name, mapping.automatic, &*mapping.stack_type)
    });
    let types: Vec<(&str, bool, &str)> = types.collect();
    let rest = serde_json::json!([
        env!("CARGO_PKG_VERSION"),
        input.project,
        input.configuration,
        input.tokenizer,
        [
            &stack.id,
            &stack.name,
            &stack.group,
            &stack.language,
            &stack.framework,
            &stack.orm
        ],
        [&stack.template_engine, &stack.startup],
        advice,
        state,
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
