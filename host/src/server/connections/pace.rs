//! How slowly a client may send the body of a request.
//!
//! A client has some time, and for every kibibyte that it sends a second more, but never more than it had at first. So
//! it may pause for that long, and a body of a certain size is there or refused after a time that follows from its size.

use crate::server::error::Error;
use axum::BoxError;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::time::{Instant, Sleep, sleep};

/// Bytes that earn a second.
const BYTES_A_SECOND: u32 = 1 << 10;

/// The client did not send for too long.
#[derive(Debug, thiserror::Error)]
#[error("the client sends too slowly")]
struct TooSlow;

/// Refuses bodies that come too slowly.
pub(in crate::server) async fn hold(
    State(patience): State<Duration>,
    request: Request,
    next: Next,
) -> Response {
    let slow = Arc::new(AtomicBool::new(false));
    let request = request.map(|body| {
        if http_body::Body::is_end_stream(&body) {
            return body;
        }
        Body::new(Paced {
            body,
            patience,
            left: patience,
            waiting: None,
            end: Box::pin(sleep(patience)),
            slow: slow.clone(),
        })
    });
    let response = next.run(request).await;
    if !slow.load(Ordering::Relaxed) {
        return response;
    }
    let mut response = Error::TooSlow.into_response();
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A body whose sender is held to a pace. Only the time counts in which there is nothing to read.
struct Paced {
    body: Body,
    patience: Duration,
    left: Duration,
    waiting: Option<Instant>,
    end: Pin<Box<Sleep>>,
    slow: Arc<AtomicBool>,
}

impl Paced {
    fn earn(&mut self, bytes: usize) {
        if let Some(since) = self.waiting.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let earned = Duration::from_secs(1) * bytes / BYTES_A_SECOND;
        self.left = (self.left + earned).min(self.patience);
    }
}

impl http_body::Body for Paced {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let bytes = match &frame {
                Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                _ => 0,
            };
            self.earn(bytes);
            return Poll::Ready(frame.map(|frame| frame.map_err(BoxError::from)));
        }
        if self.waiting.is_none() {
            let now = Instant::now();
            self.waiting = Some(now);
            let end = now + self.left;
            self.end.as_mut().reset(end);
        }
        ready!(self.end.as_mut().poll(context));
        self.slow.store(true, Ordering::Relaxed);
        Poll::Ready(Some(Err(TooSlow.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
