//! Inputs in the sandbox, read with the functions of `wasi:filesystem` themselves: `std::fs` makes twice as many calls
//! of the host for a file, copies its bytes once more and makes the component larger.

use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, ErrorCode, OpenFlags, PathFlags,
};
use std::io;

/// How much is read at once, of most files everything. The host gives no more.
const CHUNK: u64 = 1 << 20;

/// The directory `/source`; none when the host shows none.
#[derive(Debug)]
pub(super) struct Root(Option<Descriptor>);

impl Root {
    pub(super) fn sandbox() -> Self {
        let source = get_directories()
            .into_iter()
            .find(|(_, name)| name == "/source");
        Root(source.map(|(descriptor, _)| descriptor))
    }

    pub(super) fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let file = self.open(path)?;
        let (mut bytes, mut at_end) = file.read(CHUNK, 0).map_err(error)?;
        if !at_end {
            let size = file.stat().map_err(error)?.size;
            let left = size.saturating_sub(bytes.len() as u64);
            bytes.reserve_exact(usize::try_from(left).unwrap_or(0));
        }
        while !at_end {
            let more;
            (more, at_end) = file.read(CHUNK, bytes.len() as u64).map_err(error)?;
            bytes.extend_from_slice(&more);
        }
        Ok(bytes)
    }

    pub(super) fn head(&self, path: &str, length: usize) -> io::Result<Vec<u8>> {
        let (head, _) = self.open(path)?.read(length as u64, 0).map_err(error)?;
        Ok(head)
    }

    fn open(&self, path: &str) -> io::Result<Descriptor> {
        self.0
            .as_ref()
            .ok_or(io::ErrorKind::NotFound)?
            .open_at(
                PathFlags::empty(),
                path,
                OpenFlags::empty(),
                DescriptorFlags::READ,
            )
            .map_err(error)
    }
}

fn error(code: ErrorCode) -> io::Error {
    let kind = match code {
        ErrorCode::NoEntry => io::ErrorKind::NotFound,
        ErrorCode::NotPermitted | ErrorCode::Access => io::ErrorKind::PermissionDenied,
        ErrorCode::IsDirectory => io::ErrorKind::IsADirectory,
        _ => return io::Error::other(code.message()),
    };
    kind.into()
}
