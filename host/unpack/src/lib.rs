//! Unpacks an uploaded archive (zip, tar, tar.gz) of a source tree into an empty directory, trusting nothing in it.
//!
//! What comes out are regular files (mode 0600) and directories (mode 0700), all below the directory handed in, and
//! nothing else of the archive: no times, owners, modes, attributes or links. Either the whole archive is unpacked or
//! the directory is empty again and an [`UnpackError`] says why.
//!
//! # What is refused
//!
//! Everything that [`UnpackError`] names. Among it: every link, device and sparse file; names that lead outside, hold
//! control characters or are not text; two entries of one name, also when they differ only in case or in how Unicode
//! composes a letter; an archive in which two readers could see different things (a zip's two headers that disagree,
//! overlapping entries, data before or after the archive, a size given twice); and what exceeds the [`Limits`].
//!
//! # What is skipped
//!
//! Two sorts of entry are left out and reported in [`Unpacked::skipped`], see [`SkipReason`]: what operating systems
//! leave in every folder, and names that Windows cannot hold (device names such as `aux.txt`, trailing dots and
//! blanks, `<>:"|?*`). WinDev runs on Windows, so that no project needs them, and one such file somewhere in a tree is
//! no reason to refuse the rest.
//!
//! # What is changed
//!
//! `\` separates directories as `/` does. A zip's name that claims no encoding is UTF-8 when it is valid as such, else
//! code page 437. Names are written in Unicode's composed form (NFC), as Windows has them. Each is reported in
//! [`Unpacked::renamed`]. `.` and empty components are dropped. A single directory around everything stays.
//!
//! # Libraries
//!
//! `rawzip` reads a zip's directory as a stream and shows what other readers hide: duplicate names, local headers,
//! where an entry's bytes lie. `tar` knows the layout of a header. Neither of them writes a file here, and neither
//! reads extension headers here: tar's own reader takes these into memory whatever their size, and splits PAX records
//! at line breaks that their values may hold.
//!
//! ```no_run
//! use quarry_unpack::{Limits, unpack};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let into = cap_std::fs::Dir::open_ambient_dir("source", cap_std::ambient_authority())?;
//! let mut archive = std::fs::File::open("upload")?;
//! let unpacked = unpack(&mut archive, &into, &Limits::default(), &|| false)?;
//! println!("{} files, {} skipped", unpacked.files, unpacked.skipped.total);
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod error;
mod kind;
mod limits;
mod meter;
mod name;
mod outcome;
mod pax;
mod source;
mod tar;
mod tree;
mod zip;

pub use error::{Collision, EntryKind, NameProblem, UnpackError};
pub use kind::Kind;
pub use limits::{Limit, Limits};
pub use name::EntryName;
pub use outcome::{Listing, RenameReason, Renamed, SkipReason, Skipped, Unpacked};

use cap_std::fs::Dir;
use flate2::read::MultiGzDecoder;
use meter::{Meter, Metered};
use source::Source;
use std::io::{Read, Seek};
use tree::{Cleanup, Tree};

/// Unpacks an archive into an empty directory. Its first bytes say which kind it is.
///
/// `cancelled` is asked before every entry and at least once in 64 KiB read or written. What is written has not been
/// synchronised with the disk. At most one file and two directories are open at a time, besides those handed in.
///
/// # Errors
///
/// See [`UnpackError`]. The directory is empty then, unless the error is [`UnpackError::NotEmpty`] (it is as it was) or
/// [`UnpackError::NotRemoved`]. A process that is killed leaves what it had written: the caller removes the directory.
pub fn unpack<R: Read + Seek>(
    archive: &mut R,
    into: &Dir,
    limits: &Limits,
    cancelled: &dyn Fn() -> bool,
) -> Result<Unpacked, UnpackError> {
    let mut present = into.entries().map_err(UnpackError::directory)?;
    if present.next().is_some() {
        return Err(UnpackError::NotEmpty);
    }
    let cleanup = Cleanup::of(into);
    match unpack_into(archive, into, limits, cancelled) {
        Ok(unpacked) => {
            cleanup.keep();
            Ok(unpacked)
        }
        Err(error) => Err(cleanup.after(error)),
    }
}

fn unpack_into<R: Read + Seek>(
    archive: &mut R,
    into: &Dir,
    limits: &Limits,
    cancelled: &dyn Fn() -> bool,
) -> Result<Unpacked, UnpackError> {
    let source = Source::new(archive, limits, cancelled)?;
    let meter = Meter::new(source.length(), limits, cancelled);
    let kind = Kind::of(&source)?;
    let mut tree = Tree::new(into, limits, kind);
    match kind {
        Kind::Zip => zip::unpack(&source, &mut tree, &meter)?,
        Kind::Tar => tar::unpack(Metered::new(source.stream(), &meter), &mut tree)?,
        Kind::TarGz => {
            let stream = MultiGzDecoder::new(source.stream());
            tar::unpack(Metered::new(stream, &meter), &mut tree)?;
        }
    }
    tree.finish()
}

#[cfg(test)]
mod tests;
