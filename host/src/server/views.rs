//! What the store has, as clients get it. Times are milliseconds since 1970, UTC.

use super::figures::Figures;
use super::schema;
use quarry_store::{Json, Listed, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    /// The entries, the newest first.
    items: Vec<T>,
    /// Where the next part begins, if there is one: the parameter `after` of the request for it.
    #[schema(value_type = Option<schema::Cursor>, required)]
    next: Option<String>,
}

impl<T> List<T> {
    pub(super) fn of<R>(listed: &Listed<R>) -> Self
    where
        for<'r> T: From<&'r R>,
    {
        Self {
            items: listed.items.iter().map(T::from).collect(),
            next: listed.next.as_ref().map(ToString::to_string),
        }
    }
}

/// All there are, without a limit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct All<T> {
    /// The entries.
    pub(super) items: Vec<T>,
}

/// Why something failed.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Failure {
    /// A stable word for programs.
    code: String,
    /// A sentence for people.
    message: String,
}

impl From<&quarry_store::Failure> for Failure {
    fn from(failure: &quarry_store::Failure) -> Self {
        Self {
            code: failure.code.to_string(),
            message: failure.message.clone(),
        }
    }
}

/// Where a knowledge base comes from.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Origin {
    /// An archive was uploaded.
    Upload,
    /// A directory of the server's machine, which is read in place.
    Directory {
        /// Its path.
        path: String,
    },
}

/// An imported source tree.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KnowledgeBase {
    #[schema(value_type = schema::KnowledgeBaseId)]
    id: quarry_store::KnowledgeBaseId,
    #[schema(value_type = schema::Name)]
    name: quarry_store::Name,
    origin: Origin,
    #[schema(value_type = schema::KnowledgeBaseState)]
    state: quarry_store::KnowledgeBaseState,
    /// Files of an upload: none until it is ready.
    files: u64,
    /// Bytes that are stored for it.
    bytes: u64,
    /// Why it failed, if it did.
    #[schema(required)]
    failure: Option<Failure>,
    #[schema(value_type = schema::Time)]
    created_at: Timestamp,
}

impl From<&quarry_store::KnowledgeBase> for KnowledgeBase {
    fn from(base: &quarry_store::KnowledgeBase) -> Self {
        Self {
            id: base.id.clone(),
            name: base.name.clone(),
            origin: match &base.origin {
                quarry_store::Origin::Uploaded => Origin::Upload,
                quarry_store::Origin::Directory(path) => Origin::Directory { path: path.clone() },
            },
            state: base.state,
            files: base.contents.files,
            bytes: base.contents.bytes,
            failure: base.failure.as_ref().map(Failure::from),
            created_at: base.created_at,
        }
    }
}

/// An output project: a knowledge base, a target stack and a workspace.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Project {
    #[schema(value_type = schema::ProjectId)]
    id: quarry_store::ProjectId,
    #[schema(value_type = schema::KnowledgeBaseId)]
    kb_id: quarry_store::KnowledgeBaseId,
    #[schema(value_type = schema::Name)]
    name: quarry_store::Name,
    /// The target stack.
    #[schema(value_type = String, example = "fastapi-htmx")]
    stack_id: quarry_store::Name,
    /// The configuration of the source project, if one was chosen.
    #[schema(value_type = Option<String>, required)]
    configuration_id: Option<quarry_store::Name>,
    #[schema(value_type = schema::ProjectStatus)]
    status: quarry_store::ProjectStatus,
    #[schema(value_type = schema::Time)]
    created_at: Timestamp,
    #[schema(value_type = schema::Time)]
    updated_at: Timestamp,
}

impl From<&quarry_store::Project> for Project {
    fn from(project: &quarry_store::Project) -> Self {
        Self {
            id: project.id.clone(),
            kb_id: project.knowledge_base.clone(),
            name: project.name.clone(),
            stack_id: project.stack.clone(),
            configuration_id: project.configuration.clone(),
            status: project.status,
            created_at: project.created_at,
            updated_at: project.updated_at,
        }
    }
}

/// One initialization of an output project.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Run {
    #[schema(value_type = schema::RunId)]
    id: quarry_store::RunId,
    #[schema(value_type = schema::ProjectId)]
    project_id: quarry_store::ProjectId,
    #[schema(value_type = schema::RunState)]
    state: quarry_store::RunState,
    /// The stage that it is in or ended in.
    #[schema(value_type = Option<String>, required, example = "extract")]
    stage: Option<quarry_store::Name>,
    #[schema(value_type = schema::Time)]
    queued_at: Timestamp,
    #[schema(value_type = Option<schema::Time>, required)]
    started_at: Option<Timestamp>,
    #[schema(value_type = Option<schema::Time>, required)]
    ended_at: Option<Timestamp>,
    /// How often a host began it.
    attempts: u32,
    /// The number of its last message, 0 before the first.
    last_seq: u64,
    /// Whether it should end as soon as it can.
    cancel_requested: bool,
    /// Why it failed, if it did.
    #[schema(required)]
    failure: Option<Failure>,
    /// What was measured, once CONTEXT.md is published.
    #[schema(value_type = Option<Figures>, required)]
    figures: Option<Value>,
}

impl From<&quarry_store::Run> for Run {
    fn from(run: &quarry_store::Run) -> Self {
        let figures = run.figures.as_ref().map(value);
        Self {
            id: run.id.clone(),
            project_id: run.project.clone(),
            state: run.state,
            stage: run.stage.clone(),
            queued_at: run.queued_at,
            started_at: run.started_at,
            ended_at: run.ended_at,
            attempts: run.attempts,
            last_seq: run.last_seq,
            cancel_requested: run.cancel_requested,
            failure: run.failure.as_ref().map(Failure::from),
            // Of a run that published nothing there are none.
            figures: figures.filter(|figures| figures.get("tokens").is_some()),
        }
    }
}

/// What a token is, without its secret: that is not stored.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Token {
    #[schema(value_type = schema::TokenId)]
    id: quarry_store::TokenId,
    #[schema(value_type = schema::Name)]
    name: quarry_store::Name,
    #[schema(value_type = Vec<schema::Scope>)]
    scopes: Vec<quarry_store::Scope>,
    #[schema(value_type = schema::Time)]
    created_at: Timestamp,
    #[schema(value_type = Option<schema::Time>, required)]
    expires_at: Option<Timestamp>,
    #[schema(value_type = Option<schema::Time>, required)]
    revoked_at: Option<Timestamp>,
    /// To the minute.
    #[schema(value_type = Option<schema::Time>, required)]
    last_used_at: Option<Timestamp>,
}

impl From<&quarry_store::Token> for Token {
    fn from(token: &quarry_store::Token) -> Self {
        Self {
            id: token.id.clone(),
            name: token.name.clone(),
            scopes: token.scopes.iter().collect(),
            created_at: token.created_at,
            expires_at: token.expires_at,
            revoked_at: token.revoked_at,
            last_used_at: token.last_used_at,
        }
    }
}

/// What the engine had written, which is JSON.
pub(super) fn value(json: &Json) -> Value {
    json.read().unwrap_or_default()
}
