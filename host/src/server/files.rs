//! The published files of an output project: CONTEXT.md and context/, and nothing else of its workspace.

use super::access::Reader;
use super::error::Error;
use super::extract::Id;
use super::views::All;
use super::{Shared, schema};
use axum::Json;
use axum::extract::{Path as PathParameters, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::response::{IntoResponse, Response};
use cap_fs_ext::{DirExt, FollowSymlinks, OpenOptionsFollowExt, OpenOptionsSyncExt};
use cap_std::ambient_authority;
use cap_std::fs::{Dir, OpenOptions};
use quarry_store::ProjectId;
use serde::Serialize;
use std::io::{self, Read};
use std::path::Path;
use utoipa::ToSchema;

/// The document, and the directory beside it.
const DOCUMENT: &str = "CONTEXT.md";
const DIRECTORY: &str = "context";

/// The most files that are listed, and the deepest.
const LISTED: usize = 10_000;
const DEPTH: usize = 8;

/// A published file.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PublishedFile {
    /// Relative to the workspace.
    #[schema(example = "context/schema/Client.sql")]
    path: String,
    bytes: u64,
}

/// List the published files of an output project
///
/// `CONTEXT.md`, and what is below `context/`: nothing else of the workspace is shown.
#[utoipa::path(
    get,
    path = "/api/output-projects/{id}/files",
    tag = "Output projects",
    security(("bearer" = ["read"])),
    params(("id" = schema::ProjectId, Path)),
    responses((status = 200, description = "The files, none before the first run has published", body = All<PublishedFile>))
)]
pub(super) async fn list_files(
    State(app): State<Shared>,
    Reader(tenant): Reader,
    Id(id): Id<ProjectId>,
) -> Result<Json<All<PublishedFile>>, Error> {
    let project = tenant.project(&id).await?;
    let workspace = app.layout.workspace(&project);
    let files = blocking(move || published(&workspace)).await?;
    let files = files.map_err(Error::system("list published files"))?;
    let items = files
        .into_iter()
        .map(|(path, bytes)| PublishedFile { path, bytes });
    Ok(Json(All {
        items: items.collect(),
    }))
}

/// Read a published file of an output project
#[utoipa::path(
    get,
    path = "/api/output-projects/{id}/files/{*path}",
    tag = "Output projects",
    security(("bearer" = ["read"])),
    params(
        ("id" = schema::ProjectId, Path),
        ("path" = String, Path, description = "The file, relative to the workspace; it may hold slashes", example = "CONTEXT.md"),
    ),
    responses((status = 200, description = "The file", content(
        (String = "text/markdown"),
        (String = "text/plain"),
        (Object = "application/json"),
    )))
)]
pub(super) async fn show_file(
    State(app): State<Shared>,
    Reader(tenant): Reader,
    Id(id): Id<ProjectId>,
    PathParameters((_, path)): PathParameters<(String, String)>,
) -> Result<Response, Error> {
    let project = tenant.project(&id).await?;
    let workspace = app.layout.workspace(&project);
    let wanted = path.clone();
    let text = blocking(move || read(&workspace, &wanted)).await?;
    match text {
        Ok(Some(bytes)) => Ok((
            [
                (CONTENT_TYPE, media_type(&path)),
                // What a source tree says is text here and no page of this server.
                (X_CONTENT_TYPE_OPTIONS, "nosniff"),
                (CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'"),
            ],
            bytes,
        )
            .into_response()),
        Ok(None) => Err(Error::NoFile(path)),
        Err(error) => Err(Error::System {
            action: "read a published file",
            error,
        }),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| Error::Task)
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.') {
        Some((_, "md")) => "text/markdown; charset=utf-8",
        Some((_, "json")) => "application/json",
        _ => "text/plain; charset=utf-8",
    }
}

/// The workspace, if anything was ever written there.
fn open(workspace: &Path) -> io::Result<Option<Dir>> {
    absent(Dir::open_ambient_dir(workspace, ambient_authority()))
}

/// What is not there is no error; neither is what is something else, such as a link.
fn absent<T>(found: io::Result<T>) -> io::Result<Option<T>> {
    use io::ErrorKind::{InvalidFilename, NotADirectory, NotFound, PermissionDenied};
    const LOOP: i32 = 40;
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error)
            if matches!(
                error.kind(),
                NotFound | NotADirectory | PermissionDenied | InvalidFilename
            ) || error.raw_os_error() == Some(LOOP) =>
        {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn published(workspace: &Path) -> io::Result<Vec<(String, u64)>> {
    let mut files = Vec::new();
    let Some(workspace) = open(workspace)? else {
        return Ok(files);
    };
    if let Some(document) = absent(workspace.symlink_metadata(DOCUMENT))?
        && document.is_file()
    {
        files.push((DOCUMENT.to_owned(), document.len()));
    }
    if let Some(directory) = absent(workspace.open_dir_nofollow(DIRECTORY))? {
        collect(&directory, DIRECTORY, DEPTH, &mut files)?;
    }
    files.sort();
    Ok(files)
}

fn collect(
    directory: &Dir,
    path: &str,
    depth: usize,
    files: &mut Vec<(String, u64)>,
) -> io::Result<()> {
    for entry in directory.entries()? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let path = format!("{path}/{name}");
        let kind = entry.file_type()?;
        if kind.is_file() && files.len() < LISTED {
            files.push((path, entry.metadata()?.len()));
        } else if kind.is_dir()
            && depth > 0
            && let Some(inner) = absent(directory.open_dir_nofollow(&name))?
        {
            collect(&inner, &path, depth - 1, files)?;
        }
    }
    Ok(())
}

/// Reads one file. Neither it nor a directory before it may be a link: an agent may have made one.
fn read(workspace: &Path, path: &str) -> io::Result<Option<Vec<u8>>> {
    let mut parts: Vec<&str> = path.split('/').collect();
    let plain = |part: &&str| !part.is_empty() && !part.starts_with('.') && !part.contains('\0');
    let known = match &*parts {
        [DOCUMENT] => true,
        [DIRECTORY, rest @ ..] => !rest.is_empty() && rest.iter().all(plain),
        _ => false,
    };
    let (Some(name), true) = (parts.pop(), known) else {
        return Ok(None);
    };
    let Some(mut directory) = open(workspace)? else {
        return Ok(None);
    };
    for part in parts {
        match absent(directory.open_dir_nofollow(part))? {
            Some(inner) => directory = inner,
            None => return Ok(None),
        }
    }
    let mut options = OpenOptions::new();
    options.read(true).follow(FollowSymlinks::No).nonblock(true);
    let Some(mut file) = absent(directory.open_with(name, &options))? else {
        return Ok(None);
    };
    if !file.metadata()?.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    #[test]
    fn published_files_are_read_and_nothing_else_also_through_no_link() {
        let directory = tempfile::tempdir().unwrap();
        let workspace = directory.path().join("workspace");
        fs::create_dir_all(workspace.join("context/tables")).unwrap();
        fs::write(workspace.join("CONTEXT.md"), "document").unwrap();
        fs::write(workspace.join("context/tables/A.md"), "table").unwrap();
        fs::write(workspace.join("secret.txt"), "secret").unwrap();
        fs::write(directory.path().join("outside"), "outside").unwrap();
        symlink("../../outside", workspace.join("context/link.md")).unwrap();
        symlink("../..", workspace.join("context/up")).unwrap();
        let listed = published(&workspace).unwrap();
        let paths: Vec<&str> = listed.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["CONTEXT.md", "context/tables/A.md"]);
        assert_eq!(
            read(&workspace, "CONTEXT.md").unwrap().unwrap(),
            b"document"
        );
        for path in [
            "secret.txt",
            "context",
            "context/",
            "context/../secret.txt",
            "context/link.md",
            "context/up/outside",
            "context/tables",
            "/etc/hostname",
            "",
        ] {
            assert!(read(&workspace, path).unwrap().is_none(), "{path}");
        }
    }
}
