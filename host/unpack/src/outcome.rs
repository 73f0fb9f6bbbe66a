//! What came of an archive.

use crate::kind::Kind;
use crate::name::EntryName;

/// What was unpacked, and what is different from the archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unpacked {
    /// The kind of archive.
    pub kind: Kind,
    /// Files written.
    pub files: u64,
    /// Directories made, also those that only a file's path names.
    pub directories: u64,
    /// Bytes of the files.
    pub bytes: u64,
    /// Entries written under another name than the archive's.
    pub renamed: Listing<Renamed>,
    /// Entries left out.
    pub skipped: Listing<Skipped>,
}

/// How many there are, and the first of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing<T> {
    /// How many there are.
    pub total: u64,
    /// The first [`LISTED`](Self::LISTED), in the archive's order.
    pub first: Vec<T>,
}

impl<T> Listing<T> {
    /// How many are listed at most.
    pub const LISTED: usize = 100;

    pub(crate) fn new() -> Self {
        Listing {
            total: 0,
            first: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, item: T) {
        self.total += 1;
        if self.first.len() < Self::LISTED {
            self.first.push(item);
        }
    }
}

/// An entry written under another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// The archive's name.
    pub from: EntryName,
    /// The name on the disk.
    pub to: EntryName,
    /// Why. Of several reasons the first in the order of [`RenameReason`].
    pub reason: RenameReason,
}

/// Why an entry has another name than in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenameReason {
    /// A zip's name that is not UTF-8 and claims no encoding was read as code page 437.
    CodePage437,
    /// `\` separated directories.
    Separators,
    /// It was not in Unicode's composed form (NFC).
    Composed,
}

/// An entry left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The archive's name.
    pub name: EntryName,
    /// Why.
    pub reason: SkipReason,
}

/// Why an entry is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SkipReason {
    /// What macOS and Windows leave in folders: `__MACOSX/`, `.DS_Store`, `._*`, `Thumbs.db`.
    Litter,
    /// A part of its path is a name that Windows cannot hold, or would hold under another name.
    NotPortable,
}
