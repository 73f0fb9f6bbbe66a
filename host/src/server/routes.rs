//! Every route there is. `routes!` makes a route and its place in the document of the API from the same handler.

use super::connections::pace;
use super::error::Error;
use super::openapi::{Published, describe};
use super::telemetry::requests;
use super::{
    Shared, Tenancy, access, admin, components, files, hosts, knowledge_bases, openapi, projects,
    runs, schema, socket, stacks, tickets, tokens,
};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Begins or follows an initialization over a WebSocket.
pub(super) const INITIALIZE: &str = "/api/output-projects/{id}/initialize";

/// The messages of a run.
pub(super) const EVENTS: &str = "/api/runs/{id}/events";

/// What is at and below it is for administrators alone.
pub(super) const ADMINISTRATION: &str = "/api/admin";

/// Where archives are uploaded.
pub(super) const UPLOAD: &str = "/api/knowledge-bases";

/// The largest body that is JSON.
pub(super) const JSON_BYTES: usize = 64 << 10;

/// The routes. All below `/api` need a credential, also those that are not there; but not the document of the API, which
/// says nothing of any tenant.
pub(super) fn router(app: &Shared) -> Router {
    let (well, of_well) = well().split_for_parts();
    let (documents, of_documents) = documents().split_for_parts();
    let (api, of_api) = api().split_for_parts();
    let published = Published::of(describe([of_api, of_documents, of_well]));
    let api = api
        .fallback(nothing)
        .method_not_allowed_fallback(method)
        .layer(DefaultBodyLimit::max(JSON_BYTES))
        .layer(from_fn_with_state(app.clone(), access::authenticate))
        .merge(documents.method_not_allowed_fallback(method))
        .layer(Extension(Arc::new(published)))
        .layer(from_fn_with_state(app.clone(), hosts::check));
    well.merge(api)
        .layer(from_fn_with_state(app.patience, pace::hold))
        .layer(from_fn_with_state(app.metrics.clone(), requests::observe))
        .with_state(app.clone())
}

/// Whether the server is well.
fn well() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(live))
        .routes(routes!(ready))
}

/// What there is to read about the API.
fn documents() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(openapi::show_document))
        .routes(routes!(openapi::show_page))
}

/// What needs a credential.
fn api() -> OpenApiRouter<Shared> {
    OpenApiRouter::new()
        .routes(routes!(about))
        .routes(routes!(stacks::list_stacks))
        .routes(routes!(stacks::show_stack))
        .routes(routes!(components::list_components))
        .routes(routes!(
            knowledge_bases::list_knowledge_bases,
            knowledge_bases::create_knowledge_base
        ))
        .routes(routes!(
            knowledge_bases::show_knowledge_base,
            knowledge_bases::delete_knowledge_base
        ))
        .routes(routes!(
            projects::list_output_projects,
            projects::create_output_project
        ))
        .routes(routes!(
            projects::show_output_project,
            projects::delete_output_project
        ))
        .routes(routes!(files::list_files))
        .routes(routes!(files::show_file))
        .routes(routes!(runs::list_runs_of_project, runs::start_run))
        .routes(routes!(socket::initialize))
        .routes(routes!(runs::list_runs))
        .routes(routes!(runs::show_run))
        .routes(routes!(runs::show_access_log))
        .routes(routes!(runs::follow_run))
        .routes(routes!(runs::cancel_run))
        .routes(routes!(tickets::create_ticket))
        .routes(routes!(tokens::list_tokens, tokens::create_token))
        .routes(routes!(tokens::revoke_token))
        .routes(routes!(admin::about_server))
        .routes(routes!(
            admin::tenants::list_tenants,
            admin::tenants::create_tenant
        ))
        .routes(routes!(
            admin::tenants::show_tenant,
            admin::tenants::change_tenant,
            admin::tenants::delete_tenant
        ))
        .routes(routes!(admin::tenants::suspend_tenant))
        .routes(routes!(admin::tenants::resume_tenant))
        .routes(routes!(
            admin::tokens::list_tokens_of_tenant,
            admin::tokens::create_token_of_tenant
        ))
        .routes(routes!(admin::tokens::revoke_token_of_tenant))
}

async fn nothing(request: Request) -> Error {
    Error::Nothing(request.uri().path().to_owned())
}

async fn method(request: Request) -> Error {
    Error::Method(request.method().to_string())
}

/// Say that the process runs
#[utoipa::path(
    get,
    path = "/healthz",
    tag = "Health",
    security(()),
    responses((status = 200, description = "It does", body = String, content_type = "text/plain"))
)]
async fn live() -> &'static str {
    "ok\n"
}

/// Say whether requests are worth sending
///
/// The store answers, and the server does not shut down.
#[utoipa::path(
    get,
    path = "/readyz",
    tag = "Health",
    security(()),
    responses(
        (status = 200, description = "They are", body = String, content_type = "text/plain"),
        (status = 503, description = "They are not, and why", body = String, content_type = "text/plain"),
    )
)]
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

/// The server, and whose the credential is.
#[derive(Debug, Serialize, ToSchema)]
struct About {
    /// The version of the server.
    #[schema(example = "0.1.0")]
    version: &'static str,
    /// Whether the server is for one user of its machine.
    single_user: bool,
    #[schema(value_type = schema::TenantId)]
    tenant_id: quarry_store::TenantId,
    #[schema(value_type = schema::TokenId)]
    token_id: quarry_store::TokenId,
    /// What the credential may be used for.
    #[schema(value_type = Vec<schema::Scope>)]
    scopes: Vec<quarry_store::Scope>,
}

/// Show the server, and whose the credential is
#[utoipa::path(
    get,
    path = "/api",
    tag = "Credentials",
    security(("bearer" = [])),
    responses((status = 200, description = "The server", body = About))
)]
async fn about(State(app): State<Shared>, access::Caller(caller): access::Caller) -> Json<About> {
    Json(About {
        version: env!("CARGO_PKG_VERSION"),
        single_user: app.tenancy == Tenancy::Single,
        tenant_id: caller.tenant,
        token_id: caller.token,
        scopes: caller.scopes.iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    /// The text of all files of the server.
    fn sources(directory: &Path) -> String {
        let entries = fs::read_dir(directory).unwrap();
        let texts = entries.map(|entry| {
            let path = entry.unwrap().path();
            match path.is_dir() {
                // It has a listener of its own, which is no part of the API.
                true if path.ends_with("telemetry") => String::new(),
                true => sources(&path),
                false => fs::read_to_string(path).unwrap(),
            }
        });
        texts.collect()
    }

    #[test]
    fn every_handler_has_a_route_and_every_route_is_in_the_document() {
        let routers = [api(), documents(), well()].map(OpenApiRouter::into_openapi);
        let document = serde_json::to_value(describe(routers)).unwrap();
        let paths = document["paths"].as_object().unwrap().values();
        let operations: usize = paths.map(|item| item.as_object().unwrap().len()).sum();
        let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server"));
        let handlers = sources.matches(concat!("#[utoipa", "::path(")).count();
        assert_eq!(operations, handlers);
        // These make a route that the document does not know.
        for hidden in ["route(", "route_service(", "nest(", "nest_service("] {
            assert!(!sources.contains(&format!(".{hidden}")), "{hidden}");
        }
    }
}
