//! Output projects.

use super::access::{Reader, Writer};
use super::error::Error;
use super::extract::{Body, Id, PageParameters, Parameters};
use super::layout::remove as remove_directory;
use super::openapi::{Conflict, Missing, Unprocessable};
use super::{Shared, schema, views};
use crate::catalog::stack;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use quarry_store::{KnowledgeBaseId, Name, NewProject, ProjectId};
use serde::Deserialize;
use utoipa::ToSchema;

/// An output project to make.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOutputProject {
    /// The knowledge base.
    #[schema(value_type = schema::KnowledgeBaseId)]
    kb_id: String,
    #[schema(value_type = schema::Name)]
    name: Name,
    /// The target stack.
    #[schema(value_type = String, example = "fastapi-htmx")]
    stack_id: Name,
    /// The configuration of the source project that is meant; without it all of them.
    #[schema(value_type = Option<schema::Name>)]
    configuration_id: Option<Name>,
}

/// Make an output project of a knowledge base and a target stack
#[utoipa::path(
    post,
    path = "/api/output-projects",
    tag = "Output projects",
    security(("bearer" = ["write"])),
    request_body = NewOutputProject,
    responses(
        (status = 201, description = "The output project", body = views::Project),
        Missing, Unprocessable,
    )
)]
pub(super) async fn create_output_project(
    Writer(tenant): Writer,
    Body(new): Body<NewOutputProject>,
) -> Result<(StatusCode, Json<views::Project>), Error> {
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
    Ok((StatusCode::CREATED, Json((&project).into())))
}

/// List the output projects
#[utoipa::path(
    get,
    path = "/api/output-projects",
    tag = "Output projects",
    security(("bearer" = ["read"])),
    params(PageParameters),
    responses((status = 200, description = "A part of the list", body = views::List<views::Project>))
)]
pub(super) async fn list_output_projects(
    Reader(tenant): Reader,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<views::List<views::Project>>, Error> {
    let listed = tenant.projects(&page.page()?).await?;
    Ok(Json(views::List::of(&listed)))
}

/// Show an output project
#[utoipa::path(
    get,
    path = "/api/output-projects/{id}",
    tag = "Output projects",
    security(("bearer" = ["read"])),
    params(("id" = schema::ProjectId, Path)),
    responses((status = 200, description = "The output project", body = views::Project))
)]
pub(super) async fn show_output_project(
    Reader(tenant): Reader,
    Id(id): Id<ProjectId>,
) -> Result<Json<views::Project>, Error> {
    Ok(Json((&tenant.project(&id).await?).into()))
}

/// Remove an output project with its runs and its workspace
#[utoipa::path(
    delete,
    path = "/api/output-projects/{id}",
    tag = "Output projects",
    security(("bearer" = ["write"])),
    params(("id" = schema::ProjectId, Path)),
    responses((status = 204, description = "It is gone"), Conflict)
)]
pub(super) async fn delete_output_project(
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
