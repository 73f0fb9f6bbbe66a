//! Tenants.

use crate::server::access::Administrator;
use crate::server::error::Error;
use crate::server::extract::{Body, Id, PageParameters, Parameters, object};
use crate::server::layout::remove as remove_directory;
use crate::server::openapi::Conflict;
use crate::server::views::List;
use crate::server::{Shared, Tenancy, schema};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use quarry_store::{LimitsChange, Name, StoreError, TenantChange, TenantId, Timestamp, Usage};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use utoipa::ToSchema;

/// A tenant.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct Tenant {
    #[schema(value_type = schema::TenantId)]
    id: TenantId,
    #[schema(value_type = schema::Name)]
    name: Name,
    #[schema(value_type = schema::Time)]
    created_at: Timestamp,
    /// Since when none of its credentials opens anything and its runs wait, if it is suspended.
    #[schema(value_type = Option<schema::Time>, required)]
    suspended_at: Option<Timestamp>,
    limits: TenantLimits,
}

/// A tenant, and what it uses now.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::server) struct TenantDetails {
    #[serde(flatten)]
    tenant: Tenant,
    usage: TenantUsage,
}

/// What a tenant may use.
#[derive(Debug, Serialize, ToSchema)]
struct TenantLimits {
    /// Runs at the same time; more of them wait.
    concurrent_runs: u32,
    /// Bytes of all knowledge bases together.
    storage_bytes: u64,
    /// Bytes of one upload.
    upload_bytes: u64,
    /// Seconds of one run, without the agent.
    run_seconds: u32,
    /// Requests in a minute.
    requests_per_minute: u32,
}

/// What a tenant uses.
#[derive(Debug, Serialize, ToSchema)]
struct TenantUsage {
    /// Bytes of all knowledge bases.
    stored_bytes: u64,
    knowledge_bases: u64,
    output_projects: u64,
    /// Runs that wait.
    queued_runs: u64,
    /// Runs that run.
    running_runs: u64,
}

impl From<&quarry_store::Tenant> for Tenant {
    fn from(tenant: &quarry_store::Tenant) -> Self {
        let limits = &tenant.limits;
        Self {
            id: tenant.id.clone(),
            name: tenant.name.clone(),
            created_at: tenant.created_at,
            suspended_at: tenant.suspended_at,
            limits: TenantLimits {
                concurrent_runs: limits.concurrent_runs,
                storage_bytes: limits.storage_bytes,
                upload_bytes: limits.upload_bytes,
                run_seconds: limits.run_seconds,
                requests_per_minute: limits.requests_per_minute,
            },
        }
    }
}

impl From<Usage> for TenantUsage {
    fn from(usage: Usage) -> Self {
        Self {
            stored_bytes: usage.stored_bytes,
            knowledge_bases: usage.knowledge_bases,
            output_projects: usage.projects,
            queued_runs: usage.queued_runs,
            running_runs: usage.running_runs,
        }
    }
}

/// Limits to set; what is not named stays, or is the usual one.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
struct LimitsRequest {
    #[schema(minimum = 1)]
    concurrent_runs: Option<u32>,
    #[schema(value_type = Option<i64>, minimum = 0)]
    storage_bytes: Option<u64>,
    #[schema(value_type = Option<i64>, minimum = 0)]
    upload_bytes: Option<u64>,
    #[schema(minimum = 1)]
    run_seconds: Option<u32>,
    #[schema(minimum = 1)]
    requests_per_minute: Option<u32>,
}

impl LimitsRequest {
    /// The limits to set, if a tenant could work with them.
    fn checked(&self) -> Result<LimitsChange, Error> {
        for (name, value) in [
            ("concurrent_runs", self.concurrent_runs),
            ("run_seconds", self.run_seconds),
            ("requests_per_minute", self.requests_per_minute),
        ] {
            if value == Some(0) {
                return Err(Error::Request(format!(
                    "with `{name}` 0 the tenant could do nothing; give at least 1, or suspend it"
                )));
            }
        }
        for (name, value) in [
            ("storage_bytes", self.storage_bytes),
            ("upload_bytes", self.upload_bytes),
        ] {
            // More the store cannot count.
            if value.is_some_and(|value| i64::try_from(value).is_err()) {
                return Err(Error::Request(format!(
                    "`{name}` is too large; give at most {}",
                    i64::MAX
                )));
            }
        }
        Ok(LimitsChange {
            concurrent_runs: self.concurrent_runs,
            storage_bytes: self.storage_bytes,
            upload_bytes: self.upload_bytes,
            run_seconds: self.run_seconds,
            requests_per_minute: self.requests_per_minute,
        })
    }
}

/// A tenant to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::server) struct NewTenant {
    #[schema(value_type = schema::Name)]
    name: Name,
    #[serde(default, deserialize_with = "object")]
    limits: LimitsRequest,
}

/// What is to be different about a tenant; what is not named stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TenantChange)]
pub(in crate::server) struct TenantChangeRequest {
    #[schema(value_type = Option<schema::Name>)]
    name: Option<Name>,
    #[serde(default, deserialize_with = "object")]
    limits: LimitsRequest,
}

/// List the tenants
#[utoipa::path(
    get,
    path = "/api/admin/tenants",
    tag = "Administration",
    security(("administrator" = [])),
    params(PageParameters),
    responses((status = 200, description = "A part of the list", body = List<Tenant>))
)]
pub(in crate::server) async fn list_tenants(
    Administrator { operator, .. }: Administrator,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<List<Tenant>>, Error> {
    Ok(Json(List::of(&operator.tenants(&page.page()?).await?)))
}

/// Make a tenant
///
/// Its first token is made with `POST /api/admin/tenants/{id}/tokens`.
#[utoipa::path(
    post,
    path = "/api/admin/tenants",
    tag = "Administration",
    security(("administrator" = [])),
    request_body(content = NewTenant, example = json!({ "name": "Shop Ltd", "limits": { "concurrent_runs": 2 } })),
    responses((status = 201, description = "The tenant", body = Tenant))
)]
pub(in crate::server) async fn create_tenant(
    State(app): State<Shared>,
    Administrator { operator, .. }: Administrator,
    Body(new): Body<NewTenant>,
) -> Result<(StatusCode, Json<Tenant>), Error> {
    let limits = new.limits.checked()?.of(app.limits);
    let made = operator.create_tenant(&new.name, &limits).await?;
    Ok((StatusCode::CREATED, Json((&made).into())))
}

/// Show a tenant, and what it uses
#[utoipa::path(
    get,
    path = "/api/admin/tenants/{id}",
    tag = "Administration",
    security(("administrator" = [])),
    params(("id" = schema::TenantId, Path)),
    responses((status = 200, description = "The tenant", body = TenantDetails))
)]
pub(in crate::server) async fn show_tenant(
    State(app): State<Shared>,
    Administrator { operator, .. }: Administrator,
    Id(id): Id<TenantId>,
) -> Result<Json<TenantDetails>, Error> {
    let tenant = operator.tenant(&id).await?;
    let usage = app.store.tenant(id).usage().await?;
    Ok(Json(TenantDetails {
        tenant: (&tenant).into(),
        usage: usage.into(),
    }))
}

/// Change a tenant's name or limits
///
/// Runs that run go on with the limits that they began with. A change of `requests_per_minute` counts from the next
/// minute on.
#[utoipa::path(
    patch,
    path = "/api/admin/tenants/{id}",
    tag = "Administration",
    security(("administrator" = [])),
    params(("id" = schema::TenantId, Path)),
    request_body(content = TenantChangeRequest, example = json!({ "limits": { "storage_bytes": 1_000_000_000 } })),
    responses((status = 200, description = "The tenant, as it is now", body = Tenant))
)]
pub(in crate::server) async fn change_tenant(
    Administrator { operator, .. }: Administrator,
    Id(id): Id<TenantId>,
    Body(change): Body<TenantChangeRequest>,
) -> Result<Json<Tenant>, Error> {
    let change = TenantChange {
        limits: change.limits.checked()?,
        name: change.name,
    };
    Ok(Json((&operator.update_tenant(&id, &change).await?).into()))
}

/// Suspend a tenant
///
/// None of its credentials opens anything, and its runs wait. A run that runs and an upload go on to their end; whoever
/// follows a run is cut off within a few seconds.
#[utoipa::path(
    post,
    path = "/api/admin/tenants/{id}/suspend",
    tag = "Administration",
    security(("administrator" = [])),
    params(("id" = schema::TenantId, Path)),
    responses((status = 200, description = "The tenant, as it is now", body = Tenant), Conflict)
)]
pub(in crate::server) async fn suspend_tenant(
    State(app): State<Shared>,
    Administrator { operator, .. }: Administrator,
    Id(id): Id<TenantId>,
) -> Result<Json<Tenant>, Error> {
    spare_own(&app, &id)?;
    Ok(Json((&operator.suspend_tenant(&id).await?).into()))
}

/// Let a tenant that was suspended in again
#[utoipa::path(
    post,
    path = "/api/admin/tenants/{id}/resume",
    tag = "Administration",
    security(("administrator" = [])),
    params(("id" = schema::TenantId, Path)),
    responses((status = 200, description = "The tenant, as it is now", body = Tenant))
)]
pub(in crate::server) async fn resume_tenant(
    State(app): State<Shared>,
    Administrator { operator, .. }: Administrator,
    Id(id): Id<TenantId>,
) -> Result<Json<Tenant>, Error> {
    let tenant = operator.resume_tenant(&id).await?;
    // Its runs have waited.
    app.engine.wake();
    Ok(Json((&tenant).into()))
}

/// Remove a tenant with all that it has
///
/// Tokens, knowledge bases, output projects and runs, with their files and workspaces. As long as a run of it is queued or
/// running, or an upload of it is going on, nothing is removed. A removal whose files could not be removed is asked for
/// again.
#[utoipa::path(
    delete,
    path = "/api/admin/tenants/{id}",
    tag = "Administration",
    security(("administrator" = [])),
    params(("id" = schema::TenantId, Path)),
    responses((status = 204, description = "It is gone"), Conflict)
)]
pub(in crate::server) async fn delete_tenant(
    State(app): State<Shared>,
    Administrator { operator, .. }: Administrator,
    Id(id): Id<TenantId>,
) -> Result<StatusCode, Error> {
    spare_own(&app, &id)?;
    let directories = app.layout.of_tenant(&id);
    match operator.delete_tenant(&id).await {
        Ok(tenant) => tracing::info!(tenant = %tenant.id, "a tenant was removed"),
        // A removal before may have left them.
        Err(StoreError::NotFound { .. }) if any(directories.clone()).await? => {}
        Err(error) => return Err(error.into()),
    }
    let removing = tokio::task::spawn_blocking(move || {
        directories.iter().try_for_each(|of| remove_directory(of))
    });
    let removed = removing.await.map_err(|_| Error::Task)?;
    removed.map_err(Error::system("remove the files of a tenant"))?;
    Ok(StatusCode::NO_CONTENT)
}

async fn any(directories: [PathBuf; 2]) -> Result<bool, Error> {
    let looking = tokio::task::spawn_blocking(move || directories.iter().any(|path| path.exists()));
    looking.await.map_err(|_| Error::Task)
}

/// In single-user mode the user's own tenant stays.
fn spare_own(app: &Shared, id: &TenantId) -> Result<(), Error> {
    match app.tenancy == Tenancy::Single && *id == TenantId::single_user() {
        true => Err(Error::OwnTenant),
        false => Ok(()),
    }
}
