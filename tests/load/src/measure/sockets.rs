//! Following runs over WebSockets, and judging what came.

use super::Job;
use futures_util::StreamExt;
use load::Failure;
use load::client::{Message, TYPES};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::client_async;
use tungstenite::Message as Frame;
use tungstenite::handshake::client::Request;

/// What came over one WebSocket.
#[derive(Debug, Default)]
pub struct Stream {
    /// From before the connection was made up to the last message.
    pub took: Duration,
    pub messages: u64,
    /// Messages that did not come, came in another order or more than once, or are of no known type.
    pub missing: u64,
    pub disordered: u64,
    pub unknown: u64,
    /// Whether the last message said that the run ended well, and nothing came after it.
    pub completed: bool,
    /// What went wrong otherwise.
    pub error: Option<String>,
}

/// Opens a WebSocket for each job, all at once, and follows each to its end.
pub async fn all(jobs: &[Job]) -> Result<Vec<Stream>, Failure> {
    let mut following = JoinSet::new();
    for job in jobs {
        let client = &job.tenant.client;
        let request = client.initialize(&job.project)?;
        following.spawn(one(client.address.clone(), request));
    }
    Ok(following.join_all().await)
}

/// Opens a WebSocket, and follows it to its end.
pub async fn one(address: String, request: Request) -> Stream {
    let mut stream = Stream::default();
    let begun = Instant::now();
    if let Err(error) = follow(&address, request, &mut stream).await {
        stream.error = Some(error.to_string());
    }
    stream.took = begun.elapsed();
    stream
}

async fn follow(address: &str, request: Request, stream: &mut Stream) -> Result<(), Failure> {
    let connection = TcpStream::connect(address).await?;
    let (mut socket, _) = client_async(request, connection).await?;
    let mut last = 0;
    while let Some(frame) = socket.next().await {
        match frame? {
            Frame::Text(text) => stream.judge(&text, &mut last)?,
            Frame::Close(_) => break,
            _ => {}
        }
    }
    Ok(())
}

impl Stream {
    fn judge(&mut self, text: &str, last: &mut u64) -> Result<(), Failure> {
        let message: Message<'_> =
            serde_json::from_str(text).map_err(|error| format!("{error}: {text}"))?;
        self.messages += 1;
        match message.seq.checked_sub(*last + 1) {
            Some(gap) => self.missing += gap,
            None => self.disordered += 1,
        }
        *last = message.seq.max(*last);
        if !TYPES.contains(&&*message.kind) {
            self.unknown += 1;
        }
        self.completed = message.kind == "complete";
        if message.kind == "error" {
            self.error = Some(text.to_owned());
        }
        Ok(())
    }
}
