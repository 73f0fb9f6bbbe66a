//! The entries of a directory that are still to be read.

use super::{Inputs, Outcome, Slot, View};
use crate::bindings::wasi::wasi::filesystem::types::{
    DescriptorType, DirectoryEntry, HostDirectoryEntryStream,
};
use cap_std::fs::Dir;
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
    /// The names in reverse. They take memory, so that a listing counts as an open file.
    Workspace {
        entries: Vec<(String, bool)>,
        _slot: Slot,
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

    /// Lists a directory of the workspace, sorted: the order of a file system is its own.
    pub(super) fn workspace(directory: &Dir, slot: Slot) -> Outcome<Self> {
        let mut entries = Vec::new();
        for entry in directory.entries()? {
            let entry = entry?;
            // The builder created every name itself, as a string.
            let name = entry.file_name().to_string_lossy().into_owned();
            entries.push((name, entry.file_type()?.is_dir()));
        }
        entries.sort_unstable_by(|one, other| other.cmp(one));
        Ok(DirectoryEntries(Listing::Workspace {
            entries,
            _slot: slot,
        }))
    }

    fn next(&mut self) -> Option<(String, bool)> {
        match &mut self.0 {
            Listing::Workspace { entries, .. } => entries.pop(),
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
