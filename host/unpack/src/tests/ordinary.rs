//! Trees as programs pack them.

use super::archives::{file, gzip, tar};
use super::{Place, unpacked};
use crate::{Kind, Limits};
use cap_std::fs::MetadataExt;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};
use std::collections::BTreeMap;
use std::io::Write;

const FILES: [(&str, &[u8]); 5] = [
    ("Shop/Shop.wwp", b"info :\n name : Shop\n"),
    ("Shop/PAGE_Home.wwh", b""),
    ("Shop/État/Élément.wde", &[7; 70_000]),
    ("Shop/a/b/c/d.wdg", b"deep"),
    ("readme.md", &[b'\n'; 513]),
];

fn tree() -> BTreeMap<String, Option<Vec<u8>>> {
    let mut tree: BTreeMap<String, Option<Vec<u8>>> = FILES
        .iter()
        .map(|(path, content)| ((*path).to_owned(), Some(content.to_vec())))
        .collect();
    let directories = [
        "Shop",
        "Shop/État",
        "Shop/a",
        "Shop/a/b",
        "Shop/a/b/c",
        "Shop/empty",
    ];
    tree.extend(directories.map(|path| (path.to_owned(), None)));
    tree
}

fn zipped(method: CompressionMethod) -> Vec<u8> {
    let mut archive = ZipArchiveWriter::new(Vec::new());
    archive.new_dir("Shop/empty/").create().unwrap();
    for (path, content) in FILES {
        let file = archive.new_file(path).compression_method(method);
        let (mut entry, config) = file.start().unwrap();
        let descriptor = if method == CompressionMethod::DEFLATE {
            let encoder = DeflateEncoder::new(&mut entry, Compression::default());
            let mut writer = config.wrap(encoder);
            writer.write_all(content).unwrap();
            let (encoder, descriptor) = writer.finish().unwrap();
            encoder.finish().unwrap();
            descriptor
        } else {
            let mut writer = config.wrap(&mut entry);
            writer.write_all(content).unwrap();
            writer.finish().unwrap().1
        };
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap()
}

fn tarred() -> Vec<u8> {
    let mut archive = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_gnu();
    header.set_entry_type(::tar::EntryType::Directory);
    header.set_size(0);
    header.set_mode(0o755);
    archive
        .append_data(&mut header, "./Shop/empty/", &b""[..])
        .unwrap();
    for (path, content) in FILES {
        let mut header = ::tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o6777);
        archive.append_data(&mut header, path, content).unwrap();
    }
    archive.into_inner().unwrap()
}

#[test]
fn a_tree_comes_out_of_every_kind_as_it_went_in() {
    let archives = [
        (Kind::Zip, zipped(CompressionMethod::DEFLATE)),
        (Kind::Zip, zipped(CompressionMethod::STORE)),
        (Kind::Tar, tarred()),
        (Kind::TarGz, gzip(&tarred())),
    ];
    for (kind, archive) in archives {
        let (unpacked, files) = unpacked(&archive);
        assert_eq!(files, tree(), "{kind}");
        assert_eq!(unpacked.kind, kind);
        assert_eq!((unpacked.files, unpacked.directories), (5, 6));
        assert_eq!(
            unpacked.bytes,
            FILES.iter().map(|(_, content)| content.len() as u64).sum()
        );
        assert_eq!((unpacked.renamed.total, unpacked.skipped.total), (0, 0));
    }
}

#[test]
fn modes_and_times_are_not_those_of_the_archive() {
    let place = Place::new();
    place.unpack(&tarred(), &Limits::default()).unwrap();
    let directory = place.directory();
    let file = directory.metadata("Shop/Shop.wwp").unwrap();
    assert_eq!(file.mode() & 0o7777, 0o600);
    assert!(file.mtime() > 0, "the archive says 1970");
    assert_eq!(
        directory.metadata("Shop/empty").unwrap().mode() & 0o7777,
        0o700
    );
}

#[test]
fn a_gzip_file_of_several_members_is_one_archive() {
    let archive = tarred();
    let (start, end) = archive.split_at(700);
    let members = [gzip(start), gzip(b""), gzip(end)].concat();
    assert_eq!(unpacked(&members).1, tree());
}

#[test]
fn an_archive_in_an_archive_is_a_file() {
    let inner = zipped(CompressionMethod::DEFLATE);
    let (unpacked, files) = unpacked(&tar(&[file("inner.zip", &inner)]));
    assert_eq!(unpacked.files, 1);
    assert_eq!(files["inner.zip"], Some(inner));
}

#[test]
fn long_paths_come_out_of_gnu_and_pax_headers() {
    let path = format!("{}/Shop.wwp", "directory".repeat(20));
    let mut gnu = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_gnu();
    header.set_size(4);
    gnu.append_data(&mut header, &path, &b"Shop"[..]).unwrap();

    let mut pax = ::tar::Builder::new(Vec::new());
    let mut header = ::tar::Header::new_ustar();
    header.set_size(4);
    pax.append_pax_extensions([("path", path.as_bytes()), ("mtime", b"1.5"), ("size", b"4")])
        .unwrap();
    pax.append_data(&mut header, "short", &b"Shop"[..]).unwrap();

    for archive in [gnu, pax] {
        let (_, files) = unpacked(&archive.into_inner().unwrap());
        assert_eq!(files[&path], Some(b"Shop".to_vec()));
        assert_eq!(files.len(), 2);
    }
}
