//! Zip archives: the whole directory is checked before the first file is written.

use crate::error::{EntryKind, NameProblem, UnpackError};
use crate::meter::{Meter, Metered};
use crate::name::{EntryName, Place, place};
use crate::outcome::RenameReason;
use crate::source::Source;
use crate::tree::Tree;
use flate2::Crc;
use flate2::read::DeflateDecoder;
use rawzip::extra_fields::{ExtraFieldId, ExtraFields};
use rawzip::{
    CompressionMethod, ErrorKind, MAX_CENTRAL_DIRECTORY_RECORD_SIZE, RangeReader, ReaderAt,
    ZipArchive, ZipFileHeaderRecord, ZipLocator,
};
use std::io::{self, Read, Seek};

/// The end record without its comment, and with the longest.
const END_BYTES: usize = 22;
const END_SEARCH: u64 = END_BYTES as u64 + u16::MAX as u64;

pub(crate) fn unpack<R: Read + Seek>(
    source: &Source<'_, R>,
    tree: &mut Tree<'_>,
    meter: &Meter<'_>,
) -> Result<(), UnpackError> {
    let mut buffer = vec![0; MAX_CENTRAL_DIRECTORY_RECORD_SIZE];
    let archive = ZipLocator::new()
        .max_search_space(END_SEARCH)
        .locate_in_reader(source, &mut buffer, source.length())
        .map_err(|(_, error)| failed(error, None))?;
    let zip = Zip {
        archive: &archive,
        length: source.length(),
    };
    zip.check_end()?;
    tree.check_entries(archive.entries_hint())?;
    zip.survey(tree, meter, &mut buffer)?;
    let mut entries = archive.entries(&mut buffer);
    while let Some(record) = entries.next_entry().map_err(|error| failed(error, None))? {
        meter.goes_on()?;
        zip.write(&record, tree, meter)?;
    }
    Ok(())
}

struct Zip<'a, S> {
    archive: &'a ZipArchive<S>,
    length: u64,
}

/// The bytes of an entry, from its local header on, and its number in the directory.
type Extent = (u64, u64, u64);

impl<S: ReaderAt> Zip<'_, S> {
    /// Whether the archive is whole, and ends where the bytes do.
    fn check_end(&self) -> Result<(), UnpackError> {
        let mut end = [0; END_BYTES];
        self.archive
            .get_ref()
            .read_exact_at(&mut end, self.archive.eocd_offset())
            .map_err(|error| UnpackError::reading(error, None))?;
        let field = |at: usize| u16::from_le_bytes([end[at], end[at + 1]]);
        // This disk, the directory's disk; entries on this disk, and on all.
        if [field(4), field(6)]
            .iter()
            .any(|disk| !matches!(disk, 0 | 0xFFFF))
            || field(8) != field(10)
        {
            return Err(UnpackError::MultiDisk);
        }
        match self.archive.end_offset().cmp(&self.length) {
            std::cmp::Ordering::Less => Err(UnpackError::TrailingData),
            std::cmp::Ordering::Equal => Ok(()),
            std::cmp::Ordering::Greater => Err(UnpackError::Truncated { entry: None }),
        }
    }

    /// Checks every entry against the limits and the others, as far as that is possible without unpacking.
    fn survey(
        &self,
        tree: &mut Tree<'_>,
        meter: &Meter<'_>,
        buffer: &mut [u8],
    ) -> Result<(), UnpackError> {
        let mut extents: Vec<Extent> = Vec::new();
        let mut local = vec![0; 2 * usize::from(u16::MAX)];
        let mut declared: u64 = 0;
        let mut entries = self.archive.entries(buffer);
        while let Some(record) = entries.next_entry().map_err(|error| failed(error, None))? {
            meter.goes_on()?;
            let (entry, name) = name(&record)?;
            tree.count(&entry)?;
            let place = place(&entry, &name.0, name.1, tree.limits())?;
            let (start, end) = self.check_local(&record, &entry, &mut local)?;
            extents.push((start, end, extents.len() as u64));
            let named_directory = match place {
                Place::Skipped(_) => continue,
                Place::Root => true,
                Place::At(path) => path.directory,
            };
            check_record(&record, &entry, named_directory)?;
            tree.check_size(&entry, record.uncompressed_size_hint())?;
            declared = declared.saturating_add(record.uncompressed_size_hint());
            meter
                .allows(declared)
                .map_err(|error| error.at(Some(&entry)))?;
        }
        if extents.len() as u64 != self.archive.entries_hint() {
            return Err(UnpackError::Contradiction {
                entry: None,
                what: "the zip's directory does not hold as many entries as it says",
            });
        }
        self.check_extents(extents, buffer)
    }

    /// The bytes of an entry, once its local header is known to agree with the directory.
    fn check_local(
        &self,
        record: &ZipFileHeaderRecord<'_>,
        entry: &EntryName,
        buffer: &mut [u8],
    ) -> Result<(u64, u64), UnpackError> {
        let found = self
            .archive
            .get_entry(record.wayfinder())
            .map_err(|error| failed(error, Some(entry)))?;
        let local = found
            .local_header(buffer)
            .map_err(|error| failed(error, Some(entry)))?;
        if local.file_path().as_bytes() != record.file_path().as_bytes()
            || local.compression_method() != record.compression_method()
            || local.flags().is_encrypted() != record.flags().is_encrypted()
        {
            let what = "its two headers give different names or ways of packing";
            return Err(UnpackError::contradiction(entry, what));
        }
        let (_, end) = found.compressed_data_range();
        Ok((record.local_header_offset(), end))
    }

    /// Whether the entries, the directory and the beginning of the archive share no bytes and leave none over at the
    /// beginning. Overlapping entries make bombs that no ratio shows.
    fn check_extents(
        &self,
        mut extents: Vec<Extent>,
        buffer: &mut [u8],
    ) -> Result<(), UnpackError> {
        extents.sort_unstable();
        if extents.first().is_some_and(|(start, _, _)| *start != 0) {
            return Err(UnpackError::PrependedData);
        }
        let directory = self.archive.directory_offset();
        let ends = extents
            .iter()
            .skip(1)
            .map(|(start, _, _)| *start)
            .chain([directory]);
        for ((_, end, index), next) in extents.iter().zip(ends) {
            if *end > next {
                let entry = self.name_of(*index, buffer)?;
                return Err(UnpackError::Overlap { entry });
            }
        }
        Ok(())
    }

    fn name_of(&self, index: u64, buffer: &mut [u8]) -> Result<EntryName, UnpackError> {
        let mut entries = self.archive.entries(buffer);
        for _ in 0..index {
            entries.next_entry().map_err(|error| failed(error, None))?;
        }
        let record = entries.next_entry().map_err(|error| failed(error, None))?;
        let raw = record.as_ref().map(|record| record.file_path().as_bytes());
        Ok(EntryName::of(raw.unwrap_or_default()))
    }

    fn write(
        &self,
        record: &ZipFileHeaderRecord<'_>,
        tree: &mut Tree<'_>,
        meter: &Meter<'_>,
    ) -> Result<(), UnpackError> {
        let (entry, name) = name(record)?;
        let path = match place(&entry, &name.0, name.1, tree.limits())? {
            Place::At(path) => path,
            Place::Root => return Ok(()),
            Place::Skipped(reason) => {
                tree.skip(&entry, reason);
                return Ok(());
            }
        };
        if is_directory(record, path.directory) {
            return tree.directory(&entry, &path);
        }
        let found = self
            .archive
            .get_entry(record.wayfinder())
            .map_err(|error| failed(error, Some(&entry)))?;
        let (start, end) = found.compressed_data_range();
        let body = RangeReader::new(self.archive.get_ref(), start..end);
        let declared = record.uncompressed_size_hint();
        let (crc, all_read) = if record.compression_method() == CompressionMethod::STORE {
            let mut content = Verified::new(Metered::new(body, meter), declared);
            tree.file(&entry, &path, &mut content)?;
            (content.finish(&entry)?, true)
        } else {
            let decoder = DeflateDecoder::new(body);
            let mut content = Verified::new(Metered::new(decoder, meter), declared);
            tree.file(&entry, &path, &mut content)?;
            let read = content.reader.get_ref().total_in();
            (content.finish(&entry)?, read == end - start)
        };
        if !all_read {
            let what = "something follows its compressed data";
            return Err(UnpackError::contradiction(&entry, what));
        }
        if crc != record.crc32() {
            return Err(UnpackError::Checksum { entry });
        }
        Ok(())
    }
}

/// Content that must be as long as declared, and its checksum.
struct Verified<R> {
    reader: R,
    crc: Crc,
    bytes: u64,
    declared: u64,
}

/// Why content is refused that is longer or shorter than declared.
const SIZE: &str = "its content is not as long as its header says";

impl<R> Verified<R> {
    fn new(reader: R, declared: u64) -> Self {
        Verified {
            reader,
            crc: Crc::new(),
            bytes: 0,
            declared,
        }
    }

    /// The checksum of the whole content.
    fn finish(&self, entry: &EntryName) -> Result<u32, UnpackError> {
        if self.bytes != self.declared {
            return Err(UnpackError::contradiction(entry, SIZE));
        }
        Ok(self.crc.sum())
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.crc.update(&buffer[..read]);
        self.bytes += read as u64;
        if self.bytes > self.declared {
            let what = SIZE;
            let longer = UnpackError::Contradiction { entry: None, what };
            return Err(io::Error::other(longer));
        }
        Ok(read)
    }
}

/// Whether an entry is one that can be unpacked.
fn check_record(
    record: &ZipFileHeaderRecord<'_>,
    entry: &EntryName,
    named_directory: bool,
) -> Result<(), UnpackError> {
    let flags = record.flags();
    if flags.is_encrypted() || flags.has_strong_encryption() || flags.is_masked() {
        let entry = entry.clone();
        return Err(UnpackError::Encrypted { entry });
    }
    if let Some(kind) = special(record) {
        let entry = entry.clone();
        return Err(UnpackError::Kind { entry, kind });
    }
    let method = record.compression_method();
    if method != CompressionMethod::STORE && method != CompressionMethod::DEFLATE {
        return Err(UnpackError::Method {
            entry: entry.clone(),
            method: method.to_string(),
        });
    }
    if is_directory(record, named_directory) && record.uncompressed_size_hint() > 0 {
        let what = "it is a directory and has content";
        return Err(UnpackError::contradiction(entry, what));
    }
    Ok(())
}

const FILE_TYPE: u32 = 0o170_000;
const DIRECTORY: u32 = 0o040_000;

/// The type in an entry's Unix mode, 0 if there is none. (rawzip's mode of a file with a directory's name is that of a
/// socket.)
fn file_type(record: &ZipFileHeaderRecord<'_>) -> u32 {
    let attributes = record.external_attributes();
    let unix = (attributes >> 16) & FILE_TYPE;
    let dos_directory = attributes & 0x10 != 0;
    if unix == 0 && dos_directory {
        return DIRECTORY;
    }
    unix
}

fn is_directory(record: &ZipFileHeaderRecord<'_>, by_name: bool) -> bool {
    by_name || record.is_dir() || file_type(record) == DIRECTORY
}

/// What an entry's Unix mode says that it is, if that is neither a file nor a directory.
fn special(record: &ZipFileHeaderRecord<'_>) -> Option<EntryKind> {
    match file_type(record) {
        0o120_000 => Some(EntryKind::SymbolicLink),
        0o140_000 => Some(EntryKind::Socket),
        0o020_000 | 0o060_000 => Some(EntryKind::Device),
        0o010_000 => Some(EntryKind::Pipe),
        0 | DIRECTORY | 0o100_000 => None,
        _ => Some(EntryKind::Other),
    }
}

/// An entry's name as it may be shown, and as text with how it became that.
type Named = (EntryName, (String, Option<RenameReason>));

fn name(record: &ZipFileHeaderRecord<'_>) -> Result<Named, UnpackError> {
    let path = record.file_path();
    let raw = path.as_bytes();
    let extra = unicode_path(record.extra_fields(), raw);
    let entry = EntryName::of(extra.unwrap_or(raw));
    let name = match (std::str::from_utf8(extra.unwrap_or(raw)), extra) {
        (Ok(text), _) => (text.to_owned(), None),
        (Err(_), None) if !record.flags().is_utf8() => {
            (code_page_437(raw), Some(RenameReason::CodePage437))
        }
        (Err(_), _) => {
            let problem = NameProblem::NotUtf8;
            return Err(UnpackError::Name { entry, problem });
        }
    };
    Ok((entry, name))
}

/// The name in Info-ZIP's extra field, unless the entry was renamed by a program that does not know the field.
fn unicode_path<'a>(fields: ExtraFields<'a>, raw: &[u8]) -> Option<&'a [u8]> {
    let mut crc = Crc::new();
    crc.update(raw);
    fields
        .filter(|(id, _)| *id == ExtraFieldId::INFO_ZIP_UNICODE_PATH)
        .filter_map(|(_, field)| field.split_first_chunk::<5>())
        .find(|([version, sum @ ..], _)| *version == 1 && u32::from_le_bytes(*sum) == crc.sum())
        .map(|(_, name)| name)
}

/// The upper half of code page 437, the encoding of zip names that claim no other.
const CODE_PAGE_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

fn code_page_437(raw: &[u8]) -> String {
    let upper: Vec<char> = CODE_PAGE_437.chars().collect();
    let decode = |byte: &u8| match byte.checked_sub(0x80) {
        None => char::from(*byte),
        Some(index) => upper[usize::from(index)],
    };
    raw.iter().map(decode).collect()
}

/// What rawzip says, as one of our errors.
fn failed(error: rawzip::Error, entry: Option<&EntryName>) -> UnpackError {
    match error.into_kind() {
        ErrorKind::IO(error) => UnpackError::reading(error, entry),
        ErrorKind::Eof | ErrorKind::MissingEndOfCentralDirectory => UnpackError::Truncated {
            entry: entry.cloned(),
        },
        other => UnpackError::corrupt(entry, &other.to_string()),
    }
}
