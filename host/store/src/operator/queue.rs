//! Which run is next.

use super::Operator;
use crate::connections::Writing;
use crate::error::StoreError;
use crate::model::{Claimed, Lease, Run};
use crate::rows::{self, run_columns, tenant_columns};
use crate::text::Name;
use sqlx::any::AnyRow;
use std::time::Duration;

/// How often a claim tries again when other hosts were faster. Each time, one of them got a run.
const TRIES: usize = 32;

impl Operator {
    /// Claims the run that is next, if one may run: of the tenant with the fewest running runs the one that waits
    /// longest. Of several such tenants it is the turn of the one whose turn is longest ago, so that one with many runs
    /// that wait gets no more than one with few. Tenants that have as many running runs as they may have, and those that
    /// are suspended, are passed over, and so are runs whose source tree another host has. No two hosts get the same run.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn claim(
        &self,
        owner: &Name,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        self.claim_of(owner, lease, i64::MAX).await
    }

    /// The same, but only of tenants that have no running run.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn claim_for_idle(
        &self,
        owner: &Name,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        self.claim_of(owner, lease, 0).await
    }

    /// Claims a run of a tenant with at most so many running runs.
    async fn claim_of(
        &self,
        owner: &Name,
        lease: Duration,
        running: i64,
    ) -> Result<Option<Claimed>, StoreError> {
        for _ in 0..TRIES {
            let next = sqlx::query(NEXT)
                .bind(owner.as_str())
                .bind(running)
                .fetch_optional(self.database.read())
                .await?;
            let Some(next) = next else {
                return Ok(None);
            };
            let mut writing = self.database.begin().await?;
            if let Some(claimed) = self.try_claim(&mut writing, &next, owner, lease).await? {
                writing.commit().await?;
                return Ok(Some(claimed));
            }
        }
        Ok(None)
    }

    /// Claims the run that was found to be next, unless something has changed since.
    async fn try_claim(
        &self,
        writing: &mut Writing,
        next: &AnyRow,
        owner: &Name,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        // Whoever claims counts the tenant's claims on. What was counted before is then still so, but for runs that have
        // ended: two hosts together do not exceed what the tenant may have.
        const COUNT: &str = concat!(
            "UPDATE tenants SET claims = claims + 1, claimed_at = $3 WHERE id = $1 AND claims = $2 RETURNING ",
            tenant_columns!()
        );
        let now = self.database.now();
        let count = sqlx::query(COUNT)
            .bind(rows::text(next, "tenant")?)
            .bind(rows::number::<i64>(next, "claims")?)
            .bind(now.milliseconds());
        let Some(tenant) = count.fetch_optional(&mut **writing).await? else {
            return Ok(None);
        };
        const CLAIM: &str = concat!(
            "UPDATE runs SET state = 'running', started_at = COALESCE(started_at, $3), lease_owner = $4,
                lease_expires_at = $5, fence = fence + 1, attempts = attempts + 1
             WHERE id = $1 AND fence = $2 AND state = 'queued' RETURNING ",
            run_columns!()
        );
        let claim = sqlx::query(CLAIM)
            .bind(rows::text(next, "id")?)
            .bind(rows::number::<i64>(next, "fence")?);
        let claim = claim
            .bind(now.milliseconds())
            .bind(owner.as_str())
            .bind(now.after(lease).milliseconds());
        let Some(run) = claim.fetch_optional(&mut **writing).await? else {
            return Ok(None);
        };
        let run: Run = rows::run(&run)?;
        let lease = Lease {
            run: run.id.clone(),
            fence: run.fence,
        };
        Ok(Some(Claimed {
            run,
            lease,
            limits: rows::limits(&tenant)?,
        }))
    }
}

/// First the tenant, then its run. Every part begins with an index that holds the live runs alone.
const NEXT: &str = "
    WITH working AS (SELECT tenant, COUNT(*) AS runs FROM runs WHERE state = 'running' GROUP BY tenant),
        waiting AS (SELECT tenant, MIN(queued_at) AS since FROM runs
            WHERE state = 'queued' AND (host IS NULL OR host = $1) GROUP BY tenant),
        chosen AS (
            SELECT tenants.id AS tenant, tenants.claims FROM waiting
            JOIN tenants ON tenants.id = waiting.tenant LEFT JOIN working ON working.tenant = waiting.tenant
            WHERE tenants.suspended_at IS NULL
                AND COALESCE(working.runs, 0) < tenants.concurrent_runs AND COALESCE(working.runs, 0) <= $2
            ORDER BY COALESCE(working.runs, 0), tenants.claimed_at, waiting.since, tenants.id LIMIT 1)
    SELECT chosen.tenant, chosen.claims, runs.id, runs.fence
    FROM chosen JOIN runs ON runs.tenant = chosen.tenant AND runs.state = 'queued' AND (runs.host IS NULL OR runs.host = $1)
    ORDER BY runs.queued_at, runs.id LIMIT 1";
