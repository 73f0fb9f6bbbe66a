//! What becomes of runs whose host died.

use super::Operator;
use crate::error::StoreError;
use crate::events::insert_last;
use crate::model::{Failure, Recovered, Recovery, Run, RunState};
use crate::rows::{self, column, run_columns};
use crate::scope::AnyQuery;
use crate::text::{Json, Name};
use crate::time::Timestamp;
use std::time::Duration;

impl Operator {
    /// The runs whose lease expired, those first that did so first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn expired(&self, grace: Duration) -> Result<Vec<Run>, StoreError> {
        const LIST: &str = concat!(
            "SELECT ",
            run_columns!(),
            " FROM runs WHERE state = 'running' AND lease_expires_at <= $1 ORDER BY lease_expires_at, id"
        );
        let latest = self.database.now().before(grace);
        let found = sqlx::query(LIST)
            .bind(latest.milliseconds())
            .fetch_all(self.database.read())
            .await?;
        found.iter().map(rows::run).collect()
    }

    /// Takes the runs whose lease expired away from their hosts. One that was to be cancelled is cancelled; one that was
    /// claimed too often is failed with the code `host-lost`; any other is queued again. `describe`
    /// makes the event that tells of it from the run as it becomes.
    ///
    /// # Errors
    ///
    /// When the database fails. Runs that were recovered before stay so.
    pub async fn recover(
        &self,
        recovery: &Recovery,
        describe: &(dyn Fn(&Run) -> Json + Sync),
    ) -> Result<Vec<Recovered>, StoreError> {
        let mut recovered = Vec::new();
        for run in self.expired(recovery.grace).await? {
            recovered.extend(self.take_over(&run, recovery, describe).await?);
        }
        Ok(recovered)
    }

    /// Lets the leases of one host end now: a host that starts knows that the process before it, of the same name, has
    /// ended.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn expire_leases_of(&self, owner: &Name) -> Result<u64, StoreError> {
        let query = sqlx::query(
            "UPDATE runs SET lease_expires_at = $2
             WHERE state = 'running' AND lease_owner = $1 AND lease_expires_at > $2",
        );
        let query = query.bind(owner.as_str()).bind(0_i64);
        let mut writing = self.database.begin().await?;
        let expired = query.execute(&mut *writing).await?;
        writing.commit().await?;
        Ok(expired.rows_affected())
    }

    /// Takes one run away from its host, unless that has renewed the lease or ended the run meanwhile.
    async fn take_over(
        &self,
        run: &Run,
        recovery: &Recovery,
        describe: &(dyn Fn(&Run) -> Json + Sync),
    ) -> Result<Option<Recovered>, StoreError> {
        const TAKE: &str = concat!(
            "UPDATE runs SET state = $4, ended_at = $5, failure_code = $6, failure_message = $7, fence = fence + 1,
                last_seq = last_seq + 1, lease_owner = NULL, lease_expires_at = NULL
             WHERE id = $1 AND fence = $2 AND state = 'running' AND lease_expires_at = $3 AND cancel_requested = $8
             RETURNING ",
            run_columns!()
        );
        let now = self.database.now();
        let (state, failure) = verdict(run, recovery);
        let ended = (!state.is_live()).then_some(now.milliseconds());
        let query = sqlx::query(TAKE)
            .bind(run.id.as_str())
            .bind(column(run.fence));
        let query = query
            .bind(run.lease_expires_at.map(Timestamp::milliseconds))
            .bind(state.as_str())
            .bind(ended);
        let query = query.bind(failure.as_ref().map(|failure| failure.code.to_string()));
        let query = query
            .bind(failure.map(|failure| failure.message))
            .bind(i64::from(run.cancel_requested));
        self.change_and_tell(query, now, describe).await
    }

    /// Carries out a statement that changes one run, or none, and adds the event that tells of it.
    pub(super) async fn change_and_tell(
        &self,
        query: AnyQuery,
        now: Timestamp,
        describe: &(dyn Fn(&Run) -> Json + Sync),
    ) -> Result<Option<Recovered>, StoreError> {
        let mut writing = self.database.begin().await?;
        let Some(row) = query.fetch_optional(&mut *writing).await? else {
            return Ok(None);
        };
        let run = rows::run(&row)?;
        let event = insert_last(&mut writing, &run, now, &describe(&run)).await?;
        writing.commit().await?;
        Ok(Some(Recovered { run, event }))
    }
}

/// What a run whose host died becomes.
fn verdict(run: &Run, recovery: &Recovery) -> (RunState, Option<Failure>) {
    if run.cancel_requested {
        return (RunState::Cancelled, None);
    }
    if run.attempts < recovery.attempts {
        return (RunState::Queued, None);
    }
    let message = format!(
        "the host that worked on it stopped {} times; see its log, then start a new run",
        run.attempts
    );
    (
        RunState::Failed,
        Some(Failure::new(Name::own("host-lost"), &message)),
    )
}
