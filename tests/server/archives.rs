//! Archives to upload, good and bad.

use crate::support::{archive, fixture};
use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compression, Crc};
use std::io::Write;
use std::path::Path;

/// The mode of a regular file.
pub const FILE: u32 = 0o100_644;

/// The mode of a symbolic link.
pub const LINK: u32 = 0o120_777;

/// A fixture as a gzipped tar.
pub fn tar_gz(name: &str) -> Vec<u8> {
    gzip(&archive(name))
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A fixture as a zip.
pub fn zip_of(name: &str) -> Vec<u8> {
    let mut files = Vec::new();
    collect(&fixture(name), "", &mut files);
    let entries: Vec<_> = files
        .iter()
        .map(|(path, content)| (&**path, &**content, FILE))
        .collect();
    zip(&entries)
}

fn collect(directory: &Path, path: &str, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{path}{}", entry.file_name().to_str().unwrap());
        match entry.file_type().unwrap().is_dir() {
            true => collect(&entry.path(), &format!("{name}/"), files),
            false => files.push((name, std::fs::read(entry.path()).unwrap())),
        }
    }
}

/// A zip of deflated entries, whose names and modes are written as they are given.
pub fn zip(entries: &[(&str, &[u8], u32)]) -> Vec<u8> {
    const UTF8: u16 = 0x800;
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for (name, content, mode) in entries {
        let offset = u32::try_from(archive.len()).unwrap();
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(content).unwrap();
        let packed = encoder.finish().unwrap();
        let mut crc = Crc::new();
        crc.update(content);
        let mut common = Vec::new();
        for field in [20, UTF8, 8, 0, 0] {
            common.extend(u16::to_le_bytes(field));
        }
        for field in [crc.sum(), length(&packed), length(content)] {
            common.extend(field.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        archive.extend(b"PK\x03\x04");
        archive.extend(&common);
        archive.extend(name.as_bytes());
        archive.extend(packed);
        // Made on Unix, so that the mode counts.
        directory.extend(b"PK\x01\x02\x14\x03");
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = length(&archive);
    archive.extend(&directory);
    archive.extend(b"PK\x05\x06\0\0\0\0");
    let count = u16::try_from(entries.len()).unwrap();
    for field in [count, count] {
        archive.extend(field.to_le_bytes());
    }
    for field in [length(&directory), start] {
        archive.extend(field.to_le_bytes());
    }
    archive.extend([0, 0]);
    archive
}

fn length(bytes: &[u8]) -> u32 {
    bytes.len().try_into().unwrap()
}

/// A tar of one entry, whose name is written as it is given.
pub fn tar(name: &str, kind: ::tar::EntryType, link: &str, content: &[u8]) -> Vec<u8> {
    let mut header = ::tar::Header::new_ustar();
    header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
    header.as_old_mut().linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_size(content.len() as u64);
    header.set_cksum();
    let mut tar = ::tar::Builder::new(Vec::new());
    tar.append(&header, content).unwrap();
    tar.into_inner().unwrap()
}
