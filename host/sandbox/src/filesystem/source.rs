//! An extractor's side: its inputs, read-only.

use super::open::open_regular;
use super::{Descriptor, Inputs, OpenFile, Outcome, Root, View, with_slash};
use crate::bindings::wasi::wasi::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags,
};
use cap_std::fs::Dir;
use std::fs::File;
use std::sync::Arc;

/// What is refused, and why, in the words of the access log.
pub(super) const WRITING: &str = "inputs are read-only";
const OUTSIDE: &str = "is outside of the source tree";
const NOT_AN_INPUT: &str = "is not an input of this call";
const NOT_REGULAR: &str = "is no longer a regular file";
const GONE: &str = "is no longer there";
const UNREADABLE: &str = "cannot be opened";

impl View<'_> {
    /// Opens an input, or a directory that leads to one.
    pub(super) fn open_source(
        &mut self,
        prefix: &str,
        path: &str,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Outcome<Descriptor> {
        if open_flags | OpenFlags::DIRECTORY != OpenFlags::DIRECTORY
            || flags.contains(DescriptorFlags::WRITE)
            || flags.contains(DescriptorFlags::MUTATE_DIRECTORY)
        {
            return self.refuse(path, WRITING, ErrorCode::NotPermitted);
        }
        let (directory, inputs, full) = self.locate(prefix, path)?;
        let Some(position) = inputs.position(&full) else {
            if inputs.has_directory(&full) {
                return Ok(Descriptor::SourceDirectory {
                    prefix: with_slash(full),
                });
            }
            return self.refuse(path, NOT_AN_INPUT, ErrorCode::NotPermitted);
        };
        if open_flags.contains(OpenFlags::DIRECTORY) {
            return Err(ErrorCode::NotDirectory.into());
        }
        let slot = self.slot(path)?;
        let file = self.open_input(&directory, &full)?;
        self.files.log.opened(position);
        Ok(Descriptor::SourceFile {
            path: full,
            file: Arc::new(OpenFile { file, slot }),
        })
    }

    /// What is known of a path: that it is an input, or leads to one.
    pub(super) fn stat_source(&mut self, prefix: &str, path: &str) -> Outcome<DescriptorStat> {
        let (directory, inputs, full) = self.locate(prefix, path)?;
        if inputs.has_directory(&full) {
            return Ok(stat(DescriptorType::Directory, 0));
        }
        if inputs.position(&full).is_none() {
            return self.refuse(path, NOT_AN_INPUT, ErrorCode::NotPermitted);
        }
        // Opened rather than asked for by name, so that both see the same file.
        let file = self.open_input(&directory, &full)?;
        Ok(stat(DescriptorType::RegularFile, file.metadata()?.len()))
    }

    fn locate(&mut self, prefix: &str, path: &str) -> Outcome<(Arc<Dir>, Inputs, String)> {
        let full = self.join(prefix, path, OUTSIDE)?;
        match &self.files.root {
            Root::Source { directory, inputs } => Ok((directory.clone(), inputs.clone(), full)),
            Root::Nothing | Root::Workspace { .. } => Err(ErrorCode::BadDescriptor.into()),
        }
    }

    fn open_input(&mut self, directory: &Dir, path: &str) -> Outcome<File> {
        open_regular(directory, path).or_else(|error| {
            let (reason, code) = match error.raw_os_error() {
                // ELOOP and ENOTDIR are how links are refused, ENXIO how a socket is.
                Some(libc::ELOOP | libc::ENOTDIR | libc::ENXIO) => {
                    (NOT_REGULAR, ErrorCode::NotPermitted)
                }
                Some(libc::ENOENT) => (GONE, ErrorCode::NoEntry),
                _ => (UNREADABLE, ErrorCode::Access),
            };
            self.refuse(path, reason, code)
        })
    }
}

/// A stat without times, link counts or anything else that is not a matter of the contents.
pub(super) fn stat(kind: DescriptorType, size: u64) -> DescriptorStat {
    DescriptorStat {
        type_: kind,
        link_count: 1,
        size,
        data_access_timestamp: None,
        data_modification_timestamp: None,
        status_change_timestamp: None,
    }
}
