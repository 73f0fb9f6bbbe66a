//! The problems that routes answer, each with an example of every code.

use crate::server::error::Error;
use axum::http::StatusCode;
use quarry_store::{CredentialError, Kind, KnowledgeBaseId, RunId, Scope, StoreError};
use std::collections::BTreeMap;
use utoipa::IntoResponses;
use utoipa::openapi::content::ContentBuilder;
use utoipa::openapi::example::ExampleBuilder;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::Type;
use utoipa::openapi::{Object, Ref, RefOr, Response, ResponseBuilder};

/// A problem that an operation names, because its other parts do not tell that it may be answered.
macro_rules! named {
    ($($(#[$documentation:meta])* $name:ident = $status:ident;)*) => {$(
        $(#[$documentation])*
        #[derive(Debug)]
        pub(in crate::server) enum $name {}

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                BTreeMap::from([entry(StatusCode::$status)])
            }
        }
    )*};
}

named! {
    /// What is used or going on stands in the way.
    Conflict = CONFLICT;
    /// What the body names is not there.
    Missing = NOT_FOUND;
    /// What the body names cannot be used.
    Unprocessable = UNPROCESSABLE_ENTITY;
}

/// Adds the problems that an operation may answer for what it is.
pub(super) fn add(path: &str, operation: &mut Operation) {
    let secured = operation.security.iter().flatten();
    let schemes: Vec<String> = secured
        .filter_map(|requirement| serde_json::to_value(requirement).ok())
        .filter_map(|requirement| requirement.as_object()?.keys().next().cloned())
        .collect();
    let has_body = operation.request_body.is_some();
    let has_parameters = operation
        .parameters
        .as_ref()
        .is_some_and(|all| !all.is_empty());
    let of_tenant = schemes.iter().any(|scheme| scheme == "bearer");
    let is_secured = !schemes.is_empty();
    let of_api = path.starts_with("/api");
    let problems = [
        (has_body || has_parameters, StatusCode::BAD_REQUEST),
        (is_secured, StatusCode::UNAUTHORIZED),
        (of_api, StatusCode::FORBIDDEN),
        (path.contains('{'), StatusCode::NOT_FOUND),
        (has_body, StatusCode::PAYLOAD_TOO_LARGE),
        (of_api, StatusCode::MISDIRECTED_REQUEST),
        (of_tenant, StatusCode::TOO_MANY_REQUESTS),
        (is_secured, StatusCode::INTERNAL_SERVER_ERROR),
        (is_secured, StatusCode::SERVICE_UNAVAILABLE),
    ];
    let answered = &mut operation.responses.responses;
    for (_, status) in problems.into_iter().filter(|(may_be, _)| *may_be) {
        let (status, problem) = entry(status);
        answered.entry(status).or_insert(problem);
    }
}

fn entry(status: StatusCode) -> (String, RefOr<Response>) {
    let problem = Ref::from_response_name(name(status));
    (status.as_u16().to_string(), problem.into())
}

/// What the answer with a status is called in the document: `NotFound`.
fn name(status: StatusCode) -> String {
    let words = status.canonical_reason().unwrap_or("Error");
    words
        .chars()
        .filter(|letter| letter.is_alphabetic())
        .collect()
}

/// Every answer that is a problem.
pub(super) fn responses() -> impl Iterator<Item = (String, RefOr<Response>)> {
    let mut by_status: BTreeMap<StatusCode, Vec<Error>> = BTreeMap::new();
    for error in examples() {
        by_status.entry(error.status()).or_default().push(error);
    }
    by_status
        .into_iter()
        .map(|(status, errors)| (name(status), response(status, &errors).into()))
}

fn response(status: StatusCode, errors: &[Error]) -> Response {
    let codes: Vec<String> = errors
        .iter()
        .map(|error| format!("`{}`", error.code()))
        .collect();
    let examples = errors.iter().map(|error| {
        let problem = serde_json::to_value(error.problem()).unwrap_or_default();
        let example = ExampleBuilder::new().value(Some(problem)).build();
        (error.code(), RefOr::T(example))
    });
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .examples_from_iter(examples);
    let response = ResponseBuilder::new()
        .description(format!("A problem: {}.", codes.join(", ")))
        .content("application/problem+json", content.build());
    let header = |kind, text: &str| {
        let mut header = Header::new(Object::with_type(kind));
        header.description = Some(text.to_owned());
        header
    };
    match status {
        StatusCode::UNAUTHORIZED => response.header(
            "WWW-Authenticate",
            header(Type::String, "How to show who asks: `Bearer`."),
        ),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => response.header(
            "Retry-After",
            header(Type::Integer, "In how many seconds to try again."),
        ),
        _ => response,
    }
    .build()
}

/// One error of every code that clients see.
fn examples() -> impl Iterator<Item = Error> {
    let id = || {
        format!(
            "{}{}",
            KnowledgeBaseId::PREFIX,
            "0123456789abcdef".repeat(2)
        )
    };
    let invalid = "42".parse::<RunId>().err().map(Error::Id);
    let others = vec![
        Error::Request("missing field `name` at line 1 column 2".to_owned()),
        Error::NoCredential,
        Error::Scope(Scope::Write),
        Error::NotTenant,
        Error::NotAdministrator,
        CredentialError::Suspended.into(),
        Error::Origin("https://elsewhere.example".to_owned()),
        Error::DirectoryForbidden,
        Error::Store(StoreError::NotFound {
            kind: Kind::KnowledgeBase,
            id: id(),
        }),
        Error::Store(StoreError::InUse {
            kind: Kind::KnowledgeBase,
            id: id(),
            by: "an output project",
        }),
        Error::NotReady(id()),
        Error::Store(StoreError::State {
            kind: Kind::Token,
            id: id(),
            state: "revoked",
        }),
        Error::OwnTenant,
        Error::BodyTooLarge,
        Error::UploadTooLarge(512 << 20),
        Error::StorageTooSmall {
            used: 9 << 30,
            allowed: 10 << 30,
        },
        Error::Host("elsewhere.example".to_owned()),
        Error::Stack(crate::catalog::StackError::Unknown {
            id: "cobol".to_owned(),
            known: "fastapi-htmx, …".to_owned(),
        }),
        Error::Unpack(quarry_unpack::UnpackError::NoFiles),
        Error::Directory("/home/me/shop: it is not a directory; name one".to_owned()),
        Error::TooManyRequests {
            allowed: 600,
            seconds: 17,
        },
        Error::Task,
        Error::Store(StoreError::Contended {
            kind: Kind::Run,
            id: id(),
        }),
    ];
    invalid.into_iter().chain(others)
}
