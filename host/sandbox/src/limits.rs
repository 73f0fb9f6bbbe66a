//! What one call may use, and the meter that holds it to that.

use std::time::Duration;
use wasmtime::ResourceLimiter;

/// What one call of a component may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Linear memory in bytes, summed over all memories of the component.
    pub memory: usize,
    /// Elements of tables, summed over all tables.
    pub table_elements: usize,
    /// Time from the first instruction to the result.
    pub time: Duration,
    /// Bytes that the component may make the host allocate for one result or argument.
    pub result: usize,
    /// Bytes of its standard error that are kept; what is written beyond is dropped and counted.
    pub log: usize,
    /// Files, directories, streams and other resources that it may hold at once.
    pub handles: usize,
    /// Inputs of them. They are taken from the files that the process may have open, which all calls share.
    pub open_files: usize,
    /// Bytes that a prompt builder may write, all files together. The host holds them in memory, besides what the
    /// component may have.
    pub written: u64,
    /// Files and directories that a prompt builder may create.
    pub files: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            memory: 256 << 20,
            table_elements: 100_000,
            time: Duration::from_secs(30),
            result: 64 << 20,
            log: 64 << 10,
            handles: 1_000,
            open_files: 64,
            written: 64 << 20,
            files: 10_000,
        }
    }
}

/// A component wanted more memory than it may have.
#[derive(Debug, thiserror::Error)]
#[error("wanted {wanted} bytes of memory of {limit}")]
pub(crate) struct OutOfMemory {
    pub(crate) wanted: usize,
    pub(crate) limit: usize,
}

/// Sums what a store uses. wasmtime's own limiter looks at each memory alone, so that two memories are twice the limit.
#[derive(Debug)]
pub(crate) struct Meter {
    memory_limit: usize,
    memory: usize,
    table_limit: usize,
    table_elements: usize,
}

impl Meter {
    pub(crate) fn new(limits: &Limits) -> Self {
        Meter {
            memory_limit: limits.memory,
            memory: 0,
            table_limit: limits.table_elements,
            table_elements: 0,
        }
    }

    /// The most memory in use at once. Memory never shrinks, so this is what is in use.
    pub(crate) fn peak_memory(&self) -> usize {
        self.memory
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self.memory.saturating_add(desired.saturating_sub(current));
        if wanted > self.memory_limit {
            // An error rather than a refusal: a refusal reaches a Rust guest as an abort that looks like a panic.
            return Err(OutOfMemory {
                wanted,
                limit: self.memory_limit,
            }
            .into());
        }
        self.memory = wanted;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let wanted = self
            .table_elements
            .saturating_add(desired.saturating_sub(current));
        if wanted > self.table_limit {
            return Ok(false);
        }
        self.table_elements = wanted;
        Ok(true)
    }

    fn instances(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        16
    }

    fn tables(&self) -> usize {
        64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_memories_share_one_limit() {
        let mut meter = Meter::new(&Limits {
            memory: 100,
            ..Limits::default()
        });
        assert!(meter.memory_growing(0, 60, None).unwrap());
        let error = meter.memory_growing(0, 60, None).unwrap_err();
        let error = error.downcast_ref::<OutOfMemory>().unwrap();
        assert_eq!((error.wanted, error.limit), (120, 100));
        assert_eq!(meter.peak_memory(), 60);
    }

    #[test]
    fn several_tables_share_one_limit() {
        let mut meter = Meter::new(&Limits {
            table_elements: 10,
            ..Limits::default()
        });
        assert!(meter.table_growing(0, 10, None).unwrap());
        assert!(!meter.table_growing(0, 1, None).unwrap());
    }
}
