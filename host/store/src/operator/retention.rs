//! Removing what is old.

use super::Operator;
use crate::connections::Writing;
use crate::error::StoreError;
use crate::model::Removed;
use crate::rows;
use crate::time::Timestamp;

/// Runs of one batch at most.
const RUNS: i64 = 64;

impl Operator {
    /// Removes runs that ended before a time, with their events, those first that ended first. Runs that have not ended
    /// stay, and so does the last run of each project. One call removes about `rows` rows at most in one transaction, so
    /// that nobody waits for it for long; it is called again until it says that nothing was removed.
    ///
    /// # Errors
    ///
    /// When the database fails: then nothing was removed.
    pub async fn remove_ended_runs(
        &self,
        before: Timestamp,
        rows: u32,
    ) -> Result<Removed, StoreError> {
        const FIND: &str = "SELECT id, last_seq FROM runs AS ended
             WHERE state IN ('succeeded', 'failed', 'cancelled') AND ended_at < $1 AND EXISTS (
                SELECT 1 FROM runs AS later WHERE later.tenant = ended.tenant AND later.project = ended.project
                    AND (later.queued_at, later.id) > (ended.queued_at, ended.id))
             ORDER BY ended_at, id LIMIT $2";
        let query = sqlx::query(FIND).bind(before.milliseconds()).bind(RUNS);
        let found = query.fetch_all(self.database.read()).await?;
        let mut removed = Removed::default();
        if found.is_empty() {
            return Ok(removed);
        }
        let mut writing = self.database.begin().await?;
        let mut left = u64::from(rows.max(1));
        for row in &found {
            let run = rows::text(row, "id")?;
            let events: u64 = rows::number(row, "last_seq")?;
            if removed.events > 0 && events >= left {
                break;
            }
            let gone = remove_events(&mut writing, &run, left).await?;
            removed.events += gone;
            if gone >= left {
                // There are more of them: the next call goes on.
                break;
            }
            removed.runs += remove_run(&mut writing, &run).await?;
            left = left.saturating_sub(gone + 1);
        }
        writing.commit().await?;
        Ok(removed)
    }
}

/// Removes so many events of a run at most, the last ones first: what is left is the beginning, without a gap.
async fn remove_events(writing: &mut Writing, run: &str, most: u64) -> Result<u64, StoreError> {
    const REMOVE: &str = "DELETE FROM events WHERE run = $1 AND seq IN (
            SELECT seq FROM events WHERE run = $1 ORDER BY seq DESC LIMIT $2)";
    let query = sqlx::query(REMOVE)
        .bind(run.to_owned())
        .bind(rows::column(most));
    Ok(query.execute(&mut **writing).await?.rows_affected())
}

async fn remove_run(writing: &mut Writing, run: &str) -> Result<u64, StoreError> {
    let query = sqlx::query("DELETE FROM runs WHERE id = $1").bind(run.to_owned());
    Ok(query.execute(&mut **writing).await?.rows_affected())
}
