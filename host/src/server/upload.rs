//! Receiving an archive: streamed to the disk, then unpacked. Either a knowledge base comes of it or nothing is left.

use super::Shared;
use super::callers::Watched;
use super::error::Error;
use super::layout::{make, remove};
use axum::body::Body;
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use futures_util::StreamExt;
use quarry_store::{
    Absence, Clock, Contents, Failure, KnowledgeBase, KnowledgeBaseId, Name, NewKnowledgeBase,
    Operator, Origin, StoreError, SystemClock, TenantId, TenantStore,
};
use quarry_unpack::{Limit, Limits, UnpackError, Unpacked, unpack};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::sync::Semaphore;

/// Archives that are unpacked at the same time. More of them wait: each takes a thread, of which runs need some as well.
static UNPACKING: Semaphore = Semaphore::const_new(4);

/// Receives an archive up to its end, or up to when its sender is let in no more.
pub(super) async fn receive(
    app: Shared,
    mut sender: Watched,
    tenant: TenantStore,
    name: Name,
    length: Option<u64>,
    body: Body,
) -> Result<KnowledgeBase, Error> {
    let allowed = Allowed::of(&tenant).await?;
    if length.is_some_and(|length| length > allowed.limits.archive_bytes) {
        // Whoever says how long it is need not send it.
        return Err(Error::UploadTooLarge(allowed.limits.archive_bytes));
    }
    let origin = Origin::Uploaded;
    let base = tenant
        .create_knowledge_base(NewKnowledgeBase { name, origin })
        .await?;
    let archive = app.layout.uploads().join(base.id.as_str());
    let files = app.layout.uploaded(&base.tenant, &base.id);
    let received = import(&app, &mut sender, &archive, &files, &allowed, body).await;
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

/// What an archive of a tenant may be, with what it has stored already.
struct Allowed {
    limits: Limits,
    /// Bytes that the tenant has stored, and those that it may store.
    used: u64,
    storage: u64,
}

impl Allowed {
    async fn of(tenant: &TenantStore) -> Result<Self, Error> {
        let (allowed, used) = (tenant.tenant().await?.limits, tenant.usage().await?);
        let (used, storage) = (used.stored_bytes, allowed.storage_bytes);
        let free = storage.saturating_sub(used);
        if free == 0 {
            return Err(Error::StorageTooSmall {
                used,
                allowed: storage,
            });
        }
        let usual = Limits::default();
        Ok(Self {
            limits: Limits {
                archive_bytes: usual.archive_bytes.min(allowed.upload_bytes),
                unpacked_bytes: usual.unpacked_bytes.min(free),
                ..usual
            },
            used,
            storage,
        })
    }

    /// Why an archive was not unpacked: where the storage ends before the usual limit, for lack of storage.
    fn explain(&self, error: UnpackError) -> Error {
        let is_storage = self.limits.unpacked_bytes < Limits::default().unpacked_bytes;
        match error {
            UnpackError::Limit {
                limit: Limit::UnpackedBytes,
                ..
            } if is_storage => Error::StorageTooSmall {
                used: self.used,
                allowed: self.storage,
            },
            error => Error::Unpack(error),
        }
    }
}

async fn import(
    app: &Shared,
    sender: &mut Watched,
    archive: &Path,
    files: &Path,
    allowed: &Allowed,
    body: Body,
) -> Result<Unpacked, Error> {
    let limits = allowed.limits.clone();
    store(app, sender, archive, limits.archive_bytes, body).await?;
    let (archive, files) = (archive.to_owned(), files.to_owned());
    let closing = app.closing.clone();
    let _place = UNPACKING.acquire().await.map_err(|_| Error::Task)?;
    sender.check()?;
    let unpacking = tokio::task::spawn_blocking(move || {
        let system = Error::system("unpack an upload");
        let opened = make(&files).and_then(|()| {
            let into = Dir::open_ambient_dir(&files, ambient_authority())?;
            Ok((File::open(&archive)?, into))
        });
        let (mut archive, into) = opened.map_err(system)?;
        let unpacked = unpack(&mut archive, &into, &limits, &|| closing.is_cancelled());
        Ok::<_, Error>(unpacked)
    });
    let unpacked = unpacking.await.map_err(|_| Error::Task)??;
    let unpacked = unpacked.map_err(|error| allowed.explain(error))?;
    // That takes a while, too.
    sender.check()?;
    Ok(unpacked)
}

/// Writes the body to the disk, as it comes.
async fn store(
    app: &Shared,
    sender: &mut Watched,
    archive: &Path,
    allowed: u64,
    body: Body,
) -> Result<(), Error> {
    let system = || Error::system("write an upload");
    let mut file = tokio::fs::File::create_new(archive)
        .await
        .map_err(system())?;
    let mut chunks = body.into_data_stream();
    let mut received = 0_u64;
    loop {
        let chunk = tokio::select! {
            () = app.closing.cancelled() => {
                return Err(Error::UploadBroken("the server shuts down".to_owned()));
            }
            error = sender.refused() => return Err(error),
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
    /// Those of hosts that are gone for good.
    Gone(&'host Absence),
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
        Interrupted::Gone(absence) => {
            operator
                .fail_knowledge_bases_of_gone_hosts(absence, &failure)
                .await?
        }
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
