//! Reading what a prompt builder wrote.

use crate::documents::{CONTEXT, Documents, check_path, limits};
use crate::error::PublishError;
use crate::files::{names, read_regular};
use cap_fs_ext::DirExt;
use cap_std::fs::Dir;
use std::io;

/// The documents in a directory that a prompt builder filled. They are held from here on: what is published is what was
/// checked, whatever happens to the directory.
pub(crate) fn read(directory: &Dir) -> Result<Documents, PublishError> {
    let mut reading = Reading {
        documents: Documents::new(),
        entries: 0,
        bytes: 0,
    };
    reading.directory(directory, "")?;
    if reading.documents.get(CONTEXT).is_none() {
        return Err(PublishError::rejected(CONTEXT, "it was not written"));
    }
    Ok(reading.documents)
}

struct Reading {
    documents: Documents,
    entries: usize,
    bytes: u64,
}

impl Reading {
    fn directory(&mut self, directory: &Dir, path: &str) -> Result<(), PublishError> {
        let failed = |path: &str| {
            let path = if path.is_empty() { "directory" } else { path }.to_owned();
            move |error: io::Error| PublishError::rejected(&path, error.to_string())
        };
        for name in names(directory).map_err(failed(path))? {
            let inner = if path.is_empty() {
                name.clone()
            } else {
                format!("{path}/{name}")
            };
            self.entries += 1;
            // A directory counts like a file: a builder that makes nothing but directories has an end too.
            if self.entries > limits::FILES {
                let reason = format!("there are more than {} files", limits::FILES);
                return Err(PublishError::rejected(&inner, reason));
            }
            let metadata = directory.symlink_metadata(&name).map_err(failed(&inner))?;
            if metadata.is_dir() {
                // The path of a file in it tells whether the directory is at a place where one belongs.
                check_path(&format!("{inner}/_"))
                    .map_err(|reason| PublishError::rejected(&inner, reason))?;
                let opened = directory.open_dir_nofollow(&name).map_err(failed(&inner))?;
                self.directory(&opened, &inner)?;
            } else {
                check_path(&inner).map_err(|reason| PublishError::rejected(&inner, reason))?;
                self.file(directory, &name, &inner)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, directory: &Dir, name: &str, path: &str) -> Result<(), PublishError> {
        let left = limits::BYTES - self.bytes;
        let (bytes, _) = read_regular(directory, name, left)
            .map_err(|error| PublishError::rejected(path, error.to_string()))?;
        self.bytes += bytes.len() as u64;
        let text = String::from_utf8(bytes).map_err(|error| {
            PublishError::rejected(path, format!("it is not UTF-8: {}", error.utf8_error()))
        })?;
        check_text(path, &text)?;
        self.documents.insert(path, text)
    }
}

/// Whether a document may have a text.
pub(crate) fn check_text(path: &str, text: &str) -> Result<(), PublishError> {
    match text.contains('\0') {
        true => Err(PublishError::rejected(path, "it holds a NUL")),
        false => Ok(()),
    }
}
