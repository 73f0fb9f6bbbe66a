//! Tokens of tenants.

use crate::server::access::Administrator;
use crate::server::error::Error;
use crate::server::extract::{Body, Id, PageParameters, Parameters, TokenOfTenant};
use crate::server::tokens::{CreatedToken, TokenRequest, created};
use crate::server::views::{List, Token};
use crate::server::{Shared, schema};
use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use quarry_store::TenantId;

/// List the tokens of a tenant
///
/// Also those that were revoked, and of none its secret: that is not stored.
#[utoipa::path(
    get,
    path = "/api/admin/tenants/{id}/tokens",
    tag = "Administration",
    security(("administrator" = [])),
    params(("id" = schema::TenantId, Path), PageParameters),
    responses((status = 200, description = "A part of the list", body = List<Token>))
)]
pub(in crate::server) async fn list_tokens_of_tenant(
    State(app): State<Shared>,
    Administrator { operator, .. }: Administrator,
    Id(id): Id<TenantId>,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<List<Token>>, Error> {
    let tenant = operator.tenant(&id).await?;
    let listed = app.store.tenant(tenant.id).tokens(&page.page()?).await?;
    Ok(Json(List::of(&listed)))
}

/// Make a token of a tenant
#[utoipa::path(
    post,
    path = "/api/admin/tenants/{id}/tokens",
    tag = "Administration",
    security(("administrator" = [])),
    params(("id" = schema::TenantId, Path)),
    request_body(content = TokenRequest, example = json!({ "name": "first", "scopes": ["read", "write", "run", "admin"] })),
    responses((status = 201, description = "The token, with its secret", body = CreatedToken))
)]
pub(in crate::server) async fn create_token_of_tenant(
    State(app): State<Shared>,
    _: Administrator,
    Id(id): Id<TenantId>,
    Body(new): Body<TokenRequest>,
) -> Result<impl IntoResponse, Error> {
    let made = app.store.tenant(id).create_token(new.checked()?).await?;
    Ok(created(made))
}

/// Revoke a token of a tenant
///
/// Its tickets end with it.
#[utoipa::path(
    delete,
    path = "/api/admin/tenants/{id}/tokens/{token_id}",
    tag = "Administration",
    security(("administrator" = [])),
    params(("id" = schema::TenantId, Path), ("token_id" = schema::TokenId, Path)),
    responses((status = 200, description = "The token, which opens nothing any more", body = Token))
)]
pub(in crate::server) async fn revoke_token_of_tenant(
    State(app): State<Shared>,
    _: Administrator,
    TokenOfTenant(tenant, token): TokenOfTenant,
) -> Result<Json<Token>, Error> {
    let revoked = app.store.tenant(tenant).revoke_token(&token).await?;
    Ok(Json((&revoked).into()))
}
