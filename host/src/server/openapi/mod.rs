//! The document of the API (OpenAPI 3.1), made from what stands beside the handlers, and a page of it to read.
//!
//! What every route may answer, an error, stands here once: the rest of an operation decides which of them it may be.

mod page;
mod problems;

pub(super) use problems::{Conflict, Missing, Unprocessable};

use super::problem::Problem;
use super::schema;
use axum::Extension;
use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use std::sync::Arc;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, OpenApi as Document};
use utoipa::{Modify, OpenApi};

/// What the document says before its routes.
#[derive(Debug, OpenApi)]
#[openapi(
    info(
        title = "Quarry",
        description = "Turns a legacy WinDev, WebDev or WinDev Mobile project into the CONTEXT.md that a coding agent needs. Upload a source tree as a knowledge base, make an output project of it and a target stack, start a run, follow its messages and read the published files.\n\nErrors are problem documents (RFC 9457) with a stable `code`. Times are milliseconds since 1970, UTC. Lists come in parts, the newest entry first.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    tags(
        (name = "Knowledge bases", description = "Imported source trees."),
        (name = "Output projects", description = "A knowledge base, a target stack and a workspace in which CONTEXT.md is published."),
        (name = "Runs", description = "Initializations of output projects, with their messages and figures."),
        (name = "Catalog", description = "Target stacks, and the components that work on runs."),
        (name = "Credentials", description = "Tokens of a tenant, and tickets, which open one thing once."),
        (name = "Administration", description = "Tenants and their tokens, for administrators alone: `quarry admin create-token NAME` makes a token for one."),
        (name = "Health", description = "Whether the server is well."),
        (name = "Documentation", description = "This document, and a page of it."),
    ),
    components(schemas(Problem, schema::Message, schema::PageSize)),
    modifiers(&Credentials),
)]
struct Base;

/// The ways to show who asks.
struct Credentials;

impl Modify for Credentials {
    fn modify(&self, document: &mut Document) {
        let bearer = |text: &str| {
            let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer);
            SecurityScheme::Http(scheme.description(Some(text)).build())
        };
        let ticket = ApiKeyValue::with_description(
            "ticket",
            "A ticket of `POST /api/tickets`, for pages that cannot send a header. It opens once.",
        );
        let components = document.components.get_or_insert_with(Components::new);
        components.add_security_scheme(
            "bearer",
            bearer("A token of a tenant, which begins with `qry_`. Beside an operation stand the scopes that it needs."),
        );
        components.add_security_scheme(
            "administrator",
            bearer("An administrator's token, which begins with `qra_`."),
        );
        components.add_security_scheme("ticket", SecurityScheme::ApiKey(ApiKey::Query(ticket)));
    }
}

/// The document of some routers.
pub(super) fn describe(routers: impl IntoIterator<Item = Document>) -> Document {
    let mut document = Base::openapi();
    for router in routers {
        document.merge(router);
    }
    let paths = std::mem::take(&mut document.paths.paths);
    for (path, mut item) in paths {
        for operation in operations(&mut item) {
            problems::add(&path, operation);
        }
        // To OpenAPI a parameter is one segment; ours may hold slashes, which its description says.
        document.paths.paths.insert(path.replace("{*", "{"), item);
    }
    let components = document.components.get_or_insert_with(Components::new);
    components.responses.extend(problems::responses());
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.patch,
        &mut item.put,
        &mut item.delete,
    ]
    .into_iter()
    .filter_map(Option::as_mut)
}

/// The document as it is sent.
#[derive(Debug)]
pub(super) struct Published {
    json: Bytes,
    page: Bytes,
}

impl Published {
    pub(super) fn of(document: Document) -> Self {
        // It is made of texts and numbers, with texts as names.
        let value = serde_json::to_value(&document).unwrap_or_default();
        Self {
            json: value.to_string().into(),
            page: page::render(&value).into(),
        }
    }
}

/// Read this document
///
/// It says nothing of any tenant and needs no credential, so that tools can use it as it is.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "Documentation",
    security(()),
    responses((status = 200, description = "The document", body = Object, content_type = "application/json"))
)]
pub(super) async fn show_document(
    Extension(published): Extension<Arc<Published>>,
) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, published.json.clone())
}

/// Read this document as a page
///
/// It loads nothing, and needs no credential.
#[utoipa::path(
    get,
    path = "/api/docs",
    tag = "Documentation",
    security(()),
    responses((status = 200, description = "The page", body = String, content_type = "text/html"))
)]
pub(super) async fn show_page(
    Extension(published): Extension<Arc<Published>>,
) -> impl IntoResponse {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        ),
    ];
    (headers, published.page.clone())
}
