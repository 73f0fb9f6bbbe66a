//! How many files the process may have open: connections, source trees and the store take some each.

use rustix::process::{Resource, getrlimit, setrlimit};

/// Raises the limit to what the system allows at most. Many systems begin with 1,024 for the sake of programs that
/// cannot do with more.
pub(super) fn raise() {
    let mut limit = getrlimit(Resource::Nofile);
    let before = limit.current;
    limit.current = limit.maximum;
    match setrlimit(Resource::Nofile, limit) {
        Ok(()) => tracing::info!(
            before = before.unwrap_or(u64::MAX),
            now = limit.current.unwrap_or(u64::MAX),
            "as many files may be open as the system allows"
        ),
        Err(error) => tracing::warn!(
            %error,
            files = before.unwrap_or(u64::MAX),
            "the limit of open files could not be raised"
        ),
    }
}
