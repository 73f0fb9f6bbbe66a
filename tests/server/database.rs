//! The store of a test: SQLite in its data directory, or a schema of its own where `QUARRY_TEST_POSTGRES` names a server.

use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;

/// A directory for a test, with a schema if there is a PostgreSQL server. Both are removed with it.
pub struct Ground {
    directory: TempDir,
    schema: Option<String>,
}

impl Ground {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let schema = server().map(|server| {
            static NUMBER: AtomicU32 = AtomicU32::new(0);
            let number = NUMBER.fetch_add(1, Ordering::Relaxed);
            let name = format!("quarry_server_{}_{number}", std::process::id());
            administer(&server, format!("CREATE SCHEMA {name}"));
            let separator = if server.contains('?') { '&' } else { '?' };
            let url = format!("{server}{separator}options=-csearch_path%3D{name}");
            std::fs::write(directory.path().join("data.database"), url).unwrap();
            name
        });
        Self { directory, schema }
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        if let (Some(schema), Some(server)) = (&self.schema, server()) {
            administer(&server, format!("DROP SCHEMA {schema} CASCADE"));
        }
    }
}

/// The URL of the PostgreSQL server, if there is one.
pub fn server() -> Option<String> {
    std::env::var("QUARRY_TEST_POSTGRES").ok()
}

/// The URL of the database that belongs to a data directory, if it is PostgreSQL.
pub fn url(data: &Path) -> Option<String> {
    std::fs::read_to_string(data.with_extension("database")).ok()
}

/// Lets a data directory have the database of another.
pub fn share(data: &Path, other: &Path) {
    let url = url(data).unwrap();
    std::fs::write(other.with_extension("database"), url).unwrap();
}

/// Changes what is in the database of a data directory, whose server does not run.
pub fn change(data: &Path, statement: &str) {
    let url = url(data).unwrap_or_else(|| {
        let path = data.join("quarry.db");
        format!("sqlite://{}?mode=rw", path.display())
    });
    administer(&url, statement.to_owned());
}

fn administer(server: &str, statement: String) {
    sqlx::any::install_default_drivers();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let mut connection = AnyConnection::connect(server).await.unwrap();
        connection.execute(AssertSqlSafe(statement)).await.unwrap();
        connection.close().await.unwrap();
    });
}
