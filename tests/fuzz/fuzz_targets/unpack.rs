//! Unpacking: any bytes are unpacked as they say, or the directory is empty.
#![no_main]

use cap_std::ambient_authority;
use cap_std::fs::{Dir, MetadataExt};
use libfuzzer_sys::fuzz_target;
use quarry_fuzz::{gzip, with_tar_checksums};
use quarry_unpack::{Limits, UnpackError, unpack};
use std::io::Cursor;
use std::sync::LazyLock;
use tempfile::TempDir;

/// One directory for the whole run, in memory where there is such a place.
static AROUND: LazyLock<TempDir> = LazyLock::new(|| {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
});

fuzz_target!(|bytes: &[u8]| {
    // The first byte says what is done to the others, so that checksums do not stop them early.
    let Some((mode, rest)) = bytes.split_first() else {
        return;
    };
    let archive = match mode % 3 {
        0 => rest.to_vec(),
        1 => with_tar_checksums(rest),
        _ => gzip(&with_tar_checksums(rest)),
    };
    let around = Dir::open_ambient_dir(AROUND.path(), ambient_authority()).unwrap();
    around.create_dir("into").unwrap();
    let into = around.open_dir("into").unwrap();
    let limits = Limits {
        unpacked_bytes: 4 << 20,
        entries: 200,
        entry_bytes: 1 << 20,
        depth: 20,
        ..Limits::default()
    };
    match unpack(&mut Cursor::new(archive), &into, &limits, &|| false) {
        Ok(unpacked) => {
            let mut counted = (0, 0, 0);
            count(&into, &mut counted);
            let said = (unpacked.files, unpacked.directories, unpacked.bytes);
            assert_eq!(counted, said);
            assert!(unpacked.bytes <= limits.unpacked_bytes);
            assert!(unpacked.files + unpacked.directories <= limits.entries);
        }
        Err(error) => {
            assert!(into.entries().unwrap().next().is_none(), "{error}");
            assert!(!error.to_string().chars().any(char::is_control));
            // Nothing that an archive says makes the system fail.
            assert!(error.is_fault_of_archive(), "{error}");
            assert!(!matches!(error, UnpackError::NotEmpty));
        }
    }
    around.remove_dir_all("into").unwrap();
    assert!(around.entries().unwrap().next().is_none());
});

/// Counts files, directories and bytes, and checks what each of them is.
fn count(directory: &Dir, counted: &mut (u64, u64, u64)) {
    for entry in directory.entries().unwrap() {
        let entry = entry.unwrap();
        let metadata = directory.symlink_metadata(entry.file_name()).unwrap();
        if metadata.is_dir() {
            assert_eq!(metadata.mode() & 0o7777, 0o700);
            counted.1 += 1;
            count(&entry.open_dir().unwrap(), counted);
        } else {
            assert!(metadata.is_file());
            assert_eq!(metadata.mode() & 0o7777, 0o600);
            assert_eq!(metadata.nlink(), 1);
            counted.0 += 1;
            counted.2 += metadata.len();
        }
    }
}
