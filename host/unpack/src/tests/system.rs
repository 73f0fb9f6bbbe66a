//! What the caller and the system do.

use super::Place;
use super::archives::{ZipEntry, file, gzip, tar, zip};
use crate::{Limits, UnpackError, unpack};
use std::cell::Cell;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};

fn archives() -> [Vec<u8>; 3] {
    let content: Vec<u8> = (0..1_000_000_u32)
        .flat_map(|number| (number / 7).to_le_bytes())
        .collect();
    let tarred = tar(&[file("d/a", b"x"), file("d/b", &content)]);
    let zipped = zip(&[
        ZipEntry::stored("d/a", b"x"),
        ZipEntry::deflated("d/b", &content),
    ]);
    [zipped, gzip(&tarred), tarred]
}

#[test]
fn a_directory_that_holds_something_is_left_alone() {
    let place = Place::new();
    place.directory().write("present", "x").unwrap();
    let mut archive = Cursor::new(tar(&[file("a", b"x")]));
    let error = unpack(
        &mut archive,
        &place.directory(),
        &Limits::default(),
        &|| false,
    )
    .unwrap_err();
    assert!(matches!(error, UnpackError::NotEmpty));
    assert!(!error.is_fault_of_archive());
    assert_eq!(place.files().keys().collect::<Vec<_>>(), ["present"]);
}

#[test]
fn it_can_be_cancelled_at_any_time_and_leaves_nothing() {
    for archive in archives() {
        let asked = Cell::new(0_u32);
        let place = Place::new();
        let count = || {
            asked.set(asked.get() + 1);
            false
        };
        unpack(
            &mut Cursor::new(&archive),
            &place.directory(),
            &Limits::default(),
            &count,
        )
        .unwrap();
        let written = 4_000_000;
        assert!(
            asked.get() >= written / (64 << 10),
            "asked {} times",
            asked.get()
        );
        for after in [0, 1, 2, 5, asked.get() / 2, asked.get() - 1] {
            let left = Cell::new(after);
            let cancelled = || left.replace(left.get().saturating_sub(1)) == 0;
            let place = Place::new();
            let result = unpack(
                &mut Cursor::new(&archive),
                &place.directory(),
                &Limits::default(),
                &cancelled,
            );
            assert!(
                matches!(result, Err(UnpackError::Cancelled)),
                "{after}: {result:?}"
            );
            assert!(place.files().is_empty());
        }
    }
}

/// A reader whose disk does something when a place is reached.
struct Faulty<'a> {
    inner: Cursor<&'a [u8]>,
    at: u64,
    fault: fn() -> io::Error,
}

impl Read for Faulty<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.inner.position() + buffer.len() as u64 > self.at {
            return Err((self.fault)());
        }
        self.inner.read(buffer)
    }
}

impl Seek for Faulty<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

fn with_fault(archive: &[u8], at: u64, fault: fn() -> io::Error, place: &Place) -> UnpackError {
    let inner = Cursor::new(archive);
    let mut faulty = Faulty { inner, at, fault };
    unpack(&mut faulty, &place.directory(), &Limits::default(), &|| {
        false
    })
    .unwrap_err()
}

#[test]
fn a_disk_that_fails_is_no_fault_of_the_archive() {
    for archive in archives() {
        for at in [0, 600, 100_000, archive.len() as u64 / 2] {
            let place = Place::new();
            let error = with_fault(
                &archive,
                at,
                || io::Error::other("the disk is broken"),
                &place,
            );
            assert!(matches!(error, UnpackError::Read(_)), "{error}");
            assert!(!error.is_fault_of_archive());
            assert!(place.files().is_empty());
        }
    }
}

#[test]
fn a_panic_leaves_nothing_either() {
    let archive = tar(&[file("d/a", b"x"), file("d/b", &[1; 300_000])]);
    let place = Place::new();
    let panicking = || {
        with_fault(
            &archive,
            200_000,
            || panic!("a reader of the caller's"),
            &place,
        )
    };
    assert!(catch_unwind(AssertUnwindSafe(panicking)).is_err());
    assert!(place.files().is_empty());
}

#[test]
fn interrupted_reads_are_tried_again() {
    struct Interrupted<'a>(Cursor<&'a [u8]>, bool);
    impl Read for Interrupted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let some = buffer.len().min(1000);
            self.0.read(&mut buffer[..some])
        }
    }
    impl Seek for Interrupted<'_> {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }
    for archive in archives() {
        let place = Place::new();
        let mut reader = Interrupted(Cursor::new(&archive), false);
        let unpacked = unpack(&mut reader, &place.directory(), &Limits::default(), &|| {
            false
        });
        assert_eq!(unpacked.unwrap().bytes, 4_000_001);
    }
}
