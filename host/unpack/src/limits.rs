//! How much an archive may be.

use std::fmt;

/// What an archive may cost. Every limit is inclusive.
///
/// The defaults leave room around the largest real WinDev projects (about 3,000 files, 200 MB).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the archive itself: 512 MiB.
    pub archive_bytes: u64,
    /// Bytes that come out of it: 1 GiB. In a tar headers and padding count too.
    pub unpacked_bytes: u64,
    /// Entries in the archive, and files and directories made of them: 20,000 each.
    pub entries: u64,
    /// Bytes of one file: 256 MiB.
    pub entry_bytes: u64,
    /// Bytes that come out for each byte of the whole archive: 200. It applies as soon as 1 MiB came out, so that a
    /// small archive of blanks is no bomb.
    pub ratio: u64,
    /// Components of a path, the file's own name included: 64.
    pub depth: u64,
    /// Bytes of one component in UTF-8: 255, the most that Linux's file systems hold.
    pub name_bytes: u64,
    /// Bytes of a path in UTF-8: 1,024.
    pub path_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            archive_bytes: 512 << 20,
            unpacked_bytes: 1 << 30,
            entries: 20_000,
            entry_bytes: 256 << 20,
            ratio: 200,
            depth: 64,
            name_bytes: 255,
            path_bytes: 1_024,
        }
    }
}

/// Which of the [`Limits`] was exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`Limits::archive_bytes`].
    ArchiveBytes,
    /// [`Limits::unpacked_bytes`].
    UnpackedBytes,
    /// [`Limits::entries`].
    Entries,
    /// [`Limits::entry_bytes`].
    EntryBytes,
    /// [`Limits::ratio`].
    Ratio,
    /// [`Limits::depth`].
    Depth,
    /// [`Limits::name_bytes`].
    NameBytes,
    /// [`Limits::path_bytes`].
    PathBytes,
}

impl Limit {
    /// The limit's value.
    pub(crate) fn of(self, limits: &Limits) -> u64 {
        match self {
            Limit::ArchiveBytes => limits.archive_bytes,
            Limit::UnpackedBytes => limits.unpacked_bytes,
            Limit::Entries => limits.entries,
            Limit::EntryBytes => limits.entry_bytes,
            Limit::Ratio => limits.ratio,
            Limit::Depth => limits.depth,
            Limit::NameBytes => limits.name_bytes,
            Limit::PathBytes => limits.path_bytes,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Limit::ArchiveBytes => "bytes of an archive",
            Limit::UnpackedBytes => "bytes unpacked",
            Limit::Entries => "files and directories",
            Limit::EntryBytes => "bytes of one file",
            Limit::Ratio => "bytes unpacked for each byte of the archive",
            Limit::Depth => "directories inside of each other",
            Limit::NameBytes => "bytes of a name",
            Limit::PathBytes => "bytes of a path",
        })
    }
}
