//! Receiving an archive: streamed to the disk, then unpacked. Either a knowledge base comes of it or nothing is left.

use super::Shared;
use super::error::Error;
use super::layout::{make, remove};
use axum::body::Body;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use futures_util::StreamExt;
use quarry_store::{
    Clock, Contents, Failure, KnowledgeBase, KnowledgeBaseId, Name, NewKnowledgeBase, Operator,
    Origin, StoreError, SystemClock, TenantId, TenantStore,
};
use quarry_unpack::{Limits, Unpacked, unpack};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio_util::sync::CancellationToken;

/// Receives an archive up to its end.
pub(super) async fn receive(
    app: Shared,
    tenant: TenantStore,
    name: Name,
    body: Body,
) -> Result<KnowledgeBase, Error> {
    let limits = limits(&tenant).await?;
    let origin = Origin::Uploaded;
    let base = tenant
        .receive_knowledge_base(NewKnowledgeBase { name, origin }, &app.host)
        .await?;
    let archive = app.layout.uploads().join(base.id.as_str());
    let files = app.layout.uploaded(&base.tenant, &base.id);
    let received = import(&app, &archive, &files, limits, body).await;
    let cleanup = archive.clone();
    // That the archive stays costs space until the next start, not the upload.
    let _ = tokio::fs::remove_file(&cleanup).await;
    let completed = match received {
        Ok(unpacked) => {
            let contents = Contents {
                files: unpacked.files,
                bytes: unpacked.bytes,
                digest: None,
            };
            let completed = tenant.complete_knowledge_base(&base.id, &contents).await;
            completed.map_err(Error::from)
        }
        Err(error) => Err(error),
    };
    if completed.is_err() {
        discard(&tenant, &base.id, files).await;
    }
    completed
}

/// What an archive of this tenant may be, with what it has stored already.
async fn limits(tenant: &TenantStore) -> Result<Limits, Error> {
    let (allowed, used) = (tenant.tenant().await?.limits, tenant.usage().await?);
    let free = allowed.storage_bytes.saturating_sub(used.stored_bytes);
    if free == 0 {
        return Err(Error::Store(StoreError::StorageFull {
            used: used.stored_bytes,
            needed: 1,
            allowed: allowed.storage_bytes,
        }));
    }
    let usual = Limits::default();
    Ok(Limits {
        archive_bytes: usual.archive_bytes.min(allowed.upload_bytes),
        unpacked_bytes: usual.unpacked_bytes.min(free),
        ..usual
    })
}

async fn import(
    app: &Shared,
    archive: &Path,
    files: &Path,
    limits: Limits,
    body: Body,
) -> Result<Unpacked, Error> {
    store(archive, limits.archive_bytes, body, &app.closing).await?;
    let (archive, files) = (archive.to_owned(), files.to_owned());
    let closing = app.closing.clone();
    let unpacking = tokio::task::spawn_blocking(move || {
        let system = Error::system("unpack an upload");
        let opened = make(&files).and_then(|()| {
            let into = Dir::open_ambient_dir(&files, ambient_authority())?;
            Ok((File::open(&archive)?, into))
        });
        let (mut archive, into) = opened.map_err(system)?;
        unpack(&mut archive, &into, &limits, &|| closing.is_cancelled()).map_err(Error::Unpack)
    });
    unpacking.await.map_err(|_| Error::Task)?
}

/// Writes the body to the disk, as it comes.
async fn store(
    archive: &Path,
    allowed: u64,
    body: Body,
    closing: &CancellationToken,
) -> Result<(), Error> {
    let system = || Error::system("write an upload");
    let mut file = tokio::fs::File::create_new(archive)
        .await
        .map_err(system())?;
    let mut chunks = body.into_data_stream();
    let mut received = 0_u64;
    loop {
        let chunk = tokio::select! {
            () = closing.cancelled() => {
                return Err(Error::UploadBroken("the server shuts down".to_owned()));
            }
            chunk = chunks.next() => chunk,
        };
        let Some(chunk) = chunk else {
            return file.flush().await.map_err(system());
        };
        let chunk = chunk.map_err(|error| Error::UploadBroken(error.to_string()))?;
        received += chunk.len() as u64;
        if received > allowed {
            return Err(Error::UploadTooLarge(allowed));
        }
        file.write_all(&chunk).await.map_err(system())?;
    }
}

/// Removes what there is of an upload that failed.
async fn discard(tenant: &TenantStore, id: &KnowledgeBaseId, files: PathBuf) {
    let removed = tokio::task::spawn_blocking(move || remove(&files)).await;
    if !matches!(removed, Ok(Ok(()))) {
        tracing::error!(knowledge_base = %id, "the files of a failed upload could not be removed");
    }
    if let Err(error) = tenant.delete_knowledge_base(id).await {
        tracing::error!(knowledge_base = %id, %error, "a failed upload could not be removed");
    }
}

/// How long an upload may take before it is taken for one of a host that never came back.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// Which uploads are known to have ended in their middle.
pub(super) enum Interrupted<'host> {
    /// Those of the process before this one, of the same host.
    Of(&'host Name),
    /// Those of whatever host that began very long ago.
    Abandoned,
}

/// Fails uploads that ended in their middle, and removes their files. Those of hosts that are well go on.
pub(super) async fn clean_up(
    operator: &Operator,
    interrupted: Interrupted<'_>,
    uploaded: impl Fn(&TenantId, &KnowledgeBaseId) -> PathBuf,
) -> Result<(), StoreError> {
    let Ok(code) = "upload-interrupted".parse() else {
        return Ok(());
    };
    let failure = Failure::new(code, "the server stopped during the upload; send it again");
    let failed = match interrupted {
        Interrupted::Of(host) => operator.fail_knowledge_bases_of(host, &failure).await?,
        Interrupted::Abandoned => {
            let before = SystemClock.now().before(ABANDONED);
            operator
                .fail_abandoned_knowledge_bases(before, &failure)
                .await?
        }
    };
    for (tenant, id) in failed {
        if let Err(error) = remove(&uploaded(&tenant, &id)) {
            tracing::error!(knowledge_base = %id, %tenant, %error, "the files of an upload stay");
        }
    }
    Ok(())
}
