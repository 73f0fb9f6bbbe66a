//! The functions of `wasi:filesystem`, each handed to the side that it concerns.

use super::place::{Place, hash};
use super::source::stat;
use super::streams::{FileInput, READ_SIZE};
use super::{Descriptor, DirectoryEntries, Outcome, Root, View};
use crate::bindings::wasi::wasi::filesystem::types::{
    Advice, DescriptorFlags, DescriptorStat, DescriptorType, ErrorCode, Filesize, HostDescriptor,
    MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime::component::Resource;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream};

/// Links and times: neither has a use in a call that begins with an empty directory and ends with its files.
const NO_LINKS: &str = "links and times are refused";

impl View<'_> {
    fn refuse_links<T>(&mut self, path: &str) -> Outcome<T> {
        self.refuse(path, NO_LINKS, ErrorCode::NotPermitted)
    }
}

impl HostDescriptor for View<'_> {
    fn read_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
        offset: Filesize,
    ) -> Outcome<Resource<DynInputStream>> {
        let stream: DynInputStream = Box::new(FileInput {
            file: self.readable(&descriptor)?,
            position: offset,
        });
        Ok(self.table.push(stream)?)
    }

    fn write_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
        offset: Filesize,
    ) -> Outcome<Resource<DynOutputStream>> {
        self.output(&descriptor, Some(offset))
    }

    fn append_via_stream(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> Outcome<Resource<DynOutputStream>> {
        self.output(&descriptor, None)
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
        // The host syncs what it publishes of it.
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
            Descriptor::WorkspaceFile { flags, .. } => *flags,
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
        let (path, file) = self.writable(&descriptor)?;
        self.resize_workspace(&path, &file, size)
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
        let file = self.readable(&descriptor)?;
        let wanted = usize::try_from(length).unwrap_or(READ_SIZE).min(READ_SIZE);
        let bytes = file.read_at(offset, wanted)?;
        let at_end = bytes.len() < wanted;
        Ok((bytes, at_end))
    }

    fn write(
        &mut self,
        descriptor: Resource<Descriptor>,
        buffer: Vec<u8>,
        offset: Filesize,
    ) -> Outcome<Filesize> {
        let (path, file) = self.writable(&descriptor)?;
        self.write_workspace(&path, &file, &buffer, offset)
    }

    fn read_directory(
        &mut self,
        descriptor: Resource<Descriptor>,
    ) -> Outcome<Resource<DirectoryEntries>> {
        let entries = match (self.place(&descriptor)?, &self.files.root) {
            (Place::Workspace(prefix), _) => self.list_workspace(&prefix)?,
            (Place::Source(prefix), Root::Source { inputs, .. }) => {
                DirectoryEntries::source(inputs.clone(), prefix)
            }
            (Place::Source(_), _) => return Err(ErrorCode::BadDescriptor.into()),
        };
        Ok(self.table.push(entries)?)
    }

    fn sync(&mut self, descriptor: Resource<Descriptor>) -> Outcome<()> {
        self.sync_data(descriptor)
    }

    fn create_directory_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        path: String,
    ) -> Outcome<()> {
        let prefix = self.changeable(&descriptor, &path)?;
        self.create_directory(&prefix, &path)
    }

    fn stat(&mut self, descriptor: Resource<Descriptor>) -> Outcome<DescriptorStat> {
        match self.table.get(&descriptor)? {
            Descriptor::SourceDirectory { .. } | Descriptor::WorkspaceDirectory { .. } => {
                Ok(stat(DescriptorType::Directory, 0))
            }
            Descriptor::SourceFile { file, .. } => {
                let length = file.file.metadata()?.len();
                Ok(stat(DescriptorType::RegularFile, length))
            }
            Descriptor::WorkspaceFile { file, .. } => {
                Ok(stat(DescriptorType::RegularFile, file.len() as u64))
            }
        }
    }

    fn stat_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        _: PathFlags,
        path: String,
    ) -> Outcome<DescriptorStat> {
        match self.place(&descriptor)? {
            Place::Source(prefix) => self.stat_source(&prefix, &path),
            Place::Workspace(prefix) => self.stat_workspace(&prefix, &path),
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
        let opened = match self.place(&descriptor)? {
            Place::Source(prefix) => self.open_source(&prefix, &path, open_flags, flags)?,
            Place::Workspace(prefix) => self.open_workspace(&prefix, &path, open_flags, flags)?,
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
        let prefix = self.changeable(&descriptor, &path)?;
        self.remove_directory(&prefix, &path)
    }

    fn rename_at(
        &mut self,
        descriptor: Resource<Descriptor>,
        old_path: String,
        new_descriptor: Resource<Descriptor>,
        new_path: String,
    ) -> Outcome<()> {
        let from = self.changeable(&descriptor, &old_path)?;
        let to = self.changeable(&new_descriptor, &new_path)?;
        self.rename((&from, &old_path), (&to, &new_path))
    }

    fn symlink_at(&mut self, _: Resource<Descriptor>, _: String, new_path: String) -> Outcome<()> {
        self.refuse_links(&new_path)
    }

    fn unlink_file_at(&mut self, descriptor: Resource<Descriptor>, path: String) -> Outcome<()> {
        let prefix = self.changeable(&descriptor, &path)?;
        self.remove_file(&prefix, &path)
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
        let full = super::join(&base, &path).ok_or(ErrorCode::NotPermitted)?;
        Ok(hash(&full))
    }

    fn drop(&mut self, descriptor: Resource<Descriptor>) -> wasmtime::Result<()> {
        self.table.delete(descriptor)?;
        Ok(())
    }
}
