//! What the system says of this process.

use std::fs;

/// Memory of the process that is resident, in bytes; 0 where the system does not tell.
pub(super) fn resident_memory() -> i64 {
    // The second number is in pages.
    let statm = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm.split(' ').nth(1).and_then(|pages| pages.parse().ok());
    let page = i64::try_from(rustix::param::page_size()).unwrap_or(i64::MAX);
    pages.map_or(0, |pages: i64| pages.saturating_mul(page))
}

/// Files that are open; 0 where the system does not tell.
pub(super) fn open_files() -> i64 {
    fs::read_dir("/proc/self/fd").map_or(0, |entries| {
        i64::try_from(entries.count()).unwrap_or(i64::MAX)
    })
}

/// Files that may be open.
pub(super) fn most_files() -> i64 {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    let current = limit.current.and_then(|files| i64::try_from(files).ok());
    current.unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_process_has_memory_and_open_files_and_a_limit() {
        assert!(super::resident_memory() > 1 << 20);
        assert!(super::open_files() >= 3);
        assert!(super::most_files() >= super::open_files());
    }
}
