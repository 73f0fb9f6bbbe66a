//! Agents whose server was killed.

use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// How often processes are looked for: each time those that were found may have started others before they ended.
const ROUNDS: usize = 20;

/// Ends the processes that have their home in a directory: agents of a server that was killed, with what they started.
/// They would go on to write to workspaces in which the next server starts others. Those in bubblewrap end by themselves.
///
/// The directory must be one that no server uses now. Returns how many were ended.
///
/// # Errors
///
/// When the directory is there and has no canonical path, or the system lists no processes.
pub fn end_orphans(homes: &Path) -> io::Result<usize> {
    let homes = match homes.canonicalize() {
        Ok(homes) => homes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(error),
    };
    let mut home = b"HOME=".to_vec();
    home.extend(homes.as_os_str().as_bytes());
    home.push(b'/');
    let mut ended = 0;
    for _ in 0..ROUNDS {
        let mut found = 0;
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let number = name.to_str().and_then(|name| name.parse().ok());
            if let Some(process) = number.and_then(Pid::from_raw) {
                found += usize::from(end(process, &home));
            }
        }
        if found == 0 {
            break;
        }
        ended += found;
    }
    Ok(ended)
}

/// Ends a process if it has that home. The handle is opened first: it never means another process that gets the same
/// number later.
fn end(process: Pid, home: &[u8]) -> bool {
    let Ok(handle) = pidfd_open(process, PidfdFlags::empty()) else {
        return false;
    };
    // Another user's cannot be read, and one that has ended has none.
    let path = format!("/proc/{}/environ", process.as_raw_nonzero());
    let environment = fs::read(path).unwrap_or_default();
    let mut variables = environment.split(|byte| *byte == 0);
    variables.any(|variable| variable.starts_with(home))
        && pidfd_send_signal(handle, Signal::KILL).is_ok()
}
