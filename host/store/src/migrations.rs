//! The schema, step by step.

use crate::connections::explain;
use crate::error::OpenError;
use crate::id::hexadecimal;
use crate::time::Timestamp;
use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Connection, Executor, Row};

/// The steps, in order. One that was released is never changed; the next begins where it ended.
const STEPS: &[&str] = &[
    include_str!("../migrations/0001_initial.sql"),
    include_str!("../migrations/0002_administrators.sql"),
    include_str!("../migrations/0003_hosts_and_turns.sql"),
    include_str!("../migrations/0004_uploads_and_retention.sql"),
    include_str!("../migrations/0005_hosts.sql"),
];

/// How many steps there are.
pub(crate) const KNOWN: i64 = STEPS.len() as i64;

/// Brings a database up to the last step, in one transaction: it is at a step that is known, or as it was.
pub(crate) async fn migrate(
    connection: &mut AnyConnection,
    begin: &'static str,
    locks: &[&'static str],
    store: &str,
    now: Timestamp,
) -> Result<(), OpenError> {
    let failed = |error| explain(store, "bringing its schema up to date", error);
    let mut transaction = connection.begin_with(begin).await.map_err(failed)?;
    for lock in locks {
        transaction.execute(*lock).await.map_err(failed)?;
    }
    let table = "CREATE TABLE IF NOT EXISTS schema_steps (
        step BIGINT PRIMARY KEY, digest TEXT NOT NULL, applied_at BIGINT NOT NULL)";
    transaction.execute(table).await.map_err(failed)?;
    let done = applied(&mut transaction, store).await?;
    for (step, statements) in (1..).zip(STEPS).skip_while(|(step, _)| *step <= done) {
        transaction
            .execute(sqlx::raw_sql(*statements))
            .await
            .map_err(failed)?;
        let insert = "INSERT INTO schema_steps (step, digest, applied_at) VALUES ($1, $2, $3)";
        let insert = sqlx::query(insert)
            .bind(step)
            .bind(digest(statements))
            .bind(now.milliseconds());
        transaction.execute(insert).await.map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// The last step that was applied to a database that has steps, all of which must be known here.
pub(crate) async fn applied(connection: &mut AnyConnection, store: &str) -> Result<i64, OpenError> {
    let failed = |error| explain(store, "reading the version of its schema", error);
    let applied = "SELECT step, digest FROM schema_steps ORDER BY step";
    let mut done = 0;
    for row in connection.fetch_all(applied).await.map_err(failed)? {
        let step: i64 = row.try_get("step").map_err(failed)?;
        let digest: String = row.try_get("digest").map_err(failed)?;
        check(step, &digest, done + 1, store)?;
        done = step;
    }
    Ok(done)
}

/// Whether a step that was applied is the one known here by its number.
fn check(step: i64, found: &str, expected: i64, store: &str) -> Result<(), OpenError> {
    let store = store.to_owned();
    let known = usize::try_from(step - 1)
        .ok()
        .and_then(|index| STEPS.get(index));
    match known {
        None if step > 0 => Err(OpenError::TooNew {
            store,
            found: step,
            known: KNOWN,
        }),
        Some(statements) if step == expected && digest(statements) == found => Ok(()),
        _ => Err(OpenError::Foreign { store, step }),
    }
}

fn digest(statements: &str) -> String {
    hexadecimal(&Sha256::digest(statements.as_bytes()))
}
