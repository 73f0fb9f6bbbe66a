//! What a guest's handles stand for.

use super::memory::MemoryFile;
use super::streams::{FileOutput, Readable};
use super::{Descriptor, Outcome, View};
use crate::bindings::wasi::wasi::filesystem::types::{
    DescriptorFlags, ErrorCode, MetadataHashValue,
};
use sha2::{Digest, Sha256};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::DynOutputStream;

/// The directory that a path is looked up in: empty for the root, else ending in `/`.
pub(super) enum Place {
    Source(String),
    Workspace(String),
}

impl View<'_> {
    pub(super) fn place(&self, descriptor: &Resource<Descriptor>) -> Outcome<Place> {
        match self.table.get(descriptor)? {
            Descriptor::SourceDirectory { prefix } => Ok(Place::Source(prefix.clone())),
            Descriptor::WorkspaceDirectory { prefix } => Ok(Place::Workspace(prefix.clone())),
            Descriptor::SourceFile { .. } | Descriptor::WorkspaceFile { .. } => {
                Err(ErrorCode::NotDirectory.into())
            }
        }
    }

    /// A directory that may be changed.
    pub(super) fn changeable(
        &mut self,
        descriptor: &Resource<Descriptor>,
        path: &str,
    ) -> Outcome<String> {
        match self.place(descriptor)? {
            Place::Workspace(prefix) => Ok(prefix),
            Place::Source(_) => self.refuse(path, super::source::WRITING, ErrorCode::NotPermitted),
        }
    }

    pub(super) fn readable(&self, descriptor: &Resource<Descriptor>) -> Outcome<Readable> {
        match self.table.get(descriptor)? {
            Descriptor::SourceFile { file, .. } => Ok(Readable::Input(file.clone())),
            Descriptor::WorkspaceFile { file, flags, .. } => {
                match flags.contains(DescriptorFlags::READ) {
                    true => Ok(Readable::Written(file.clone())),
                    false => Err(ErrorCode::BadDescriptor.into()),
                }
            }
            _ => Err(ErrorCode::IsDirectory.into()),
        }
    }

    /// A file that may be written, and its path.
    pub(super) fn writable(
        &mut self,
        descriptor: &Resource<Descriptor>,
    ) -> Outcome<(String, MemoryFile)> {
        match self.table.get(descriptor)? {
            Descriptor::WorkspaceFile { path, file, flags } => {
                match flags.contains(DescriptorFlags::WRITE) {
                    true => Ok((path.clone(), file.clone())),
                    false => Err(ErrorCode::BadDescriptor.into()),
                }
            }
            Descriptor::SourceFile { path, .. } => {
                let path = path.clone();
                self.refuse(&path, super::source::WRITING, ErrorCode::NotPermitted)
            }
            _ => Err(ErrorCode::IsDirectory.into()),
        }
    }

    /// A stream that writes from a position on, or at the end when there is none.
    pub(super) fn output(
        &mut self,
        descriptor: &Resource<Descriptor>,
        position: Option<u64>,
    ) -> Outcome<Resource<DynOutputStream>> {
        let (path, file) = self.writable(descriptor)?;
        let stream: DynOutputStream = Box::new(FileOutput {
            file,
            path,
            position,
            quota: self.files.quota.clone(),
        });
        Ok(self.table.push(stream)?)
    }
}

impl Descriptor {
    pub(super) fn path(&self) -> &str {
        match self {
            Descriptor::SourceDirectory { prefix } | Descriptor::WorkspaceDirectory { prefix } => {
                prefix.trim_end_matches('/')
            }
            Descriptor::SourceFile { path, .. } | Descriptor::WorkspaceFile { path, .. } => path,
        }
    }
}

/// Of the path rather than of the inode, so that it depends on nothing but the inputs.
pub(super) fn hash(path: &str) -> MetadataHashValue {
    let digest = Sha256::digest(path.as_bytes());
    let half = |at: usize| {
        digest[at..at + 8]
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte))
    };
    MetadataHashValue {
        lower: half(0),
        upper: half(8),
    }
}
