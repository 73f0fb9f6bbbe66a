//! A tenant's tokens.

use super::access::{Caller, Manager, Reader};
use super::error::Error;
use super::extract::{Body, Id, PageParameters, Parameters};
use super::{Shared, schema, views};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::IntoResponse;
use quarry_store::{
    Clock, Name, NewToken, Scope, Scopes, Secret, SystemClock, Timestamp, Token, TokenId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A token to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewToken)]
pub(super) struct TokenRequest {
    /// What it is called.
    #[schema(value_type = schema::Name)]
    name: Name,
    /// What it may be used for.
    #[schema(value_type = Vec<schema::Scope>, min_items = 1)]
    scopes: Vec<Scope>,
    /// When it ends; without it only when it is revoked.
    #[schema(value_type = Option<schema::Time>)]
    expires_at: Option<Timestamp>,
}

/// A token that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CreatedToken {
    token: views::Token,
    /// The token itself. It is shown this once.
    #[schema(pattern = "^qry_[0-9a-f]{32}_[0-9a-f]{64}$")]
    secret: String,
}

impl TokenRequest {
    /// The token to make, if it would open something.
    pub(super) fn checked(self) -> Result<NewToken, Error> {
        let wrong = |text: &str| Err(Error::Request(text.to_owned()));
        if self.scopes.is_empty() {
            return wrong("a token without scopes opens nothing; give at least one in `scopes`");
        }
        if self.expires_at.is_some_and(|end| end <= SystemClock.now()) {
            return wrong("`expires_at` is past; give a time to come, in milliseconds since 1970");
        }
        Ok(NewToken {
            name: self.name,
            scopes: self.scopes.into_iter().collect::<Scopes>(),
            expires_at: self.expires_at,
        })
    }
}

/// The answer to whoever made a token: nobody in between keeps it.
pub(super) fn created((token, secret): (Token, Secret)) -> impl IntoResponse {
    let created = CreatedToken {
        token: (&token).into(),
        secret: secret.expose().to_owned(),
    };
    (
        StatusCode::CREATED,
        [(CACHE_CONTROL, "no-store")],
        Json(created),
    )
}

/// List the tenant's tokens
///
/// Also those that were revoked, and of none its secret: that is not stored.
#[utoipa::path(
    get,
    path = "/api/tokens",
    tag = "Credentials",
    security(("bearer" = ["read"])),
    params(PageParameters),
    responses((status = 200, description = "A part of the list", body = views::List<views::Token>))
)]
pub(super) async fn list_tokens(
    Reader(tenant): Reader,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<views::List<views::Token>>, Error> {
    let listed = tenant.tokens(&page.page()?).await?;
    Ok(Json(views::List::of(&listed)))
}

/// Make a token of the tenant
///
/// With no scope that the caller's own has not.
#[utoipa::path(
    post,
    path = "/api/tokens",
    tag = "Credentials",
    security(("bearer" = ["admin"])),
    request_body(content = TokenRequest, example = json!({ "name": "build server", "scopes": ["read", "run"] })),
    responses((status = 201, description = "The token, with its secret", body = CreatedToken))
)]
pub(super) async fn create_token(
    Manager(tenant): Manager,
    Caller(caller): Caller,
    Body(new): Body<TokenRequest>,
) -> Result<impl IntoResponse, Error> {
    let new = new.checked()?;
    match new.scopes.beyond(caller.scopes) {
        Some(scope) => Err(Error::Scope(scope)),
        None => Ok(created(tenant.create_token(new).await?)),
    }
}

/// Revoke a token of the tenant
///
/// One's own, or with the scope `admin` any. Its tickets end with it.
#[utoipa::path(
    delete,
    path = "/api/tokens/{id}",
    tag = "Credentials",
    security(("bearer" = [])),
    params(("id" = schema::TokenId, Path)),
    responses((status = 200, description = "The token, which opens nothing any more", body = views::Token))
)]
pub(super) async fn revoke_token(
    State(app): State<Shared>,
    caller: Caller,
    Id(id): Id<TokenId>,
) -> Result<Json<views::Token>, Error> {
    let tenant = match caller.0.token == id {
        true => app.store.tenant(caller.0.tenant),
        false => caller.tenant(&app, Scope::Admin)?,
    };
    Ok(Json((&tenant.revoke_token(&id).await?).into()))
}
