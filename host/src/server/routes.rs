//! Every route there is.

use super::connections::pace;
use super::error::Error;
use super::telemetry::requests;
use super::{
    Shared, Tenancy, access, files, hosts, knowledge_bases, projects, runs, socket, tickets,
};
use crate::catalog::stacks;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

/// Begins or follows an initialization over a WebSocket.
pub(super) const INITIALIZE: &str = "/api/output-projects/{id}/initialize";

/// The messages of a run.
pub(super) const EVENTS: &str = "/api/runs/{id}/events";

/// Where archives are uploaded.
pub(super) const UPLOAD: &str = "/api/knowledge-bases";

/// The largest body that is JSON.
const JSON_BYTES: usize = 64 << 10;

/// The routes. All below `/api` need a credential, also those that are not there.
pub(super) fn router(app: &Shared) -> Router {
    let api = Router::new()
        .route("/api", get(about))
        .route("/api/stacks", get(list_stacks))
        .route(
            UPLOAD,
            get(knowledge_bases::list).post(knowledge_bases::create),
        )
        .route(
            "/api/knowledge-bases/{id}",
            get(knowledge_bases::show).delete(knowledge_bases::remove),
        )
        .route(
            "/api/output-projects",
            get(projects::list).post(projects::create),
        )
        .route(
            "/api/output-projects/{id}",
            get(projects::show).delete(projects::remove),
        )
        .route("/api/output-projects/{id}/files", get(files::list))
        .route("/api/output-projects/{id}/files/{*path}", get(files::show))
        .route(
            "/api/output-projects/{id}/runs",
            get(runs::of_project).post(runs::start),
        )
        .route(INITIALIZE, get(socket::initialize))
        .route("/api/runs", get(runs::list))
        .route("/api/runs/{id}", get(runs::show))
        .route("/api/runs/{id}/access-log", get(runs::access_log))
        .route(EVENTS, get(runs::events))
        .route("/api/runs/{id}/cancel", post(runs::cancel))
        .route("/api/tickets", post(tickets::create))
        .route("/api/tokens", get(tickets::tokens))
        .route("/api/tokens/{id}", delete(tickets::revoke))
        .fallback(nothing)
        .method_not_allowed_fallback(method)
        .layer(DefaultBodyLimit::max(JSON_BYTES))
        .layer(from_fn_with_state(app.clone(), access::authenticate))
        .layer(from_fn_with_state(app.clone(), hosts::check));
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .merge(api)
        .layer(from_fn_with_state(app.patience, pace::hold))
        .layer(from_fn_with_state(app.metrics.clone(), requests::observe))
        .with_state(app.clone())
}

async fn nothing(request: Request) -> Error {
    Error::Nothing(request.uri().path().to_owned())
}

async fn method(request: Request) -> Error {
    Error::Method(request.method().to_string())
}

/// Whether requests are worth sending: the store answers, and the server does not shut down.
async fn ready(State(app): State<Shared>) -> Response {
    if app.closing.is_cancelled() {
        return (StatusCode::SERVICE_UNAVAILABLE, "shutting down\n").into_response();
    }
    match app.store.check().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the store does not answer\n",
            )
                .into_response()
        }
    }
}

async fn about(State(app): State<Shared>, access::Caller(caller): access::Caller) -> Json<Value> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "single_user": app.tenancy == Tenancy::Single,
        "tenant_id": caller.tenant,
        "token_id": caller.token,
        "scopes": caller.scopes.iter().collect::<Vec<_>>(),
    }))
}

async fn list_stacks(_: access::Reader) -> Result<Json<Value>, Error> {
    let stacks = stacks()?;
    let stacks = stacks.iter().map(|stack| {
        json!({
            "id": stack.id,
            "name": stack.name,
            "group": stack.group,
            "language": stack.language,
            "framework": stack.framework,
        })
    });
    Ok(Json(json!({ "items": stacks.collect::<Vec<_>>() })))
}
