//! Who asks: the one place where a request becomes a tenant.

use super::error::Error;
use super::routes::{EVENTS, INITIALIZE};
use super::{Shared, Tenancy};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use quarry_store::{Access, Scope, TenantStore, TicketScope};

/// Lets requests through that carry a credential, and notes what it opens.
pub(super) async fn authenticate(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let (mut parts, body) = request.into_parts();
    let access = access(&app, &parts).await?;
    tracing::Span::current().record("tenant", access.tenant.as_str());
    if app.tenancy == Tenancy::Many {
        let tenant = app.store.tenant(access.tenant.clone());
        app.rates.admit(&tenant).await?;
    }
    parts.extensions.insert(access);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

async fn access(app: &Shared, request: &Parts) -> Result<Access, Error> {
    if let Some(header) = request.headers.get(AUTHORIZATION) {
        let token = header.to_str().ok().and_then(bearer);
        return Ok(app
            .store
            .authenticate(token.ok_or(Error::NoCredential)?)
            .await?);
    }
    if let Some(ticket) = parameter(&request.uri, "ticket") {
        let access = app.store.consume_ticket(ticket).await?;
        return match opens(&access, request) {
            true => Ok(access),
            false => Err(Error::Ticket),
        };
    }
    // The URL that is printed at the start; whoever can read it on this machine is its user.
    match parameter(&request.uri, "token") {
        Some(token) if app.tenancy == Tenancy::Single && request.method == Method::GET => {
            Ok(app.store.authenticate(token).await?)
        }
        _ => Err(Error::NoCredential),
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A parameter of the query. Credentials hold no character that would be escaped.
fn parameter<'uri>(uri: &'uri Uri, name: &str) -> Option<&'uri str> {
    let mut pairs = uri.query()?.split('&');
    pairs.find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

/// Whether a ticket opens a route: only the two that a browser cannot send a header to.
fn opens(access: &Access, request: &Parts) -> bool {
    let route = request.extensions.get::<MatchedPath>();
    let id = request.uri.path().split('/').nth(3);
    match (route.map(MatchedPath::as_str), &access.bound) {
        (Some(INITIALIZE), TicketScope::Project(project)) => id == Some(project.as_str()),
        (Some(EVENTS), TicketScope::Run(run)) => id == Some(run.as_str()),
        (Some(INITIALIZE | EVENTS), TicketScope::Tenant) => true,
        _ => false,
    }
}

/// What the credential of a request opens.
pub(super) struct Caller(pub(super) Access);

impl FromRequestParts<Shared> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &Shared) -> Result<Self, Error> {
        let access = parts.extensions.get::<Access>();
        access.cloned().map(Self).ok_or(Error::NoCredential)
    }
}

impl Caller {
    /// What the tenant has, if the credential has a scope.
    pub(super) fn tenant(&self, app: &Shared, scope: Scope) -> Result<TenantStore, Error> {
        match self.0.scopes.has(scope) {
            true => Ok(app.store.tenant(self.0.tenant.clone())),
            false => Err(Error::Scope(scope)),
        }
    }
}

macro_rules! granted {
    ($($(#[$documentation:meta])* $name:ident = $scope:ident;)*) => {$(
        $(#[$documentation])*
        pub(super) struct $name(pub(super) TenantStore);

        impl FromRequestParts<Shared> for $name {
            type Rejection = Error;

            async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Error> {
                let caller = Caller::from_request_parts(parts, app).await?;
                caller.tenant(app, Scope::$scope).map(Self)
            }
        }
    )*};
}

granted! {
    /// A caller who may read what the tenant has.
    Reader = Read;
    /// A caller who may make and remove what the tenant has.
    Writer = Write;
    /// A caller who may start and cancel runs.
    Starter = Run;
}
