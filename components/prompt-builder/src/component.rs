//! The component's export.

use crate::prompt::{BuildError, Guest, Input, Report};
use std::fs;
use std::path::Path;

/// The only directory there is.
const WORKSPACE: &str = "/workspace";

/// The same as that of the extractors.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

struct Component;

impl Guest for Component {
    fn build(input: Input) -> Result<Report, BuildError> {
        let output = crate::build(&input)?;
        for (path, text) in &output.files {
            fs::write(Path::new(WORKSPACE).join(path), text)
                .map_err(|error| BuildError::UnwritableOutput(format!("{path}: {error}")))?;
        }
        Ok(Report {
            files: output.files.into_iter().map(|(path, _)| path).collect(),
            sections: output.sections,
        })
    }
}

crate::bindings::export!(Component with_types_in crate::bindings);
