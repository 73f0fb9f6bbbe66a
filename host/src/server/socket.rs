//! `WS /api/output-projects/{id}/initialize`.
//!
//! Whoever has no credential gets a 401 before the upgrade. Any other error is told as a message, and then the socket is
//! closed: a browser shows its page no answer to a handshake that failed.

use super::Shared;
use super::access::Caller;
use super::engine::{Message as Told, Sort};
use super::error::Error;
use super::extract::Parameters;
use super::runs::{HEARTBEAT, StreamParameters, begin, line};
use super::stream::follow;
use super::telemetry::Stream;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{Path, State};
use axum::response::Response;
use futures_util::StreamExt;
use quarry_store::{Event, Page, ProjectId, Run, Scope, TenantStore};
use tokio::time::{Instant, interval_at};

/// The largest message of a client, which has nothing to say.
const INCOMING_BYTES: usize = 4 << 10;

pub(super) async fn initialize(
    State(app): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    parameters: Result<Parameters<StreamParameters>, Error>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Result<Response, Error> {
    let upgrade = upgrade.map_err(|error| Error::Request(error.body_text()))?;
    let upgrade = upgrade.max_message_size(INCOMING_BYTES);
    Ok(upgrade.on_upgrade(async move |socket| {
        let _open = app.metrics.stream(Stream::WebSocket);
        let _closing = app.sockets.token();
        let mut socket = Socket(socket);
        let found = find(&app, &caller, &id, parameters).await;
        match found {
            Ok((tenant, run, after)) => socket.follow(&app, tenant, run, after).await,
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

struct Socket(WebSocket);

impl Socket {
    /// Sends the messages of a run up to its last, unless the client goes away: the run goes on without it.
    async fn follow(&mut self, app: &Shared, tenant: TenantStore, run: Run, after: u64) {
        let mut events = Box::pin(follow(app, tenant, run.id, after));
        let mut heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
        loop {
            let sent = tokio::select! {
                event = events.next() => match event {
                    Some(Ok(event)) => self.send(&event).await,
                    Some(Err(error)) => return self.refuse(&error).await,
                    None if app.closing.is_cancelled() => {
                        return self.close(close_code::RESTART, "the server shuts down").await;
                    }
                    None => return self.close(close_code::NORMAL, "the run has ended").await,
                },
                _ = heartbeat.tick() => self.0.send(Message::Ping(Default::default())).await.is_ok(),
                said = self.0.recv() => matches!(said, Some(Ok(message)) if !matches!(message, Message::Close(_))),
            };
            if !sent {
                return;
            }
        }
    }

    async fn send(&mut self, event: &Event) -> bool {
        let message = Message::Text(line(event).into());
        self.0.send(message).await.is_ok()
    }

    /// Tells why there is no run.
    async fn refuse(&mut self, error: &Error) {
        let told = Told::new(Sort::Error, error.code(), &error.detail()).json();
        let sent = self
            .0
            .send(Message::Text(told.as_str().to_owned().into()))
            .await;
        if sent.is_ok() {
            self.close(close_code::POLICY, error.code()).await;
        }
    }

    /// Closes the socket, and waits a moment for the client to do the same: what was sent is then read.
    async fn close(&mut self, code: u16, reason: &'static str) {
        let frame = CloseFrame {
            code,
            reason: reason.into(),
        };
        if self.0.send(Message::Close(Some(frame))).await.is_ok() {
            let answered = async { while let Some(Ok(_)) = self.0.recv().await {} };
            // A client that does not answer has had its time.
            let _ = tokio::time::timeout(HEARTBEAT / 3, answered).await;
        }
    }
}
