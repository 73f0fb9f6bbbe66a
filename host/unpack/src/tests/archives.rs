//! Archives as no program makes them, field by field.

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use std::io::Write;
use tar::{EntryType, Header};

/// An entry of a zip. What the fields say need not be true.
#[derive(Clone)]
pub(crate) struct ZipEntry {
    pub(crate) name: Vec<u8>,
    /// The name in the local header, if it is another.
    pub(crate) local_name: Option<Vec<u8>>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    /// The data as it stands in the archive.
    pub(crate) data: Vec<u8>,
    pub(crate) crc: u32,
    pub(crate) size: u32,
    /// The size of the data in the directory, if it is another than in the local header.
    pub(crate) packed: Option<u32>,
    pub(crate) extra: Vec<u8>,
    /// Unix mode, as if made on Unix.
    pub(crate) mode: u16,
    /// Where the local header is said to be, if elsewhere.
    pub(crate) offset: Option<u32>,
}

impl ZipEntry {
    pub(crate) fn stored(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let utf8 = name.as_ref().is_ascii();
        ZipEntry {
            name: name.as_ref().to_vec(),
            local_name: None,
            flags: if utf8 { 0 } else { 0x800 },
            method: 0,
            data: content.to_vec(),
            crc: crc(content),
            size: u32::try_from(content.len()).unwrap(),
            packed: None,
            extra: Vec::new(),
            mode: 0o100_644,
            offset: None,
        }
    }

    pub(crate) fn deflated(name: impl AsRef<[u8]>, content: &[u8]) -> Self {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        ZipEntry {
            method: 8,
            data: encoder.finish().unwrap(),
            ..Self::stored(name, content)
        }
    }

    fn header(&self, name: &[u8], packed: u32) -> Vec<u8> {
        let mut header = Vec::new();
        for field in [20, self.flags, self.method, 0, 0] {
            header.extend(field.to_le_bytes());
        }
        for field in [self.crc, packed, self.size] {
            header.extend(field.to_le_bytes());
        }
        for length in [name.len(), self.extra.len()] {
            header.extend(u16::try_from(length).unwrap().to_le_bytes());
        }
        header
    }
}

pub(crate) fn crc(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}

/// The end record of a zip, where it is not what the entries make it.
#[derive(Default)]
pub(crate) struct End {
    pub(crate) disk: u16,
    pub(crate) entries_here: Option<u16>,
    pub(crate) entries: Option<u16>,
    pub(crate) comment: Vec<u8>,
}

pub(crate) fn zip(entries: &[ZipEntry]) -> Vec<u8> {
    zip_with_end(entries, &End::default())
}

pub(crate) fn zip_with_end(entries: &[ZipEntry], end: &End) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        let length = u32::try_from(entry.data.len()).unwrap();
        let offset = u32::try_from(archive.len()).unwrap();
        let local = entry.local_name.as_ref().unwrap_or(&entry.name);
        archive.extend(b"PK\x03\x04");
        archive.extend(entry.header(local, length));
        archive.extend(local.iter().chain(&entry.extra).chain(&entry.data));

        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(entry.header(&entry.name, entry.packed.unwrap_or(length)));
        directory.extend([0; 6]);
        directory.extend((u32::from(entry.mode) << 16).to_le_bytes());
        directory.extend(entry.offset.unwrap_or(offset).to_le_bytes());
        directory.extend(entry.name.iter().chain(&entry.extra));
    }
    let starts = u32::try_from(archive.len()).unwrap();
    let count = u16::try_from(entries.len()).unwrap();
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06");
    let here = end.entries_here.unwrap_or(count);
    for field in [end.disk, end.disk, here, end.entries.unwrap_or(count)] {
        archive.extend(field.to_le_bytes());
    }
    archive.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    archive.extend(starts.to_le_bytes());
    archive.extend(u16::try_from(end.comment.len()).unwrap().to_le_bytes());
    archive.extend(&end.comment);
    archive
}

/// An extra field of a zip entry.
pub(crate) fn extra(id: u16, content: &[u8]) -> Vec<u8> {
    let mut field = id.to_le_bytes().to_vec();
    field.extend(u16::try_from(content.len()).unwrap().to_le_bytes());
    field.extend(content);
    field
}

/// A header of an entry of a tar, with a name of at most 100 bytes of any sort.
pub(crate) fn header(kind: EntryType, name: impl AsRef<[u8]>, size: u64) -> Header {
    let mut header = Header::new_ustar();
    let name = name.as_ref();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o4777);
    header.set_cksum();
    header
}

/// A header and content, filled up to whole blocks.
pub(crate) fn blocks(header: &Header, content: &[u8]) -> Vec<u8> {
    let mut blocks = header.as_bytes().to_vec();
    blocks.extend(content);
    blocks.resize(blocks.len().next_multiple_of(512), 0);
    blocks
}

pub(crate) fn entry(kind: EntryType, name: impl AsRef<[u8]>, content: &[u8]) -> Vec<u8> {
    blocks(&header(kind, name, content.len() as u64), content)
}

pub(crate) fn file(name: impl AsRef<[u8]>, content: &[u8]) -> Vec<u8> {
    entry(EntryType::Regular, name, content)
}

/// A PAX header of these records.
pub(crate) fn pax(kind: EntryType, records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut content = Vec::new();
    for (key, value) in records {
        let rest = key.len() + value.len() + 3;
        let digits = (1..).find(|digits| (rest + digits).to_string().len() == *digits);
        content.extend(format!("{} {key}=", rest + digits.unwrap()).bytes());
        content.extend(*value);
        content.push(b'\n');
    }
    entry(kind, "PaxHeaders/0", &content)
}

/// A tar of these entries, with its end.
pub(crate) fn tar(entries: &[Vec<u8>]) -> Vec<u8> {
    let mut archive = entries.concat();
    archive.resize(archive.len() + 1024, 0);
    archive
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
