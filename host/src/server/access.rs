//! Who asks: the one place where a request becomes a tenant's or an administrator's.

use super::error::Error;
use super::routes::{ADMINISTRATION, EVENTS, INITIALIZE};
use super::{Shared, Tenancy};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::http::{Method, Uri};
use axum::middleware::Next;
use axum::response::Response;
use quarry_store::{Access, AdministratorToken, Operator, Scope, TenantStore, TicketScope};

/// Lets requests through that carry a credential, and notes what it opens.
pub(super) async fn authenticate(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let (mut parts, body) = request.into_parts();
    // What has no credential at all is not told for whom a route is.
    match (credential(&app, &parts).await?, is_administration(&parts)) {
        (Credential::Tenant(access), false) => {
            tracing::Span::current().record("tenant", access.tenant.as_str());
            if app.tenancy == Tenancy::Many {
                let tenant = app.store.tenant(access.tenant.clone());
                app.rates.admit(&tenant).await?;
            }
            parts.extensions.insert(access);
        }
        (Credential::Administrator(token), true) => {
            parts.extensions.insert(token);
        }
        (Credential::Tenant(_), true) => return Err(Error::NotAdministrator),
        (Credential::Administrator(_), false) => return Err(Error::NotTenant),
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// What a request shows.
enum Credential {
    /// A tenant's token or ticket.
    Tenant(Access),
    /// An administrator's token.
    Administrator(AdministratorToken),
}

/// Whether a route, also one that is not there, is for administrators.
fn is_administration(request: &Parts) -> bool {
    let rest = request.uri.path().strip_prefix(ADMINISTRATION);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn credential(app: &Shared, request: &Parts) -> Result<Credential, Error> {
    if let Some(header) = request.headers.get(AUTHORIZATION) {
        let token = header.to_str().ok().and_then(bearer);
        let token = token.ok_or(Error::NoCredential)?;
        if token.starts_with(AdministratorToken::PREFIX) {
            let token = app.store.authenticate_administrator(token).await?;
            return Ok(Credential::Administrator(token));
        }
        return Ok(Credential::Tenant(app.store.authenticate(token).await?));
    }
    if let Some(ticket) = parameter(&request.uri, "ticket") {
        let access = app.store.consume_ticket(ticket).await?;
        return match opens(&access, request) {
            true => Ok(Credential::Tenant(access)),
            false => Err(Error::Ticket),
        };
    }
    // The URL that is printed at the start; whoever can read it on this machine is its user.
    match parameter(&request.uri, "token") {
        Some(token) if app.tenancy == Tenancy::Single && request.method == Method::GET => {
            Ok(Credential::Tenant(app.store.authenticate(token).await?))
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

/// An administrator, and what one may do.
pub(super) struct Administrator {
    /// The token that was shown.
    pub(super) token: AdministratorToken,
    pub(super) operator: Operator,
}

impl FromRequestParts<Shared> for Administrator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Error> {
        let token = parts.extensions.get::<AdministratorToken>().cloned();
        Ok(Self {
            token: token.ok_or(Error::NotAdministrator)?,
            operator: app.store.operator(),
        })
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
    /// A caller who may make tokens.
    Manager = Admin;
}
