//! Why an archive was not unpacked.

use crate::limits::{Limit, Limits};
use crate::name::EntryName;
use std::fmt;
use std::io;

/// An archive was not unpacked. Names in messages are safe to show, see [`EntryName`].
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// The directory to unpack into holds something; nothing was done.
    #[error("the directory to unpack into is not empty; hand in an empty one")]
    NotEmpty,
    /// The bytes are no archive of a kind that is read.
    #[error("the upload is {found}; upload a zip, a tar or a tar.gz archive")]
    UnknownKind {
        /// What they look like.
        found: &'static str,
    },
    /// There is no file in the archive, or none that is not skipped.
    #[error("there is no file in the archive; upload a zip, a tar or a tar.gz of the source tree")]
    NoFiles,
    /// The archive is larger than allowed, in one of several ways.
    #[error("{of}more than {allowed} {limit}; leave out what is not source, or ask for a higher limit", of = of(.entry))]
    Limit {
        /// Which limit.
        limit: Limit,
        /// Its value.
        allowed: u64,
        /// The entry that exceeded it, if it was one.
        entry: Option<EntryName>,
    },
    /// An entry has a name that is not written to a disk.
    #[error("{entry}: the name {problem}; make the archive again without it")]
    Name {
        /// The entry.
        entry: EntryName,
        /// What is wrong with its name.
        problem: NameProblem,
    },
    /// Two entries would be one file.
    #[error("{entry}: {collision}; rename or remove one of the two")]
    Collision {
        /// The second of the two.
        entry: EntryName,
        /// How they collide.
        collision: Collision,
    },
    /// An entry is neither a regular file nor a directory.
    #[error("{entry}: it is {kind}; only files and directories are unpacked")]
    Kind {
        /// The entry.
        entry: EntryName,
        /// What it is.
        kind: EntryKind,
    },
    /// An entry of a zip is encrypted.
    #[error("{entry}: it is encrypted; make the archive again without a password")]
    Encrypted {
        /// The entry.
        entry: EntryName,
    },
    /// An entry of a zip is compressed in a way that is not read.
    #[error("{entry}: it is compressed with {method}; use stored or deflate")]
    Method {
        /// The entry.
        entry: EntryName,
        /// The method's name or number.
        method: String,
    },
    /// The archive is a part of several.
    #[error("the archive is split in several parts; upload it as one file")]
    MultiDisk,
    /// An extension header of a tar is larger than names need.
    #[error(
        "{entry}: an extension header has more than 1 MiB; make the archive without extended attributes"
    )]
    Extension {
        /// The extension header's own name.
        entry: EntryName,
    },
    /// Two entries of a zip share bytes, or an entry reaches into the zip's directory.
    #[error("{entry}: its data overlaps with another part of the archive; make the archive again")]
    Overlap {
        /// The later one.
        entry: EntryName,
    },
    /// The archive says two different things.
    #[error("{of}{what}; make the archive again", of = of(.entry))]
    Contradiction {
        /// The entry, if it is about one.
        entry: Option<EntryName>,
        /// What contradicts what.
        what: &'static str,
    },
    /// The archive breaks its format.
    #[error("{of}the archive is damaged: {problem}; upload it again", of = of(.entry))]
    Corrupt {
        /// The entry, if it is about one.
        entry: Option<EntryName>,
        /// What is wrong.
        problem: String,
    },
    /// An entry's checksum does not match its data.
    #[error("{entry}: the checksum does not match, so the archive is damaged; upload it again")]
    Checksum {
        /// The entry.
        entry: EntryName,
    },
    /// The archive ends too early.
    #[error("{of}the archive ends too early; upload it again", of = of(.entry))]
    Truncated {
        /// The entry in which it ends, if it is in one.
        entry: Option<EntryName>,
    },
    /// There are bytes before the first entry of a zip.
    #[error(
        "there is something before the zip archive (a self-extracting one?); upload a plain one"
    )]
    PrependedData,
    /// There are bytes after the end of the archive.
    #[error("there is something after the end of the archive; make the archive again")]
    TrailingData,
    /// The caller asked to stop.
    #[error("unpacking was cancelled")]
    Cancelled,
    /// The archive cannot be read: the fault of the system, not of the archive.
    #[error("reading the archive: {0}")]
    Read(#[source] io::Error),
    /// A file or directory cannot be made: the fault of the system, not of the archive.
    #[error("{of}writing: {error}", of = of(.entry))]
    Write {
        /// The entry, if it is one.
        entry: Option<EntryName>,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// Unpacking failed, and so did removing what it had written.
    #[error("{cause}; what was written could not be removed: {error}")]
    NotRemoved {
        /// Why unpacking failed.
        cause: Box<UnpackError>,
        /// Why removing failed.
        #[source]
        error: io::Error,
    },
}

/// The beginning of a message about an entry.
fn of(entry: &Option<EntryName>) -> String {
    entry
        .as_ref()
        .map(|name| format!("{name}: "))
        .unwrap_or_default()
}

impl UnpackError {
    /// Whether another archive would help: not so when the system failed or the caller cancelled.
    pub fn is_fault_of_archive(&self) -> bool {
        match self {
            UnpackError::NotEmpty
            | UnpackError::Cancelled
            | UnpackError::Read(_)
            | UnpackError::Write { .. }
            | UnpackError::NotRemoved { .. } => false,
            UnpackError::UnknownKind { .. }
            | UnpackError::NoFiles
            | UnpackError::Limit { .. }
            | UnpackError::Name { .. }
            | UnpackError::Collision { .. }
            | UnpackError::Kind { .. }
            | UnpackError::Encrypted { .. }
            | UnpackError::Method { .. }
            | UnpackError::MultiDisk
            | UnpackError::Extension { .. }
            | UnpackError::Overlap { .. }
            | UnpackError::Contradiction { .. }
            | UnpackError::Corrupt { .. }
            | UnpackError::Checksum { .. }
            | UnpackError::Truncated { .. }
            | UnpackError::PrependedData
            | UnpackError::TrailingData => true,
        }
    }

    pub(crate) fn limit(limit: Limit, limits: &Limits) -> Self {
        UnpackError::Limit {
            limit,
            allowed: limit.of(limits),
            entry: None,
        }
    }

    pub(crate) fn corrupt(entry: Option<&EntryName>, problem: &str) -> Self {
        UnpackError::Corrupt {
            entry: entry.cloned(),
            // A library's message may hold bytes of the archive.
            problem: EntryName::of(problem.as_bytes()).to_string(),
        }
    }

    pub(crate) fn contradiction(entry: &EntryName, what: &'static str) -> Self {
        UnpackError::Contradiction {
            entry: Some(entry.clone()),
            what,
        }
    }

    pub(crate) fn writing(entry: &EntryName) -> impl FnOnce(io::Error) -> Self + use<> {
        let entry = Some(entry.clone());
        move |error| UnpackError::Write { entry, error }
    }

    pub(crate) fn directory(error: io::Error) -> Self {
        UnpackError::Write { entry: None, error }
    }

    /// What a reader of the archive said, which may be one of our own errors that a decoder passed on.
    pub(crate) fn reading(error: io::Error, entry: Option<&EntryName>) -> Self {
        let error = match error.downcast::<UnpackError>() {
            Ok(own) => return own.at(entry),
            Err(error) => error,
        };
        match error.kind() {
            io::ErrorKind::UnexpectedEof => UnpackError::Truncated {
                entry: entry.cloned(),
            },
            // Of flate2: a reader of files says neither.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                UnpackError::corrupt(entry, &error.to_string())
            }
            _ => UnpackError::Read(error),
        }
    }

    /// The same of an entry, where none is named yet.
    pub(crate) fn at(mut self, name: Option<&EntryName>) -> Self {
        if let UnpackError::Limit { entry, .. } = &mut self
            && entry.is_none()
        {
            *entry = name.cloned();
        }
        self
    }
}

/// Why a name is not written to a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameProblem {
    /// It is empty.
    Empty,
    /// It is not UTF-8, where it should be.
    NotUtf8,
    /// It holds a NUL byte.
    Nul,
    /// It holds another control character.
    Control,
    /// It holds `..`.
    Parent,
    /// It begins at the root of a file system.
    Absolute,
    /// It begins at a drive.
    Drive,
    /// It begins at a host of a network or a device.
    Unc,
}

impl fmt::Display for NameProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            NameProblem::Empty => "is empty",
            NameProblem::NotUtf8 => "is not UTF-8",
            NameProblem::Nul => "holds a NUL byte",
            NameProblem::Control => "holds a control character",
            NameProblem::Parent => "holds `..`",
            NameProblem::Absolute => "is an absolute path",
            NameProblem::Drive => "begins with a drive",
            NameProblem::Unc => "begins with a network host or a device",
        })
    }
}

/// How two entries would be one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Collision {
    /// They have the same name.
    Duplicate,
    /// Their names, or those of directories around them, differ in the case of letters alone.
    Case,
    /// One name is both a file and a directory.
    FileAndDirectory,
}

impl fmt::Display for Collision {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Collision::Duplicate => "another entry has the same name",
            Collision::Case => "another entry has the same name but for upper and lower case",
            Collision::FileAndDirectory => "the name is both a file and a directory",
        })
    }
}

/// What an entry is that is neither a file nor a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A symbolic link.
    SymbolicLink,
    /// A hard link.
    HardLink,
    /// A device.
    Device,
    /// A named pipe.
    Pipe,
    /// A socket.
    Socket,
    /// A sparse file.
    Sparse,
    /// Something else.
    Other,
}

impl fmt::Display for EntryKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            EntryKind::SymbolicLink => "a symbolic link",
            EntryKind::HardLink => "a hard link",
            EntryKind::Device => "a device",
            EntryKind::Pipe => "a named pipe",
            EntryKind::Socket => "a socket",
            EntryKind::Sparse => "a sparse file",
            EntryKind::Other => "of a kind not known here",
        })
    }
}
