//! Streams of file bytes. They block the thread: a call has one of its own, and handing each read to another costs 7 to
//! 35 times as much.

use super::OpenFile;
use super::memory::MemoryFile;
use super::workspace::{Exceeded, Quota};
use bytes::Bytes;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use wasmtime_wasi::async_trait;
use wasmtime_wasi::p2::{InputStream, OutputStream, Pollable, StreamError, StreamResult};

/// The most that one read brings: what a guest asks for would be allocated by the host.
pub(super) const READ_SIZE: usize = 1 << 20;

/// A buffer of this many bytes costs less than to ask how many there are to read.
const SMALL: usize = 16 << 10;

/// The most that one write takes.
const WRITE_SIZE: usize = 1 << 20;

/// A file that a guest reads.
#[derive(Debug)]
pub(super) enum Readable {
    Input(Arc<OpenFile>),
    Written(MemoryFile),
}

impl Readable {
    /// Reads up to `length` bytes at `offset`; fewer only at the end of the file.
    pub(super) fn read_at(&self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        match self {
            Readable::Input(file) => read_at(file, offset, length),
            Readable::Written(file) => Ok(file.read_at(offset, length.min(READ_SIZE))),
        }
    }
}

fn read_at(file: &OpenFile, offset: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut length = length.min(READ_SIZE);
    if length > SMALL {
        let left = file.file.metadata()?.len().saturating_sub(offset);
        length = length.min(usize::try_from(left).unwrap_or(usize::MAX));
    }
    let mut bytes = vec![0; length];
    let mut filled = 0;
    while filled < length {
        match file
            .file
            .read_at(&mut bytes[filled..], offset + filled as u64)
        {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    bytes.truncate(filled);
    file.was_read(filled);
    Ok(bytes)
}

/// A file read from a position on.
#[derive(Debug)]
pub(super) struct FileInput {
    pub(super) file: Readable,
    pub(super) position: u64,
}

#[async_trait]
impl Pollable for FileInput {
    async fn ready(&mut self) {}
}

#[async_trait]
impl InputStream for FileInput {
    fn read(&mut self, size: usize) -> StreamResult<Bytes> {
        if size == 0 {
            return Ok(Bytes::new());
        }
        let bytes = self
            .file
            .read_at(self.position, size)
            .map_err(|error| StreamError::LastOperationFailed(error.into()))?;
        if bytes.is_empty() {
            return Err(StreamError::Closed);
        }
        self.position += bytes.len() as u64;
        Ok(Bytes::from(bytes))
    }
}

/// A file written from a position on, or at its end.
#[derive(Debug)]
pub(super) struct FileOutput {
    pub(super) file: MemoryFile,
    pub(super) path: String,
    /// None to append.
    pub(super) position: Option<u64>,
    pub(super) quota: Arc<Quota>,
}

#[async_trait]
impl Pollable for FileOutput {
    async fn ready(&mut self) {}
}

impl OutputStream for FileOutput {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        let written = self.quota.write_at(&self.file, &bytes, self.position);
        written.map_err(|Exceeded| {
            self.quota.refuse(&self.path);
            let error = io::Error::new(io::ErrorKind::QuotaExceeded, Exceeded);
            StreamError::LastOperationFailed(error.into())
        })?;
        if let Some(position) = &mut self.position {
            *position += bytes.len() as u64;
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_SIZE)
    }
}
