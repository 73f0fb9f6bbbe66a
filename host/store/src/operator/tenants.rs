//! Administration of tenants.

use super::Operator;
use crate::error::{Kind, StoreError};
use crate::id::TenantId;
use crate::model::{Limits, Queue, Tenant, TenantChange, Totals};
use crate::page::{Listed, Page};
use crate::rows::{self, column, tenant_columns};
use crate::scope::AnyQuery;
use crate::tenant_store::unless_used;
use crate::text::Name;

impl Operator {
    /// Makes a tenant.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn create_tenant(&self, name: &Name, limits: &Limits) -> Result<Tenant, StoreError> {
        self.insert_tenant(TenantId::random()?, name, limits).await
    }

    /// The tenant of the single-user mode, [`TenantId::single_user`], which is made if it is not there.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn single_user_tenant(&self) -> Result<Tenant, StoreError> {
        let id = TenantId::single_user();
        match self.tenant(&id).await {
            Err(StoreError::NotFound { .. }) => {}
            found => return found,
        }
        // Another process may make it at the same time: what is there then is the answer.
        self.insert_tenant(id.clone(), &Name::own("default"), &Limits::default())
            .await?;
        self.tenant(&id).await
    }

    /// The tenants.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn tenants(&self, page: &Page) -> Result<Listed<Tenant>, StoreError> {
        const LIST: &str = concat!(
            "SELECT ",
            tenant_columns!(),
            " FROM tenants WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"
        );
        let found = page
            .bind(sqlx::query(LIST))
            .fetch_all(self.database.read())
            .await?;
        let items = found.iter().map(rows::tenant).collect::<Result<_, _>>()?;
        Ok(Listed::cut(items, page, |tenant: &Tenant| {
            (tenant.created_at, tenant.id.as_str())
        }))
    }

    /// One tenant.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn tenant(&self, id: &TenantId) -> Result<Tenant, StoreError> {
        const FIND: &str = concat!("SELECT ", tenant_columns!(), " FROM tenants WHERE id = $1");
        let found = sqlx::query(FIND)
            .bind(id.as_str())
            .fetch_optional(self.database.read())
            .await?;
        rows::tenant(&found.ok_or_else(|| StoreError::not_found(Kind::Tenant, id))?)
    }

    /// Changes a tenant's name and limits. Runs that run go on.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn update_tenant(
        &self,
        id: &TenantId,
        change: &TenantChange,
    ) -> Result<Tenant, StoreError> {
        const UPDATE: &str = concat!(
            "UPDATE tenants SET name = COALESCE($2, name), concurrent_runs = COALESCE($3, concurrent_runs),
                storage_bytes = COALESCE($4, storage_bytes), upload_bytes = COALESCE($5, upload_bytes),
                run_seconds = COALESCE($6, run_seconds),
                requests_per_minute = COALESCE($7, requests_per_minute) WHERE id = $1 RETURNING ",
            tenant_columns!()
        );
        let limits = &change.limits;
        let query = sqlx::query(UPDATE)
            .bind(id.as_str())
            .bind(change.name.as_ref().map(Name::to_string))
            .bind(limits.concurrent_runs.map(i64::from))
            .bind(limits.storage_bytes.map(column))
            .bind(limits.upload_bytes.map(column))
            .bind(limits.run_seconds.map(i64::from))
            .bind(limits.requests_per_minute.map(i64::from));
        self.changed(id, query).await
    }

    /// Suspends a tenant: none of its credentials opens anything, and its runs wait. Those that run go on. Doing so again
    /// changes nothing.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn suspend_tenant(&self, id: &TenantId) -> Result<Tenant, StoreError> {
        const SUSPEND: &str = concat!(
            "UPDATE tenants SET suspended_at = COALESCE(suspended_at, $2) WHERE id = $1 RETURNING ",
            tenant_columns!()
        );
        let now = self.database.now().milliseconds();
        let query = sqlx::query(SUSPEND).bind(id.as_str()).bind(now);
        self.changed(id, query).await
    }

    /// Lets a tenant that was suspended in again. Doing so again changes nothing.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn resume_tenant(&self, id: &TenantId) -> Result<Tenant, StoreError> {
        const RESUME: &str = concat!(
            "UPDATE tenants SET suspended_at = NULL WHERE id = $1 RETURNING ",
            tenant_columns!()
        );
        self.changed(id, sqlx::query(RESUME).bind(id.as_str()))
            .await
    }

    /// Removes a tenant with all that it has: tokens, knowledge bases, output projects, runs. Their files are the
    /// caller's to remove.
    ///
    /// # Errors
    ///
    /// When there is none, a run of it is live, an upload of it is going on, or the database fails. Nothing of it is gone
    /// then.
    pub async fn delete_tenant(&self, id: &TenantId) -> Result<Tenant, StoreError> {
        const OWNED: [&str; 6] = [
            "DELETE FROM events WHERE run IN (SELECT id FROM runs WHERE tenant = $1
                AND state NOT IN ('queued', 'running'))",
            "DELETE FROM runs WHERE tenant = $1 AND state NOT IN ('queued', 'running')",
            "DELETE FROM tickets WHERE tenant = $1",
            "DELETE FROM tokens WHERE tenant = $1",
            "DELETE FROM projects WHERE tenant = $1",
            "DELETE FROM knowledge_bases WHERE tenant = $1 AND state <> 'receiving'",
        ];
        const DELETE: &str = concat!(
            "DELETE FROM tenants WHERE id = $1 RETURNING ",
            tenant_columns!()
        );
        // What is live was left, and what was made meanwhile stands in the way as well.
        let by = "a run that is queued or running, or an upload";
        let used = |error| unless_used(error, Kind::Tenant, id, by);
        let mut writing = self.database.begin().await?;
        for owned in OWNED {
            let deleted = sqlx::query(owned)
                .bind(id.as_str())
                .execute(&mut *writing)
                .await;
            deleted.map_err(used)?;
        }
        let deleted = sqlx::query(DELETE)
            .bind(id.as_str())
            .fetch_optional(&mut *writing)
            .await;
        let row = deleted.map_err(used)?;
        let tenant = rows::tenant(&row.ok_or_else(|| StoreError::not_found(Kind::Tenant, id))?)?;
        writing.commit().await.map_err(used)?;
        Ok(tenant)
    }

    /// Changes one tenant.
    async fn changed(&self, id: &TenantId, query: AnyQuery) -> Result<Tenant, StoreError> {
        let changed = self.database.change(query).await?;
        let row = changed.first();
        rows::tenant(row.ok_or_else(|| StoreError::not_found(Kind::Tenant, id))?)
    }

    /// The tenants that have live runs, with how many.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn queues(&self) -> Result<Vec<Queue>, StoreError> {
        const COUNT: &str = "SELECT tenant,
                COUNT(CASE WHEN state = 'queued' THEN 1 END) AS queued,
                COUNT(CASE WHEN state = 'running' THEN 1 END) AS running,
                MIN(CASE WHEN state = 'queued' THEN queued_at END) AS since
             FROM runs WHERE state IN ('queued', 'running') GROUP BY tenant ORDER BY tenant";
        let found = sqlx::query(COUNT).fetch_all(self.database.read()).await?;
        let queue = |row| {
            Ok(Queue {
                tenant: rows::parsed(row, "tenant")?,
                queued: rows::number(row, "queued")?,
                running: rows::number(row, "running")?,
                waiting_since: rows::optional_time(row, "since")?,
            })
        };
        found.iter().map(queue).collect()
    }

    /// What all tenants use together.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        const COUNT: &str = "SELECT
                (SELECT COUNT(*) FROM tenants) AS tenants,
                (SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM knowledge_bases) AS bytes,
                (SELECT COUNT(*) FROM projects) AS projects,
                (SELECT COUNT(*) FROM runs WHERE state = 'queued') AS queued,
                (SELECT COUNT(*) FROM runs WHERE state = 'running') AS running";
        let row = sqlx::query(COUNT).fetch_one(self.database.read()).await?;
        Ok(Totals {
            tenants: rows::number(&row, "tenants")?,
            stored_bytes: rows::number(&row, "bytes")?,
            projects: rows::number(&row, "projects")?,
            queued_runs: rows::number(&row, "queued")?,
            running_runs: rows::number(&row, "running")?,
        })
    }

    /// Removes tickets that have expired.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn remove_expired_tickets(&self) -> Result<u64, StoreError> {
        let mut writing = self.database.begin().await?;
        let query = sqlx::query("DELETE FROM tickets WHERE expires_at <= $1");
        let removed = query
            .bind(self.database.now().milliseconds())
            .execute(&mut *writing)
            .await?;
        writing.commit().await?;
        Ok(removed.rows_affected())
    }

    async fn insert_tenant(
        &self,
        id: TenantId,
        name: &Name,
        limits: &Limits,
    ) -> Result<Tenant, StoreError> {
        let tenant = Tenant {
            id,
            name: name.clone(),
            created_at: self.database.now(),
            suspended_at: None,
            limits: *limits,
        };
        const INSERT: &str = "INSERT INTO tenants (id, name, concurrent_runs, storage_bytes, upload_bytes, run_seconds,
                requests_per_minute, created_at, claims)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) ON CONFLICT DO NOTHING";
        let query = sqlx::query(INSERT)
            .bind(tenant.id.as_str())
            .bind(name.as_str());
        let query = bind_limits(query, limits).bind(tenant.created_at.milliseconds());
        self.database.change(query).await?;
        Ok(tenant)
    }
}

fn bind_limits(query: AnyQuery, limits: &Limits) -> AnyQuery {
    query
        .bind(i64::from(limits.concurrent_runs))
        .bind(column(limits.storage_bytes))
        .bind(column(limits.upload_bytes))
        .bind(i64::from(limits.run_seconds))
        .bind(i64::from(limits.requests_per_minute))
}
