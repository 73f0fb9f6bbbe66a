//! Names that lead elsewhere, collide, or are changed.

use super::archives::{ZipEntry, crc, entry, extra, file, tar, zip};
use super::{refused, unpacked};
use crate::{Collision, NameProblem, RenameReason, SkipReason, UnpackError};
use ::tar::EntryType;

/// One file of this name, in a zip and in a tar.
fn of_name(name: &str) -> [Vec<u8>; 2] {
    of_names(&[name])
}

fn of_names(names: &[&str]) -> [Vec<u8>; 2] {
    let entries: Vec<ZipEntry> = names
        .iter()
        .map(|name| ZipEntry::stored(name, b"x"))
        .collect();
    let files: Vec<Vec<u8>> = names.iter().map(|name| file(name, b"x")).collect();
    [zip(&entries), tar(&files)]
}

#[test]
fn a_name_that_leads_outside_is_refused() {
    let names = [
        ("../x", NameProblem::Parent),
        ("a/../../x", NameProblem::Parent),
        ("a/..", NameProblem::Parent),
        (r"a\..\..\x", NameProblem::Parent),
        (r"a/..\x", NameProblem::Parent),
        ("/etc/x", NameProblem::Absolute),
        (r"\x", NameProblem::Absolute),
        ("C:/x", NameProblem::Drive),
        (r"c:x", NameProblem::Drive),
        ("//host/share/x", NameProblem::Unc),
        (r"\\host\share\x", NameProblem::Unc),
        (r"\\?\C:\x", NameProblem::Unc),
        (r"/\host\x", NameProblem::Unc),
        ("a\nb", NameProblem::Control),
        ("a\u{1b}[31mb", NameProblem::Control),
        ("a\u{85}b", NameProblem::Control),
    ];
    for (name, expected) in names {
        for archive in of_name(name) {
            let error = refused(&archive);
            assert!(
                matches!(error, UnpackError::Name { problem, .. } if problem == expected),
                "{name:?}: {error}"
            );
        }
    }
}

#[test]
fn a_skipped_name_that_leads_outside_is_refused_too() {
    for archive in of_names(&["x", "__MACOSX/../../y"]) {
        assert!(matches!(refused(&archive), UnpackError::Name { .. }));
    }
}

#[test]
fn a_nul_byte_in_a_name_is_refused() {
    let pax = super::archives::pax(EntryType::XHeader, &[("path", b"a\0b")]);
    let long = entry(EntryType::GNULongName, "././@LongLink", b"a\0b\0");
    for archive in [
        zip(&[ZipEntry::stored("a\0b", b"x")]),
        tar(&[pax, file("a", b"x")]),
        tar(&[long, file("a", b"x")]),
    ] {
        let error = refused(&archive);
        assert!(
            matches!(
                error,
                UnpackError::Name {
                    problem: NameProblem::Nul,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn an_empty_name_is_refused() {
    for archive in of_name("") {
        let error = refused(&archive);
        assert!(
            matches!(
                error,
                UnpackError::Name {
                    problem: NameProblem::Empty,
                    ..
                }
            ),
            "{error}"
        );
    }
}

#[test]
fn a_name_that_is_not_utf_8_is_refused_where_it_should_be() {
    let mut flagged = ZipEntry::stored("a", b"x");
    flagged.name = b"caf\xE9".to_vec();
    flagged.flags = 0x800;
    for archive in [zip(&[flagged]), tar(&[file(b"caf\xE9", b"x")])] {
        let error = refused(&archive);
        assert!(
            matches!(
                error,
                UnpackError::Name {
                    problem: NameProblem::NotUtf8,
                    ..
                }
            ),
            "{error}"
        );
        assert!(error.to_string().starts_with(r"caf\xe9: "), "{error}");
    }
}

#[test]
fn dots_and_empty_components_are_dropped() {
    for archive in of_names(&["./a//b/././c", "./d"]) {
        let (unpacked, files) = unpacked(&archive);
        assert_eq!(files.keys().collect::<Vec<_>>(), ["a", "a/b", "a/b/c", "d"]);
        assert_eq!(unpacked.renamed.total, 0);
    }
}

#[test]
fn backslashes_separate_directories() {
    for archive in of_names(&[r"Shop\PAGE.wwh", "Shop/x"]) {
        let (unpacked, files) = unpacked(&archive);
        assert_eq!(
            files.keys().collect::<Vec<_>>(),
            ["Shop", "Shop/PAGE.wwh", "Shop/x"]
        );
        let renamed = &unpacked.renamed.first[0];
        assert_eq!(renamed.from.as_str(), r"Shop\PAGE.wwh");
        assert_eq!(renamed.to.as_str(), "Shop/PAGE.wwh");
        assert_eq!(renamed.reason, RenameReason::Separators);
        assert_eq!(unpacked.renamed.total, 1);
    }
}

#[test]
fn names_that_windows_cannot_hold_are_skipped() {
    let names = [
        "aux.c",
        "CON",
        "a/nul.txt/b",
        "com1",
        "LPT².x",
        "conin$",
        "nul .txt",
        "a.",
        "a ",
        "d./x",
        "ab:c",
        "what?",
        "a*",
        "<a>",
        "a|b",
        "\"a\"",
    ];
    for name in names {
        for archive in of_names(&[name, "kept"]) {
            let (unpacked, files) = unpacked(&archive);
            assert_eq!(files.keys().collect::<Vec<_>>(), ["kept"], "{name}");
            assert_eq!(unpacked.skipped.first[0].reason, SkipReason::NotPortable);
        }
    }
    for archive in of_names(&[
        "auxiliary.c",
        "com",
        "com10",
        "null",
        "console",
        ".git",
        "lpt",
        "a.b c",
    ]) {
        assert_eq!(unpacked(&archive).0.skipped.total, 0);
    }
}

#[test]
fn litter_of_operating_systems_is_skipped_and_counted() {
    let names = [
        "__MACOSX/a/._b",
        "a/.DS_Store",
        "a/thumbs.db",
        "a/._b",
        "a/b",
    ];
    for archive in of_names(&names) {
        let (unpacked, files) = unpacked(&archive);
        assert_eq!(files.keys().collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(unpacked.skipped.total, 4);
        assert!(
            unpacked
                .skipped
                .first
                .iter()
                .all(|skipped| skipped.reason == SkipReason::Litter)
        );
    }
}

#[test]
fn two_entries_that_would_be_one_file_are_refused() {
    let pairs = [
        (["a/x", "a/x"], Collision::Duplicate),
        (["a/x", "./a//x"], Collision::Duplicate),
        (["a/x", r"a\x"], Collision::Duplicate),
        (["caf\u{e9}", "cafe\u{301}"], Collision::Duplicate),
        (["a/x", "a/X"], Collision::Case),
        (["a/x", "A/y"], Collision::Case),
        (["a/\u{c9}tat", "a/\u{e9}tat"], Collision::Case),
        (["\u{3c3}", "\u{3c2}"], Collision::Case),
        (["s", "\u{17f}"], Collision::Case),
        (["k", "\u{212a}"], Collision::Case),
        (["a", "a/x"], Collision::FileAndDirectory),
        (["a/x", "a"], Collision::FileAndDirectory),
        (["a/", "a"], Collision::FileAndDirectory),
        (["a", "A/x"], Collision::Case),
    ];
    for (names, expected) in pairs {
        let zipped = names.map(|name| {
            let content: &[u8] = if name.ends_with('/') { b"" } else { b"x" };
            ZipEntry::stored(name, content)
        });
        let tarred = names.map(|name| match name.strip_suffix('/') {
            Some(name) => entry(EntryType::Directory, name, b""),
            None => file(name, b"x"),
        });
        for archive in [zip(&zipped), tar(&tarred)] {
            let error = refused(&archive);
            assert!(
                matches!(error, UnpackError::Collision { collision, .. } if collision == expected),
                "{names:?}: {error}"
            );
        }
    }
}

#[test]
fn a_directory_may_be_named_twice() {
    let directory = || entry(EntryType::Directory, "a/", b"");
    let (unpacked, _) = unpacked(&tar(&[directory(), file("a/x", b"x"), directory()]));
    assert_eq!((unpacked.files, unpacked.directories), (1, 1));
}

#[test]
fn decomposed_names_are_written_composed() {
    for archive in of_name("cafe\u{301}") {
        let (unpacked, files) = unpacked(&archive);
        assert!(files.contains_key("caf\u{e9}"));
        assert_eq!(unpacked.renamed.first[0].reason, RenameReason::Composed);
    }
}

#[test]
fn a_zip_name_of_no_encoding_is_code_page_437_unless_it_is_utf_8() {
    let mut dos = ZipEntry::stored("x", b"x");
    dos.name = b"\x90tat\\\x82l\x82ment\xFF".to_vec();
    let mut utf8 = ZipEntry::stored("\u{c9}cran", b"x");
    utf8.flags = 0;
    let (unpacked, files) = unpacked(&zip(&[dos, utf8]));
    let expected = [
        "\u{c9}cran",
        "\u{c9}tat",
        "\u{c9}tat/\u{e9}l\u{e9}ment\u{a0}",
    ];
    assert_eq!(files.keys().collect::<Vec<_>>(), expected);
    assert_eq!(unpacked.renamed.total, 1);
    assert_eq!(unpacked.renamed.first[0].reason, RenameReason::CodePage437);
}

#[test]
fn the_unicode_name_of_a_zip_entry_counts_and_is_checked() {
    let with_unicode = |unicode: &str, sum: u32| {
        let mut field = vec![1];
        field.extend(sum.to_le_bytes());
        field.extend(unicode.bytes());
        ZipEntry {
            extra: extra(0x7075, &field),
            ..ZipEntry::stored("plain", b"x")
        }
    };
    let (_, files) = unpacked(&zip(&[with_unicode("\u{c9}tat", crc(b"plain"))]));
    assert_eq!(files.keys().collect::<Vec<_>>(), ["\u{c9}tat"]);
    // A name of before the entry was renamed.
    let (_, files) = unpacked(&zip(&[with_unicode("stale", crc(b"other"))]));
    assert_eq!(files.keys().collect::<Vec<_>>(), ["plain"]);

    let outside = refused(&zip(&[with_unicode("../x", crc(b"plain"))]));
    assert!(matches!(
        outside,
        UnpackError::Name {
            problem: NameProblem::Parent,
            ..
        }
    ));
    let directory = refused(&zip(&[with_unicode("x/", crc(b"plain"))]));
    assert!(
        matches!(directory, UnpackError::Contradiction { .. }),
        "{directory}"
    );
}

#[test]
fn names_in_messages_are_fit_for_a_terminal() {
    for archive in of_name("a\u{1b}[2J\u{202e}cod.exe\u{200b}") {
        let message = refused(&archive).to_string();
        assert!(
            message.starts_with(r"a\u{1b}[2J\u{202e}cod.exe\u{200b}: "),
            "{message}"
        );
    }
    let long = "x".repeat(100_000);
    let name = crate::EntryName::of(long.as_bytes());
    assert!(name.as_str().len() < 300);
}
