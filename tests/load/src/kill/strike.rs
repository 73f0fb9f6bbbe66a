//! Runs begin, and the server is killed.

use super::ground::{Ground, LAST_LINE, PROJECTS};
use super::moment::Moment;
use crate::Failure;
use crate::client::{Client, Message};
use crate::process::Server;
use crate::sources::archive;
use fastrand::Rng;
use std::fmt;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tungstenite::Message as Frame;

/// How long the part of a run may take to come in which the server is to be killed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was going on when the server was killed.
#[derive(Debug, Default)]
pub(super) struct Struck {
    /// How long after the beginning of the moment.
    pub(super) delay: Duration,
    /// By project, what its client had seen.
    pub(super) seen: Vec<(String, Vec<String>)>,
    /// The knowledge base that a client was told is ready.
    pub(super) uploaded: Option<String>,
}

impl fmt::Display for Struck {
    /// The last thing that a client had seen.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (_, seen)) in self.seen.iter().enumerate() {
            let last = seen.last().map(String::as_str);
            let last = last.and_then(|text| serde_json::from_str::<Message<'_>>(text).ok());
            let comma = if place == 0 { "" } else { ", " };
            match last {
                Some(Message { seq, code, .. }) => write!(formatter, "{comma}{seq} {code}")?,
                None => write!(formatter, "{comma}nothing")?,
            }
        }
        match (&self.uploaded, self.seen.is_empty()) {
            (Some(_), _) => write!(formatter, "uploaded"),
            (None, true) => write!(formatter, "not uploaded"),
            (None, false) => Ok(()),
        }
    }
}

/// Begins what a moment is of, and kills the server in it.
pub(super) fn strike(
    moment: Moment,
    ground: &mut Ground,
    server: &mut Server,
    random: &mut Rng,
) -> Result<Struck, Failure> {
    let span = ground.spans.of(moment);
    let delay = span.mul_f64(random.f64());
    let client = ground.client(server)?;
    if moment == Moment::Upload {
        return upload(ground, server, client, delay);
    }
    // Not the version that is published, or nothing would be written.
    ground.write(1 - ground.version)?;
    let count = if moment == Moment::Queue { PROJECTS } else { 1 };
    let first = random.usize(0..PROJECTS);
    let projects = (0..count).map(|number| &ground.projects[(first + number) % PROJECTS]);
    let begun = Instant::now();
    let mut watchers: Vec<Watcher> = projects
        .map(|project| Watcher::start(&client, project))
        .collect();
    match moment {
        Moment::Queue => thread::sleep(delay.saturating_sub(begun.elapsed())),
        _ => {
            watchers[0].wait_for(|message| begins(moment, message))?;
            thread::sleep(delay);
        }
    }
    server.kill()?;
    let seen = watchers.into_iter().map(Watcher::end).collect();
    Ok(Struck {
        delay,
        seen,
        uploaded: None,
    })
}

/// Whether a moment begins with a message.
fn begins(moment: Moment, message: &Message<'_>) -> bool {
    let enters =
        |stage| message.code == "stage" && message.stage.as_ref().is_some_and(|it| it == stage);
    match moment {
        Moment::Walk => enters("walk"),
        Moment::Extract => enters("extract"),
        Moment::Build => enters("build"),
        Moment::Publish => enters("publish"),
        Moment::Agent => enters("agent"),
        Moment::End => message.message == LAST_LINE,
        Moment::Upload | Moment::Queue | Moment::Again => true,
    }
}

/// A client that follows a run on a thread of its own.
struct Watcher {
    project: String,
    seen: Vec<String>,
    messages: Receiver<String>,
    thread: JoinHandle<()>,
}

impl Watcher {
    fn start(client: &Client, project: &str) -> Self {
        let (sender, messages) = channel();
        let (client, name) = (client.clone(), project.to_owned());
        let thread = thread::spawn(move || {
            let Ok(mut socket) = client.connect(&name) else {
                return;
            };
            // It ends with the server.
            while let Ok(frame) = socket.read() {
                if let Frame::Text(text) = frame {
                    let _ = sender.send(text.to_string());
                }
            }
        });
        Self {
            project: project.to_owned(),
            seen: Vec::new(),
            messages,
            thread,
        }
    }

    /// Waits for a message, or for the end.
    fn wait_for(&mut self, wanted: impl Fn(&Message<'_>) -> bool) -> Result<(), Failure> {
        loop {
            let text = match self.messages.recv_timeout(PATIENCE) {
                Ok(text) => text,
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
                Err(RecvTimeoutError::Timeout) => {
                    return Err(format!("nothing came for {PATIENCE:?}").into());
                }
            };
            let found = serde_json::from_str(&text).is_ok_and(|message| wanted(&message));
            self.seen.push(text);
            if found {
                return Ok(());
            }
        }
    }

    /// All that came.
    fn end(mut self) -> (String, Vec<String>) {
        let _ = self.thread.join();
        self.seen.extend(self.messages.try_iter());
        (self.project, self.seen)
    }
}

/// Kills the server while it receives or unpacks an archive.
fn upload(
    ground: &Ground,
    server: &mut Server,
    client: Client,
    delay: Duration,
) -> Result<Struck, Failure> {
    let archive = archive(&ground.source)?;
    let uploading = thread::spawn(move || {
        let mut slow = Slow(io::Cursor::new(archive));
        client.upload("killed", &mut slow).ok()
    });
    thread::sleep(delay);
    server.kill()?;
    Ok(Struck {
        delay,
        seen: Vec::new(),
        uploaded: uploading.join().unwrap_or(None),
    })
}

/// An archive that comes as over a network.
struct Slow(io::Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        thread::sleep(Duration::from_millis(3));
        let part = buffer.len().min(64 << 10);
        self.0.read(&mut buffer[..part])
    }
}
