//! What several commands begin with.

use super::failure::Failure;
use super::progress;
use quarry_sandbox::{Sandbox, SandboxError, SandboxOptions};
use std::env;
use std::path::PathBuf;

/// The sandbox, with the user's cache of compiled code. A cache that cannot be used costs time, not the command.
pub(super) fn sandbox(quiet: bool) -> Result<Sandbox, Failure> {
    let options = SandboxOptions {
        cache: cache_directory(),
        ..SandboxOptions::default()
    };
    match Sandbox::new(options.clone()) {
        Err(error @ SandboxError::Cache { .. }) => {
            if !quiet {
                progress::note(&format!("{error}; components are compiled anew each time"));
            }
            Ok(Sandbox::new(SandboxOptions {
                cache: None,
                ..options
            })?)
        }
        result => Ok(result?),
    }
}

fn cache_directory() -> Option<PathBuf> {
    env::var_os("QUARRY_CACHE_DIR")
        .map(PathBuf::from)
        .or_else(|| Some(dirs::cache_dir()?.join("quarry")))
        .map(|directory| directory.join("code"))
}
