//! The components that work on runs.

use super::Shared;
use super::access::Reader;
use super::error::Error;
use super::figures::CallLimits;
use super::views::All;
use crate::catalog::{Description, describe};
use axum::Json;
use axum::extract::State;
use quarry_sandbox::CallOptions;
use serde::Serialize;
use utoipa::ToSchema;

/// A component, and what it may use.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Component {
    #[serde(flatten)]
    description: Description,
    /// What each of its calls may use.
    limits: CallLimits,
}

/// List the components that work on runs
///
/// Each with its version, the world that it is made for, what it is for, its digest and its limits.
#[utoipa::path(
    get,
    path = "/api/components",
    tag = "Catalog",
    security(("bearer" = ["read"])),
    responses((status = 200, description = "All components", body = All<Component>))
)]
pub(super) async fn list_components(
    State(app): State<Shared>,
    _: Reader,
) -> Result<Json<All<Component>>, Error> {
    let described = app.components.get_or_try_init(|| async {
        let engine = app.engine.clone();
        let describing =
            tokio::task::spawn_blocking(move || describe(&engine.components().extractors));
        describing
            .await
            .map_err(|_| Error::Task)?
            .map_err(Error::Component)
    });
    let limits = CallLimits::from(&CallOptions::default().limits);
    let items = described.await?.iter().map(|description| Component {
        description: description.clone(),
        limits: limits.clone(),
    });
    Ok(Json(All {
        items: items.collect(),
    }))
}
