//! Writing events, whose numbers were assigned before.

use crate::connections::Writing;
use crate::error::StoreError;
use crate::id::RunId;
use crate::model::{Event, Run};
use crate::rows::{chunks, column, placeholders};
use crate::text::Json;
use crate::time::Timestamp;
use sqlx::AssertSqlSafe;

/// Inserts events of any runs.
pub(crate) async fn insert(
    writing: &mut Writing,
    events: &[(&RunId, &Event)],
) -> Result<(), StoreError> {
    for chunk in chunks(events) {
        let values = placeholders(chunk.len(), 4);
        // Nothing but numbers is put into the statement.
        let statement = AssertSqlSafe(format!(
            "INSERT INTO events (run, seq, at, body) VALUES {values}"
        ));
        let mut query = sqlx::query(statement);
        for (run, event) in chunk {
            query = query
                .bind(run.as_str())
                .bind(column(event.seq))
                .bind(event.at.milliseconds());
            query = query.bind(event.body.as_str());
        }
        query.execute(&mut **writing).await?;
    }
    Ok(())
}

/// Inserts the event whose number is a run's last one.
pub(crate) async fn insert_last(
    writing: &mut Writing,
    run: &Run,
    at: Timestamp,
    body: &Json,
) -> Result<Event, StoreError> {
    let event = Event {
        seq: run.last_seq,
        at,
        body: body.clone(),
    };
    insert(writing, &[(&run.id, &event)]).await?;
    Ok(event)
}
