//! Writing events, whose numbers were assigned before.

use crate::connections::Writing;
use crate::error::StoreError;
use crate::id::RunId;
use crate::model::{Event, Run};
use crate::rows::column;
use crate::text::Json;
use crate::time::Timestamp;
use sqlx::AssertSqlSafe;

/// Rows of one statement. With few sizes each statement is prepared once.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// Inserts events of any runs.
pub(crate) async fn insert(
    writing: &mut Writing,
    events: &[(&RunId, &Event)],
) -> Result<(), StoreError> {
    let mut rest = events;
    while let Some(size) = SIZES.into_iter().find(|size| *size <= rest.len()) {
        let (now, later) = rest.split_at(size);
        // Nothing but numbers is put into the statement.
        let mut query = sqlx::query(AssertSqlSafe(statement(size)));
        for (run, event) in now {
            query = query
                .bind(run.as_str())
                .bind(column(event.seq))
                .bind(event.at.milliseconds());
            query = query.bind(event.body.as_str());
        }
        query.execute(&mut **writing).await?;
        rest = later;
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

fn statement(rows: usize) -> String {
    let values: Vec<String> = (0..rows)
        .map(|row| row * 4)
        .map(|row| format!("(${}, ${}, ${}, ${})", row + 1, row + 2, row + 3, row + 4))
        .collect();
    format!(
        "INSERT INTO events (run, seq, at, body) VALUES {}",
        values.join(", ")
    )
}
