//! Knowledge bases.

use super::access::{Caller, Reader, Writer};
use super::error::Error;
use super::extract::{Body, Id, PageParameters, Parameters};
use super::layout::remove as remove_directory;
use super::openapi::{Conflict, Unprocessable};
use super::{Shared, Tenancy, schema, upload, views};
use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use quarry_store::{
    Contents, KnowledgeBase, KnowledgeBaseId, Name, NewKnowledgeBase, Origin, TenantStore,
};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use utoipa::{IntoParams, ToSchema};

/// A directory of the server's machine to read in place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FromDirectory {
    #[schema(value_type = schema::Name)]
    name: Name,
    /// Its path.
    #[schema(value_type = String, example = "/home/me/shop")]
    directory: PathBuf,
}

/// What stands beside an uploaded archive.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadParameters {
    /// The name of the knowledge base: needed for an archive.
    #[param(value_type = Option<schema::Name>)]
    name: Option<Name>,
}

/// Make a knowledge base
///
/// The body is a zip, tar or tar.gz archive of a source tree, of any media type but JSON, or in single-user mode JSON
/// that names a directory of the server's machine. Of an archive that is refused nothing is left behind. How large it may
/// be say `upload_bytes` and `storage_bytes` of the tenant's limits.
#[utoipa::path(
    post,
    path = "/api/knowledge-bases",
    tag = "Knowledge bases",
    security(("bearer" = ["write"])),
    params(UploadParameters),
    request_body(content(
        (schema::Archive = "application/octet-stream"),
        (schema::Archive = "application/zip"),
        (schema::Archive = "application/gzip"),
        (schema::Archive = "application/x-tar"),
        (FromDirectory = "application/json", example = json!({ "name": "Shop", "directory": "/home/me/shop" })),
    )),
    responses(
        (status = 201, description = "The knowledge base, which is ready", body = views::KnowledgeBase),
        Conflict, Unprocessable,
    )
)]
pub(super) async fn create_knowledge_base(
    State(app): State<Shared>,
    Writer(tenant): Writer,
    Caller(caller): Caller,
    Parameters(parameters): Parameters<UploadParameters>,
    request: Request,
) -> Result<(StatusCode, Json<views::KnowledgeBase>), Error> {
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
        let length = request.headers().get(CONTENT_LENGTH);
        let length = length.and_then(|value| value.to_str().ok()?.parse().ok());
        let sender = app.callers.watch(&caller.token);
        let upload = upload::receive(app, sender, tenant, name, length, request.into_body());
        tokio::spawn(upload).await.map_err(|_| Error::Task)??
    };
    Ok((StatusCode::CREATED, Json((&base).into())))
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

/// List the knowledge bases
#[utoipa::path(
    get,
    path = "/api/knowledge-bases",
    tag = "Knowledge bases",
    security(("bearer" = ["read"])),
    params(PageParameters),
    responses((status = 200, description = "A part of the list", body = views::List<views::KnowledgeBase>))
)]
pub(super) async fn list_knowledge_bases(
    Reader(tenant): Reader,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<views::List<views::KnowledgeBase>>, Error> {
    let listed = tenant.knowledge_bases(&page.page()?).await?;
    Ok(Json(views::List::of(&listed)))
}

/// Show a knowledge base
#[utoipa::path(
    get,
    path = "/api/knowledge-bases/{id}",
    tag = "Knowledge bases",
    security(("bearer" = ["read"])),
    params(("id" = schema::KnowledgeBaseId, Path)),
    responses((status = 200, description = "The knowledge base", body = views::KnowledgeBase))
)]
pub(super) async fn show_knowledge_base(
    Reader(tenant): Reader,
    Id(id): Id<KnowledgeBaseId>,
) -> Result<Json<views::KnowledgeBase>, Error> {
    Ok(Json((&tenant.knowledge_base(&id).await?).into()))
}

/// Remove a knowledge base
///
/// The files that were uploaded for it go with it; a directory of the server's machine stays.
#[utoipa::path(
    delete,
    path = "/api/knowledge-bases/{id}",
    tag = "Knowledge bases",
    security(("bearer" = ["write"])),
    params(("id" = schema::KnowledgeBaseId, Path)),
    responses((status = 204, description = "It is gone"), Conflict)
)]
pub(super) async fn delete_knowledge_base(
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
