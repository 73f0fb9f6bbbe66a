//! Output projects.

use super::access::{Reader, Writer};
use super::error::Error;
use super::extract::{Body, Id, PageParameters, Parameters};
use super::layout::remove as remove_directory;
use super::{Shared, views};
use crate::catalog::stack;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use quarry_store::{KnowledgeBaseId, Name, NewProject, ProjectId};
use serde::Deserialize;
use serde_json::Value;

/// An output project to make.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct New {
    kb_id: String,
    name: Name,
    stack_id: Name,
    configuration_id: Option<Name>,
}

pub(super) async fn create(
    Writer(tenant): Writer,
    Body(new): Body<New>,
) -> Result<(StatusCode, Json<Value>), Error> {
    let knowledge_base: KnowledgeBaseId = new.kb_id.parse()?;
    stack(new.stack_id.as_str())?;
    let project = tenant
        .create_project(NewProject {
            knowledge_base,
            name: new.name,
            stack: new.stack_id,
            configuration: new.configuration_id,
        })
        .await?;
    Ok((StatusCode::CREATED, Json(views::project(&project))))
}

pub(super) async fn list(
    Reader(tenant): Reader,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<Value>, Error> {
    let listed = tenant.projects(&page.page()?).await?;
    Ok(Json(views::list(&listed, views::project)))
}

pub(super) async fn show(
    Reader(tenant): Reader,
    Id(id): Id<ProjectId>,
) -> Result<Json<Value>, Error> {
    Ok(Json(views::project(&tenant.project(&id).await?)))
}

/// Removes an output project with its runs and its workspace.
pub(super) async fn remove(
    State(app): State<Shared>,
    Writer(tenant): Writer,
    Id(id): Id<ProjectId>,
) -> Result<StatusCode, Error> {
    let project = tenant.delete_project(&id).await?;
    let workspace = app.layout.workspace(&project);
    let removed = tokio::task::spawn_blocking(move || remove_directory(&workspace)).await;
    let removed = removed.map_err(|_| Error::Task)?;
    removed.map_err(Error::system("remove a workspace"))?;
    Ok(StatusCode::NO_CONTENT)
}
