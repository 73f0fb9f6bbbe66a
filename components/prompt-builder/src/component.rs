//! The component's export.

use crate::bindings::quarry::prompt::tokenizer::count;
use crate::prompt::{BuildError, Guest, Input, Report};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The only directory there is.
const WORKSPACE: &str = "/workspace";

/// From the same crate as the extractors' (see the SDK), but one that grows the memory itself.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

struct Component;

impl Guest for Component {
    fn build(input: Input) -> Result<Report, BuildError> {
        let output = crate::build(&input, &count)?;
        let mut made = BTreeSet::new();
        for (path, text) in &output.files {
            write(path, text, &mut made)
                .map_err(|error| BuildError::UnwritableOutput(format!("{path}: {error}")))?;
        }
        Ok(Report {
            files: output.files.into_iter().map(|(path, _)| path).collect(),
            sections: output.sections,
            tokens: output.tokens,
            hidden_characters: output.hidden_characters,
        })
    }
}

/// Writes a file, and makes its directories unless they are among those `made`.
fn write(path: &str, text: &str, made: &mut BTreeSet<PathBuf>) -> io::Result<()> {
    let mut directory = PathBuf::from(WORKSPACE);
    for name in Path::new(path).parent().into_iter().flatten() {
        directory.push(name);
        if made.insert(directory.clone()) {
            fs::create_dir(&directory)?;
        }
    }
    fs::write(Path::new(WORKSPACE).join(path), text)
}

crate::bindings::export!(Component with_types_in crate::bindings);
