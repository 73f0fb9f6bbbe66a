//! Parts of a request, whose faults are answered as all others are.

use super::error::Error;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use quarry_store::{InvalidId, Page};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// The identifier in the path.
pub(super) struct Id<T>(pub(super) T);

impl<S: Send + Sync, T: FromStr<Err = InvalidId>> FromRequestParts<S> for Id<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let path = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let Path(parameters) = path.map_err(|error| Error::Request(error.to_string()))?;
        let id = parameters.iter().find(|(name, _)| name == "id");
        let (_, id) = id.ok_or(Error::Task)?;
        Ok(Self(id.parse()?))
    }
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

/// The body, as JSON.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        match axum::Json::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Self(body)),
            Err(error) => Err(Error::Request(error.body_text())),
        }
    }
}

/// Which part of a list is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct PageParameters {
    after: Option<String>,
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
