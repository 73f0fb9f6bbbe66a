mod archives;
mod limits;
mod names;
mod ordinary;
mod properties;
mod system;
mod tars;
mod zips;

use crate::{Limits, UnpackError, Unpacked, unpack};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use std::collections::BTreeMap;
use std::io::Cursor;
use tempfile::TempDir;

/// An empty directory in a directory of its own, so that whatever leads outside is seen.
pub(crate) struct Place {
    around: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let around = tempfile::tempdir().unwrap();
        std::fs::create_dir(around.path().join("into")).unwrap();
        Place { around }
    }

    pub(crate) fn directory(&self) -> Dir {
        Dir::open_ambient_dir(self.around.path().join("into"), ambient_authority()).unwrap()
    }

    pub(crate) fn unpack(&self, archive: &[u8], limits: &Limits) -> Result<Unpacked, UnpackError> {
        let result = unpack(
            &mut Cursor::new(archive),
            &self.directory(),
            limits,
            &|| false,
        );
        let beside = std::fs::read_dir(self.around.path()).unwrap().count();
        assert_eq!(beside, 1, "something was written outside");
        if result.is_err() {
            assert_eq!(self.files(), BTreeMap::new(), "something was left");
        }
        result
    }

    /// Every file's content by its path, and every directory as none.
    pub(crate) fn files(&self) -> BTreeMap<String, Option<Vec<u8>>> {
        let mut files = BTreeMap::new();
        walk(&self.directory(), "", &mut files);
        files
    }
}

fn walk(directory: &Dir, path: &str, files: &mut BTreeMap<String, Option<Vec<u8>>>) {
    for entry in directory.entries().unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let inner = format!("{path}{name}");
        if entry.file_type().unwrap().is_dir() {
            files.insert(inner.clone(), None);
            walk(&entry.open_dir().unwrap(), &format!("{inner}/"), files);
        } else {
            assert!(entry.file_type().unwrap().is_file(), "{inner}");
            files.insert(inner, Some(directory.read(name).unwrap()));
        }
    }
}

/// Unpacks with the default limits, and says what is there.
pub(crate) fn unpacked(archive: &[u8]) -> (Unpacked, BTreeMap<String, Option<Vec<u8>>>) {
    let place = Place::new();
    let unpacked = place.unpack(archive, &Limits::default()).unwrap();
    (unpacked, place.files())
}

/// Why an archive is refused under the default limits.
pub(crate) fn refused(archive: &[u8]) -> UnpackError {
    refused_under(archive, &Limits::default())
}

pub(crate) fn refused_under(archive: &[u8], limits: &Limits) -> UnpackError {
    let error = Place::new().unpack(archive, limits).unwrap_err();
    assert!(error.is_fault_of_archive(), "{error}");
    error
}
