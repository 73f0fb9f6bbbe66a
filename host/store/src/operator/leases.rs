//! What is written with a lease.

use super::Operator;
use crate::connections::Writing;
use crate::error::StoreError;
use crate::events::insert_last;
use crate::model::{
    Append, Event, Fenced, Finish, Lease, Outcome, ProjectStatus, Renewed, Run, RunState,
};
use crate::rows::{self, column, run_columns};
use crate::text::{Json, without_nul};
use crate::time::Timestamp;
use sqlx::any::AnyRow;
use std::time::Duration;

/// How often a batch is tried that was the victim of a deadlock: another host, whose leases are over, wrote the same runs.
const TRIES: usize = 8;

impl Operator {
    /// Renews a lease: it then ends so long from now. To be asked right before publishing, too, which has to be over before
    /// [`Renewed::expires_at`].
    ///
    /// # Errors
    ///
    /// When the database fails; the inner one when the lease is over.
    pub async fn renew(
        &self,
        lease: &Lease,
        duration: Duration,
    ) -> Result<Result<Renewed, Fenced>, StoreError> {
        const RENEW: &str = "UPDATE runs SET lease_expires_at = $3
             WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING cancel_requested";
        let until = self.database.now().after(duration);
        let query = sqlx::query(RENEW)
            .bind(lease.run.as_str())
            .bind(column(lease.fence))
            .bind(until.milliseconds());
        let rows = self.database.change(query).await?;
        let Some(row) = rows.first() else {
            return Ok(Err(Fenced(lease.clone())));
        };
        Ok(Ok(Renewed {
            expires_at: until,
            cancel_requested: rows::number::<u8>(row, "cancel_requested")? == 1,
        }))
    }

    /// Appends events to several runs in one transaction, with what they tell of. An append whose lease is over does
    /// nothing and does not stop the others. The answers are in the order of the appends; each has the events as they
    /// are stored, committed already.
    ///
    /// # Errors
    ///
    /// When the database fails: then nothing was appended.
    pub async fn append(
        &self,
        appends: &[Append],
    ) -> Result<Vec<Result<Vec<Event>, Fenced>>, StoreError> {
        for _ in 1..TRIES {
            match self.try_append(appends).await {
                Err(error) if error.is_deadlock() => {}
                done => return done,
            }
        }
        self.try_append(appends).await
    }

    /// Ends a run: its state, its final event, what it leaves behind and its project's status in one transaction.
    ///
    /// # Errors
    ///
    /// When the database fails; the inner one when the lease is over.
    pub async fn finish(
        &self,
        lease: &Lease,
        finish: &Finish,
    ) -> Result<Result<(Run, Event), Fenced>, StoreError> {
        const FINISH: &str = concat!(
            "UPDATE runs SET state = $3, ended_at = $4, last_seq = last_seq + 1, failure_code = $5,
                failure_message = $6, figures = $7, access_log = $8, lease_owner = NULL, lease_expires_at = NULL
             WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING ",
            run_columns!()
        );
        let (state, failure) = match &finish.outcome {
            Outcome::Succeeded => (RunState::Succeeded, None),
            Outcome::Failed(failure) => (RunState::Failed, Some(failure)),
            Outcome::Cancelled => (RunState::Cancelled, None),
        };
        let now = self.database.now();
        let query = sqlx::query(FINISH)
            .bind(lease.run.as_str())
            .bind(column(lease.fence));
        let query = query.bind(state.as_str()).bind(now.milliseconds());
        let query = query.bind(failure.map(|failure| failure.code.to_string()));
        let query = query.bind(failure.map(|failure| without_nul(&failure.message)));
        let record = &finish.record;
        let query = query.bind(record.figures.as_ref().map(|json| json.as_str().to_owned()));
        let query = query.bind(
            record
                .access_log
                .as_ref()
                .map(|json| json.as_str().to_owned()),
        );
        let mut writing = self.database.begin().await?;
        let Some(row) = query.fetch_optional(&mut *writing).await? else {
            return Ok(Err(Fenced(lease.clone())));
        };
        let run = rows::run(&row)?;
        let event = insert_last(&mut writing, &run, now, &finish.event).await?;
        if let Some(status) = finish.project_status {
            set_status(&mut writing, &row, status, now).await?;
        }
        writing.commit().await?;
        Ok(Ok((run, event)))
    }

    /// Gives a run back, as a host does that shuts down: it is queued again, and this attempt does not count.
    ///
    /// # Errors
    ///
    /// When the database fails; the inner one when the lease is over.
    pub async fn release(
        &self,
        lease: &Lease,
        event: &Json,
    ) -> Result<Result<(Run, Event), Fenced>, StoreError> {
        const RELEASE: &str = concat!(
            "UPDATE runs SET state = 'queued', fence = fence + 1, attempts = attempts - 1, last_seq = last_seq + 1,
                lease_owner = NULL, lease_expires_at = NULL
             WHERE id = $1 AND fence = $2 AND state = 'running' RETURNING ",
            run_columns!()
        );
        let query = sqlx::query(RELEASE)
            .bind(lease.run.as_str())
            .bind(column(lease.fence));
        let mut writing = self.database.begin().await?;
        let Some(row) = query.fetch_optional(&mut *writing).await? else {
            return Ok(Err(Fenced(lease.clone())));
        };
        let run = rows::run(&row)?;
        let event = insert_last(&mut writing, &run, self.database.now(), event).await?;
        writing.commit().await?;
        Ok(Ok((run, event)))
    }
}

/// Sets the status of a run's project.
pub(super) async fn set_status(
    writing: &mut Writing,
    run: &AnyRow,
    status: ProjectStatus,
    now: Timestamp,
) -> Result<(), StoreError> {
    let query = sqlx::query(
        "UPDATE projects SET status = $3, updated_at = $4 WHERE tenant = $1 AND id = $2",
    );
    let query = query
        .bind(rows::text(run, "tenant")?)
        .bind(rows::text(run, "project")?);
    query
        .bind(status.as_str())
        .bind(now.milliseconds())
        .execute(&mut **writing)
        .await?;
    Ok(())
}
