//! What a run leaves behind besides its figures: its access log.

use crate::initialize::Initialized;
use quarry_store::Json;
use serde_json::{Value, json};

/// Which inputs each extractor opened, and what it was refused.
pub(super) fn access_log(done: &Initialized) -> Option<Json> {
    let runs = done.extracted.runs.iter();
    let log: Vec<Value> = runs
        .map(|run| {
            let access = &run.usage.access;
            let denied = access.denied.iter();
            json!({
                "extractor": run.name,
                "digest": run.digest,
                "opened": access.opened,
                "denials": access.denials,
                "denied": denied
                    .map(|denied| json!({ "path": denied.path, "reason": denied.reason }))
                    .collect::<Vec<_>>(),
            })
        })
        .collect();
    Json::of(&log).ok()
}
