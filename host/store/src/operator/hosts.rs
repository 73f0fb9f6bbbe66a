//! Hosts that are gone for good, and what waits for them.

use super::Operator;
use crate::error::StoreError;
use crate::model::{Absence, Failure, Recovered, Run};
use crate::rows::{self, column, run_columns};
use crate::scope::AnyQuery;
use crate::text::{Json, Name};
use crate::time::Timestamp;
use std::time::Duration;

/// How long a host may say nothing and still be taken to have been there all the while.
const GAP: Duration = Duration::from_secs(20);

/// Whether the host of a row is gone; what it is asked with [`bind_absence`] binds first. Who says so was there itself all
/// the while: after a time in which no host was there, or none reached the database, all have as long to come back as if
/// they had left at its end. A host that was never seen is from before hosts were counted.
macro_rules! is_gone {
    () => {
        "host IS NOT NULL AND host NOT IN (SELECT name FROM hosts WHERE seen_at > $2)
         AND EXISTS (SELECT 1 FROM hosts WHERE name = $1 AND since <= $2 AND seen_at >= $3)"
    };
}
pub(super) use is_gone;

/// Binds who says that a host is gone, since when that would be so, and since when the one that says so was seen.
pub(super) fn bind_absence(query: AnyQuery, absence: &Absence, now: Timestamp) -> AnyQuery {
    query
        .bind(absence.told_by.to_string())
        .bind(now.before(absence.length).milliseconds())
        .bind(now.before(GAP).milliseconds())
}

impl Operator {
    /// Notes that a host is there. It does so every few seconds.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn see_host(&self, host: &Name) -> Result<(), StoreError> {
        const SEE: &str = "INSERT INTO hosts (name, since, seen_at) VALUES ($1, $2, $2)
             ON CONFLICT (name) DO UPDATE SET seen_at = $2,
                since = CASE WHEN hosts.seen_at < $3 THEN $2 ELSE hosts.since END";
        let now = self.database.now();
        let query = sqlx::query(SEE)
            .bind(host.as_str())
            .bind(now.milliseconds())
            .bind(now.before(GAP).milliseconds());
        self.database.change(query).await?;
        Ok(())
    }

    /// Fails the runs that wait for a host that is gone, with the code `host-gone`. A run that such a host was working on
    /// waits as well, once [`Operator::recover`] has taken it away. When the host comes back it finds them ended, and its
    /// leases on them over. `describe` makes the event that tells of it from the run as it becomes.
    ///
    /// # Errors
    ///
    /// When the database fails. Runs that were failed before stay so.
    pub async fn fail_runs_of_gone_hosts(
        &self,
        absence: &Absence,
        describe: &(dyn Fn(&Run) -> Json + Sync),
    ) -> Result<Vec<Recovered>, StoreError> {
        const LIST: &str = concat!(
            "SELECT ",
            run_columns!(),
            " FROM runs WHERE state = 'queued' AND ",
            is_gone!(),
            " ORDER BY queued_at, id"
        );
        let query = bind_absence(sqlx::query(LIST), absence, self.database.now());
        let found = query.fetch_all(self.database.read()).await?;
        let mut failed = Vec::new();
        for row in &found {
            failed.extend(self.give_up(&rows::run(row)?, absence, describe).await?);
        }
        Ok(failed)
    }

    /// Fails one run, unless its host has come back or somebody ended the run meanwhile.
    async fn give_up(
        &self,
        run: &Run,
        absence: &Absence,
        describe: &(dyn Fn(&Run) -> Json + Sync),
    ) -> Result<Option<Recovered>, StoreError> {
        const FAIL: &str = concat!(
            "UPDATE runs SET state = 'failed', ended_at = $6, failure_code = $7, failure_message = $8,
                fence = fence + 1, last_seq = last_seq + 1
             WHERE id = $4 AND fence = $5 AND state = 'queued' AND ",
            is_gone!(),
            " RETURNING ",
            run_columns!()
        );
        let now = self.database.now();
        let failure = failure(absence);
        let query = bind_absence(sqlx::query(FAIL), absence, now)
            .bind(run.id.as_str())
            .bind(column(run.fence));
        let query = query
            .bind(now.milliseconds())
            .bind(failure.code.to_string())
            .bind(failure.message);
        self.change_and_tell(query, now, describe).await
    }
}

fn failure(absence: &Absence) -> Failure {
    let message = format!(
        "the host that has the source tree was not seen for {} s, so that the run was given up; upload the source tree again and make an output project of it, or start a new run when that host is back",
        absence.length.as_secs()
    );
    Failure::new(Name::own("host-gone"), &message)
}
