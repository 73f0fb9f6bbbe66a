//! How much memory unpacking takes. It has a process of its own, since it looks at all of the process's memory.

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use flate2::Compression;
use flate2::write::GzEncoder;
use quarry_unpack::{Limits, unpack};
use std::fs::{File, read_to_string};
use std::io::{self, BufWriter, Read, Write};
use tar::{Builder, Header};

const FILES: u64 = 3;
const FILE_BYTES: u64 = 40 << 20;
const ALLOWED: u64 = 4 << 20;

/// The most memory that this process has had, in bytes.
fn peak() -> u64 {
    let status = read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        << 10
}

/// Numbered lines without an end: about a fiftieth of them is left when they are packed.
struct Lines {
    number: u64,
}

impl Read for Lines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.number += 1;
        let mut text = format!("line {} ", self.number).repeat(50);
        text.truncate(buffer.len());
        buffer[..text.len()].copy_from_slice(text.as_bytes());
        Ok(text.len())
    }
}

fn write_archive(file: &File) {
    let encoder = GzEncoder::new(BufWriter::new(file), Compression::fast());
    let mut archive = Builder::new(encoder);
    for number in 0..FILES {
        let mut header = Header::new_gnu();
        header.set_size(FILE_BYTES);
        let content = Lines { number: 0 }.take(FILE_BYTES);
        let name = format!("file-{number}");
        archive.append_data(&mut header, name, content).unwrap();
    }
    let encoder = archive.into_inner().unwrap();
    encoder.finish().unwrap().flush().unwrap();
}

#[test]
fn an_archive_is_unpacked_as_a_stream() {
    let around = tempfile::tempdir().unwrap();
    let path = around.path().join("archive");
    write_archive(&File::create(&path).unwrap());
    std::fs::create_dir(around.path().join("into")).unwrap();
    let into = Dir::open_ambient_dir(around.path().join("into"), ambient_authority()).unwrap();

    let before = peak();
    let mut archive = File::open(&path).unwrap();
    let unpacked = unpack(&mut archive, &into, &Limits::default(), &|| false).unwrap();
    let taken = peak() - before;
    assert_eq!(unpacked.bytes, FILES * FILE_BYTES);
    assert!(taken < ALLOWED, "{taken} bytes");
}
