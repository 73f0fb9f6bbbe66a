//! Where the store is.

use crate::error::LocationError;
use crate::text::Name;
use crate::time::{Clock, SystemClock};
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

/// Where the store is.
#[derive(Debug, Clone)]
pub enum Location {
    /// A directory of this machine, for SQLite: the file `quarry.db` in it. A directory that is not there is made, and
    /// only this user may enter it; the file is this user's alone in any case.
    Directory(PathBuf),
    /// A PostgreSQL server, 12 or newer.
    Postgres(PostgresUrl),
}

/// The URL of a PostgreSQL database. Its password is never shown.
#[derive(Clone)]
pub struct PostgresUrl(pub(crate) url::Url);

impl FromStr for PostgresUrl {
    type Err = LocationError;

    fn from_str(text: &str) -> Result<Self, LocationError> {
        let url = url::Url::parse(text).map_err(LocationError::Url)?;
        match url.scheme() {
            "postgres" | "postgresql" => Ok(Self(url)),
            scheme => Err(LocationError::Scheme(scheme.to_owned())),
        }
    }
}

impl fmt::Display for PostgresUrl {
    /// Host and database: the rest may hold the password, also in a parameter.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.0.host_str().unwrap_or("localhost");
        write!(formatter, "postgres://{host}{path}", path = self.0.path())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PostgresUrl({self})")
    }
}

/// What a commit survives in SQLite. PostgreSQL has a setting of its own, `synchronous_commit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The end of the process, also by force: what was committed is in the system's hands (`synchronous = NORMAL`).
    /// When the machine loses power the last commits may be lost, and the database stays whole. Each commit then costs
    /// tens of microseconds instead of a wait for the disk.
    #[default]
    Process,
    /// A loss of power as well: every commit waits for the disk (`synchronous = FULL`).
    Power,
}

/// How the store works.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it takes the time from.
    pub clock: Arc<dyn Clock>,
    /// The host that opens it, if it keeps source trees of its own: their runs wait for it, whoever else uses the same
    /// database. It claims with the same name.
    pub host: Option<Name>,
    /// What a commit survives in SQLite.
    pub durability: Durability,
    /// Connections at the same time, at least 1: to PostgreSQL all of them, in SQLite those that read, beside the one
    /// that writes.
    pub connections: u32,
    /// How long a call waits for a connection, or in SQLite for another process that writes.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            host: None,
            durability: Durability::default(),
            connections: 8,
            patience: Duration::from_secs(30),
        }
    }
}
