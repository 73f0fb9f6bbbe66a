//! Connections: accepted, encrypted if there is a certificate, held to deadlines, and ended in order.
//!
//! A client that stops in the middle of what it sends holds a connection and a task, and nobody else waits for it. It is
//! closed when its time for the handshake, for the head of a request or (see [`pace`]) for the body is over; and so is one
//! that does not take what it is sent.

pub(super) mod pace;
mod tls;

pub(super) use tls::{Tls, keep_current};
pub use tls::{TlsError, TlsFiles};

use super::telemetry::Metrics;
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use socket2::{SockRef, TcpKeepalive};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a client may take nothing of what it is sent.
const WRITE: Duration = Duration::from_secs(60);

/// After how long without a sign of life the system asks whether a client is still there, and how often then. Without an
/// answer it is gone [`WRITE`] after the last one.
const IDLE: Duration = Duration::from_secs(60);
const PROBE: Duration = Duration::from_secs(15);

/// How long accepting pauses when the system has no more files for connections.
const PAUSE: Duration = Duration::from_secs(1);

/// The largest head of a request, in bytes.
const HEAD_BYTES: usize = 32 << 10;

/// What all connections of a listener share.
pub(super) struct Serving {
    pub(super) routes: Router,
    pub(super) tls: Option<Arc<Tls>>,
    /// How long a handshake may take, and the head of a request.
    pub(super) patience: Duration,
    pub(super) metrics: Arc<Metrics>,
}

impl Serving {
    /// Accepts connections until it is told to end, and then waits until those that there are have answered.
    pub(super) async fn serve(self, listener: TcpListener, closed: CancellationToken) {
        let serving = Arc::new(self);
        let connections = TaskTracker::new();
        loop {
            let accepted = tokio::select! {
                biased;
                () = closed.cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, _)) => {
                    let connection = serving.clone().connection(stream, closed.clone());
                    connections.spawn(connection);
                }
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted");
                    sleep(PAUSE).await;
                }
            }
        }
        drop(listener);
        connections.close();
        connections.wait().await;
    }

    async fn connection(self: Arc<Self>, stream: TcpStream, closed: CancellationToken) {
        let _open = self.metrics.connection();
        if let Err(error) = prepare(&stream) {
            // It broke off already, or is noticed later when it does.
            tracing::debug!(%error, "a connection could not be prepared");
        }
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(WRITE));
        let stream = Box::pin(stream);
        match &self.tls {
            None => self.http(stream, closed).await,
            Some(tls) => match timeout(self.patience, tls.accept(stream)).await {
                Ok(Ok(stream)) => self.http(stream, closed).await,
                Ok(Err(error)) => {
                    self.metrics.handshake_failed();
                    tracing::debug!(%error, "a TLS handshake failed");
                }
                Err(_) => {
                    self.metrics.handshake_failed();
                    tracing::debug!("a TLS handshake took too long");
                }
            },
        }
    }

    async fn http(
        &self,
        stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
        closed: CancellationToken,
    ) {
        let mut builder = http1::Builder::new();
        builder
            .timer(TokioTimer::new())
            .header_read_timeout(self.patience)
            .max_header_size(HEAD_BYTES);
        let service = TowerToHyperService::new(self.routes.clone());
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection.with_upgrades());
        // Whatever ends a connection early is the client's affair: it broke off, or is no client of HTTP.
        tokio::select! {
            ended = connection.as_mut() => note(ended),
            () = closed.cancelled() => {
                connection.as_mut().graceful_shutdown();
                note(connection.await);
            }
        }
    }
}

/// Sets what the system is to do for a connection.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    // Messages are small and wanted at once.
    stream.set_nodelay(true)?;
    // A client that is gone without a word takes what it is sent for long: it waits in the system's memory.
    let socket = SockRef::from(stream);
    socket.set_tcp_user_timeout(Some(WRITE))?;
    let keepalive = TcpKeepalive::new().with_time(IDLE).with_interval(PROBE);
    socket.set_tcp_keepalive(&keepalive)
}

fn note(ended: Result<(), hyper::Error>) {
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Whether accepting failed because of the connection that would have been accepted.
fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_system_is_to_notice_that_a_client_is_gone_without_a_word() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (client, accepted) = tokio::join!(TcpStream::connect(address), listener.accept());
        let (stream, _) = accepted.unwrap();
        let socket = SockRef::from(&stream);
        assert_eq!(socket.tcp_user_timeout().unwrap(), None);
        assert!(!socket.keepalive().unwrap());
        prepare(&stream).unwrap();
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(WRITE));
        assert!(socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), IDLE);
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), PROBE);
        assert!(stream.nodelay().unwrap());
        drop(client);
    }
}
