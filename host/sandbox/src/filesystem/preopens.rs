//! The directories that a guest begins with, and what its error codes mean.

use super::{Descriptor, Refusal, Root, View};
use crate::bindings::wasi::wasi::filesystem::preopens;
use crate::bindings::wasi::wasi::filesystem::types::{self, ErrorCode};
use wasmtime::component::Resource;

impl preopens::Host for View<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let (name, root): (_, fn(String) -> Descriptor) = match &self.files.root {
            Root::Nothing => return Ok(Vec::new()),
            Root::Source { .. } => ("/source", |prefix| Descriptor::SourceDirectory { prefix }),
            Root::Workspace { .. } => ("/workspace", |prefix| Descriptor::WorkspaceDirectory {
                prefix,
            }),
        };
        // The second makes relative paths work: a guest's libc resolves them against a preopen called ".".
        [name, "."]
            .into_iter()
            .map(|name| Ok((self.table.push(root(String::new()))?, name.to_owned())))
            .collect()
    }
}

impl types::Host for View<'_> {
    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        let error = self.table.get(&error)?;
        Ok(error
            .downcast_ref::<std::io::Error>()
            .map(|error| match Refusal::from(error) {
                Refusal::Code(code) => code,
                Refusal::Trap(_) => ErrorCode::Io,
            }))
    }

    fn convert_error_code(&mut self, refusal: Refusal) -> wasmtime::Result<ErrorCode> {
        match refusal {
            Refusal::Code(code) => Ok(code),
            Refusal::Trap(error) => Err(error),
        }
    }
}
