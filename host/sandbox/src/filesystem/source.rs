//! An extractor's side: its inputs, read-only.

use super::{Descriptor, Inputs, Outcome, Root, View, join};
use crate::bindings::wasi::wasi::filesystem::types::{
    DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, OpenFlags,
};
use cap_std::fs::{Dir, OpenOptions, OpenOptionsExt};
use std::fs::File;
use std::io;
use std::sync::Arc;

/// What is refused, and why, in the words of the access log.
const OUTSIDE: &str = "is outside of the source tree";
const NOT_AN_INPUT: &str = "is not an input of this call";
const WRITING: &str = "inputs are read-only";
const NOT_REGULAR: &str = "is no longer a regular file";
const GONE: &str = "is no longer there";

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
        if inputs.has_directory(&full) {
            return Ok(Descriptor::SourceDirectory {
                prefix: with_slash(full),
            });
        }
        let Some(position) = inputs.position(&full) else {
            return self.refuse(path, NOT_AN_INPUT, ErrorCode::NotPermitted);
        };
        if open_flags.contains(OpenFlags::DIRECTORY) {
            return Err(ErrorCode::NotDirectory.into());
        }
        match open_regular(&directory, &full) {
            Ok(file) => {
                self.files.log.opened(position);
                Ok(Descriptor::SourceFile {
                    path: full,
                    file: Arc::new(file),
                })
            }
            Err(Unopened::NotRegular) => {
                self.refuse(path, NOT_REGULAR, ErrorCode::NotPermitted)
            }
            Err(Unopened::Failed(error)) if error.kind() == io::ErrorKind::NotFound => {
                self.refuse(path, GONE, ErrorCode::NoEntry)
            }
            Err(Unopened::Failed(error)) => Err(error.into()),
        }
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
        let metadata = directory.symlink_metadata(&full)?;
        if !metadata.is_file() {
            return self.refuse(path, NOT_REGULAR, ErrorCode::NotPermitted);
        }
        Ok(stat(DescriptorType::RegularFile, metadata.len()))
    }

    /// Records a refusal and gives the guest its code.
    pub(super) fn refuse<T>(
        &mut self,
        path: &str,
        reason: &'static str,
        code: ErrorCode,
    ) -> Outcome<T> {
        self.files.log.denied(path, reason);
        Err(code.into())
    }

    fn locate(&mut self, prefix: &str, path: &str) -> Outcome<(Arc<Dir>, Inputs, String)> {
        let Some(full) = join(prefix, path) else {
            return self.refuse(path, OUTSIDE, ErrorCode::NotPermitted);
        };
        match &self.files.root {
            Root::Source { directory, inputs } => Ok((directory.clone(), inputs.clone(), full)),
            Root::Nothing | Root::Workspace { .. } => Err(ErrorCode::BadDescriptor.into()),
        }
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

fn with_slash(path: String) -> String {
    if path.is_empty() { path } else { path + "/" }
}

enum Unopened {
    NotRegular,
    Failed(io::Error),
}

/// Opens what was a regular file when the tree was walked. If it was exchanged since, a FIFO must not block
/// (`O_NONBLOCK`), a symbolic link not be followed (`O_NOFOLLOW`), and a device not be read.
fn open_regular(directory: &Dir, path: &str) -> Result<File, Unopened> {
    let mut options = OpenOptions::new();
    options.read(true);
    options.custom_flags(libc::O_NONBLOCK | libc::O_NOFOLLOW);
    let file = directory.open_with(path, &options).map_err(|error| {
        // ELOOP is how O_NOFOLLOW refuses, ENXIO how a socket does.
        if matches!(error.raw_os_error(), Some(libc::ELOOP | libc::ENXIO)) {
            Unopened::NotRegular
        } else {
            Unopened::Failed(error)
        }
    })?;
    let file = file.into_std();
    let metadata = file.metadata().map_err(Unopened::Failed)?;
    if metadata.is_file() {
        Ok(file)
    } else {
        Err(Unopened::NotRegular)
    }
}
