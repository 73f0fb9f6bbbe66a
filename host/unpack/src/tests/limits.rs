//! Archives that cost more than they may.

use super::archives::{ZipEntry, entry, file, gzip, tar, zip};
use super::{Place, refused, refused_under};
use crate::{Limit, Limits, UnpackError};
use ::tar::EntryType;
use rawzip::ZipArchiveWriter;

fn limit(error: &UnpackError) -> Limit {
    match error {
        UnpackError::Limit { limit, .. } => *limit,
        other => panic!("{other}"),
    }
}

/// A kind of archive of these files.
type Maker = fn(&[(&str, &[u8])]) -> Vec<u8>;

const KINDS: [Maker; 3] = [
    |files| {
        zip(&files
            .iter()
            .map(|(name, content)| ZipEntry::deflated(name, content))
            .collect::<Vec<_>>())
    },
    |files| {
        tar(&files
            .iter()
            .map(|(name, content)| file(name, content))
            .collect::<Vec<_>>())
    },
    |files| {
        gzip(&tar(&files
            .iter()
            .map(|(name, content)| file(name, content))
            .collect::<Vec<_>>()))
    },
];

/// What a limit applies to, as large as it may be and one larger.
fn at_the_edge(
    limits: &Limits,
    expected: Limit,
    fits: &[(&str, &[u8])],
    exceeds: &[(&str, &[u8])],
) {
    for make in KINDS {
        Place::new().unpack(&make(fits), limits).unwrap();
        assert_eq!(limit(&refused_under(&make(exceeds), limits)), expected);
    }
}

#[test]
fn limits_hold_what_they_say_and_no_more() {
    let limits = Limits {
        entry_bytes: 1000,
        ..Limits::default()
    };
    at_the_edge(
        &limits,
        Limit::EntryBytes,
        &[("a", &[1; 1000])],
        &[("a", &[1; 1001])],
    );
    let limits = Limits {
        entries: 2,
        ..Limits::default()
    };
    at_the_edge(
        &limits,
        Limit::Entries,
        &[("a", b""), ("b", b"")],
        &[("a", b""), ("b", b""), ("c", b"")],
    );
    // Directories that only a path names cost as much as others.
    at_the_edge(&limits, Limit::Entries, &[("a/b", b"")], &[("a/b/c", b"")]);
    let limits = Limits {
        depth: 3,
        ..Limits::default()
    };
    at_the_edge(
        &limits,
        Limit::Depth,
        &[("a/b/c", b"")],
        &[("a/b/c/d", b"")],
    );
    let limits = Limits {
        name_bytes: 4,
        ..Limits::default()
    };
    at_the_edge(
        &limits,
        Limit::NameBytes,
        &[("\u{e9}\u{e9}", b"")],
        &[("\u{e9}\u{e9}e", b"")],
    );
    let limits = Limits {
        path_bytes: 5,
        ..Limits::default()
    };
    at_the_edge(
        &limits,
        Limit::PathBytes,
        &[("aa/bb", b"")],
        &[("aa/bbb", b"")],
    );
}

#[test]
fn the_bytes_of_all_files_together_are_limited() {
    let limits = Limits {
        unpacked_bytes: 10_000,
        ..Limits::default()
    };
    let large = [3; 6000];
    at_the_edge(
        &limits,
        Limit::UnpackedBytes,
        &[("a", &large)],
        &[("a", &large), ("b", &large)],
    );
}

#[test]
fn the_archive_itself_is_limited() {
    let archive = KINDS[1](&[("a", b"x")]);
    let length = archive.len() as u64;
    let limits = Limits {
        archive_bytes: length,
        ..Limits::default()
    };
    Place::new().unpack(&archive, &limits).unwrap();
    let limits = Limits {
        archive_bytes: length - 1,
        ..limits
    };
    assert_eq!(
        limit(&refused_under(&archive, &limits)),
        Limit::ArchiveBytes
    );
}

#[test]
fn a_bomb_is_refused_by_its_ratio_before_it_is_unpacked() {
    let blanks = vec![b' '; 8 << 20];
    for make in [KINDS[0], KINDS[2]] {
        let archive = make(&[("blanks", &blanks)]);
        assert_eq!(limit(&refused(&archive)), Limit::Ratio);
        // What is small is no bomb, however well it packs.
        Place::new()
            .unpack(&make(&[("blanks", &blanks[..1 << 19])]), &Limits::default())
            .unwrap();
    }
}

#[test]
fn a_bomb_that_lies_about_its_size_is_refused() {
    let blanks = vec![b' '; 8 << 20];
    let mut bomb = ZipEntry::deflated("blanks", &blanks);
    bomb.size = 10;
    assert!(matches!(
        refused(&zip(&[bomb])),
        UnpackError::Contradiction { .. }
    ));
}

#[test]
fn a_bomb_in_what_is_skipped_is_refused_too() {
    let blanks = vec![b' '; 8 << 20];
    let archive = gzip(&tar(&[file(".DS_Store", &blanks), file("a", b"x")]));
    assert_eq!(limit(&refused(&archive)), Limit::Ratio);
}

#[test]
fn a_bomb_in_an_extension_header_is_refused() {
    for kind in [
        EntryType::GNULongName,
        EntryType::XHeader,
        EntryType::XGlobalHeader,
    ] {
        let large = entry(kind, "header", &vec![b'a'; 2 << 20]);
        let error = refused(&gzip(&tar(&[large, file("a", b"x")])));
        assert!(matches!(error, UnpackError::Extension { .. }), "{error}");
    }
}

/// A hundred thousand empty entries, in a zip (which is a zip64 for that) and in a tar.gz.
fn hundred_thousand(name: fn(u32) -> String) -> [Vec<u8>; 2] {
    let mut zipped = ZipArchiveWriter::new(Vec::new());
    let mut tarred = Vec::new();
    for number in 0..100_000 {
        let name = name(number);
        let (entry, config) = zipped.new_file(&name).start().unwrap();
        let (_, descriptor) = config.wrap(Vec::new()).finish().unwrap();
        entry.finish(descriptor).unwrap();
        tarred.extend(file(&name, b""));
    }
    tarred.resize(tarred.len() + 1024, 0);
    [zipped.finish().unwrap(), gzip(&tarred)]
}

#[test]
fn a_hundred_thousand_entries_are_refused_by_their_number() {
    let limits = Limits {
        entries: 1000,
        ratio: 10_000,
        ..Limits::default()
    };
    for archive in hundred_thousand(|number| format!("d{}/f{number}", number / 1000)) {
        assert_eq!(limit(&refused_under(&archive, &limits)), Limit::Entries);
    }
}

#[test]
fn a_hundred_thousand_entries_are_read_where_they_are_allowed() {
    let limits = Limits {
        entries: 100_000,
        ratio: 10_000,
        ..Limits::default()
    };
    // Most of them are left out: the disk is not what is tested.
    let name = |number| {
        if number == 99_999 {
            "a".to_owned()
        } else {
            format!("{number}/Thumbs.db")
        }
    };
    for archive in hundred_thousand(name) {
        let unpacked = Place::new().unpack(&archive, &limits).unwrap();
        assert_eq!((unpacked.files, unpacked.skipped.total), (1, 99_999));
    }
}

#[test]
fn five_hundred_directories_in_each_other_are_refused_or_unpacked_by_the_limit() {
    let path = format!("{}file", "d/".repeat(500));
    let long = entry(EntryType::GNULongName, "././@LongLink", path.as_bytes());
    let limits = Limits {
        depth: 501,
        ..Limits::default()
    };
    for archive in [
        zip(&[ZipEntry::stored(&path, b"x")]),
        tar(&[long, file("short", b"x")]),
    ] {
        assert_eq!(limit(&refused(&archive)), Limit::Depth);
        let unpacked = Place::new().unpack(&archive, &limits).unwrap();
        assert_eq!((unpacked.files, unpacked.directories), (1, 500));
    }
    // All of them are removed again.
    let twice = zip(&[ZipEntry::stored(&path, b"x"), ZipEntry::stored(&path, b"x")]);
    assert!(matches!(
        refused_under(&twice, &limits),
        UnpackError::Collision { .. }
    ));
}

#[test]
fn reports_list_the_first_hundred() {
    let names: Vec<String> = (0..300)
        .map(|number| format!("{number}/.DS_Store"))
        .collect();
    let mut files: Vec<Vec<u8>> = names.iter().map(|name| file(name, b"")).collect();
    files.push(file("a", b""));
    let unpacked = super::unpacked(&tar(&files)).0;
    assert_eq!(unpacked.skipped.total, 300);
    assert_eq!(unpacked.skipped.first.len(), 100);
}
