//! Opening a store: one that is new, one that is there, and what is none.

use crate::support::{Place, name};
use quarry_store::{
    Durability, Inspection, Limits, Location, LocationError, OpenError, Options, PostgresUrl, Store,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

async fn what_is_stored_is_there_when_the_store_is_opened_again(place: Place) {
    let tenant = place
        .operator()
        .create_tenant(&name("Kept"), &Limits::default())
        .await
        .unwrap();
    place.store.close().await;
    for _ in 0..2 {
        let again = place.another_host().await;
        assert_eq!(again.operator().tenant(&tenant.id).await.unwrap(), tenant);
        again.check().await.unwrap();
        again.close().await;
    }
}

async fn hosts_that_open_a_new_store_at_once_make_one(place: Place) {
    // Another directory or schema is not needed: a schema that is there is opened in the same way.
    let hosts = tokio::join!(
        place.another_host(),
        place.another_host(),
        place.another_host()
    );
    for host in [hosts.0, hosts.1, hosts.2] {
        host.check().await.unwrap();
        host.close().await;
    }
}

async fn a_store_that_was_closed_says_so(place: Place) {
    place.store.close().await;
    assert!(place.store.check().await.is_err());
    assert!(place.store.operator().totals().await.is_err());
}

async fn a_store_can_be_looked_at_while_it_is_used(place: Place) {
    let found = Store::inspect(&place.location).await.unwrap();
    assert!(matches!(found, Inspection::Found { applied, known } if applied == known));
    place.store.check().await.unwrap();
}

on_both!(
    a_store_can_be_looked_at_while_it_is_used,
    what_is_stored_is_there_when_the_store_is_opened_again,
    hosts_that_open_a_new_store_at_once_make_one,
    a_store_that_was_closed_says_so,
);

fn directory() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("not there/Größe 100% #1?");
    (directory, data)
}

async fn open(data: &Path) -> Result<Store, OpenError> {
    Store::open(&Location::Directory(data.to_owned()), Options::default()).await
}

/// Changes a database from outside.
async fn change(data: &Path, statement: &str) {
    sqlx::any::install_default_drivers();
    let mut url = url::Url::from_file_path(data.join("quarry.db")).unwrap();
    url.set_query(Some("mode=rw"));
    let url = url.as_str().replacen("file:", "sqlite:", 1);
    let mut connection = AnyConnection::connect(&url).await.unwrap();
    connection
        .execute(AssertSqlSafe(statement.to_owned()))
        .await
        .unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn sqlite_is_this_users_alone() {
    let (_kept, data) = directory();
    let store = open(&data).await.unwrap();
    store.operator().single_user_tenant().await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    let names: Vec<_> = fs::read_dir(&data)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(
        names.len(),
        3,
        "the database, its log and the index of the log: {names:?}"
    );
    assert!(names.iter().all(|path| mode(path) == 0o600));
    store.close().await;
    assert_eq!(
        fs::read_dir(&data).unwrap().count(),
        1,
        "the log is written back"
    );
    fs::set_permissions(data.join("quarry.db"), Permissions::from_mode(0o644)).unwrap();
    open(&data).await.unwrap().close().await;
    assert_eq!(mode(&data.join("quarry.db")), 0o600);
}

#[tokio::test]
async fn looking_at_a_store_makes_nothing_and_brings_nothing_up_to_date() {
    let (_kept, data) = directory();
    let location = Location::Directory(data.clone());
    let found = Store::inspect(&location).await.unwrap();
    assert_eq!(found, Inspection::New);
    assert!(!data.exists());
    open(&data).await.unwrap().close().await;
    change(&data, "DELETE FROM schema_steps WHERE step > 1").await;
    for _ in 0..2 {
        let found = Store::inspect(&location).await.unwrap();
        let Inspection::Found { applied: 1, known } = found else {
            panic!("{found:?}");
        };
        assert!(known > 1);
    }
    change(&data, "INSERT INTO schema_steps VALUES (99, 'x', 0)").await;
    assert!(Store::inspect(&location).await.is_err());
}

#[tokio::test]
async fn sqlite_begins_anew_in_an_empty_file() {
    let (_kept, data) = directory();
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("quarry.db"), "").unwrap();
    let store = open(&data).await.unwrap();
    store.check().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn sqlite_that_waits_for_the_disk_works_as_well() {
    let (_kept, data) = directory();
    let options = Options {
        durability: Durability::Power,
        ..Options::default()
    };
    let store = Store::open(&Location::Directory(data), options)
        .await
        .unwrap();
    store.operator().single_user_tenant().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_kept() {
    let (_kept, data) = directory();
    fs::create_dir_all(&data).unwrap();
    let text = "no database, though it is long enough to be taken for one".repeat(100);
    fs::write(data.join("quarry.db"), &text).unwrap();
    let error = open(&data).await.unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    assert!(
        error.to_string().contains("quarry.db") && error.to_string().contains("backup"),
        "{error}"
    );
    assert_eq!(fs::read_to_string(data.join("quarry.db")).unwrap(), text);
}

#[tokio::test]
async fn a_damaged_database_is_refused() {
    let (_kept, data) = directory();
    open(&data).await.unwrap().close().await;
    let path = data.join("quarry.db");
    let mut bytes = fs::read(&path).unwrap();
    // All but the header: the first page also holds the schema.
    bytes[100..].fill(0x5a);
    fs::write(&path, bytes).unwrap();
    let error = open(&data).await.unwrap_err();
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
}

#[tokio::test]
async fn a_read_only_file_is_refused() {
    let (_kept, data) = directory();
    open(&data).await.unwrap().close().await;
    fs::set_permissions(data.join("quarry.db"), Permissions::from_mode(0o400)).unwrap();
    let error = open(&data).await.unwrap_err();
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error}");
    assert!(error.to_string().contains("writable"), "{error}");
}

#[tokio::test]
async fn a_data_directory_that_is_a_file_is_refused() {
    let (kept, _) = directory();
    let file = kept.path().join("file");
    fs::write(&file, "").unwrap();
    for data in [file.clone(), file.join("below")] {
        let error = open(&data).await.unwrap_err();
        assert!(matches!(error, OpenError::Io { .. }), "{error}");
        assert!(
            error.to_string().contains("making the data directory"),
            "{error}"
        );
    }
    fs::create_dir_all(kept.path().join("data/quarry.db")).unwrap();
    let error = open(&kept.path().join("data")).await.unwrap_err();
    assert!(matches!(error, OpenError::Io { .. }), "{error}");
}

#[tokio::test]
async fn a_schema_of_a_newer_program_is_refused() {
    let (_kept, data) = directory();
    open(&data).await.unwrap().close().await;
    change(&data, "INSERT INTO schema_steps VALUES (99, 'x', 0)").await;
    let error = open(&data).await.unwrap_err();
    assert!(
        matches!(error, OpenError::TooNew { found: 99, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_schema_of_another_program_is_refused() {
    let (_kept, data) = directory();
    open(&data).await.unwrap().close().await;
    change(&data, "UPDATE schema_steps SET digest = 'x' WHERE step = 1").await;
    let error = open(&data).await.unwrap_err();
    assert!(
        matches!(error, OpenError::Foreign { step: 1, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_step_that_fails_leaves_the_database_as_it_was() {
    let (_kept, data) = directory();
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("quarry.db"), "").unwrap();
    // The last table of the first step is in the way.
    change(&data, "CREATE TABLE tickets (mine TEXT)").await;
    let error = open(&data).await.unwrap_err();
    assert!(matches!(error, OpenError::Database { .. }), "{error}");
    // With what had been made before it, this would fail.
    change(
        &data,
        "CREATE TABLE tenants (mine TEXT); DROP TABLE tenants; DROP TABLE tickets",
    )
    .await;
    open(&data).await.unwrap().close().await;
}

#[tokio::test]
async fn a_database_of_the_first_step_is_brought_up_to_date_with_all_that_is_in_it() {
    use sha2::{Digest, Sha256};
    let (_kept, data) = directory();
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("quarry.db"), "").unwrap();
    let first = include_str!("../../migrations/0001_initial.sql");
    let digest = Sha256::digest(first.as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let id = format!("ten_{}", "1".repeat(32));
    change(&data, first).await;
    change(
        &data,
        &format!(
            "CREATE TABLE schema_steps (step BIGINT PRIMARY KEY, digest TEXT NOT NULL, applied_at BIGINT NOT NULL);
             INSERT INTO schema_steps VALUES (1, '{digest}', 0);
             INSERT INTO tenants VALUES ('{id}', 'Kept', 1, 2, 3, 4, 5, 6, 7)"
        ),
    )
    .await;
    let store = open(&data).await.unwrap();
    let kept = store.operator().tenant(&id.parse().unwrap()).await.unwrap();
    assert_eq!((kept.name.as_str(), kept.suspended_at), ("Kept", None));
    assert_eq!(kept.limits.requests_per_minute, 6);
    store.close().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_of_at_once_and_without_the_password() {
    let url = "postgres://quarry:hunter2@127.0.0.1:9/quarry?password=hunter3";
    let location = Location::Postgres(url.parse().unwrap());
    assert_eq!(
        format!("{location:?}"),
        "Postgres(PostgresUrl(postgres://127.0.0.1/quarry))"
    );
    let start = Instant::now();
    let error = Store::open(&location, Options::default())
        .await
        .unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(5));
    let text = format!("{error} {error:?}");
    assert!(
        text.contains("connecting") && !text.contains("hunter"),
        "{text}"
    );
}

#[test]
fn what_is_no_url_of_postgres_is_refused_without_showing_it() {
    let error = "mysql://user:hunter2@host/db"
        .parse::<PostgresUrl>()
        .unwrap_err();
    assert_eq!(error, LocationError::Scheme("mysql".to_owned()));
    let error = "hunter2".parse::<PostgresUrl>().unwrap_err();
    assert!(matches!(error, LocationError::Url(_)));
    assert!(!error.to_string().contains("hunter"));
    "postgresql://host".parse::<PostgresUrl>().unwrap();
}
