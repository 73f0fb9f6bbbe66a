//! What one tenant has.

mod knowledge_bases;
mod projects;
mod runs;
mod tokens;

use crate::connections::Database;
use crate::error::{Kind, StoreError};
use crate::id::TenantId;
use crate::model::{Tenant, Usage};
use crate::page::{Listed, Page};
use crate::rows::{self, tenant_columns};
use crate::scope::{AnyQuery, Scoped, TenantScope};
use crate::time::Timestamp;
use sqlx::any::AnyRow;
use std::fmt;
use std::sync::Arc;

/// What one tenant has: all of it is reached through this handle alone.
///
/// Every function fails with [`crate::StoreError::NotFound`] for what another tenant owns, as for what does not exist.
#[derive(Debug, Clone)]
pub struct TenantStore {
    database: Arc<Database>,
    scope: TenantScope,
}

impl TenantStore {
    pub(crate) fn new(database: Arc<Database>, tenant: TenantId) -> Self {
        Self {
            database,
            scope: TenantScope(tenant),
        }
    }

    /// Which tenant.
    pub fn id(&self) -> &TenantId {
        &self.scope.0
    }

    /// The tenant and its limits.
    ///
    /// # Errors
    ///
    /// When there is no such tenant, or the database fails.
    pub async fn tenant(&self) -> Result<Tenant, StoreError> {
        const FIND: Scoped = Scoped::new(concat!(
            "SELECT ",
            tenant_columns!(),
            " FROM tenants WHERE id = $1"
        ));
        self.find(
            self.scope.query(&FIND),
            rows::tenant,
            Kind::Tenant,
            &self.scope.0,
        )
        .await
    }

    /// What the tenant uses now.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn usage(&self) -> Result<Usage, StoreError> {
        const COUNT: Scoped = Scoped::new(
            "SELECT
                (SELECT COUNT(*) FROM knowledge_bases WHERE tenant = $1) AS knowledge_bases,
                (SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM knowledge_bases WHERE tenant = $1) AS bytes,
                (SELECT COUNT(*) FROM projects WHERE tenant = $1) AS projects,
                (SELECT COUNT(*) FROM runs WHERE tenant = $1 AND state = 'queued') AS queued,
                (SELECT COUNT(*) FROM runs WHERE tenant = $1 AND state = 'running') AS running",
        );
        let row = self
            .scope
            .query(&COUNT)
            .fetch_one(self.database.read())
            .await?;
        Ok(Usage {
            stored_bytes: rows::number(&row, "bytes")?,
            knowledge_bases: rows::number(&row, "knowledge_bases")?,
            projects: rows::number(&row, "projects")?,
            queued_runs: rows::number(&row, "queued")?,
            running_runs: rows::number(&row, "running")?,
        })
    }

    /// One record.
    async fn find<T>(
        &self,
        query: AnyQuery,
        read: fn(&AnyRow) -> Result<T, StoreError>,
        kind: Kind,
        id: &impl fmt::Display,
    ) -> Result<T, StoreError> {
        let row = query.fetch_optional(self.database.read()).await?;
        read(&row.ok_or_else(|| StoreError::not_found(kind, id))?)
    }

    /// A part of a list. The statement's parameters are the tenant, the time and the identifier before the part, and
    /// how many are wanted.
    async fn list<T>(
        &self,
        statement: &Scoped,
        page: &Page,
        read: fn(&AnyRow) -> Result<T, StoreError>,
        place: impl Fn(&T) -> (Timestamp, &str),
    ) -> Result<Listed<T>, StoreError> {
        let query = page.bind(self.scope.query(statement));
        self.listed(query, page, read, place).await
    }

    /// The same for a statement with more parameters.
    async fn listed<T>(
        &self,
        query: AnyQuery,
        page: &Page,
        read: fn(&AnyRow) -> Result<T, StoreError>,
        place: impl Fn(&T) -> (Timestamp, &str),
    ) -> Result<Listed<T>, StoreError> {
        let found = query.fetch_all(self.database.read()).await?;
        let items = found.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Listed::cut(items, page, place))
    }
}

/// The same error, unless it says that what a row refers to is not there.
pub(crate) fn unless_missing(error: sqlx::Error, kind: Kind, id: &impl fmt::Display) -> StoreError {
    match &error {
        sqlx::Error::Database(said) if said.is_foreign_key_violation() => {
            StoreError::not_found(kind, id)
        }
        _ => error.into(),
    }
}

/// The same error, unless it says that other rows refer to the one that should go.
pub(crate) fn unless_used(
    error: sqlx::Error,
    kind: Kind,
    id: &impl fmt::Display,
    by: &'static str,
) -> StoreError {
    match &error {
        sqlx::Error::Database(said) if said.is_foreign_key_violation() => {
            StoreError::in_use(kind, id, by)
        }
        _ => error.into(),
    }
}
