//! From rows to records.

use crate::error::StoreError;
use crate::id::{AdministratorTokenId, KnowledgeBaseId, ProjectId, RunId, TenantId, TokenId};
use crate::model::{
    AdministratorToken, Contents, Event, Failure, KnowledgeBase, KnowledgeBaseState, Limits,
    Origin, Project, ProjectStatus, Run, RunState, Scopes, Tenant, Token,
};
use crate::text::Json;
use crate::time::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use std::str::FromStr;

/// What [`tenant`] reads.
macro_rules! tenant_columns {
    () => {
        "id, name, created_at, concurrent_runs, storage_bytes, upload_bytes, run_seconds, \
         requests_per_minute, suspended_at"
    };
}
pub(crate) use tenant_columns;

/// What [`token`] reads.
macro_rules! token_columns {
    () => {
        "tenant, id, name, scopes, created_at, expires_at, revoked_at, last_used_at"
    };
}
pub(crate) use token_columns;

/// What [`administrator_token`] reads.
macro_rules! administrator_token_columns {
    () => {
        "id, name, created_at, expires_at, revoked_at, last_used_at"
    };
}
pub(crate) use administrator_token_columns;

/// What [`knowledge_base`] reads.
macro_rules! knowledge_base_columns {
    () => {
        "tenant, id, name, directory, state, files, bytes, digest, failure_code, failure_message, created_at"
    };
}
pub(crate) use knowledge_base_columns;

/// What [`project`] reads.
macro_rules! project_columns {
    () => {
        "tenant, id, knowledge_base, name, stack, configuration, status, created_at, updated_at"
    };
}
pub(crate) use project_columns;

/// What [`run`] reads.
macro_rules! run_columns {
    () => {
        "tenant, id, project, request, state, stage, queued_at, started_at, ended_at, lease_owner, lease_expires_at, \
         fence, attempts, last_seq, cancel_requested, failure_code, failure_message, figures, access_log"
    };
}
pub(crate) use run_columns;

pub(crate) fn tenant(row: &AnyRow) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        id: parsed(row, "id")?,
        name: parsed(row, "name")?,
        created_at: time(row, "created_at")?,
        suspended_at: optional_time(row, "suspended_at")?,
        limits: limits(row)?,
    })
}

pub(crate) fn limits(row: &AnyRow) -> Result<Limits, StoreError> {
    Ok(Limits {
        concurrent_runs: number(row, "concurrent_runs")?,
        storage_bytes: number(row, "storage_bytes")?,
        upload_bytes: number(row, "upload_bytes")?,
        run_seconds: number(row, "run_seconds")?,
        requests_per_minute: number(row, "requests_per_minute")?,
    })
}

pub(crate) fn token(row: &AnyRow) -> Result<Token, StoreError> {
    Ok(Token {
        id: parsed::<TokenId>(row, "id")?,
        tenant: parsed::<TenantId>(row, "tenant")?,
        name: parsed(row, "name")?,
        scopes: Scopes::stored(&text(row, "scopes")?)?,
        created_at: time(row, "created_at")?,
        expires_at: optional_time(row, "expires_at")?,
        revoked_at: optional_time(row, "revoked_at")?,
        last_used_at: optional_time(row, "last_used_at")?,
    })
}

pub(crate) fn administrator_token(row: &AnyRow) -> Result<AdministratorToken, StoreError> {
    Ok(AdministratorToken {
        id: parsed::<AdministratorTokenId>(row, "id")?,
        name: parsed(row, "name")?,
        created_at: time(row, "created_at")?,
        expires_at: optional_time(row, "expires_at")?,
        revoked_at: optional_time(row, "revoked_at")?,
        last_used_at: optional_time(row, "last_used_at")?,
    })
}

pub(crate) fn knowledge_base(row: &AnyRow) -> Result<KnowledgeBase, StoreError> {
    Ok(KnowledgeBase {
        id: parsed::<KnowledgeBaseId>(row, "id")?,
        tenant: parsed::<TenantId>(row, "tenant")?,
        name: parsed(row, "name")?,
        origin: optional_text(row, "directory")?.map_or(Origin::Uploaded, Origin::Directory),
        state: KnowledgeBaseState::stored(&text(row, "state")?)?,
        contents: Contents {
            files: number(row, "files")?,
            bytes: number(row, "bytes")?,
            digest: optional_text(row, "digest")?,
        },
        failure: failure(row)?,
        created_at: time(row, "created_at")?,
    })
}

pub(crate) fn project(row: &AnyRow) -> Result<Project, StoreError> {
    Ok(Project {
        id: parsed::<ProjectId>(row, "id")?,
        tenant: parsed::<TenantId>(row, "tenant")?,
        knowledge_base: parsed::<KnowledgeBaseId>(row, "knowledge_base")?,
        name: parsed(row, "name")?,
        stack: parsed(row, "stack")?,
        configuration: optional_parsed(row, "configuration")?,
        status: ProjectStatus::stored(&text(row, "status")?)?,
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

pub(crate) fn run(row: &AnyRow) -> Result<Run, StoreError> {
    Ok(Run {
        id: parsed::<RunId>(row, "id")?,
        tenant: parsed::<TenantId>(row, "tenant")?,
        project: parsed::<ProjectId>(row, "project")?,
        request: Json::stored(text(row, "request")?),
        state: RunState::stored(&text(row, "state")?)?,
        stage: optional_parsed(row, "stage")?,
        queued_at: time(row, "queued_at")?,
        started_at: optional_time(row, "started_at")?,
        ended_at: optional_time(row, "ended_at")?,
        lease_owner: optional_parsed(row, "lease_owner")?,
        lease_expires_at: optional_time(row, "lease_expires_at")?,
        fence: number(row, "fence")?,
        attempts: number(row, "attempts")?,
        last_seq: number(row, "last_seq")?,
        cancel_requested: number::<u8>(row, "cancel_requested")? == 1,
        failure: failure(row)?,
        figures: optional_text(row, "figures")?.map(Json::stored),
        access_log: optional_text(row, "access_log")?.map(Json::stored),
    })
}

pub(crate) fn event(row: &AnyRow) -> Result<Event, StoreError> {
    Ok(Event {
        seq: number(row, "seq")?,
        at: time(row, "at")?,
        body: Json::stored(text(row, "body")?),
    })
}

fn failure(row: &AnyRow) -> Result<Option<Failure>, StoreError> {
    let Some(code) = optional_parsed(row, "failure_code")? else {
        return Ok(None);
    };
    let message = optional_text(row, "failure_message")?.unwrap_or_default();
    Ok(Some(Failure { code, message }))
}

pub(crate) fn text(row: &AnyRow, column: &'static str) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

pub(crate) fn optional_text(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<String>, StoreError> {
    Ok(row.try_get(column)?)
}

pub(crate) fn parsed<T: FromStr>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    let found = text(row, column)?;
    found
        .parse()
        .map_err(|_| StoreError::Unreadable { column, found })
}

pub(crate) fn optional_parsed<T: FromStr>(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    let Some(found) = optional_text(row, column)? else {
        return Ok(None);
    };
    found
        .parse()
        .map(Some)
        .map_err(|_| StoreError::Unreadable { column, found })
}

/// A number that is never negative.
pub(crate) fn number<T: TryFrom<i64>>(row: &AnyRow, column: &'static str) -> Result<T, StoreError> {
    let found: i64 = row.try_get(column)?;
    found.try_into().map_err(|_| StoreError::Unreadable {
        column,
        found: found.to_string(),
    })
}

pub(crate) fn time(row: &AnyRow, column: &'static str) -> Result<Timestamp, StoreError> {
    Ok(Timestamp::from_milliseconds(row.try_get(column)?))
}

pub(crate) fn optional_time(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<Timestamp>, StoreError> {
    let found: Option<i64> = row.try_get(column)?;
    Ok(found.map(Timestamp::from_milliseconds))
}

/// A number as databases hold it: what is larger than they can hold is as good as unlimited.
pub(crate) fn column(number: u64) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Rows of one statement. With few sizes each statement is prepared once on a connection, and then kept; most lists are
/// short, and one statement is enough for them.
const SIZES: [usize; 12] = [256, 64, 32, 16, 8, 7, 6, 5, 4, 3, 2, 1];

/// Cuts a list into parts of these sizes.
pub(crate) fn chunks<T>(list: &[T]) -> impl Iterator<Item = &[T]> {
    let mut rest = list;
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rest.len())?;
        let (chunk, later) = rest.split_at(size);
        rest = later;
        Some(chunk)
    })
}

/// `($1, $2), ($3, $4)`: the parameters of so many rows of so many columns.
pub(crate) fn placeholders(rows: usize, columns: usize) -> String {
    let row = |row: usize| {
        let numbers: Vec<String> = (1..=columns)
            .map(|column| format!("${}", row * columns + column))
            .collect();
        format!("({})", numbers.join(", "))
    };
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
