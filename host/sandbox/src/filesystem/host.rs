//! The functions of `wasi:filesystem`, each handed to the side that it concerns.

use super::source::stat;
use super::streams::{FileInput, FileOutput, READ_SIZE, read_at};
use super::{Descriptor, DirectoryEntries, Outcome, Refusal, Root, View};
use crate::bindings::wasi::wasi::filesystem::preopens;
use crate::bindings::wasi::wasi::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry, ErrorCode,
    Filesize, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::sync::Arc;
use wasmtime::component::Resource;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};

/// Links and times: neither has a use in a call that begins with an empty directory and ends with its files.
const NO_LINKS: &str = "links and times are refused";

impl preopens::Host for View<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        let (name, roots) = match &self.files.root {
            Root::Nothing => return Ok(Vec::new()),
            Root::Source { .. } => (
                "/source",
                [(), ()].map(|()| Descriptor::SourceDirectory {
                    prefix: String::new(),
                }),
            ),
            Root::Workspace { directory } => (
                "/workspace",
                [(), ()].map(|()| Descriptor::WorkspaceDirectory {
                    path: String::new(),
                    directory: directory.clone(),
                }),
            ),
        };
        // The second makes relative paths work: a guest's libc resolves them against a preopen called ".".
        roots
            .into_iter()
            .zip([name, "."])
            .map(|(root, name)| Ok((self.table.push(root)?, name.to_owned())))
            .collect()
    }
}

impl types::Host for View<'_> {
    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        let error = self.table.get(&error)?;
        Ok(error.downcast_ref::<std::io::Error>().map(|error| {
            match Refusal::from(std::io::Error::from(error.kind())) {
                Refusal::Code(code) => code,
                Refusal::Trap(_) => ErrorCode::Io,
            }
        }))
    }

    fn convert_error_code(&mut self, refusal: Refusal) -> wasmtime::Result<ErrorCode> {
        match refusal {
            Refusal::Code(code) => Ok(code),
            Refusal::Trap(error) => Err(error),
        }
    }
}

/// What a path is looked up in.
enum Place {
    Source(String),
    Workspace(String, Arc<cap_std::fs::Dir>),
}

impl View<'_> {
    fn directory(&self, descriptor: &Resource<Descriptor>) -> Outcome<Place> {
        match self.table.get(descriptor)? {
            Descriptor::SourceDirectory { prefix } => Ok(Place::Source(prefix.clone())),
            Descriptor::WorkspaceDirectory { path, directory } => {
                Ok(Place::Workspace(path.clone(), directory.clone()))
            }
            Descriptor::SourceFile { .. } | Descriptor::WorkspaceFile { .. } => {
                Err(ErrorCode::NotDirectory.into())
            }
        }
    }

    /// A directory that may be changed.
    fn workspace(
        &mut self,
        descriptor: &Resource<Descriptor>,
        path: &str,
    ) -> Outcome<Arc<cap_std::fs::Dir>> {
        match self.directory(descriptor)? {
            Place::Workspace(_, directory) => Ok(directory),
            Place::Source(_) => {
                self.refuse(path, "inputs are read-only", ErrorCode::NotPermitted)
            }
        }
    }

    fn file(&self, descriptor: &Resource<Descriptor>) -> Outcome<Arc<File>> {
        match self.table.get(descriptor)? {
            Descriptor::SourceFile { file, .. } | Descriptor::WorkspaceFile { file, .. } => {
                Ok(file.clone())
            }
            _ => Err(ErrorCode::IsDirectory.into()),
        }
    }

    fn writable(&self, descriptor: &Resource<Descriptor>) -> Outcome<Arc<File>> {
        match self.table.get(descriptor)? {
            Descriptor::WorkspaceFile { file, .. } => Ok(file.clone()),
            Descriptor::SourceFile { .. } => Err(ErrorCode::NotPermitted.into()),
            _ => Err(ErrorCode::IsDirectory.into()),
        }
    }

    fn output(&mut self, file: Arc<File>, position: Option<u64>) -> Outcome<Resource<DynOutputStream>> {
        let stream: DynOutputStream = Box::new(FileOutput {
            file,
            position,
            quota: self.files.quota.clone(),
        });
        Ok(self.table.push(stream)?)
    }

    fn refuse_links<T>(&mut self, path: &str) -> Outcome<T> {
        self.refuse(path, NO_LINKS, ErrorCode::NotPermitted)
    }
}

impl types::HostDescriptor for View<'_> {
    fn read_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
        offset: Filesize,
    ) -> Outcome<Resource<DynInputStream>> {
        let stream: DynInputStream = Box::new(FileInput {
            file: self.file(&descriptor)?,
            position: offset,
        });
        Ok(self.table.push(stream)?)
    }

    fn write_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
        offset: Filesize,
    ) -> Outcome<Resource<DynOutputStream>> {
        let file = self.writable(&descriptor)?;
        self.output(file, Some(offset))
    }

    fn append_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> Outcome<Resource<DynOutputStream>> {
        let file = self.writable(&descriptor)?;
        self.output(file, None)
    }

    fn advise(
        &mut self,
        _: Resource<Descriptor>,
        _: Filesize,
        _: Filesize,
        _: Advice,
    ) -> Outcome<()> {
        Ok(())
    }

    fn sync_data(&mut self, _: Resource<Descriptor>) -> Outcome<()> {
        // The host syncs what it publishes; what stays in the staging directory is thrown away.
        Ok(())
    }

    fn get_flags(&mut self, descriptor: Resource<Descriptor>) -> Outcome<DescriptorFlags> {
        Ok(match self.table.get(&descriptor)? {
            Descriptor::SourceDirectory { .. } | Descriptor::SourceFile { .. } => {
                DescriptorFlags::READ
            }
            Descriptor::WorkspaceDirectory { .. } => {
                DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY
            }
            Descriptor::WorkspaceFile { .. } => DescriptorFlags::READ | DescriptorFlags::WRITE,
        })
    }

    fn get_type(&mut self, descriptor: Resource<Descriptor>) -> Outcome<DescriptorType> {
        Ok(match self.table.get(&descriptor)? {
            Descriptor::SourceDirectory { .. } | Descriptor::WorkspaceDirectory { .. } => {
                DescriptorType::Directory
            }
            Descriptor::SourceFile { .. } | Descriptor::WorkspaceFile { .. } => {
                DescriptorType::RegularFile
            }
        })
    }

    fn set_size(&mut self, descriptor: Resource<Descriptor>, size: Filesize) -> Outcome<()> {
        let file = self.writable(&descriptor)?;
        self.resize_workspace(&file, size)
    }

    fn set_times(
        &mut self,
        _: Resource<Descriptor>,
        _: NewTimestamp,
        _: NewTimestamp,
    ) -> Outcome<()> {
        self.refuse_links("")
    }

    fn read(
        &mut self,
        descriptor: Resource<Descriptor>,
        length: Filesize,
        offset: Filesize,
    ) -> Outcome<(Vec<u8>, bool)> {
        let file = self.file(&descriptor)?;
        let wanted = usize::try_from(length).unwrap_or(READ_SIZE).min(READ_SIZE);
        let bytes = read_at(&file, offset, wanted)?;
        let at_end = bytes.len() < wanted;
        Ok((bytes, at_end))
    }

    fn write(
        &mut self,
        descriptor: Resource<Descriptor>,
        buffer: Vec<u8>,
        offset: Filesize,
    ) -> Outcome<Filesize> {
        let file = self.writable(&descriptor)?;
        self.write_workspace(&file, &buffer, offset)
    }

    fn read_directory(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> Outcome<Resource<DirectoryEntries>> {
        let mut entries = match (self.directory(&descriptor)?, &self.files.root) {
            (Place::Source(prefix), Root::Source { inputs, .. }) => inputs.entries(&prefix),
            (Place::Workspace(_, directory), _) => workspace_entries(&directory)?,
            (Place::Source(_), _) => return Err(ErrorCode::BadDescriptor.into()),
        };
        entries.reverse();
        let entries = entries
            .into_iter()
            .map(|(name, directory)| DirectoryEntry {
                type_: if directory {
                    DescriptorType::Directory
                } else {
                    DescriptorType::RegularFile
                },
                name,
            })
            .collect();
        Ok(self.table.push(DirectoryEntries(entries))?)
    }

    fn sync(&mut self, descriptor: Resource<Descriptor>) -> Outcome<()> {
        self.sync_data(descriptor)
    }

    fn create_directory_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path: String,
    ) -> Outcome<()> {
        let directory = self.workspace(&descriptor, &path)?;
        self.create_directory(&directory, &path)
    }

    fn stat(&mut self, descriptor: Resource<Descriptor>) -> Outcome<DescriptorStat> {
        match self.table.get(&descriptor)? {
            Descriptor::SourceDirectory { .. } | Descriptor::WorkspaceDirectory { .. } => {
                Ok(stat(DescriptorType::Directory, 0))
            }
            Descriptor::SourceFile { file, .. } | Descriptor::WorkspaceFile { file, .. } => {
                Ok(stat(DescriptorType::RegularFile, file.metadata()?.len()))
            }
        }
    }

    fn stat_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        _: PathFlags,
        path: String,
    ) -> Outcome<DescriptorStat> {
        match self.directory(&descriptor)? {
            Place::Source(prefix) => self.stat_source(&prefix, &path),
            Place::Workspace(_, directory) => self.stat_workspace(&directory, &path),
        }
    }

    fn set_times_at(
        &mut self,
        _: Resource<Descriptor>,
        _: PathFlags,
        path: String,
        _: NewTimestamp,
        _: NewTimestamp,
    ) -> Outcome<()> {
        self.refuse_links(&path)
    }

    fn link_at(
        &mut self,
        _: Resource<Descriptor>,
        _: PathFlags,
        _: String,
        _: Resource<Descriptor>,
        new_path: String,
    ) -> Outcome<()> {
        self.refuse_links(&new_path)
    }

    fn open_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        _: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> Outcome<Resource<Descriptor>> {
        let opened = match self.directory(&descriptor)? {
            Place::Source(prefix) => self.open_source(&prefix, &path, open_flags, flags)?,
            Place::Workspace(base, directory) => {
                self.open_workspace(&directory, &base, &path, open_flags, flags)?
            }
        };
        Ok(self.table.push(opened)?)
    }

    fn readlink_at(&mut self, _: Resource<Descriptor>, path: String) -> Outcome<String> {
        self.refuse_links(&path)
    }

    fn remove_directory_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path: String,
    ) -> Outcome<()> {
        let directory = self.workspace(&descriptor, &path)?;
        let path = self.within("", &path)?;
        Ok(directory.remove_dir(path)?)
    }

    fn rename_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        old_path: String,
        new_descriptor: Resource<Descriptor>,
        new_path: String,
    ) -> Outcome<()> {
        let from = self.workspace(&descriptor, &old_path)?;
        let to = self.workspace(&new_descriptor, &new_path)?;
        let old_path = self.within("", &old_path)?;
        let new_path = self.within("", &new_path)?;
        Ok(from.rename(old_path, &to, new_path)?)
    }

    fn symlink_at(
        &mut self,
        _: Resource<Descriptor>,
        _: String,
        new_path: String,
    ) -> Outcome<()> {
        self.refuse_links(&new_path)
    }

    fn unlink_file_at(&mut self, descriptor: Resource<Descriptor>, path: String) -> Outcome<()> {
        let directory = self.workspace(&descriptor, &path)?;
        let path = self.within("", &path)?;
        Ok(directory.remove_file(path)?)
    }

    fn is_same_object(
        &mut self,
        one: Resource<Descriptor>,
        other: Resource<Descriptor>,
    ) -> wasmtime::Result<bool> {
        let one = self.table.get(&one)?.path().to_owned();
        Ok(one == self.table.get(&other)?.path())
    }

    fn metadata_hash(&mut self, descriptor: Resource<Descriptor>) -> Outcome<MetadataHashValue> {
        Ok(hash(self.table.get(&descriptor)?.path()))
    }

    fn metadata_hash_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        flags: PathFlags,
        path: String,
    ) -> Outcome<MetadataHashValue> {
        let base = self.table.get(&descriptor)?.path().to_owned();
        self.stat_at(descriptor, flags, path.clone())?;
        let full = self.within(&base, &path)?;
        Ok(hash(&full))
    }

    fn drop(&mut self, descriptor: Resource<Descriptor>) -> wasmtime::Result<()> {
        self.table.delete(descriptor)?;
        Ok(())
    }
}

impl types::HostDirectoryEntryStream for View<'_> {
    fn read_directory_entry(
        &mut self,
        entries: Resource<DirectoryEntries>,
    ) -> Outcome<Option<DirectoryEntry>> {
        Ok(self.table.get_mut(&entries)?.0.pop())
    }

    fn drop(&mut self, entries: Resource<DirectoryEntries>) -> wasmtime::Result<()> {
        self.table.delete(entries)?;
        Ok(())
    }
}

impl Descriptor {
    fn path(&self) -> &str {
        match self {
            Descriptor::SourceDirectory { prefix } => prefix.trim_end_matches('/'),
            Descriptor::WorkspaceDirectory { path, .. } => path.trim_end_matches('/'),
            Descriptor::SourceFile { path, .. } | Descriptor::WorkspaceFile { path, .. } => path,
        }
    }
}

/// Of the path rather than of the inode, so that it depends on nothing but the inputs.
fn hash(path: &str) -> MetadataHashValue {
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

fn workspace_entries(directory: &cap_std::fs::Dir) -> Outcome<Vec<(String, bool)>> {
    let mut entries = Vec::new();
    for entry in directory.entries()? {
        let entry = entry?;
        // The builder created every name itself, as a string.
        let name = entry.file_name().to_string_lossy().into_owned();
        entries.push((name, entry.file_type()?.is_dir()));
    }
    entries.sort_unstable();
    Ok(entries)
}
