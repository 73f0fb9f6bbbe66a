//! What the store has, as JSON. Times are milliseconds since 1970, UTC.

use quarry_store::{Failure, Json, KnowledgeBase, Listed, Origin, Project, Run, Token};
use serde_json::{Value, json};

pub(super) fn list<T>(listed: &Listed<T>, view: impl Fn(&T) -> Value) -> Value {
    json!({
        "items": listed.items.iter().map(view).collect::<Vec<_>>(),
        "next": listed.next.as_ref().map(ToString::to_string),
    })
}

pub(super) fn knowledge_base(base: &KnowledgeBase) -> Value {
    json!({
        "id": base.id,
        "name": base.name,
        "origin": match &base.origin {
            Origin::Uploaded => json!({ "kind": "upload" }),
            Origin::Directory(path) => json!({ "kind": "directory", "path": path }),
        },
        "state": base.state,
        "files": base.contents.files,
        "bytes": base.contents.bytes,
        "failure": base.failure.as_ref().map(failure),
        "created_at": base.created_at,
    })
}

pub(super) fn project(project: &Project) -> Value {
    json!({
        "id": project.id,
        "kb_id": project.knowledge_base,
        "name": project.name,
        "stack_id": project.stack,
        "configuration_id": project.configuration,
        "status": project.status,
        "created_at": project.created_at,
        "updated_at": project.updated_at,
    })
}

pub(super) fn run(run: &Run) -> Value {
    json!({
        "id": run.id,
        "project_id": run.project,
        "state": run.state,
        "stage": run.stage,
        "queued_at": run.queued_at,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "attempts": run.attempts,
        "last_seq": run.last_seq,
        "cancel_requested": run.cancel_requested,
        "failure": run.failure.as_ref().map(failure),
        "figures": run.figures.as_ref().map(value),
    })
}

pub(super) fn token(token: &Token) -> Value {
    json!({
        "id": token.id,
        "name": token.name,
        "scopes": token.scopes.iter().collect::<Vec<_>>(),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
    })
}

fn failure(failure: &Failure) -> Value {
    json!({ "code": failure.code, "message": failure.message })
}

/// What the engine had written, which is JSON.
pub(super) fn value(json: &Json) -> Value {
    json.read().unwrap_or_default()
}
