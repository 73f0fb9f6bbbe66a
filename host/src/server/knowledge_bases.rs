//! Knowledge bases.

use super::access::{Reader, Writer};
use super::error::Error;
use super::extract::{Body, Id, PageParameters, Parameters};
use super::layout::remove as remove_directory;
use super::{Shared, Tenancy, upload, views};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use quarry_store::{
    Contents, KnowledgeBase, KnowledgeBaseId, Name, NewKnowledgeBase, Origin, TenantStore,
};
use serde::Deserialize;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A directory to read.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FromDirectory {
    name: Name,
    directory: PathBuf,
}

/// What stands beside an uploaded archive.
#[derive(Debug, Deserialize)]
pub(super) struct UploadParameters {
    name: Option<Name>,
}

/// Makes a knowledge base: of an archive, which is the body, or of a directory, which JSON names.
pub(super) async fn create(
    State(app): State<Shared>,
    Writer(tenant): Writer,
    Parameters(parameters): Parameters<UploadParameters>,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Error> {
    let media_type = request.headers().get(CONTENT_TYPE);
    let is_json = media_type.is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    let base = if is_json {
        let Body(new) = Body::<FromDirectory>::from_request(request, &app).await?;
        of_directory(&app, &tenant, new).await?
    } else {
        let name = parameters.name.ok_or_else(|| {
            Error::Request("an upload needs a name: add `?name=NAME` to the URL".to_owned())
        })?;
        // Its own task: a client that goes away does not leave half of it behind.
        let upload = upload::receive(app, tenant, name, request.into_body());
        tokio::spawn(upload).await.map_err(|_| Error::Task)??
    };
    Ok((StatusCode::CREATED, Json(views::knowledge_base(&base))))
}

async fn of_directory(
    app: &Shared,
    tenant: &TenantStore,
    new: FromDirectory,
) -> Result<KnowledgeBase, Error> {
    if app.tenancy != Tenancy::Single {
        return Err(Error::DirectoryForbidden);
    }
    let given = new.directory.clone();
    let path = tokio::task::spawn_blocking(move || usable(&given)).await;
    let path = path.map_err(|_| Error::Task)?.map_err(Error::Directory)?;
    let new = NewKnowledgeBase {
        name: new.name,
        origin: Origin::Directory(path),
    };
    let base = tenant.create_knowledge_base(new).await?;
    // Nothing is stored for it: its files are counted when a run reads them.
    Ok(tenant
        .complete_knowledge_base(&base.id, &Contents::default())
        .await?)
}

/// The absolute path of a directory.
fn usable(directory: &Path) -> Result<String, String> {
    let path = directory
        .canonicalize()
        .map_err(|error| format!("{}: {error}; name a directory", directory.display()))?;
    if !path.is_dir() {
        return Err(format!(
            "{}: it is not a directory; name one",
            path.display()
        ));
    }
    path.into_os_string()
        .into_string()
        .map_err(|_| "the directory's path is not UTF-8; rename it".to_owned())
}

pub(super) async fn list(
    Reader(tenant): Reader,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<Value>, Error> {
    let listed = tenant.knowledge_bases(&page.page()?).await?;
    Ok(Json(views::list(&listed, views::knowledge_base)))
}

pub(super) async fn show(
    Reader(tenant): Reader,
    Id(id): Id<KnowledgeBaseId>,
) -> Result<Json<Value>, Error> {
    let base = tenant.knowledge_base(&id).await?;
    Ok(Json(views::knowledge_base(&base)))
}

/// Removes a knowledge base and the files that were uploaded for it; a directory of this machine stays.
pub(super) async fn remove(
    State(app): State<Shared>,
    Writer(tenant): Writer,
    Id(id): Id<KnowledgeBaseId>,
) -> Result<StatusCode, Error> {
    let base = tenant.delete_knowledge_base(&id).await?;
    if base.origin == Origin::Uploaded {
        let files = app.layout.uploaded(&base.tenant, &base.id);
        let removed = tokio::task::spawn_blocking(move || remove_directory(&files)).await;
        let removed = removed.map_err(|_| Error::Task)?;
        removed.map_err(Error::system("remove a knowledge base"))?;
    }
    Ok(StatusCode::NO_CONTENT)
}
