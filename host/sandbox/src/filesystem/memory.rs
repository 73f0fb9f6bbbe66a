//! Files and directories in memory: what a prompt builder writes reaches no disk before the host has looked at it.

use crate::bindings::wasi::wasi::filesystem::types::ErrorCode;
use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A file that is there, or was removed while it was open.
#[derive(Debug, Clone, Default)]
pub struct MemoryFile(Arc<Mutex<Vec<u8>>>);

impl MemoryFile {
    pub(super) fn len(&self) -> usize {
        lock(&self.0).len()
    }

    /// Up to `length` bytes at `offset`; fewer only at the end of the file.
    pub(super) fn read_at(&self, offset: u64, length: usize) -> Vec<u8> {
        let bytes = lock(&self.0);
        let start = usize::try_from(offset).map_or(bytes.len(), |offset| offset.min(bytes.len()));
        let end = start.saturating_add(length).min(bytes.len());
        bytes[start..end].to_vec()
    }

    /// Writes at a position. A gap behind the end is filled with zeroes.
    pub(super) fn write_at(&self, position: usize, new: &[u8]) {
        if new.is_empty() {
            return;
        }
        let mut bytes = lock(&self.0);
        let end = position + new.len();
        if bytes.len() < position {
            bytes.resize(position, 0);
        }
        let replaced = end.min(bytes.len());
        let (over, beyond) = new.split_at(replaced - position);
        bytes[position..replaced].copy_from_slice(over);
        bytes.extend_from_slice(beyond);
    }

    pub(super) fn set_len(&self, length: usize) {
        lock(&self.0).resize(length, 0);
    }
}

/// What has a name.
#[derive(Debug, Clone)]
pub(super) enum Entry {
    Directory,
    File(MemoryFile),
}

impl Entry {
    pub(super) fn is_directory(&self) -> bool {
        matches!(self, Entry::Directory)
    }
}

/// A directory with everything below it, by paths relative to it: without `.` and `..`, empty for itself. There are no
/// links, and what is a directory stays one where it is, until it is removed.
#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryDirectory(Arc<Mutex<BTreeMap<String, Entry>>>);

impl MemoryDirectory {
    pub(super) fn get(&self, path: &str) -> Option<Entry> {
        match path {
            "" => Some(Entry::Directory),
            path => lock(&self.0).get(path).cloned(),
        }
    }

    /// Gives something a name that nothing has.
    pub(super) fn create(&self, path: String, entry: Entry) -> Result<(), ErrorCode> {
        self.parent(&path)?;
        let mut entries = lock(&self.0);
        if path.is_empty() || entries.contains_key(&path) {
            return Err(ErrorCode::Exist);
        }
        entries.insert(path, entry);
        Ok(())
    }

    pub(super) fn remove_file(&self, path: &str) -> Result<MemoryFile, ErrorCode> {
        match self.get(path) {
            Some(Entry::File(file)) => {
                lock(&self.0).remove(path);
                Ok(file)
            }
            Some(Entry::Directory) => Err(ErrorCode::IsDirectory),
            None => Err(ErrorCode::NoEntry),
        }
    }

    pub(super) fn remove_directory(&self, path: &str) -> Result<(), ErrorCode> {
        match self.get(path) {
            Some(Entry::Directory) if path.is_empty() => Err(ErrorCode::Busy),
            Some(Entry::Directory) if self.next(&format!("{path}/"), "").is_some() => {
                Err(ErrorCode::NotEmpty)
            }
            Some(Entry::Directory) => {
                lock(&self.0).remove(path);
                Ok(())
            }
            Some(Entry::File(_)) => Err(ErrorCode::NotDirectory),
            None => Err(ErrorCode::NoEntry),
        }
    }

    /// Gives a file another name, which another file may have had.
    pub(super) fn rename_file(&self, old: &str, new: String) -> Result<(), ErrorCode> {
        self.parent(&new)?;
        if self.get(&new).is_some_and(|entry| entry.is_directory()) {
            return Err(ErrorCode::IsDirectory);
        }
        let file = self.remove_file(old)?;
        lock(&self.0).insert(new, Entry::File(file));
        Ok(())
    }

    /// The name that follows another in the directory `prefix` (empty, or ending in `/`), and whether it is a
    /// directory's. An empty one comes before all.
    pub(super) fn next(&self, prefix: &str, name: &str) -> Option<(String, bool)> {
        let entries = lock(&self.0);
        let after = format!("{prefix}{name}");
        entries
            .range::<str, _>((Excluded(&*after), Unbounded))
            .map_while(|(path, entry)| Some((path.strip_prefix(prefix)?, entry)))
            .find(|(name, _)| !name.contains('/'))
            .map(|(name, entry)| (name.to_owned(), entry.is_directory()))
    }

    /// Takes out the files. What is still open stays readable, and empty.
    pub(crate) fn take(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::mem::take(&mut *lock(&self.0));
        let files = entries.into_iter().filter_map(|(path, entry)| match entry {
            Entry::Directory => None,
            Entry::File(file) => Some((path, std::mem::take(&mut *lock(&file.0)))),
        });
        files.collect()
    }

    /// Refuses a path whose directory is not there.
    fn parent(&self, path: &str) -> Result<(), ErrorCode> {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        match self.get(parent) {
            Some(Entry::Directory) => Ok(()),
            Some(Entry::File(_)) => Err(ErrorCode::NotDirectory),
            None => Err(ErrorCode::NoEntry),
        }
    }
}

/// Nothing that is done under a lock can be left half done.
fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;
    use std::io;
    use std::path::Path;

    fn names(directory: &MemoryDirectory, prefix: &str) -> Vec<(String, bool)> {
        let mut found: Vec<(String, bool)> = Vec::new();
        while let Some(next) = {
            let last = found.last().map_or("", |(name, _)| name);
            directory.next(prefix, last)
        } {
            found.push(next);
        }
        found
    }

    #[test]
    fn a_listing_has_what_is_in_a_directory_and_not_what_is_below() {
        let directory = MemoryDirectory::default();
        for path in ["a", "a/b", "a/b/c", "a.d", "ab"] {
            directory.create(path.to_owned(), Entry::Directory).unwrap();
        }
        directory
            .create("a/x".to_owned(), Entry::File(MemoryFile::default()))
            .unwrap();
        let owned = |list: &[(&str, bool)]| -> Vec<(String, bool)> {
            list.iter()
                .map(|(name, is)| ((*name).to_owned(), *is))
                .collect()
        };
        let root = owned(&[("a", true), ("a.d", true), ("ab", true)]);
        assert_eq!(names(&directory, ""), root);
        assert_eq!(names(&directory, "a/"), owned(&[("b", true), ("x", false)]));
        assert_eq!(names(&directory, "a/b/c/"), []);
    }

    #[test]
    fn a_removed_file_stays_for_whoever_has_it_open() {
        let directory = MemoryDirectory::default();
        let file = MemoryFile::default();
        file.write_at(0, b"text");
        directory
            .create("a".to_owned(), Entry::File(file.clone()))
            .unwrap();
        directory.remove_file("a").unwrap();
        assert!(directory.get("a").is_none() && directory.take().is_empty());
        assert_eq!(file.read_at(2, 10), b"xt");
    }

    /// A step of a guest.
    #[derive(Debug, Clone)]
    enum Step {
        MakeDirectory(String),
        Write(String, usize, Vec<u8>),
        Resize(String, usize),
        RemoveFile(String),
        RemoveDirectory(String),
        Rename(String, String),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let path = || "[ab](/[ab]){0,2}".prop_map(String::from);
        let bytes = proptest::collection::vec(any::<u8>(), 0..4);
        let step = prop_oneof![
            path().prop_map(Step::MakeDirectory),
            (path(), 0_usize..6, bytes).prop_map(|(path, at, bytes)| Step::Write(path, at, bytes)),
            (path(), 0_usize..6).prop_map(|(path, length)| Step::Resize(path, length)),
            path().prop_map(Step::RemoveFile),
            path().prop_map(Step::RemoveDirectory),
            (path(), path()).prop_map(|(old, new)| Step::Rename(old, new)),
        ];
        proptest::collection::vec(step, 0..30)
    }

    /// Does a step in memory; whether it was done.
    fn in_memory(directory: &MemoryDirectory, step: &Step) -> bool {
        let file = |path: &str| match directory.get(path) {
            Some(Entry::File(file)) => Some(file),
            Some(Entry::Directory) => None,
            None => {
                let new = MemoryFile::default();
                let made = directory.create(path.to_owned(), Entry::File(new.clone()));
                made.is_ok().then_some(new)
            }
        };
        match step {
            Step::MakeDirectory(path) => directory.create(path.clone(), Entry::Directory).is_ok(),
            Step::Write(path, at, bytes) => {
                file(path).map(|file| file.write_at(*at, bytes)).is_some()
            }
            Step::Resize(path, length) => file(path).map(|file| file.set_len(*length)).is_some(),
            Step::RemoveFile(path) => directory.remove_file(path).is_ok(),
            Step::RemoveDirectory(path) => directory.remove_directory(path).is_ok(),
            Step::Rename(old, new) => match directory.get(old) {
                Some(Entry::File(_)) => directory.rename_file(old, new.clone()).is_ok(),
                _ => false,
            },
        }
    }

    /// Does a step on a disk; whether it was done.
    fn on_disk(root: &Path, step: &Step) -> bool {
        use std::os::unix::fs::FileExt;
        let file = |path: &str| {
            let mut options = fs::OpenOptions::new();
            options
                .write(true)
                .create(true)
                .truncate(false)
                .open(root.join(path))
        };
        let done: io::Result<()> = match step {
            Step::MakeDirectory(path) => fs::create_dir(root.join(path)),
            Step::Write(path, at, bytes) => {
                file(path).and_then(|file| file.write_all_at(bytes, *at as u64))
            }
            Step::Resize(path, length) => file(path).and_then(|file| file.set_len(*length as u64)),
            Step::RemoveFile(path) => fs::remove_file(root.join(path)),
            Step::RemoveDirectory(path) => fs::remove_dir(root.join(path)),
            Step::Rename(old, new) => match root.join(old).is_file() {
                true => fs::rename(root.join(old), root.join(new)),
                false => return false,
            },
        };
        done.is_ok()
    }

    /// Everything below a directory of a disk.
    fn on_disk_now(root: &Path, path: &str, found: &mut Vec<(String, Option<Vec<u8>>)>) {
        for entry in fs::read_dir(root.join(path)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let inner = format!("{path}{name}");
            match root.join(&inner).is_dir() {
                true => {
                    found.push((inner.clone(), None));
                    on_disk_now(root, &format!("{inner}/"), found);
                }
                false => {
                    let bytes = fs::read(root.join(&inner)).unwrap();
                    found.push((inner, Some(bytes)));
                }
            }
        }
    }

    fn in_memory_now(
        directory: &MemoryDirectory,
        path: &str,
        found: &mut Vec<(String, Option<Vec<u8>>)>,
    ) {
        for (name, is_directory) in names(directory, path) {
            let inner = format!("{path}{name}");
            match directory.get(&inner) {
                Some(Entry::File(file)) => {
                    assert!(!is_directory);
                    found.push((inner, Some(file.read_at(0, usize::MAX))));
                }
                entry => {
                    assert!(is_directory && entry.is_some());
                    found.push((inner.clone(), None));
                    in_memory_now(directory, &format!("{inner}/"), found);
                }
            }
        }
    }

    proptest! {
        #[test]
        fn steps_do_in_memory_what_they_do_on_a_disk(steps in steps()) {
            let directory = MemoryDirectory::default();
            let disk = tempfile::tempdir().unwrap();
            for step in &steps {
                prop_assert_eq!(in_memory(&directory, step), on_disk(disk.path(), step), "{:?}", step);
            }
            let (mut ours, mut theirs) = (Vec::new(), Vec::new());
            in_memory_now(&directory, "", &mut ours);
            on_disk_now(disk.path(), "", &mut theirs);
            theirs.sort();
            ours.sort();
            prop_assert_eq!(&ours, &theirs);
            let files = theirs.into_iter().filter_map(|(path, bytes)| Some((path, bytes?)));
            prop_assert_eq!(directory.take(), files.collect());
        }
    }
}
