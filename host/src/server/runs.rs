//! Runs: beginning, following and cancelling them.

use super::access::{Reader, Starter};
use super::engine::cancelled;
use super::error::Error;
use super::extract::{Id, PageParameters, Parameters};
use super::stream::follow;
use super::telemetry::{Stream as Form, trace};
use super::{Shared, Tenancy, views};
use crate::catalog::stack;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt};
use quarry_store::{
    Cancelled, Event, KnowledgeBaseState, Origin, ProjectId, RunId, Started, TenantStore,
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::timeout;

/// How often something is sent although there is nothing to say, so that nobody in between takes a stream for dead.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);

/// Begins a run, or joins the one that is live, after everything that it needs was looked at.
pub(super) async fn begin(
    app: &Shared,
    tenant: &TenantStore,
    project: &ProjectId,
) -> Result<Started, Error> {
    let project = tenant.project(project).await?;
    stack(project.stack.as_str())?;
    let base = tenant.knowledge_base(&project.knowledge_base).await?;
    if base.state != KnowledgeBaseState::Ready {
        return Err(Error::NotReady(base.id.to_string()));
    }
    if app.tenancy == Tenancy::Many && base.origin != Origin::Uploaded {
        return Err(Error::DirectoryForbidden);
    }
    let started = tenant.start_run(&project.id, &trace::stored()).await?;
    if let Started::New(run) = &started {
        tracing::info!(run = %run.id, tenant = %run.tenant, "a run is queued");
        app.engine.wake();
    }
    Ok(started)
}

pub(super) async fn start(
    State(app): State<Shared>,
    Starter(tenant): Starter,
    Id(id): Id<ProjectId>,
) -> Result<(StatusCode, Json<Value>), Error> {
    let started = begin(&app, &tenant, &id).await?;
    let status = match started {
        Started::New(_) => StatusCode::CREATED,
        Started::Joined(_) => StatusCode::OK,
    };
    Ok((status, Json(views::run(started.run()))))
}

pub(super) async fn list(
    Reader(tenant): Reader,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<Value>, Error> {
    let listed = tenant.runs(&page.page()?).await?;
    Ok(Json(views::list(&listed, views::run)))
}

pub(super) async fn of_project(
    Reader(tenant): Reader,
    Id(id): Id<ProjectId>,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<Value>, Error> {
    let listed = tenant.runs_of_project(&id, &page.page()?).await?;
    Ok(Json(views::list(&listed, views::run)))
}

pub(super) async fn show(Reader(tenant): Reader, Id(id): Id<RunId>) -> Result<Json<Value>, Error> {
    Ok(Json(views::run(&tenant.run(&id).await?)))
}

/// Which inputs each extractor opened.
pub(super) async fn access_log(
    Reader(tenant): Reader,
    Id(id): Id<RunId>,
) -> Result<Json<Value>, Error> {
    let run = tenant.run(&id).await?;
    let log = run.access_log.as_ref().map(views::value);
    Ok(Json(json!({ "items": log.unwrap_or_else(|| json!([])) })))
}

/// Asks for a run to end. One that waits ends at once, one that runs soon after.
pub(super) async fn cancel(
    State(app): State<Shared>,
    Starter(tenant): Starter,
    Id(id): Id<RunId>,
) -> Result<(StatusCode, Json<Value>), Error> {
    let asked = tenant.request_cancel(&id, &cancelled().json()).await?;
    let (status, run) = match asked {
        Cancelled::Ended(run, event) => {
            app.metrics.run_ended(run.state.as_str(), "");
            app.hub.tell(&run.id, [event]);
            app.hub.close(&run.id);
            (StatusCode::OK, run)
        }
        Cancelled::Requested(run) => {
            app.engine.cancel(&run.id);
            (StatusCode::ACCEPTED, run)
        }
        Cancelled::Already(run) => (StatusCode::OK, run),
    };
    Ok((status, Json(views::run(&run))))
}

/// Where a stream begins.
#[derive(Debug, Deserialize)]
pub(super) struct StreamParameters {
    /// The number of the last message that the client has.
    pub(super) after: Option<u64>,
}

/// A message as clients get it: what was stored, with its number and its time before it.
pub(super) fn line(event: &Event) -> String {
    let body = event.body.as_str();
    let fields = body.strip_prefix('{').unwrap_or("}");
    let comma = if fields == "}" { "" } else { "," };
    let at = event.at.milliseconds();
    format!("{{\"seq\":{},\"at\":{at}{comma}{fields}", event.seq)
}

/// The messages of a run, as NDJSON or as server-sent events.
pub(super) async fn events(
    State(app): State<Shared>,
    Reader(tenant): Reader,
    Id(id): Id<RunId>,
    Parameters(parameters): Parameters<StreamParameters>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let run = tenant.run(&id).await?;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let sent = text(ACCEPT).is_some_and(|types| types.contains("text/event-stream"));
    // A browser's EventSource that comes back says so itself.
    let last = headers
        .get("last-event-id")
        .and_then(|id| id.to_str().ok()?.parse().ok());
    let after = last.or(parameters.after).unwrap_or(0);
    let events = follow(&app, tenant, run.id, after);
    let media_type = match sent {
        true => "text/event-stream",
        false => "application/x-ndjson",
    };
    let form = if sent { Form::ServerSent } else { Form::Lines };
    let open = app.metrics.stream(form);
    let body = Body::from_stream(with_heartbeat(events, sent).inspect(move |_| {
        // Open as long as there is the stream.
        let _ = &open;
    }));
    let headers = [(CONTENT_TYPE, media_type), (CACHE_CONTROL, "no-store")];
    Ok((headers, body).into_response())
}

/// The messages as bytes. A stream that fails just ends: a client sees that its last message is not there, and comes
/// back.
fn with_heartbeat(
    events: impl Stream<Item = Result<Event, Error>> + Send,
    sent: bool,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    unfold(Box::pin(events), move |mut events| async move {
        let text = match timeout(HEARTBEAT, events.next()).await {
            Ok(Some(Ok(event))) if sent => format!("id: {}\ndata: {}\n\n", event.seq, line(&event)),
            Ok(Some(Ok(event))) => line(&event) + "\n",
            Ok(Some(Err(error))) => {
                // Asking for its words writes the log.
                let _ = error.detail();
                return None;
            }
            Ok(None) => return None,
            Err(_) if sent => ": still here\n\n".to_owned(),
            Err(_) => "\n".to_owned(),
        };
        Some((Ok(Bytes::from(text)), events))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quarry_store::Timestamp;

    #[test]
    fn a_line_has_the_number_the_time_and_what_was_stored() {
        let of = |body: &str| {
            line(&Event {
                seq: 7,
                at: Timestamp::from_milliseconds(5),
                body: body.parse().unwrap(),
            })
        };
        assert_eq!(
            of(r#"{"type":"info"}"#),
            r#"{"seq":7,"at":5,"type":"info"}"#
        );
        assert_eq!(of("{}"), r#"{"seq":7,"at":5}"#);
    }
}
