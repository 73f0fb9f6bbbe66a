//! `WS /api/output-projects/{id}/initialize`.
//!
//! Whoever has no credential gets a 401 before the upgrade. Any other error is told as a message, and then the socket is
//! closed: a browser shows its page no answer to a handshake that failed.

use super::access::Caller;
use super::error::Error;
use super::extract::Parameters;
use super::routes::INITIALIZE;
use super::runs::{HEARTBEAT, StreamParameters, begin, line, refusal};
use super::stream::follow;
use super::telemetry::Stream as Form;
use super::{Shared, schema};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, State};
use axum::response::Response;
use futures_util::{SinkExt, Stream, StreamExt};
use quarry_store::{Event, Page, ProjectId, Run, Scope, TenantStore};
use std::time::Duration;
use tokio::time::{Instant, interval_at, timeout};

/// The largest message of a client, which has nothing to say, and what is read at once: each connection has memory for
/// that.
const INCOMING_BYTES: usize = 4 << 10;

/// How long nothing may come of a client, not even the answer to a ping, or how long it may not take a message. One that
/// is gone without a word, or reads nothing, is given up then; it can come back with `?after=SEQ`.
const SILENCE: Duration = Duration::from_secs(60);

/// Start or follow an initialization over a WebSocket
///
/// Starts a run of the output project, or joins the one that is live, and sends its messages, each a `Message`, up to the
/// last. With `after` no run is started: the messages after that one of the last run are sent. Errors but 401 are told as a
/// message, too, with `type` `error` and the code of the problem; then the socket is closed. So it is within a few seconds
/// when the tenant is suspended, with the code `tenant-suspended`, or the token revoked or expired, with
/// `unauthenticated`.
#[utoipa::path(
    get,
    path = INITIALIZE,
    tag = "Runs",
    security(("bearer" = ["run"]), ("ticket" = ["run"])),
    params(("id" = schema::ProjectId, Path), StreamParameters),
    responses((status = 101, description = "The connection is a WebSocket now"))
)]
pub(super) async fn initialize(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    parameters: Result<Parameters<StreamParameters>, Error>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Error> {
    let upgrade = upgrade.map_err(|error| Error::Request(error.body_text()))?;
    let upgrade = upgrade
        .max_message_size(INCOMING_BYTES)
        .read_buffer_size(INCOMING_BYTES);
    Ok(upgrade.on_upgrade(async move |socket| {
        let _open = app.metrics.stream(Form::WebSocket);
        let _closing = app.sockets.token();
        let mut socket = Socket(socket);
        let found = find(&app, &caller, &id, parameters).await;
        match found {
            Ok((tenant, run, after)) => {
                let events = follow(&app, &caller.0, tenant, run.id, after);
                socket.follow(&app, events).await;
            }
            Err(error) => socket.refuse(&error).await,
        }
    }))
}

/// The run to follow, and from where on.
async fn find(
    app: &Shared,
    caller: &Caller,
    id: &str,
    parameters: Result<Parameters<StreamParameters>, Error>,
) -> Result<(TenantStore, Run, u64), Error> {
    let Parameters(parameters) = parameters?;
    let id: ProjectId = id.parse()?;
    match parameters.after {
        None => {
            let tenant = caller.tenant(app, Scope::Run)?;
            let started = begin(app, &tenant, &id).await?;
            Ok((tenant, started.run().clone(), 0))
        }
        // Whoever comes back wants the end of the run that he saw the beginning of, and no other run.
        Some(after) => {
            let tenant = caller.tenant(app, Scope::Read)?;
            let runs = tenant.runs_of_project(&id, &Page::first().limit(1)).await?;
            let run = runs.items.into_iter().next().ok_or(Error::NoRun)?;
            Ok((tenant, run, after))
        }
    }
}

/// Sends something, unless the client does not take it.
async fn in_time<E>(sending: impl Future<Output = Result<(), E>>) -> bool {
    matches!(timeout(SILENCE, sending).await, Ok(Ok(())))
}

struct Socket(WebSocket);

impl Socket {
    /// Sends the messages of a run up to its last, unless the client goes away: the run goes on without it.
    async fn follow(
        &mut self,
        app: &Shared,
        events: impl Stream<Item = Result<Vec<Event>, Error>>,
    ) {
        let mut events = Box::pin(events);
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        let mut heard = Instant::now();
        loop {
            let sent = tokio::select! {
                // What the client said while it was sent something counts before it is taken for gone.
                biased;
                said = self.0.recv() => {
                    heard = Instant::now();
                    matches!(said, Some(Ok(message)) if !matches!(message, Message::Close(_)))
                }
                _ = heartbeat.tick() => {
                    heard.elapsed() < SILENCE && self.put(Message::Ping(Default::default())).await
                }
                events = events.next() => match events {
                    Some(Ok(events)) => self.send(&events).await,
                    Some(Err(error)) => return self.refuse(&error).await,
                    None if app.closing.is_cancelled() => {
                        return self.close(close_code::RESTART, "the server shuts down").await;
                    }
                    None => return self.close(close_code::NORMAL, "the run has ended").await,
                },
            };
            if !sent {
                return;
            }
        }
    }

    /// Sends messages, as few packets as they fit in.
    async fn send(&mut self, events: &[Event]) -> bool {
        for event in events {
            let message = Message::Text(line(event).into());
            if !in_time(self.0.feed(message)).await {
                return false;
            }
        }
        in_time(self.0.flush()).await
    }

    async fn put(&mut self, message: Message) -> bool {
        in_time(self.0.send(message)).await
    }

    /// Tells why there is no run, or not the rest of it.
    async fn refuse(&mut self, error: &Error) {
        if self.put(Message::Text(refusal(error).into())).await {
            self.close(close_code::POLICY, error.code()).await;
        }
    }

    /// Closes the socket, and waits a moment for the client to do the same: what was sent is then read.
    async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        if self.put(Message::Close(Some(frame))).await {
            let answered = async { while let Some(Ok(_)) = self.0.recv().await {} };
            // A client that does not answer has had its time.
            let _ = timeout(HEARTBEAT / 3, answered).await;
        }
    }
}
