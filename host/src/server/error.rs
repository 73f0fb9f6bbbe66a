//! Errors as the server answers them: the one place that turns them into statuses, codes and problem documents (RFC 9457).

use super::problem::{Exceeded, Problem};
use super::routes::JSON_BYTES;
use crate::catalog::{DescriptionError, StackError};
use crate::text::Printable;
use axum::Json;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use quarry_store::{CredentialError, InvalidCursor, InvalidId, InvalidText, Scope, StoreError};
use quarry_unpack::UnpackError;
use std::io;
use std::sync::Arc;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("no credential was given; send `Authorization: Bearer TOKEN`")]
    NoCredential,
    #[error(transparent)]
    Credential(Arc<CredentialError>),
    #[error("the ticket is for something else; make one for what is opened with it")]
    Ticket,
    #[error("the credential lacks the scope `{0}`; use a token that has it")]
    Scope(Scope),
    #[error("this is for administrators of the server; use a token of `quarry admin create-token`")]
    NotAdministrator,
    #[error("this is for tenants; an administrator's token opens nothing of theirs")]
    NotTenant,
    #[error(
        "this is the tenant of the server's only user; stop the server and remove its data directory instead"
    )]
    OwnTenant,
    #[error("more than {allowed} requests in a minute; go on in {seconds} s")]
    TooManyRequests { allowed: u32, seconds: u64 },
    #[error(
        "the host {0:?} is not one of this server's names; use another, or start it with `--host`"
    )]
    Host(String),
    #[error("pages of {0:?} may not use this server; open the page from the server itself")]
    Origin(String),
    #[error("there is nothing at {0}")]
    Nothing(String),
    #[error("there is no stack {0:?}; GET /api/stacks lists them")]
    NoStack(String),
    #[error("this cannot be done with the method {0}")]
    Method(String),
    #[error(transparent)]
    Store(StoreError),
    #[error(transparent)]
    Id(#[from] InvalidId),
    #[error("{0}")]
    Request(String),
    #[error(transparent)]
    Stack(#[from] StackError),
    #[error(transparent)]
    Unpack(UnpackError),
    #[error("the body is larger than {JSON_BYTES} bytes; JSON that is asked for here is shorter")]
    BodyTooLarge,
    #[error("the archive is larger than {0} bytes; leave out what is not source")]
    UploadTooLarge(u64),
    #[error(
        "the archive unpacks to more than the {} bytes that are free: {used} of {allowed} are in use; remove a knowledge base first",
        allowed.saturating_sub(*used)
    )]
    StorageTooSmall { used: u64, allowed: u64 },
    #[error(
        "what was sent came too slowly, and the connection is closed; send it again over a better one"
    )]
    TooSlow,
    #[error("the upload broke off: {0}; send it again")]
    UploadBroken(String),
    #[error(
        "directories of this machine are only read in single-user mode; upload an archive instead"
    )]
    DirectoryForbidden,
    #[error("{0}")]
    Directory(String),
    #[error("the knowledge base {0} is not ready; wait until its upload has ended")]
    NotReady(String),
    #[error("this output project has no run yet; begin one without `after`")]
    NoRun,
    #[error("there is no file {0:?} among the published ones")]
    NoFile(String),
    #[error("the server failed to {action}: {error}")]
    System {
        action: &'static str,
        error: io::Error,
    },
    #[error(transparent)]
    Component(DescriptionError),
    #[error("a task of the server ended unexpectedly")]
    Task,
}

/// The code of the problem that a request was answered with, for those that count them.
#[derive(Debug, Clone, Copy)]
pub(super) struct ProblemCode(pub(super) &'static str);

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<CredentialError> for Error {
    fn from(error: CredentialError) -> Self {
        match error {
            // That the database fails says nothing about the credential.
            CredentialError::Store(error) => Self::Store(error),
            error => Self::Credential(Arc::new(error)),
        }
    }
}

impl From<InvalidText> for Error {
    fn from(error: InvalidText) -> Self {
        Self::Request(error.to_string())
    }
}

impl From<InvalidCursor> for Error {
    fn from(error: InvalidCursor) -> Self {
        Self::Request(error.to_string())
    }
}

impl Error {
    pub(super) fn system(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::System { action, error }
    }

    /// The status, and a stable word for programs.
    fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Error::Credential(error) if matches!(**error, CredentialError::Suspended) => {
                (StatusCode::FORBIDDEN, "tenant-suspended")
            }
            Error::NoCredential | Error::Credential(_) | Error::Ticket => {
                (StatusCode::UNAUTHORIZED, "unauthenticated")
            }
            Error::Scope(_) => (StatusCode::FORBIDDEN, "missing-scope"),
            Error::NotAdministrator => (StatusCode::FORBIDDEN, "not-administrator"),
            Error::NotTenant => (StatusCode::FORBIDDEN, "not-tenant"),
            Error::OwnTenant => (StatusCode::CONFLICT, "own-tenant"),
            Error::TooManyRequests { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"),
            Error::Host(_) => (StatusCode::MISDIRECTED_REQUEST, "unknown-host"),
            Error::TooSlow => (StatusCode::REQUEST_TIMEOUT, "too-slow"),
            Error::Origin(_) => (StatusCode::FORBIDDEN, "foreign-origin"),
            Error::Nothing(_) | Error::NoFile(_) | Error::NoRun | Error::NoStack(_) => {
                (StatusCode::NOT_FOUND, "not-found")
            }
            Error::Method(_) => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Error::Store(error) => store_kind(error),
            Error::Id(_) => (StatusCode::BAD_REQUEST, "invalid-id"),
            Error::Request(_) | Error::UploadBroken(_) => {
                (StatusCode::BAD_REQUEST, "invalid-request")
            }
            Error::Stack(StackError::Unknown { .. }) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "unknown-stack")
            }
            Error::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "body-too-large"),
            Error::StorageTooSmall { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "storage-full"),
            Error::Unpack(UnpackError::Limit { .. }) | Error::UploadTooLarge(_) => {
                (StatusCode::PAYLOAD_TOO_LARGE, "archive-too-large")
            }
            Error::Unpack(error) if error.is_fault_of_archive() => {
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid-archive")
            }
            Error::DirectoryForbidden => (StatusCode::FORBIDDEN, "directory-forbidden"),
            Error::Directory(_) => (StatusCode::UNPROCESSABLE_ENTITY, "directory-unusable"),
            Error::NotReady(_) => (StatusCode::CONFLICT, "knowledge-base-not-ready"),
            Error::Stack(_)
            | Error::Unpack(_)
            | Error::System { .. }
            | Error::Component(_)
            | Error::Task => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// The status.
    pub(super) fn status(&self) -> StatusCode {
        self.kind().0
    }

    /// The stable word.
    pub(super) fn code(&self) -> &'static str {
        self.kind().1
    }

    /// The sentence for people. What went wrong inside is for the operator: it may name files and hosts.
    pub(super) fn detail(&self) -> String {
        if self.status().is_server_error() {
            tracing::error!(error = %Printable(&self.to_string()), "a request failed");
        }
        self.sentence()
    }

    fn sentence(&self) -> String {
        match self.status() {
            StatusCode::INTERNAL_SERVER_ERROR => {
                "the server failed; its log says why, and nothing was changed".to_owned()
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                "the store does not answer; try again in a second".to_owned()
            }
            _ => Printable(&self.to_string()).to_string(),
        }
    }

    /// The problem document. Nothing is logged.
    pub(super) fn problem(&self) -> Problem {
        let (status, code) = self.kind();
        Problem {
            kind: format!("urn:quarry:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            code,
            detail: self.sentence(),
            limit: Exceeded::of(self),
        }
    }
}

fn store_kind(error: &StoreError) -> (StatusCode, &'static str) {
    match error {
        StoreError::NotFound { .. } => (StatusCode::NOT_FOUND, "not-found"),
        StoreError::InUse { .. } => (StatusCode::CONFLICT, "in-use"),
        StoreError::State { .. } => (StatusCode::CONFLICT, "wrong-state"),
        StoreError::StorageFull { .. } => (StatusCode::PAYLOAD_TOO_LARGE, "storage-full"),
        error if error.is_temporary() => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = self.kind();
        // Asking for its words writes the log.
        let _ = self.detail();
        let wait = match &self {
            Error::TooManyRequests { seconds, .. } => Some(*seconds),
            _ => (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
        };
        let mut response = (status, Json(self.problem())).into_response();
        let headers = response.headers_mut();
        let media_type = HeaderValue::from_static("application/problem+json");
        headers.insert(CONTENT_TYPE, media_type);
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = wait {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(ProblemCode(code));
        response
    }
}
