//! Connections: the same queries on both databases, and what differs between them.

use crate::database::{Durability, Location, Options, PostgresUrl};
use crate::error::{OpenError, StoreError, is_damage, sqlite_code};
use crate::migrations::{applied as applied_steps, migrate};
use crate::scope::AnyQuery;
use crate::text::Name;
use crate::time::{Clock, Timestamp};
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::{AnyConnection, AnyPool, AssertSqlSafe, Connection, Executor, Transaction};
use std::fmt;
use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of SQLite's file in its directory.
const FILE: &str = "quarry.db";

/// A transaction.
pub(crate) type Writing = Transaction<'static, sqlx::Any>;

/// The connections, and the clock.
pub(crate) struct Database {
    name: String,
    read: AnyPool,
    write: AnyPool,
    begin: &'static str,
    clock: Arc<dyn Clock>,
    host: Option<Name>,
}

impl fmt::Debug for Database {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Database")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Database {
    pub(crate) async fn open(location: &Location, options: Options) -> Result<Self, OpenError> {
        sqlx::any::install_default_drivers();
        match location {
            Location::Directory(directory) => sqlite(directory, options).await,
            Location::Postgres(url) => postgres(url, options).await,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Whether other hosts may use it: of SQLite only one uses a directory.
    pub(crate) fn is_shared(&self) -> bool {
        self.begin != SQLITE_BEGIN
    }

    /// The host that opened it, as a column has it.
    pub(crate) fn host(&self) -> Option<&str> {
        self.host.as_ref().map(Name::as_str)
    }

    /// For queries that change nothing.
    pub(crate) fn read(&self) -> &AnyPool {
        &self.read
    }

    /// Begins a transaction that may write. What is not committed is rolled back.
    pub(crate) async fn begin(&self) -> Result<Writing, StoreError> {
        Ok(self.write.begin_with(self.begin).await?)
    }

    /// Runs one statement that may write, as a transaction of its own, and returns its rows.
    pub(crate) async fn change(&self, query: AnyQuery) -> Result<Vec<AnyRow>, StoreError> {
        if self.is_shared() {
            let mut writing = self.begin().await?;
            let rows = query.fetch_all(&mut *writing).await?;
            writing.commit().await?;
            return Ok(rows);
        }
        // SQLite does so by itself, and each command costs two switches of threads.
        Ok(query.fetch_all(&self.write).await?)
    }

    pub(crate) async fn close(&self) {
        self.read.close().await;
        // The last connection to leave writes SQLite's log back: it must be one that may write.
        self.write.close().await;
    }
}

/// How a transaction begins in SQLite.
const SQLITE_BEGIN: &str = "BEGIN IMMEDIATE";

/// SQLite writes one transaction at a time. One connection for all of them makes them wait in the order in which they
/// came; several would try again and again, and the last could starve. `IMMEDIATE` takes the right to write at the
/// beginning: a transaction that reads first would fail when another process has written in between.
async fn sqlite(directory: &Path, options: Options) -> Result<Database, OpenError> {
    let path = prepare(directory)?;
    let name = path.display().to_string();
    let target = sqlite_options(&path)?;
    let begin = SQLITE_BEGIN;
    let patience = options.patience.as_millis().min(i32::MAX as u128);
    // `NORMAL` synchronizes with the disk when the log is written back, not at every commit.
    let synchronous = match options.durability {
        Durability::Process => "NORMAL",
        Durability::Power => "FULL",
    };
    let common = format!("PRAGMA busy_timeout = {patience}; PRAGMA foreign_keys = ON;");
    // The log is cut to 64 MiB when it has grown beyond that: it would keep its largest size for ever.
    let writer = format!(
        "{common} PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA journal_size_limit = 67108864;"
    );
    let mut connection = connect(&target, &name).await?;
    let prepared = connection.execute(AssertSqlSafe(writer.clone())).await;
    prepared.map_err(|error| explain(&name, "preparing the file", error))?;
    migrate(&mut connection, begin, &[], &name, options.clock.now()).await?;
    let closed = connection.close().await;
    closed.map_err(|error| explain(&name, "closing the connection that prepared it", error))?;
    let reader = format!("{common} PRAGMA query_only = ON;");
    // Connections to a file do not go stale: they are neither tested nor replaced.
    let pool = |connections| {
        let pool = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(options.patience);
        pool.idle_timeout(None)
            .max_lifetime(None)
            .test_before_acquire(false)
    };
    let prepared_with = |pool: AnyPoolOptions, statements: String| {
        let pool = pool.after_connect(move |connection, _| {
            let statements = AssertSqlSafe(statements.clone());
            Box::pin(async move { connection.execute(statements).await.map(drop) })
        });
        pool.connect_lazy_with(target.clone())
    };
    Ok(Database {
        read: prepared_with(pool(options.connections.max(1)), reader),
        write: prepared_with(pool(1), writer),
        name,
        begin,
        clock: options.clock,
        host: options.host,
    })
}

async fn postgres(url: &PostgresUrl, options: Options) -> Result<Database, OpenError> {
    let name = url.to_string();
    // What is assumed about concurrent transactions is this level, whatever the server's default.
    let begin = "BEGIN ISOLATION LEVEL READ COMMITTED";
    let failed = |error| explain(&name, "reading its URL", error);
    let target: AnyConnectOptions = url.0.as_str().parse().map_err(failed)?;
    // A pool would try until its patience ends, and then not say why it failed.
    let mut connection = connect(&target, &name).await?;
    // Hosts that start together do not apply the same step twice.
    let lock = ["SELECT pg_advisory_xact_lock(7023187340113725)"];
    migrate(&mut connection, begin, &lock, &name, options.clock.now()).await?;
    let closed = connection.close().await;
    closed.map_err(|error| explain(&name, "closing the connection that prepared it", error))?;
    let pool = AnyPoolOptions::new()
        .max_connections(options.connections.max(1))
        .acquire_timeout(options.patience)
        .connect_lazy_with(target);
    Ok(Database {
        read: pool.clone(),
        write: pool,
        name,
        begin,
        clock: options.clock,
        host: options.host,
    })
}

/// The last step of a store's schema, without changing anything; none where there is no store yet.
pub(crate) async fn applied(location: &Location) -> Result<Option<i64>, OpenError> {
    sqlx::any::install_default_drivers();
    let (target, name, has_steps) = match location {
        Location::Directory(directory) => {
            let path = std::path::absolute(directory)
                .map_err(|error| OpenError::Io {
                    path: directory.clone(),
                    action: "finding the data directory",
                    error,
                })?
                .join(FILE);
            if !path.exists() {
                return Ok(None);
            }
            let has_steps = "SELECT 1 FROM sqlite_master WHERE name = 'schema_steps'";
            (
                sqlite_options(&path)?,
                path.display().to_string(),
                has_steps,
            )
        }
        Location::Postgres(url) => {
            let name = url.to_string();
            let failed = |error| explain(&name, "reading its URL", error);
            let target = url.0.as_str().parse().map_err(failed)?;
            let has_steps = "SELECT 1 WHERE to_regclass('schema_steps') IS NOT NULL";
            (target, name, has_steps)
        }
    };
    let failed = |error| explain(&name, "reading the version of its schema", error);
    let mut connection = connect(&target, &name).await?;
    let found = connection.fetch_optional(has_steps).await.map_err(failed)?;
    let step = match found {
        Some(_) => Some(applied_steps(&mut connection, &name).await?),
        None => None,
    };
    connection.close().await.map_err(failed)?;
    Ok(step)
}

async fn connect(target: &AnyConnectOptions, name: &str) -> Result<AnyConnection, OpenError> {
    let connected = AnyConnection::connect_with(target).await;
    connected.map_err(|error| explain(name, "connecting", error))
}

/// Makes the directory and the file, for this user alone.
fn prepare(directory: &Path) -> Result<PathBuf, OpenError> {
    let failed = |path: &Path, action| {
        let path = path.to_owned();
        move |error: io::Error| OpenError::Io {
            path,
            action,
            error,
        }
    };
    let directory =
        std::path::absolute(directory).map_err(failed(directory, "finding the data directory"))?;
    let made = DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&directory);
    made.map_err(failed(&directory, "making the data directory"))?;
    let path = directory.join(FILE);
    let private = Permissions::from_mode(0o600);
    match fs::metadata(&path) {
        // Also for root, whom the system would let write.
        Ok(found) if found.permissions().readonly() => {
            return Err(OpenError::ReadOnly {
                store: path.display().to_string(),
            });
        }
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(&path, "looking at the database")(error)),
    }
    // SQLite gives the files beside this one the same mode.
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path);
    let file = opened.map_err(failed(&path, "opening the database for writing"))?;
    let restricted = file.set_permissions(private);
    restricted.map_err(failed(&path, "restricting the database to this user"))?;
    Ok(path)
}

fn sqlite_options(path: &Path) -> Result<AnyConnectOptions, OpenError> {
    let unusable = || OpenError::Path(path.to_owned());
    // Percent signs are decoded, so that a file may be called anything that is UTF-8.
    let mut url = path
        .to_str()
        .and_then(|_| url::Url::from_file_path(path).ok())
        .ok_or_else(unusable)?;
    url.set_query(Some("mode=rw"));
    // `Url` does not let the scheme of a file be replaced.
    let text = url.as_str().replacen("file:", "sqlite:", 1);
    text.parse()
        .map_err(|error| explain(&path.display().to_string(), "opening", error))
}

/// What the database said when it was opened, in our words where they help.
pub(crate) fn explain(store: &str, action: &'static str, error: sqlx::Error) -> OpenError {
    let store = store.to_owned();
    let sqlx::Error::Database(said) = &error else {
        return OpenError::Database {
            store,
            action,
            error,
        };
    };
    let code = said.code().unwrap_or_default();
    match sqlite_code(&code) {
        _ if is_damage(&code) => OpenError::Damaged {
            store,
            reason: said.message().to_owned(),
        },
        // SQLITE_READONLY, and what a PostgreSQL that only follows another says.
        Some(8) => OpenError::ReadOnly { store },
        None if code == "25006" => OpenError::ReadOnly { store },
        _ => OpenError::Database {
            store,
            action,
            error,
        },
    }
}
