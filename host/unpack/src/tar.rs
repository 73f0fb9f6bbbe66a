//! Tar archives, read block by block.

use crate::error::{EntryKind, NameProblem, UnpackError};
use crate::meter::Metered;
use crate::name::{EntryName, Place, place};
use crate::pax::Pax;
use crate::source::STEP;
use crate::tree::Tree;
use ::tar::{EntryType, Header};
use std::io::{self, Read};

/// Everything in a tar stands at a multiple of so many bytes.
pub(crate) const BLOCK: usize = 512;

/// As much as an extension header may hold, in bytes: names and a few attributes are less.
const EXTENSION_BYTES: u64 = 1 << 20;

/// Whether these bytes begin a tar archive.
pub(crate) fn starts(bytes: &[u8]) -> bool {
    bytes.len() == BLOCK
        && (is_zero(bytes)
            || &bytes[257..262] == b"ustar"
            || is_header(Header::from_byte_slice(bytes)))
}

pub(crate) fn unpack<R: Read>(
    stream: Metered<'_, R>,
    tree: &mut Tree<'_>,
) -> Result<(), UnpackError> {
    let mut reading = Reading {
        stream,
        pending: Pending::default(),
        globals: 0,
    };
    let Some(mut header) = reading.first()? else {
        return reading.end();
    };
    loop {
        reading.header(&header, tree)?;
        match reading.next()? {
            Some(next) => header = next,
            None => return reading.end(),
        }
    }
}

struct Reading<'a, R> {
    stream: Metered<'a, R>,
    pending: Pending,
    /// Global headers so far.
    globals: u64,
}

/// What extension headers said of the entry that follows.
#[derive(Default)]
struct Pending {
    name: Option<Vec<u8>>,
    link: bool,
    pax: Option<Pax>,
}

impl Pending {
    fn is_empty(&self) -> bool {
        self.name.is_none() && !self.link && self.pax.is_none()
    }
}

impl<R: Read> Reading<'_, R> {
    /// The first header. What comes out of gzip is known to be a tar only now.
    fn first(&mut self) -> Result<Option<Header>, UnpackError> {
        let mut block = Vec::new();
        self.stream
            .by_ref()
            .take(BLOCK as u64)
            .read_to_end(&mut block)
            .map_err(|error| UnpackError::reading(error, None))?;
        if !starts(&block) {
            let found = "a gzip file without a tar archive in it";
            return Err(UnpackError::UnknownKind { found });
        }
        checked(&block)
    }

    /// The next header, or none at the end of the archive.
    fn next(&mut self) -> Result<Option<Header>, UnpackError> {
        let mut block = [0; BLOCK];
        self.stream
            .read_exact(&mut block)
            .map_err(|error| UnpackError::reading(error, None))?;
        checked(&block)
    }

    /// After the end there is nothing but zeros, to the end of a gzip stream with its checksum.
    fn end(mut self) -> Result<(), UnpackError> {
        if !self.pending.is_empty() {
            return Err(UnpackError::Truncated { entry: None });
        }
        let mut rest = vec![0; STEP];
        loop {
            match self.stream.read(&mut rest) {
                Ok(0) => return Ok(()),
                Ok(read) if is_zero(&rest[..read]) => {}
                Ok(_) => return Err(UnpackError::TrailingData),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(UnpackError::reading(error, None)),
            }
        }
    }

    fn header(&mut self, header: &Header, tree: &mut Tree<'_>) -> Result<(), UnpackError> {
        let entry = EntryName::of(&header.path_bytes());
        let size = header
            .entry_size()
            .map_err(|error| UnpackError::corrupt(Some(&entry), &error.to_string()))?;
        match header.entry_type() {
            EntryType::GNULongName => {
                let mut name = self.extension(&entry, size)?;
                let end = name.iter().rposition(|byte| *byte != 0);
                name.truncate(end.map_or(0, |last| last + 1));
                only(&entry, self.pending.name.replace(name).is_none())
            }
            EntryType::GNULongLink => {
                self.extension(&entry, size)?;
                only(&entry, !std::mem::replace(&mut self.pending.link, true))
            }
            EntryType::XHeader => {
                let pax = Pax::read(&entry, &self.extension(&entry, size)?)?;
                only(&entry, self.pending.pax.replace(pax).is_none())
            }
            EntryType::XGlobalHeader => self.global(&entry, size, tree),
            _ => self.entry(header, size, tree),
        }
    }

    /// A header about all entries to come. `git archive` writes one with a comment, and there is no other use for it.
    fn global(&mut self, entry: &EntryName, size: u64, tree: &Tree<'_>) -> Result<(), UnpackError> {
        self.globals += 1;
        tree.check_entries(self.globals)?;
        if Pax::read(entry, &self.extension(entry, size)?)? != Pax::default() {
            let what = "a PAX header gives all entries one name, size or target";
            return Err(UnpackError::contradiction(entry, what));
        }
        Ok(())
    }

    fn entry(
        &mut self,
        header: &Header,
        size: u64,
        tree: &mut Tree<'_>,
    ) -> Result<(), UnpackError> {
        let pending = std::mem::take(&mut self.pending);
        let raw = pending.raw_name(header)?;
        let entry = EntryName::of(&raw);
        tree.count(&entry)?;
        let text = std::str::from_utf8(&raw).map_err(|_| UnpackError::Name {
            entry: entry.clone(),
            problem: NameProblem::NotUtf8,
        })?;
        let place = place(&entry, text, None, tree.limits())?;
        let is_directory = match header.entry_type() {
            EntryType::Directory => true,
            // POSIX has a reader take a contiguous file for a file. Before there were directories in the format, their
            // names ended with a slash.
            EntryType::Regular | EntryType::Continuous => match &place {
                Place::At(path) => path.directory,
                Place::Root => true,
                Place::Skipped(_) => false,
            },
            other => {
                let kind = kind(other);
                return Err(UnpackError::Kind { entry, kind });
            }
        };
        pending.check(&entry, size)?;
        tree.check_size(&entry, size)?;
        if is_directory && size > 0 {
            let what = "it is a directory and has content";
            return Err(UnpackError::contradiction(&entry, what));
        }
        match place {
            Place::Skipped(reason) => tree.skip(&entry, reason),
            Place::At(path) if is_directory => tree.directory(&entry, &path)?,
            Place::At(path) => {
                let mut content = self.stream.by_ref().take(size);
                if tree.file(&entry, &path, &mut content)? != size {
                    return Err(UnpackError::Truncated { entry: Some(entry) });
                }
                return self.skip(&entry, padding(size));
            }
            Place::Root => {}
        }
        self.skip(&entry, size + padding(size))
    }

    /// The content of an extension header.
    fn extension(&mut self, entry: &EntryName, size: u64) -> Result<Vec<u8>, UnpackError> {
        if size > EXTENSION_BYTES {
            let entry = entry.clone();
            return Err(UnpackError::Extension { entry });
        }
        let mut content = Vec::new();
        self.stream
            .by_ref()
            .take(size)
            .read_to_end(&mut content)
            .map_err(|error| UnpackError::reading(error, Some(entry)))?;
        if content.len() as u64 != size {
            let entry = Some(entry.clone());
            return Err(UnpackError::Truncated { entry });
        }
        self.skip(entry, padding(size))?;
        Ok(content)
    }

    fn skip(&mut self, entry: &EntryName, bytes: u64) -> Result<(), UnpackError> {
        let mut skipped = self.stream.by_ref().take(bytes);
        let read = io::copy(&mut skipped, &mut io::sink())
            .map_err(|error| UnpackError::reading(error, Some(entry)))?;
        if read != bytes {
            let entry = Some(entry.clone());
            return Err(UnpackError::Truncated { entry });
        }
        Ok(())
    }
}

impl Pending {
    /// The name of the entry itself, from the only place that gives it or from several that agree.
    fn raw_name(&self, header: &Header) -> Result<Vec<u8>, UnpackError> {
        let pax = self.pax.as_ref().and_then(|pax| pax.path.as_ref());
        match (&self.name, pax) {
            (Some(gnu), Some(pax)) if gnu != pax => Err(UnpackError::contradiction(
                &EntryName::of(gnu),
                "two extension headers give it different names",
            )),
            (Some(name), _) | (None, Some(name)) => Ok(name.clone()),
            (None, None) => Ok(header.path_bytes().into_owned()),
        }
    }

    /// Whether the extension headers fit a file or directory of this size.
    fn check(&self, entry: &EntryName, size: u64) -> Result<(), UnpackError> {
        let pax = self.pax.as_ref();
        if self.link || pax.is_some_and(|pax| pax.link) {
            let what = "it is no link and has a target";
            return Err(UnpackError::contradiction(entry, what));
        }
        // A size that the header cannot hold is beyond any limit; another is there to be read in two ways.
        if pax.and_then(|pax| pax.size).is_some_and(|pax| pax != size) {
            let what = "its two headers give different sizes";
            return Err(UnpackError::contradiction(entry, what));
        }
        Ok(())
    }
}

fn only(entry: &EntryName, only: bool) -> Result<(), UnpackError> {
    if only {
        return Ok(());
    }
    let what = "two extension headers of one kind stand before one entry";
    Err(UnpackError::contradiction(entry, what))
}

/// A block as a header, or none if it is the end of the archive.
fn checked(block: &[u8]) -> Result<Option<Header>, UnpackError> {
    if is_zero(block) {
        return Ok(None);
    }
    let header = Header::from_byte_slice(block);
    if !is_header(header) {
        let problem = "the checksum of a tar header does not match";
        return Err(UnpackError::corrupt(None, problem));
    }
    Ok(Some(header.clone()))
}

fn is_header(header: &Header) -> bool {
    let bytes = header.as_bytes();
    // The field of the sum itself counts as eight blanks.
    let sum: u32 = bytes[..148]
        .iter()
        .chain(&bytes[156..])
        .map(|byte| u32::from(*byte))
        .sum();
    header
        .cksum()
        .is_ok_and(|said| said == sum + 8 * u32::from(b' '))
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// The bytes between the end of some content and the next block.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK as u64
}

fn kind(of: EntryType) -> EntryKind {
    match of {
        EntryType::Link => EntryKind::HardLink,
        EntryType::Symlink => EntryKind::SymbolicLink,
        EntryType::Char | EntryType::Block => EntryKind::Device,
        EntryType::Fifo => EntryKind::Pipe,
        EntryType::GNUSparse => EntryKind::Sparse,
        _ => EntryKind::Other,
    }
}
