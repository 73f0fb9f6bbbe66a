//! Looks at all that the server would be started with, without starting it.

use super::connections::Tls;
use super::layout::Layout;
use super::options::{Options, ServeError, Tenancy};
use super::start::{components, location, refuse_exposed, runner};
use crate::catalog::EXTRACTORS;
use quarry_store::{Inspection, Store};
use rustix::fs::{Access, access};
use serde::Serialize;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// A stable word for what was looked at.
    pub name: &'static str,
    /// Whether the server can use it.
    pub ok: bool,
    /// What was found, in a sentence.
    pub found: String,
}

impl Check {
    fn of(name: &'static str, found: Result<String, impl ToString>) -> Self {
        let ok = found.is_ok();
        let found = found.unwrap_or_else(|error| error.to_string());
        Self { name, ok, found }
    }
}

/// Checks everything, and says what was found, in the order in which a server needs it. Nothing is made or changed but
/// compiled code in the cache; that a server runs with the same settings does not matter.
pub async fn check(options: Options) -> Vec<Check> {
    let mut checks = Vec::new();
    let mut add = |name, found: Result<String, String>| checks.push(Check::of(name, found));
    add("address", address(&options));
    add("data-directory", data_directory(&options.data_directory));
    let layout = Layout::at(&options.data_directory);
    match &layout {
        Ok(layout) => add("store", store(&options, layout).await),
        Err(error) => add("store", Err(error.to_string())),
    }
    if let Some(files) = options.tls {
        let found = format!(
            "the certificate {} and its key {}",
            files.certificate.display(),
            files.key.display()
        );
        let loaded = Tls::load(files).map(|_| found);
        add("certificate", loaded.map_err(|error| error.to_string()));
    }
    let loaded = components(&options.sandbox).map(|_| {
        let names: Vec<&str> = EXTRACTORS.iter().map(|extractor| extractor.name).collect();
        format!("prompt-builder, {}", names.join(", "))
    });
    add("components", loaded.map_err(|error| error.to_string()));
    if let (Some(settings), Ok(layout)) = (options.agent, &layout) {
        let isolated = settings.isolation.is_some();
        let program = settings.command.clone().unwrap_or_default();
        let preset = settings
            .preset
            .map(|preset| format!("{preset:?}").to_lowercase());
        let found = match runner(settings, options.tenancy, layout) {
            // In the system's own place for temporary files: the data directory stays as it is.
            Ok(runner) => runner
                .homes_in(std::env::temp_dir())
                .check()
                .await
                .map_err(|error| error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        let agent = preset.unwrap_or(program);
        let how = if isolated { "isolated" } else { "not isolated" };
        add(
            "agent",
            found.map(|()| format!("{agent} can be started, {how}")),
        );
    }
    checks
}

fn address(options: &Options) -> Result<String, String> {
    let exposed = refuse_exposed(options.tenancy, options.listen);
    exposed.map_err(|error| error.to_string())?;
    let tls = if options.tls.is_some() {
        "https"
    } else {
        "http"
    };
    let tenants = match options.tenancy {
        Tenancy::Single => "one user",
        Tenancy::Many => "tenants",
    };
    let unencrypted = options.tls.is_none() && !options.listen.ip().is_loopback();
    let note = if unencrypted {
        "; tokens cross the network unencrypted unless a proxy in front speaks TLS"
    } else {
        ""
    };
    Ok(format!("{tls}://{} for {tenants}{note}", options.listen))
}

fn data_directory(path: &Path) -> Result<String, String> {
    let unusable = |error: io::Error| {
        let path = path.to_owned();
        ServeError::Directory { path, error }.to_string()
    };
    if !path.exists() {
        let parent =
            existing_parent(path).ok_or_else(|| unusable(io::Error::other("it has no parent")))?;
        access(&parent, Access::WRITE_OK).map_err(|error| unusable(error.into()))?;
        return Ok(format!("{} will be made", path.display()));
    }
    if !path.is_dir() {
        return Err(unusable(io::ErrorKind::NotADirectory.into()));
    }
    let all = Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK;
    access(path, all).map_err(|error| unusable(error.into()))?;
    let running = match File::open(Layout::lock(path)) {
        Ok(lock) => matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    };
    let note = if running {
        "; a server uses it now"
    } else {
        ""
    };
    Ok(format!("{}{note}", path.display()))
}

fn existing_parent(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    path.ancestors()
        .find(|parent| parent.exists())
        .map(Path::to_owned)
}

async fn store(options: &Options, layout: &Layout) -> Result<String, String> {
    let place = match &options.database {
        Some(url) => url.to_string(),
        None => "SQLite in the data directory".to_owned(),
    };
    let found = Store::inspect(&location(options.database.clone(), layout)).await;
    match found.map_err(|error| error.to_string())? {
        Inspection::New => Ok(format!("{place}: nothing yet, it will be made")),
        Inspection::Found { applied, known } if applied < known => Ok(format!(
            "{place}: its schema has version {applied} and will be brought to {known}; make a backup before"
        )),
        Inspection::Found { applied, .. } => {
            Ok(format!("{place}: its schema has version {applied}"))
        }
    }
}
