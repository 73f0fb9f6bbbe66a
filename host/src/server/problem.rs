//! Problem documents (RFC 9457).

use super::error::Error;
use quarry_store::StoreError;
use quarry_unpack::{Limit, UnpackError};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was not done (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// `urn:quarry:problem:` and the code.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    pub(super) kind: String,
    /// What the status means.
    pub(super) title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    pub(super) status: u16,
    /// A stable word for programs.
    pub(super) code: &'static str,
    /// A sentence for people: what happened, and what to do.
    pub(super) detail: String,
    /// The limit that stood in the way, if it was one.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) limit: Option<Exceeded>,
}

/// A limit that stood in the way.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Exceeded {
    /// Its name, which for those of a tenant is the one in its `limits`.
    #[schema(example = "storage_bytes")]
    name: &'static str,
    /// Its value.
    allowed: u64,
    /// How much of it is in use, where it is one of all together.
    #[schema(nullable = false)]
    #[serde(skip_serializing_if = "Option::is_none")]
    used: Option<u64>,
}

impl Exceeded {
    /// The limit that an error speaks of.
    pub(super) fn of(error: &Error) -> Option<Self> {
        let (name, allowed, used) = match error {
            Error::TooManyRequests { allowed, .. } => {
                ("requests_per_minute", u64::from(*allowed), None)
            }
            Error::UploadTooLarge(allowed) => ("upload_bytes", *allowed, None),
            Error::StorageTooSmall { used, allowed }
            | Error::Store(StoreError::StorageFull { used, allowed, .. }) => {
                ("storage_bytes", *allowed, Some(*used))
            }
            Error::Unpack(UnpackError::Limit { limit, allowed, .. }) => {
                (word(*limit), *allowed, None)
            }
            _ => return None,
        };
        Some(Self {
            name,
            allowed,
            used,
        })
    }
}

/// The word for a limit of archives.
const fn word(limit: Limit) -> &'static str {
    match limit {
        Limit::ArchiveBytes => "upload_bytes",
        Limit::UnpackedBytes => "unpacked_bytes",
        Limit::Entries => "entries",
        Limit::EntryBytes => "entry_bytes",
        Limit::Ratio => "ratio",
        Limit::Depth => "depth",
        Limit::NameBytes => "name_bytes",
        Limit::PathBytes => "path_bytes",
    }
}
