//! Writing the tree, and removing it again.

use crate::error::{Collision, UnpackError};
use crate::kind::Kind;
use crate::limits::{Limit, Limits};
use crate::name::{EntryName, EntryPath, folded};
use crate::outcome::{Listing, Renamed, SkipReason, Skipped, Unpacked};
use crate::source::STEP;
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt};
use cap_std::fs::{Dir, DirBuilder, DirBuilderExt, File, OpenOptions, OpenOptionsExt};
use std::collections::HashMap;
use std::io::{self, Read, Write};

/// The directory that everything is below.
const ROOT: u32 = 0;

/// What has been written, and what may still be.
pub(crate) struct Tree<'a> {
    root: &'a Dir,
    limits: &'a Limits,
    /// By the directory that holds it and its folded name.
    nodes: HashMap<(u32, Box<str>), Node>,
    /// The directory that the last file was written into: most files stand next to the one before.
    open: Option<(u32, Dir)>,
    entries: u64,
    buffer: Vec<u8>,
    unpacked: Unpacked,
}

struct Node {
    name: Box<str>,
    /// Of a directory. A file has none.
    directory: Option<u32>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(root: &'a Dir, limits: &'a Limits, kind: Kind) -> Self {
        Tree {
            root,
            limits,
            nodes: HashMap::new(),
            open: None,
            entries: 0,
            buffer: vec![0; STEP],
            unpacked: Unpacked {
                kind,
                files: 0,
                directories: 0,
                bytes: 0,
                renamed: Listing::new(),
                skipped: Listing::new(),
            },
        }
    }

    pub(crate) fn limits(&self) -> &'a Limits {
        self.limits
    }

    /// Counts an entry of the archive, whatever becomes of it.
    pub(crate) fn count(&mut self, entry: &EntryName) -> Result<(), UnpackError> {
        self.entries += 1;
        self.check_entries(self.entries)
            .map_err(|error| error.at(Some(entry)))
    }

    /// Whether an archive may hold so many entries.
    pub(crate) fn check_entries(&self, entries: u64) -> Result<(), UnpackError> {
        if entries > self.limits.entries {
            return Err(UnpackError::limit(Limit::Entries, self.limits));
        }
        Ok(())
    }

    /// Whether a file may be so large.
    pub(crate) fn check_size(&self, entry: &EntryName, size: u64) -> Result<(), UnpackError> {
        if size > self.limits.entry_bytes {
            return Err(UnpackError::limit(Limit::EntryBytes, self.limits).at(Some(entry)));
        }
        Ok(())
    }

    pub(crate) fn skip(&mut self, name: &EntryName, reason: SkipReason) {
        let name = name.clone();
        self.unpacked.skipped.add(Skipped { name, reason });
    }

    /// Makes a directory, unless it is there already.
    pub(crate) fn directory(
        &mut self,
        entry: &EntryName,
        path: &EntryPath,
    ) -> Result<(), UnpackError> {
        self.enter(entry, &path.components)?;
        self.renamed(entry, path);
        Ok(())
    }

    /// Writes a file that is not there yet: everything that `content` holds. The number of its bytes.
    pub(crate) fn file(
        &mut self,
        entry: &EntryName,
        path: &EntryPath,
        content: &mut dyn Read,
    ) -> Result<u64, UnpackError> {
        let Some((name, parents)) = path.components.split_last() else {
            return Err(UnpackError::corrupt(Some(entry), "a file without a name"));
        };
        let parent = self.enter(entry, parents)?;
        self.claim(entry, parent, name)?;
        let directory = match &self.open {
            Some((_, directory)) => directory,
            None => self.root,
        };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        options.follow(FollowSymlinks::No);
        let mut file = directory
            .open_with(name, &options)
            .map_err(UnpackError::writing(entry))?;
        let bytes = self.copy(entry, content, &mut file)?;
        self.unpacked.files += 1;
        self.unpacked.bytes += bytes;
        self.renamed(entry, path);
        Ok(bytes)
    }

    /// What was unpacked.
    pub(crate) fn finish(self) -> Result<Unpacked, UnpackError> {
        if self.unpacked.files == 0 {
            return Err(UnpackError::NoFiles);
        }
        Ok(self.unpacked)
    }

    fn copy(
        &mut self,
        entry: &EntryName,
        content: &mut dyn Read,
        file: &mut File,
    ) -> Result<u64, UnpackError> {
        let mut bytes = 0;
        loop {
            let read = match content.read(&mut self.buffer) {
                Ok(0) => return Ok(bytes),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(UnpackError::reading(error, Some(entry))),
            };
            bytes += read as u64;
            self.check_size(entry, bytes)?;
            file.write_all(&self.buffer[..read])
                .map_err(UnpackError::writing(entry))?;
        }
    }

    fn renamed(&mut self, entry: &EntryName, path: &EntryPath) {
        if let Some(reason) = path.renamed {
            self.unpacked.renamed.add(Renamed {
                from: entry.clone(),
                to: path.shown(),
                reason,
            });
        }
    }

    /// Opens the directory of this path, [`self.open`](Self::open), and makes what is missing of it.
    fn enter(&mut self, entry: &EntryName, components: &[String]) -> Result<u32, UnpackError> {
        let present = self.present(entry, components)?;
        let known = present.last().copied().unwrap_or(ROOT);
        if present.len() == components.len() {
            if known == ROOT {
                self.open = None;
                return Ok(ROOT);
            }
            if matches!(&self.open, Some((open, _)) if *open == known) {
                return Ok(known);
            }
        }
        self.open = None;
        let (present_names, missing) = components.split_at(present.len());
        for (id, name) in present.into_iter().zip(present_names) {
            self.step_into(entry, id, name)?;
        }
        for name in missing {
            let parent = self.open.as_ref().map_or(ROOT, |(id, _)| *id);
            let id = self.make(entry, parent, name)?;
            self.step_into(entry, id, name)?;
        }
        Ok(self.open.as_ref().map_or(ROOT, |(id, _)| *id))
    }

    /// The directories of this path that are there, from the top.
    fn present(&self, entry: &EntryName, components: &[String]) -> Result<Vec<u32>, UnpackError> {
        let mut present = Vec::new();
        for name in components {
            let parent = present.last().copied().unwrap_or(ROOT);
            let Some(node) = self.nodes.get(&key(parent, name)) else {
                break;
            };
            if *node.name != **name {
                return Err(collision(entry, Collision::Case));
            }
            let Some(id) = node.directory else {
                return Err(collision(entry, Collision::FileAndDirectory));
            };
            present.push(id);
        }
        Ok(present)
    }

    fn step_into(&mut self, entry: &EntryName, id: u32, name: &str) -> Result<(), UnpackError> {
        let parent = self.open.as_ref().map_or(self.root, |(_, open)| open);
        let directory = parent
            .open_dir_nofollow(name)
            .map_err(UnpackError::writing(entry))?;
        self.open = Some((id, directory));
        Ok(())
    }

    fn make(&mut self, entry: &EntryName, parent: u32, name: &str) -> Result<u32, UnpackError> {
        let made = self.unpacked.files + self.unpacked.directories + 1;
        self.check_entries(made)
            .map_err(|error| error.at(Some(entry)))?;
        let id = u32::try_from(self.unpacked.directories + 1)
            .map_err(|_| UnpackError::limit(Limit::Entries, self.limits))?;
        let directory = self.open.as_ref().map_or(self.root, |(_, open)| open);
        let mut builder = DirBuilder::new();
        builder.mode(0o700);
        directory
            .create_dir_with(name, &builder)
            .map_err(UnpackError::writing(entry))?;
        self.unpacked.directories += 1;
        let node = Node {
            name: name.into(),
            directory: Some(id),
        };
        self.nodes.insert(key(parent, name), node);
        Ok(id)
    }

    /// Takes a name in a directory for a file.
    fn claim(&mut self, entry: &EntryName, parent: u32, name: &str) -> Result<(), UnpackError> {
        let made = self.unpacked.files + self.unpacked.directories + 1;
        self.check_entries(made)
            .map_err(|error| error.at(Some(entry)))?;
        let node = Node {
            name: name.into(),
            directory: None,
        };
        let Some(other) = self.nodes.insert(key(parent, name), node) else {
            return Ok(());
        };
        Err(collision(
            entry,
            match other {
                Node { name: other, .. } if *other != *name => Collision::Case,
                Node {
                    directory: Some(_), ..
                } => Collision::FileAndDirectory,
                Node {
                    directory: None, ..
                } => Collision::Duplicate,
            },
        ))
    }
}

fn key(parent: u32, name: &str) -> (u32, Box<str>) {
    (parent, folded(name).into())
}

fn collision(entry: &EntryName, collision: Collision) -> UnpackError {
    UnpackError::Collision {
        entry: entry.clone(),
        collision,
    }
}

/// Empties a directory when dropped, so that nothing stays after a panic either.
pub(crate) struct Cleanup<'a> {
    directory: Option<&'a Dir>,
}

impl<'a> Cleanup<'a> {
    pub(crate) fn of(directory: &'a Dir) -> Self {
        Cleanup {
            directory: Some(directory),
        }
    }

    /// Leaves everything where it is.
    pub(crate) fn keep(mut self) {
        self.directory = None;
    }

    /// Empties the directory, and says so if that fails.
    pub(crate) fn after(mut self, cause: UnpackError) -> UnpackError {
        match self.directory.take().map_or(Ok(()), empty) {
            Ok(()) => cause,
            Err(error) => UnpackError::NotRemoved {
                cause: Box::new(cause),
                error,
            },
        }
    }
}

impl Drop for Cleanup<'_> {
    fn drop(&mut self) {
        if let Some(directory) = self.directory {
            // There is nobody to tell: a panic is on its way.
            let _ = empty(directory);
        }
    }
}

fn empty(directory: &Dir) -> io::Result<()> {
    for entry in directory.entries()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            directory.remove_dir_all(entry.file_name())?;
        } else {
            directory.remove_file(entry.file_name())?;
        }
    }
    Ok(())
}
