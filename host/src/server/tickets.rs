//! Tickets, which open one thing once, and the tenant's tokens.

use super::access::{Caller, Reader};
use super::error::Error;
use super::extract::{Body, Id, PageParameters, Parameters};
use super::{Shared, views};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use quarry_store::{Scope, TicketScope, TokenId};
use serde::Deserialize;
use serde_json::{Value, json};

/// What a ticket is to open.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    project_id: Option<String>,
    run_id: Option<String>,
}

/// Makes a ticket: for a page, whose WebSocket or EventSource cannot send a header.
pub(super) async fn create(
    State(app): State<Shared>,
    Caller(caller): Caller,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Value>), Error> {
    let bound = match (new.project_id, new.run_id) {
        (Some(project), None) => TicketScope::Project(project.parse()?),
        (None, Some(run)) => TicketScope::Run(run.parse()?),
        _ => {
            let text = "a ticket is for one thing: give either project_id or run_id";
            return Err(Error::Request(text.to_owned()));
        }
    };
    let tenant = app.store.tenant(caller.tenant);
    let ticket = tenant.create_ticket(&caller.token, &bound).await?;
    Ok((
        StatusCode::CREATED,
        Json(json!({ "ticket": ticket.expose() })),
    ))
}

pub(super) async fn tokens(
    Reader(tenant): Reader,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<Value>, Error> {
    let listed = tenant.tokens(&page.page()?).await?;
    Ok(Json(views::list(&listed, views::token)))
}

/// Revokes a token: one's own, or with the scope for that any of the tenant's.
pub(super) async fn revoke(
    State(app): State<Shared>,
    caller: Caller,
    Id(id): Id<TokenId>,
) -> Result<Json<Value>, Error> {
    let tenant = match caller.0.token == id {
        true => app.store.tenant(caller.0.tenant),
        false => caller.tenant(&app, Scope::Admin)?,
    };
    Ok(Json(views::token(&tenant.revoke_token(&id).await?)))
}
