//! Runs: beginning, following and cancelling them.

use super::access::{Caller, Reader, Starter};
use super::engine::{Message, Sort, cancelled};
use super::error::Error;
use super::extract::{Id, PageParameters, Parameters};
use super::openapi::{Conflict, Unprocessable};
use super::routes::EVENTS;
use super::stream::follow;
use super::telemetry::{Stream as Form, trace};
use super::views::All;
use super::{Shared, Tenancy, schema, views};
use crate::catalog::stack;
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream::unfold;
use futures_util::{Stream, StreamExt};
use quarry_store::{
    Cancelled, Event, KnowledgeBaseState, Origin, ProjectId, RunId, Started, TenantStore,
};
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::time::Duration;
use tokio::time::timeout;
use utoipa::{IntoParams, ToSchema};

/// How often something is sent although there is nothing to say, so that nobody in between takes a stream for dead.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(15);

/// What an extractor opened in a run, and what it was refused.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct Accessed {
    extractor: String,
    /// Of the component: its sha256.
    digest: String,
    /// The files, in the order in which they were first opened.
    opened: Vec<String>,
    /// How often it was refused something, and the first of what it was.
    denials: u64,
    denied: Vec<Refused>,
}

/// What an extractor was refused.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct Refused {
    path: String,
    reason: String,
}

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

/// Start a run of an output project, or join the one that is live
#[utoipa::path(
    post,
    path = "/api/output-projects/{id}/runs",
    tag = "Runs",
    security(("bearer" = ["run"])),
    params(("id" = schema::ProjectId, Path)),
    responses(
        (status = 201, description = "A new run", body = views::Run),
        (status = 200, description = "The run that is live", body = views::Run),
        Conflict, Unprocessable,
    )
)]
pub(super) async fn start_run(
    State(app): State<Shared>,
    Starter(tenant): Starter,
    Id(id): Id<ProjectId>,
) -> Result<(StatusCode, Json<views::Run>), Error> {
    let started = begin(&app, &tenant, &id).await?;
    let status = match started {
        Started::New(_) => StatusCode::CREATED,
        Started::Joined(_) => StatusCode::OK,
    };
    Ok((status, Json(started.run().into())))
}

/// List the runs
#[utoipa::path(
    get,
    path = "/api/runs",
    tag = "Runs",
    security(("bearer" = ["read"])),
    params(PageParameters),
    responses((status = 200, description = "A part of the list", body = views::List<views::Run>))
)]
pub(super) async fn list_runs(
    Reader(tenant): Reader,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<views::List<views::Run>>, Error> {
    let listed = tenant.runs(&page.page()?).await?;
    Ok(Json(views::List::of(&listed)))
}

/// List the runs of an output project
#[utoipa::path(
    get,
    path = "/api/output-projects/{id}/runs",
    tag = "Runs",
    security(("bearer" = ["read"])),
    params(("id" = schema::ProjectId, Path), PageParameters),
    responses((status = 200, description = "A part of the list", body = views::List<views::Run>))
)]
pub(super) async fn list_runs_of_project(
    Reader(tenant): Reader,
    Id(id): Id<ProjectId>,
    Parameters(page): Parameters<PageParameters>,
) -> Result<Json<views::List<views::Run>>, Error> {
    let listed = tenant.runs_of_project(&id, &page.page()?).await?;
    Ok(Json(views::List::of(&listed)))
}

/// Show a run, with its figures
#[utoipa::path(
    get,
    path = "/api/runs/{id}",
    tag = "Runs",
    security(("bearer" = ["read"])),
    params(("id" = schema::RunId, Path)),
    responses((status = 200, description = "The run", body = views::Run))
)]
pub(super) async fn show_run(
    Reader(tenant): Reader,
    Id(id): Id<RunId>,
) -> Result<Json<views::Run>, Error> {
    Ok(Json((&tenant.run(&id).await?).into()))
}

/// Show which files each component opened in a run, and what it was refused
#[utoipa::path(
    get,
    path = "/api/runs/{id}/access-log",
    tag = "Runs",
    security(("bearer" = ["read"])),
    params(("id" = schema::RunId, Path)),
    responses((status = 200, description = "One entry for each extractor, none before the run has published", body = All<Accessed>))
)]
pub(super) async fn show_access_log(
    Reader(tenant): Reader,
    Id(id): Id<RunId>,
) -> Result<Json<All<Accessed>>, Error> {
    let run = tenant.run(&id).await?;
    let log = run.access_log.as_ref().and_then(|log| log.read().ok());
    Ok(Json(All {
        items: log.unwrap_or_default(),
    }))
}

/// Ask for a run to end
///
/// One that waits ends at once, one that runs soon after.
#[utoipa::path(
    post,
    path = "/api/runs/{id}/cancel",
    tag = "Runs",
    security(("bearer" = ["run"])),
    params(("id" = schema::RunId, Path)),
    responses(
        (status = 200, description = "The run, which has ended", body = views::Run),
        (status = 202, description = "The run, which is about to end", body = views::Run),
    )
)]
pub(super) async fn cancel_run(
    State(app): State<Shared>,
    Starter(tenant): Starter,
    Id(id): Id<RunId>,
) -> Result<(StatusCode, Json<views::Run>), Error> {
    let asked = tenant.request_cancel(&id, &cancelled().json()).await?;
    let (status, run) = match asked {
        Cancelled::Ended(run, event) => {
            app.metrics.run_ended(run.state.as_str(), "");
            app.hub.end(&run.id, event);
            (StatusCode::OK, run)
        }
        Cancelled::Requested(run) => {
            app.engine.cancel(&run.id);
            (StatusCode::ACCEPTED, run)
        }
        Cancelled::Already(run) => (StatusCode::OK, run),
    };
    Ok((status, Json((&run).into())))
}

/// Where a stream begins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
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

/// Follow the messages of a run
///
/// One JSON object a line, each a `Message`, or with `Accept: text/event-stream` server-sent events with such an object as
/// their data: first those that were, then those that come, up to the run's last. Whoever comes back says which message
/// he has, by `after` or `Last-Event-ID`. When the tenant is suspended, or the token revoked or expired, the stream ends
/// within a few seconds; its last message then has no `seq`, and `type` `error` with the code of the problem.
#[utoipa::path(
    get,
    path = EVENTS,
    tag = "Runs",
    security(("bearer" = ["read"]), ("ticket" = ["read"])),
    params(
        ("id" = schema::RunId, Path),
        StreamParameters,
        ("Last-Event-ID" = Option<u64>, Header, description = "The number of the last message that the client has; comes before `after`"),
    ),
    responses((status = 200, description = "The messages", content(
        (String = "application/x-ndjson"),
        (String = "text/event-stream"),
    )))
)]
pub(super) async fn follow_run(
    State(app): State<Shared>,
    Reader(tenant): Reader,
    Caller(caller): Caller,
    Id(id): Id<RunId>,
    Parameters(parameters): Parameters<StreamParameters>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let run = tenant.run(&id).await?;
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let sent = text(ACCEPT).is_some_and(|types| types.contains("text/event-stream"));
    // A browser's EventSource that comes back says so itself.
    let last = match headers.get("last-event-id") {
        Some(id) => Some(number(id)?),
        None => None,
    };
    let after = last.or(parameters.after).unwrap_or(0);
    let events = follow(&app, &caller, tenant, run.id, after);
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

fn number(id: &HeaderValue) -> Result<u64, Error> {
    let id = id.to_str().ok().and_then(|id| id.parse().ok());
    id.ok_or_else(|| {
        let text =
            "`Last-Event-ID` is not the number of a message; send the last that came, or none";
        Error::Request(text.to_owned())
    })
}

/// What whoever follows is told instead of the rest: it has no number, since it is no message of the run.
pub(super) fn refusal(error: &Error) -> String {
    let told = Message::new(Sort::Error, error.code(), &error.detail());
    told.json().as_str().to_owned()
}

/// The messages as bytes, at the end of a stream that fails why it does.
fn with_heartbeat(
    events: impl Stream<Item = Result<Vec<Event>, Error>> + Send,
    sent: bool,
) -> impl Stream<Item = Result<Bytes, Infallible>> + Send {
    let framed = move |event: &Event| match sent {
        true => format!("id: {}\ndata: {}\n\n", event.seq, line(event)),
        false => line(event) + "\n",
    };
    unfold(Box::pin(events), move |mut events| async move {
        let text = match timeout(HEARTBEAT, events.next()).await {
            Ok(Some(Ok(events))) => events.iter().map(framed).collect(),
            Ok(Some(Err(error))) if sent => format!("data: {}\n\n", refusal(&error)),
            Ok(Some(Err(error))) => refusal(&error) + "\n",
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
