//! Whatever the bytes are.

use super::Place;
use super::archives::{ZipEntry, file, gzip, pax, tar, zip};
use crate::Limits;
use ::tar::EntryType;
use proptest::prelude::*;

/// Names of parts that mean something to somebody.
fn name() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        "[abAB]{1,2}",
        "[ -~]{0,3}",
        ".{0,3}",
        proptest::sample::select(vec![
            "..", ".", "", "C:", "\\", "\0", "aux", "\u{202e}", "__MACOSX"
        ])
        .prop_map(str::to_owned),
    ];
    proptest::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"))
}

fn archive() -> impl Strategy<Value = Vec<u8>> {
    let one = (name(), proptest::collection::vec(any::<u8>(), 0..40));
    let files = proptest::collection::vec(one, 0..6);
    (files, 0..4).prop_map(|(files, kind)| {
        let tarred = || {
            let entries = files.iter().flat_map(|(name, content)| {
                [
                    pax(EntryType::XHeader, &[("path", name.as_bytes())]),
                    file(
                        name.as_bytes().get(..99).unwrap_or(name.as_bytes()),
                        content,
                    ),
                ]
            });
            tar(&entries.collect::<Vec<_>>())
        };
        match kind {
            0 => zip(&files
                .iter()
                .map(|(name, content)| ZipEntry::stored(name, content))
                .collect::<Vec<_>>()),
            1 => zip(&files
                .iter()
                .map(|(name, content)| ZipEntry::deflated(name, content))
                .collect::<Vec<_>>()),
            2 => tarred(),
            _ => gzip(&tarred()),
        }
    })
}

/// Unpacks, and checks what must hold of whatever came of it; [`Place::unpack`] checks the rest.
fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
    let place = Place::new();
    match place.unpack(bytes, &Limits::default()) {
        Ok(unpacked) => {
            let files = place.files();
            let written = files.values().flatten().count() as u64;
            prop_assert_eq!(written, unpacked.files);
            prop_assert_eq!(files.len() as u64, unpacked.files + unpacked.directories);
        }
        Err(error) => {
            prop_assert!(error.is_fault_of_archive(), "{}", error);
            prop_assert!(!error.to_string().contains(char::is_control), "{:?}", error);
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_bytes_are_unpacked_or_refused(
        start in proptest::sample::select(vec![&b""[..], b"PK\x03\x04", b"PK\x05\x06", b"\x1F\x8B\x08\0"]),
        rest in proptest::collection::vec(any::<u8>(), 0..2000),
    ) {
        check(&[start, &rest].concat())?;
    }

    #[test]
    fn any_names_are_unpacked_or_refused(archive in archive()) {
        check(&archive)?;
    }

    #[test]
    fn damaged_archives_are_unpacked_or_refused(
        archive in archive(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut damaged = archive;
        for (at, byte) in damage {
            let at = at.index(damaged.len());
            damaged[at] = byte;
        }
        check(&damaged)?;
    }
}
