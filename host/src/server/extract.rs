//! Parts of a request, whose faults are answered as all others are.

use super::error::Error;
use super::schema;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use quarry_store::{InvalidId, Page, TenantId, TokenId};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::str::FromStr;
use utoipa::IntoParams;

/// The identifier in the path.
pub(super) struct Id<T>(pub(super) T);

impl<S: Send + Sync, T: FromStr<Err = InvalidId>> FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        Ok(Self(parameter(parts, state, "id").await?.parse()?))
    }
}

/// The identifiers of a tenant and of one of its tokens in the path.
pub(super) struct TokenOfTenant(pub(super) TenantId, pub(super) TokenId);

impl<S: Send + Sync> FromRequestParts<S> for TokenOfTenant {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let tenant = parameter(parts, state, "id").await?.parse()?;
        let token = parameter(parts, state, "token_id").await?.parse()?;
        Ok(Self(tenant, token))
    }
}

async fn parameter<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
    name: &str,
) -> Result<String, Error> {
    let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
    let Path(parameters) = path.map_err(|error| Error::Request(error.to_string()))?;
    let mut parameters = parameters.into_iter();
    let found = parameters.find(|(found, _)| found == name);
    found.map(|(_, value)| value).ok_or(Error::Task)
}

/// The parameters of the query.
pub(super) struct Parameters<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(error) => Err(Error::Request(error.body_text())),
        }
    }
}

/// The body, as a JSON object.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let body = axum::Json::<Map<String, Value>>::from_request(request, state).await;
        let axum::Json(body) = body.map_err(|error| match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Error::BodyTooLarge,
            _ => Error::Request(error.body_text()),
        })?;
        let body = T::deserialize(Value::Object(body));
        let body = body.map_err(|error| Error::Request(format!("the body: {error}")));
        Ok(Self(body?))
    }
}

/// Reads a member that is an object. Of itself serde takes a list of its members' values for it, too.
pub(super) fn object<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<T, D::Error> {
    let members = Map::<String, Value>::deserialize(deserializer)?;
    T::deserialize(Value::Object(members)).map_err(D::Error::custom)
}

/// Which part of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct PageParameters {
    /// `next` of the part before; without it the list begins.
    #[param(value_type = Option<schema::Cursor>)]
    after: Option<String>,
    /// How many entries are wanted.
    #[param(value_type = Option<schema::PageSize>)]
    limit: Option<u32>,
}

impl PageParameters {
    pub(super) fn page(&self) -> Result<Page, Error> {
        let page = match &self.after {
            Some(cursor) => Page::after(cursor.parse()?),
            None => Page::first(),
        };
        Ok(match self.limit {
            Some(limit) => page.limit(limit),
            None => page,
        })
    }
}
