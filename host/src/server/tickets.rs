//! Tickets, which open one thing once.

use super::access::Caller;
use super::error::Error;
use super::extract::Body;
use super::openapi::{Conflict, Missing};
use super::{Shared, schema};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use quarry_store::TicketScope;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a ticket is to open: one of the two.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewTicket {
    /// Starting or following an initialization of this output project.
    #[schema(value_type = Option<schema::ProjectId>)]
    project_id: Option<String>,
    /// Following this run.
    #[schema(value_type = Option<schema::RunId>)]
    run_id: Option<String>,
}

/// A ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Ticket {
    /// What to give as `?ticket=`, once and within a minute.
    #[schema(pattern = "^qrt_[0-9a-f]{32}_[0-9a-f]{64}$")]
    ticket: String,
}

/// Make a ticket
///
/// For a page, whose WebSocket or EventSource cannot send a header. It opens once, for a minute, what the token that it
/// was made with may, of one output project or one run.
#[utoipa::path(
    post,
    path = "/api/tickets",
    tag = "Credentials",
    security(("bearer" = [])),
    request_body(content = NewTicket, example = json!({ "run_id": "run_0123456789abcdef0123456789abcdef" })),
    responses((status = 201, description = "The ticket", body = Ticket), Missing, Conflict)
)]
pub(super) async fn create_ticket(
    State(app): State<Shared>,
    Caller(caller): Caller,
    Body(new): Body<NewTicket>,
) -> Result<(StatusCode, Json<Ticket>), Error> {
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
        Json(Ticket {
            ticket: ticket.expose().to_owned(),
        }),
    ))
}
