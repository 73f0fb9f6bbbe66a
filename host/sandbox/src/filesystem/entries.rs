//! The entries of a directory that are still to be read.

use super::{Inputs, MemoryDirectory, Outcome, View};
use crate::bindings::wasi::wasi::filesystem::types::{
    DescriptorType, DirectoryEntry, HostDirectoryEntryStream,
};
use wasmtime::component::Resource;

/// A directory that is being listed.
#[derive(Debug)]
pub struct DirectoryEntries(Listing);

#[derive(Debug)]
enum Listing {
    /// A place among the inputs.
    Source {
        inputs: Inputs,
        prefix: String,
        place: usize,
    },
    /// A name in the workspace. No more, for the same reason as with inputs: a guest may hold very many listings.
    Workspace {
        directory: MemoryDirectory,
        prefix: String,
        last: String,
    },
}

impl DirectoryEntries {
    /// Lists the inputs in a directory (empty, or ending in `/`).
    pub(super) fn source(inputs: Inputs, prefix: String) -> Self {
        DirectoryEntries(Listing::Source {
            inputs,
            prefix,
            place: 0,
        })
    }

    /// Lists a directory of the workspace (empty, or ending in `/`), sorted.
    pub(super) fn workspace(directory: MemoryDirectory, prefix: String) -> Self {
        DirectoryEntries(Listing::Workspace {
            directory,
            prefix,
            last: String::new(),
        })
    }

    fn next(&mut self) -> Option<(String, bool)> {
        match &mut self.0 {
            Listing::Workspace {
                directory,
                prefix,
                last,
            } => {
                let next = directory.next(prefix, last)?;
                last.clone_from(&next.0);
                Some(next)
            }
            Listing::Source {
                inputs,
                prefix,
                place,
            } => {
                let (name, directory, next) = inputs.entry(prefix, *place)?;
                *place = next;
                Some((name.to_owned(), directory))
            }
        }
    }
}

impl HostDirectoryEntryStream for View<'_> {
    fn read_directory_entry(
        &mut self,
        entries: Resource<DirectoryEntries>,
    ) -> Outcome<Option<DirectoryEntry>> {
        let entry = self.table.get_mut(&entries)?.next();
        Ok(entry.map(|(name, directory)| DirectoryEntry {
            type_: if directory {
                DescriptorType::Directory
            } else {
                DescriptorType::RegularFile
            },
            name,
        }))
    }

    fn drop(&mut self, entries: Resource<DirectoryEntries>) -> wasmtime::Result<()> {
        self.table.delete(entries)?;
        Ok(())
    }
}
