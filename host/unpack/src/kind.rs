//! Which kind of archive some bytes are.

use crate::error::UnpackError;
use crate::source::Source;
use crate::tar;
use std::fmt;
use std::io::{Read, Seek};

/// A kind of archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A zip archive, of stored or deflated entries.
    Zip,
    /// A tar archive: ustar, PAX, GNU, or the format before these.
    Tar,
    /// A tar archive in one or more gzip members.
    TarGz,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Kind::Zip => "zip",
            Kind::Tar => "tar",
            Kind::TarGz => "tar.gz",
        })
    }
}

/// What people upload instead, by its first bytes.
const OTHERS: [(&[u8], &str); 8] = [
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive"),
    (b"Rar!\x1A\x07", "a rar archive"),
    (b"\xFD7zXZ\0", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"\x28\xB5\x2F\xFD", "a zstd file"),
    (b"MSCF", "a cabinet file"),
    (
        b"MZ",
        "a Windows program (unpack a self-extracting archive first)",
    ),
    (b"\x7FELF", "a Linux program"),
];

impl Kind {
    pub(crate) fn of<R: Read + Seek>(source: &Source<'_, R>) -> Result<Self, UnpackError> {
        let mut bytes = Vec::new();
        let mut start = source.stream().take(tar::BLOCK as u64);
        start
            .read_to_end(&mut bytes)
            .map_err(|error| UnpackError::reading(error, None))?;
        if bytes.is_empty() {
            return Err(UnpackError::NoFiles);
        }
        if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
            return Ok(Kind::Zip);
        }
        if bytes.starts_with(b"PK\x07\x08") || bytes.starts_with(b"PK00") {
            return Err(UnpackError::MultiDisk);
        }
        if bytes.starts_with(&[0x1F, 0x8B]) {
            return Ok(Kind::TarGz);
        }
        if tar::starts(&bytes) {
            return Ok(Kind::Tar);
        }
        let known = OTHERS.iter().find(|(magic, _)| bytes.starts_with(magic));
        let found = known.map_or("of no kind known here", |(_, name)| name);
        Err(UnpackError::UnknownKind { found })
    }
}
