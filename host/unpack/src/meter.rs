//! Counting what comes out of an archive, however it is packed.

use crate::error::UnpackError;
use crate::limits::{Limit, Limits};
use crate::source::STEP;
use std::cell::Cell;
use std::io::{self, Read};

/// So many bytes may come out of the smallest archive.
const RATIO_APPLIES_FROM: u64 = 1 << 20;

/// Counts the bytes that came out, and stops at a limit or when cancelled.
pub(crate) struct Meter<'a> {
    unpacked: Cell<u64>,
    ratio_allows: u64,
    limits: &'a Limits,
    cancelled: &'a dyn Fn() -> bool,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(
        archive_bytes: u64,
        limits: &'a Limits,
        cancelled: &'a dyn Fn() -> bool,
    ) -> Self {
        let ratio_allows = archive_bytes.saturating_mul(limits.ratio);
        Meter {
            unpacked: Cell::new(0),
            ratio_allows: ratio_allows.max(RATIO_APPLIES_FROM),
            limits,
            cancelled,
        }
    }

    /// Whether so many bytes in all may come out.
    pub(crate) fn allows(&self, bytes: u64) -> Result<(), UnpackError> {
        if bytes > self.limits.unpacked_bytes {
            return Err(UnpackError::limit(Limit::UnpackedBytes, self.limits));
        }
        if bytes > self.ratio_allows {
            return Err(UnpackError::limit(Limit::Ratio, self.limits));
        }
        Ok(())
    }

    /// Whether the work is to go on.
    pub(crate) fn goes_on(&self) -> Result<(), UnpackError> {
        if (self.cancelled)() {
            return Err(UnpackError::Cancelled);
        }
        Ok(())
    }
}

/// Bytes that come out of an archive, counted. They come at most [`STEP`] at a time.
pub(crate) struct Metered<'a, R> {
    reader: R,
    meter: &'a Meter<'a>,
}

impl<'a, R> Metered<'a, R> {
    pub(crate) fn new(reader: R, meter: &'a Meter<'a>) -> Self {
        Metered { reader, meter }
    }

    pub(crate) fn get_ref(&self) -> &R {
        &self.reader
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.meter.goes_on().map_err(io::Error::other)?;
        let step = buffer.len().min(STEP);
        let read = self.reader.read(&mut buffer[..step])?;
        let unpacked = self.meter.unpacked.get().saturating_add(read as u64);
        self.meter.unpacked.set(unpacked);
        self.meter.allows(unpacked).map_err(io::Error::other)?;
        Ok(read)
    }
}
