//! Administration: tenants and their tokens, by administrators, who have credentials of their own.

pub(super) mod tenants;
pub(super) mod tokens;

use super::access::Administrator;
use super::error::Error;
use super::schema;
use axum::Json;
use quarry_store::{AdministratorTokenId, Name, Timestamp, Totals};
use serde::Serialize;
use utoipa::ToSchema;

/// The server, as an administrator sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AboutServer {
    /// The version of the server.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// The token that was shown.
    administrator: AboutAdministrator,
    totals: TotalsOfAll,
}

/// An administrator's token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct AboutAdministrator {
    #[schema(value_type = schema::AdministratorTokenId)]
    token_id: AdministratorTokenId,
    #[schema(value_type = schema::Name)]
    name: Name,
    #[schema(value_type = Option<schema::Time>, required)]
    expires_at: Option<Timestamp>,
}

/// What all tenants use together.
#[derive(Debug, Serialize, ToSchema)]
struct TotalsOfAll {
    tenants: u64,
    /// Bytes of all knowledge bases.
    stored_bytes: u64,
    output_projects: u64,
    /// Runs that wait.
    queued_runs: u64,
    /// Runs that run.
    running_runs: u64,
}

impl From<Totals> for TotalsOfAll {
    fn from(totals: Totals) -> Self {
        Self {
            tenants: totals.tenants,
            stored_bytes: totals.stored_bytes,
            output_projects: totals.projects,
            queued_runs: totals.queued_runs,
            running_runs: totals.running_runs,
        }
    }
}

/// Show the server to an administrator
#[utoipa::path(
    get,
    path = "/api/admin",
    tag = "Administration",
    security(("administrator" = [])),
    responses((status = 200, description = "The server", body = AboutServer))
)]
pub(super) async fn about_server(
    Administrator { token, operator }: Administrator,
) -> Result<Json<AboutServer>, Error> {
    Ok(Json(AboutServer {
        version: env!("CARGO_PKG_VERSION"),
        administrator: AboutAdministrator {
            token_id: token.id,
            name: token.name,
            expires_at: token.expires_at,
        },
        totals: operator.totals().await?.into(),
    }))
}
