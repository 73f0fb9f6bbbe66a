//! Tars that are damaged, or that two readers would read in two ways.

use super::archives::{blocks, entry, file, gzip, header, pax, tar};
use super::{refused, unpacked};
use crate::{EntryKind, UnpackError};
use ::tar::EntryType;

#[test]
fn links_devices_and_sparse_files_are_refused() {
    let kinds = [
        (EntryType::Symlink, EntryKind::SymbolicLink),
        (EntryType::Link, EntryKind::HardLink),
        (EntryType::Char, EntryKind::Device),
        (EntryType::Block, EntryKind::Device),
        (EntryType::Fifo, EntryKind::Pipe),
        (EntryType::GNUSparse, EntryKind::Sparse),
        (EntryType::new(b'M'), EntryKind::Other),
        (EntryType::new(b'V'), EntryKind::Other),
    ];
    for (kind, expected) in kinds {
        let error = refused(&tar(&[file("a", b"x"), entry(kind, "b", b"")]));
        assert!(
            matches!(error, UnpackError::Kind { kind, .. } if kind == expected),
            "{error}"
        );
    }
}

#[test]
fn sparse_files_of_pax_are_refused() {
    let sparse = pax(EntryType::XHeader, &[("GNU.sparse.major", b"1")]);
    let error = refused(&tar(&[sparse, file("a", b"x")]));
    assert!(
        matches!(
            error,
            UnpackError::Kind {
                kind: EntryKind::Sparse,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_pax_path_counts_and_is_checked() {
    let with_path =
        |path: &[u8]| tar(&[pax(EntryType::XHeader, &[("path", path)]), file("a", b"x")]);
    assert!(
        unpacked(&with_path("\u{c9}tat/x".as_bytes()))
            .1
            .contains_key("\u{c9}tat/x")
    );
    assert!(matches!(
        refused(&with_path(b"../x")),
        UnpackError::Name { .. }
    ));
    assert!(matches!(
        refused(&with_path(b"/x")),
        UnpackError::Name { .. }
    ));
    assert!(matches!(refused(&with_path(b"")), UnpackError::Name { .. }));
}

#[test]
fn a_pax_record_in_the_value_of_another_is_none() {
    let value: &[u8] = b"binary\n16 path=../evil\n\0\xFF";
    let (_, files) = unpacked(&tar(&[
        pax(EntryType::XHeader, &[("SCHILY.xattr.x", value)]),
        file("a", b"x"),
    ]));
    assert_eq!(files.keys().collect::<Vec<_>>(), ["a"]);
}

#[test]
fn a_pax_size_must_be_that_of_the_header() {
    let with_size = |size: &[u8]| {
        tar(&[
            pax(EntryType::XHeader, &[("size", size)]),
            file("a", b"x"),
            file("b", b"y"),
        ])
    };
    assert_eq!(unpacked(&with_size(b"1")).0.files, 2);
    for size in [&b"0"[..], b"2", b"1024", b"18446744073709551615"] {
        assert!(matches!(
            refused(&with_size(size)),
            UnpackError::Contradiction { .. }
        ));
    }
    for size in [&b""[..], b"-1", b"+1", b"one", b"18446744073709551616"] {
        assert!(matches!(
            refused(&with_size(size)),
            UnpackError::Corrupt { .. }
        ));
    }
}

#[test]
fn a_target_for_what_is_no_link_is_refused() {
    let target = pax(EntryType::XHeader, &[("linkpath", b"/etc/passwd")]);
    let gnu = entry(EntryType::GNULongLink, "././@LongLink", b"/etc/passwd\0");
    for extension in [target, gnu] {
        let error = refused(&tar(&[extension, file("a", b"x")]));
        assert!(
            matches!(error, UnpackError::Contradiction { .. }),
            "{error}"
        );
    }
}

#[test]
fn a_global_header_may_hold_a_comment_but_no_name() {
    let global = |key: &str| {
        tar(&[
            pax(EntryType::XGlobalHeader, &[(key, b"1")]),
            file("a", b"x"),
        ])
    };
    assert_eq!(unpacked(&global("comment")).0.files, 1);
    for key in ["path", "size", "linkpath"] {
        assert!(matches!(
            refused(&global(key)),
            UnpackError::Contradiction { .. }
        ));
    }
    assert!(matches!(
        refused(&global("GNU.sparse.size")),
        UnpackError::Kind { .. }
    ));
}

#[test]
fn extension_headers_that_disagree_are_refused() {
    let long = |name: &[u8]| entry(EntryType::GNULongName, "././@LongLink", name);
    let path = |name: &[u8]| pax(EntryType::XHeader, &[("path", name)]);
    let twice = pax(EntryType::XHeader, &[("path", b"b"), ("path", b"c")]);
    for extensions in [
        [long(b"b"), long(b"b")],
        [path(b"b"), path(b"b")],
        [long(b"b"), path(b"c")],
        [twice, Vec::new()],
    ] {
        let error = refused(&tar(&[extensions.concat(), file("a", b"x")]));
        assert!(
            matches!(error, UnpackError::Contradiction { .. }),
            "{error}"
        );
    }
    let (_, files) = unpacked(&tar(&[long(b"b\0"), path(b"b"), file("a", b"x")]));
    assert!(files.contains_key("b"));
}

#[test]
fn extension_headers_without_an_entry_are_refused() {
    let error = refused(&tar(&[
        file("a", b"x"),
        pax(EntryType::XHeader, &[("path", b"b")]),
    ]));
    assert!(matches!(error, UnpackError::Truncated { .. }), "{error}");
}

#[test]
fn malformed_pax_records_are_refused() {
    let contents = [
        &b"x"[..],
        b"5 a=",
        b"0 a=b\n",
        b"3 =\n",
        b"7 a=b\n",
        b"99 a=b\n",
        b"6 a b\n",
        b"-6 a=b\n",
        b"6 a=bb",
    ];
    for content in contents {
        let broken = entry(EntryType::XHeader, "header", content);
        let error = refused(&tar(&[broken, file("a", b"x")]));
        assert!(
            matches!(error, UnpackError::Corrupt { .. }),
            "{}: {error}",
            content.escape_ascii()
        );
    }
}

#[test]
fn a_wrong_checksum_or_size_of_a_header_is_refused() {
    let mut wrong = file("b", b"x");
    wrong[0] = b'c';
    let error = refused(&tar(&[file("a", b"x"), wrong]));
    assert!(matches!(error, UnpackError::Corrupt { .. }), "{error}");

    let mut header = header(EntryType::Regular, "b", 0);
    header.as_old_mut().name[..3].copy_from_slice(b"\n\x1B[");
    header.as_old_mut().size = *b"not a number";
    header.set_cksum();
    let error = refused(&tar(&[file("a", b"x"), blocks(&header, b"")]));
    assert!(matches!(error, UnpackError::Corrupt { .. }), "{error}");
    // What the library says about it holds the name.
    assert!(!error.to_string().contains(char::is_control), "{error}");
}

#[test]
fn sizes_of_eight_bytes_and_negative_ones_are_refused() {
    for size in [[0x80, 0, 0, 0, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF]] {
        let mut header = ::tar::Header::new_gnu();
        header.as_old_mut().name[0] = b'b';
        header.set_entry_type(EntryType::Regular);
        header.as_old_mut().size[..5].copy_from_slice(&size);
        header.as_old_mut().size[5..].fill(0xFF);
        header.set_cksum();
        let error = refused(&tar(&[file("a", b"x"), blocks(&header, b"")]));
        assert!(matches!(error, UnpackError::Limit { .. }), "{error}");
    }
}

#[test]
fn a_directory_with_content_is_refused() {
    for kind in [EntryType::Directory, EntryType::Regular] {
        let error = refused(&tar(&[file("a", b"x"), entry(kind, "b/", b"x")]));
        assert!(
            matches!(error, UnpackError::Contradiction { .. }),
            "{error}"
        );
    }
    let (_, files) = unpacked(&tar(&[
        file("a", b"x"),
        entry(EntryType::Regular, "b/", b""),
    ]));
    assert_eq!(files["b"], None);
}

#[test]
fn a_tar_of_the_oldest_format_is_read() {
    let mut header = ::tar::Header::new_old();
    header.as_old_mut().name[0] = b'a';
    header.set_size(1);
    header.set_cksum();
    assert!(unpacked(&tar(&[blocks(&header, b"x")])).1.contains_key("a"));
}

#[test]
fn a_tar_cut_anywhere_is_refused() {
    let long = entry(EntryType::GNULongName, "././@LongLink", b"a long name");
    let whole = [
        file("a", &[b'x'; 700]),
        pax(EntryType::XHeader, &[("path", b"b")]),
        file("b", b""),
        long,
        file("c", b"x"),
    ];
    let archive = whole.concat();
    for length in (0..=archive.len()).step_by(64) {
        refused(&archive[..length]);
    }
    assert!(matches!(refused(&archive), UnpackError::Truncated { .. }));
    assert!(matches!(
        refused(&archive[..1100]),
        UnpackError::Truncated { .. }
    ));
    // One block of zeros ends a tar for every reader.
    assert_eq!(unpacked(&[archive, vec![0; 512]].concat()).0.files, 3);
}

#[test]
fn what_follows_the_end_is_refused() {
    let archive = tar(&[file("a", b"x")]);
    for more in [file("hidden", b"x"), b"more".to_vec()] {
        let longer = [archive.clone(), more].concat();
        assert!(matches!(refused(&longer), UnpackError::TrailingData));
        assert!(matches!(refused(&gzip(&longer)), UnpackError::TrailingData));
        assert!(matches!(
            refused(&[gzip(&archive), gzip(&longer)].concat()),
            UnpackError::TrailingData
        ));
    }
    assert_eq!(unpacked(&[archive, vec![0; 9000]].concat()).0.files, 1);
}

#[test]
fn a_gzip_file_that_is_damaged_is_refused() {
    let archive = gzip(&tar(&[file(
        "a",
        &(0..=255).collect::<Vec<u8>>().repeat(40),
    )]));
    for length in 1..archive.len() {
        refused(&archive[..length]);
    }
    for (from_end, byte) in [(8, 1), (4, 1)] {
        let mut damaged = archive.clone();
        let at = damaged.len() - from_end;
        damaged[at] ^= byte;
        let error = refused(&damaged);
        assert!(matches!(error, UnpackError::Corrupt { .. }), "{error}");
    }
    let error = refused(&[archive, b"garbage behind a member".to_vec()].concat());
    assert!(matches!(error, UnpackError::Corrupt { .. }), "{error}");
}

#[test]
fn what_is_no_archive_is_refused_and_says_which_kinds_are() {
    let others = [
        (b"some text".to_vec(), "no kind known"),
        (b"7z\xBC\xAF\x27\x1C rest".to_vec(), "7z"),
        (b"Rar!\x1A\x07\x01\0 rest".to_vec(), "rar"),
        (gzip(b"a file"), "gzip"),
        (gzip(b""), "gzip"),
        (vec![b'a'; 5000], "no kind known"),
    ];
    for (bytes, found) in others {
        let error = refused(&bytes);
        assert!(matches!(error, UnpackError::UnknownKind { .. }), "{error}");
        let message = error.to_string();
        assert!(
            message.contains(found) && message.contains("a zip, a tar or a tar.gz"),
            "{message}"
        );
    }
    assert!(matches!(refused(&tar(&[])), UnpackError::NoFiles));
    assert!(matches!(refused(&gzip(&tar(&[]))), UnpackError::NoFiles));
}
