//! Zips that are damaged, or that two readers would read in two ways.

use super::archives::{End, ZipEntry, extra, zip, zip_with_end};
use super::{refused, unpacked};
use crate::{EntryKind, UnpackError};

#[test]
fn links_and_devices_are_refused() {
    let kinds = [
        (0o120_777, EntryKind::SymbolicLink),
        (0o140_777, EntryKind::Socket),
        (0o020_777, EntryKind::Device),
        (0o060_777, EntryKind::Device),
        (0o010_777, EntryKind::Pipe),
    ];
    for (mode, expected) in kinds {
        for name in ["link", "link/"] {
            let content: &[u8] = if name == "link" { b"/etc/passwd" } else { b"" };
            let link = ZipEntry {
                mode,
                ..ZipEntry::stored(name, content)
            };
            let error = refused(&zip(&[link, ZipEntry::stored("a", b"x")]));
            assert!(
                matches!(error, UnpackError::Kind { kind, .. } if kind == expected),
                "{error}"
            );
        }
    }
}

#[test]
fn encrypted_entries_are_refused() {
    for flag in [1, 1 | 0x40, 0x2000] {
        let entry = ZipEntry {
            flags: flag,
            ..ZipEntry::stored("a", b"x")
        };
        assert!(matches!(
            refused(&zip(&[entry])),
            UnpackError::Encrypted { .. }
        ));
    }
}

#[test]
fn other_methods_than_stored_and_deflate_are_refused_by_name() {
    for (method, name) in [
        (9, "deflate64"),
        (12, "bzip2"),
        (14, "lzma"),
        (93, "zstd"),
        (777, "777"),
    ] {
        let entry = ZipEntry {
            method,
            ..ZipEntry::stored("a", b"x")
        };
        let error = refused(&zip(&[entry]));
        assert!(matches!(error, UnpackError::Method { .. }), "{error}");
        assert!(error.to_string().to_lowercase().contains(name), "{error}");
    }
}

#[test]
fn a_part_of_a_split_zip_is_refused() {
    let entries = [ZipEntry::stored("a", b"x")];
    let end = End {
        disk: 1,
        ..End::default()
    };
    assert!(matches!(
        refused(&zip_with_end(&entries, &end)),
        UnpackError::MultiDisk
    ));
    let end = End {
        entries_here: Some(0),
        ..End::default()
    };
    assert!(matches!(
        refused(&zip_with_end(&entries, &end)),
        UnpackError::MultiDisk
    ));
    let first = [b"PK\x07\x08".to_vec(), zip(&entries)].concat();
    assert!(matches!(refused(&first), UnpackError::MultiDisk));
}

#[test]
fn overlapping_entries_are_refused() {
    let content = [b'x'; 100];
    // Two names for the same bytes.
    let same = ZipEntry {
        offset: Some(0),
        local_name: Some(b"a".to_vec()),
        ..ZipEntry::stored("a", &content)
    };
    let error = refused(&zip(&[ZipEntry::stored("a", &content), same]));
    assert!(matches!(error, UnpackError::Overlap { .. }), "{error}");
    // One whose data holds the other's header, as in a quoted bomb.
    let reaching = ZipEntry {
        packed: Some(150),
        size: 150,
        ..ZipEntry::stored("b", &content)
    };
    let error = refused(&zip(&[reaching, ZipEntry::stored("c", &content)]));
    assert!(
        matches!(&error, UnpackError::Overlap { entry } if entry.as_str() == "b"),
        "{error}"
    );
    // One that reaches into the directory.
    let reaching = ZipEntry {
        packed: Some(101),
        size: 101,
        ..ZipEntry::stored("d", &content)
    };
    let error = refused(&zip(&[reaching]));
    assert!(matches!(error, UnpackError::Overlap { .. }), "{error}");
}

#[test]
fn a_size_that_is_a_lie_is_refused() {
    for size in [0, 99, 101, 100_000] {
        for entry in [
            ZipEntry::stored("a", &[b'x'; 100]),
            ZipEntry::deflated("a", &[b'x'; 100]),
        ] {
            let error = refused(&zip(&[ZipEntry { size, ..entry }]));
            assert!(
                matches!(error, UnpackError::Contradiction { .. }),
                "{size}: {error}"
            );
        }
    }
}

#[test]
fn two_headers_that_disagree_are_refused() {
    let entry = ZipEntry {
        local_name: Some(b"harmless".to_vec()),
        ..ZipEntry::stored("a", b"x")
    };
    assert!(matches!(
        refused(&zip(&[entry])),
        UnpackError::Contradiction { .. }
    ));
}

#[test]
fn a_wrong_number_of_entries_is_refused() {
    let entries = [ZipEntry::stored("a", b"x"), ZipEntry::stored("b", b"x")];
    for number in [0, 1, 3] {
        let end = End {
            entries: Some(number),
            entries_here: Some(number),
            ..End::default()
        };
        let error = refused(&zip_with_end(&entries, &end));
        assert!(
            matches!(error, UnpackError::Contradiction { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_wrong_checksum_is_refused() {
    for entry in [
        ZipEntry::stored("a", b"content"),
        ZipEntry::deflated("a", b"content"),
    ] {
        let archive = zip(&[
            ZipEntry::stored("first", b"x"),
            ZipEntry { crc: 1, ..entry },
        ]);
        let error = refused(&archive);
        assert!(
            matches!(&error, UnpackError::Checksum { entry } if entry.as_str() == "a"),
            "{error}"
        );
    }
}

#[test]
fn broken_deflate_data_is_refused() {
    let data = vec![0xFF; 50];
    let broken = ZipEntry {
        data,
        ..ZipEntry::deflated("a", b"content")
    };
    assert!(matches!(
        refused(&zip(&[broken])),
        UnpackError::Corrupt { .. }
    ));
    let mut longer = ZipEntry::deflated("a", b"content");
    longer.data.extend(b"hidden");
    assert!(matches!(
        refused(&zip(&[longer])),
        UnpackError::Contradiction { .. }
    ));
}

#[test]
fn a_directory_with_content_is_refused() {
    let mode = 0o040_755;
    for entry in [
        ZipEntry::stored("a/", b"x"),
        ZipEntry::stored("a\\", b"x"),
        ZipEntry::stored("./", b"x"),
    ] {
        assert!(matches!(
            refused(&zip(&[entry])),
            UnpackError::Contradiction { .. }
        ));
    }
    let by_mode = ZipEntry {
        mode,
        ..ZipEntry::stored("a", b"x")
    };
    assert!(matches!(
        refused(&zip(&[by_mode])),
        UnpackError::Contradiction { .. }
    ));
    let empty = ZipEntry {
        mode,
        ..ZipEntry::stored("a", b"")
    };
    let (unpacked, files) = unpacked(&zip(&[empty, ZipEntry::stored("b", b"")]));
    assert_eq!(unpacked.directories, 1);
    assert_eq!(files["a"], None);
}

#[test]
fn what_stands_around_a_zip_is_refused() {
    let entries = [ZipEntry::stored("a", b"x"), ZipEntry::deflated("b", b"x")];
    let archive = zip(&entries);
    let error = refused(&[b"MZ program".to_vec(), archive.clone()].concat());
    assert!(matches!(error, UnpackError::UnknownKind { .. }), "{error}");
    assert!(error.to_string().contains("self-extracting"), "{error}");
    // A prefix that looks like a zip's beginning.
    let error = refused(&[b"PK\x03\x04".to_vec(), archive.clone()].concat());
    assert!(matches!(error, UnpackError::PrependedData), "{error}");
    refused(&[archive.clone(), archive.clone()].concat());
    let error = refused(&[archive.clone(), b"more".to_vec()].concat());
    assert!(matches!(error, UnpackError::TrailingData), "{error}");
    // A comment is a part of the zip.
    let end = End {
        comment: b"a comment".to_vec(),
        ..End::default()
    };
    assert_eq!(unpacked(&zip_with_end(&entries, &end)).0.files, 2);
}

#[test]
fn a_zip_cut_anywhere_is_refused() {
    let archive = zip(&[
        ZipEntry::stored("a", b"content"),
        ZipEntry::deflated("b", &[b'x'; 300]),
    ]);
    for length in 0..archive.len() {
        refused(&archive[..length]);
    }
    assert!(matches!(
        refused(&archive[..archive.len() - 1]),
        UnpackError::Truncated { .. }
    ));
}

#[test]
fn an_empty_zip_is_refused_and_says_which_kinds_there_are() {
    let directory = ZipEntry::stored("a/", b"");
    for archive in [
        zip(&[]),
        zip(&[directory]),
        zip(&[ZipEntry::stored(".DS_Store", b"x")]),
        Vec::new(),
    ] {
        let error = refused(&archive);
        assert!(matches!(error, UnpackError::NoFiles), "{error}");
        assert!(
            error.to_string().contains("a zip, a tar or a tar.gz"),
            "{error}"
        );
    }
}

#[test]
fn sizes_of_zip64_are_read_and_checked() {
    let wide = |size: u64| {
        let field = [size.to_le_bytes(), 7_u64.to_le_bytes()].concat();
        let mut entry = ZipEntry::stored("a", b"content");
        entry.extra = extra(1, &field);
        (entry.size, entry.packed) = (u32::MAX, Some(u32::MAX));
        zip(&[entry])
    };
    let (_, files) = unpacked(&wide(7));
    assert_eq!(files["a"], Some(b"content".to_vec()));
    for size in [8, 1 << 40, u64::MAX] {
        refused(&wide(size));
    }
    // An offset beyond everything.
    let mut entry = ZipEntry::stored("a", b"content");
    entry.offset = Some(u32::MAX);
    entry.extra = extra(1, &u64::MAX.to_le_bytes());
    assert!(matches!(
        refused(&zip(&[entry])),
        UnpackError::Truncated { .. }
    ));
}
