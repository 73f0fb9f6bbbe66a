//! Reading the archive's own bytes.

use crate::error::UnpackError;
use crate::limits::{Limit, Limits};
use rawzip::ReaderAt;
use std::cell::RefCell;
use std::io::{self, Read, Seek, SeekFrom};

/// How much is read or written between two questions whether to go on, in bytes.
pub(crate) const STEP: usize = 64 << 10;

/// The archive, readable from any offset.
pub(crate) struct Source<'a, R> {
    reader: RefCell<&'a mut R>,
    length: u64,
    cancelled: &'a dyn Fn() -> bool,
}

impl<'a, R: Read + Seek> Source<'a, R> {
    pub(crate) fn new(
        reader: &'a mut R,
        limits: &Limits,
        cancelled: &'a dyn Fn() -> bool,
    ) -> Result<Self, UnpackError> {
        let length = reader.seek(SeekFrom::End(0)).map_err(UnpackError::Read)?;
        if length > limits.archive_bytes {
            return Err(UnpackError::limit(Limit::ArchiveBytes, limits));
        }
        Ok(Source {
            reader: RefCell::new(reader),
            length,
            cancelled,
        })
    }

    /// The archive's length in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The archive from its beginning.
    pub(crate) fn stream(&self) -> rawzip::RangeReader<&Self> {
        rawzip::RangeReader::new(self, 0..self.length)
    }
}

impl<R: Read + Seek> ReaderAt for Source<'_, R> {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        if (self.cancelled)() {
            return Err(io::Error::other(UnpackError::Cancelled));
        }
        // An archive may name any offset, and not every system takes any.
        if offset >= self.length {
            return Ok(0);
        }
        let mut reader = self.reader.borrow_mut();
        reader.seek(SeekFrom::Start(offset))?;
        let step = buffer.len().min(STEP);
        loop {
            match reader.read(&mut buffer[..step]) {
                // rawzip takes an interruption for a failure.
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}
