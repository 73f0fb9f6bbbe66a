//! Watching one process of an agent up to its end.

use crate::event::{AgentEvent, Usage, WarningCode};
use crate::group::Group;
use crate::lines::{Line, Lines};
use crate::parse::Parser;
use crate::report::{Exit, Timeout};
use crate::settings::AgentSettings;
use crate::sink::Sink;
use crate::verdict::Verdict;
use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr, ChildStdout};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

/// How long a process may stay after the agent said that it had finished.
const AFTER_FINISH: Duration = Duration::from_secs(10);

/// How long to wait for what a process that has ended may have left in its pipes, and for a process that was killed.
const AFTER_END: Duration = Duration::from_secs(2);

/// How much of what a process left in its pipes is read: more than a pipe holds unless it was made larger, and not the
/// endless output of a child that got away.
const LEFT_IN_PIPE: u64 = 1 << 20;

/// How much is read at once.
const CHUNK: usize = 64 << 10;

/// Why a process is not watched any longer.
#[derive(Debug)]
pub(crate) enum End {
    /// It ended.
    Exited,
    /// It was cancelled.
    Cancelled,
    /// A deadline passed.
    TimedOut(Timeout),
    /// It wrote more than so many bytes.
    TooMuchOutput(u64),
    /// It stayed after it had finished.
    Stayed,
    /// Its output cannot be read.
    Unreadable(io::Error),
}

/// The figures of a run.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) output_bytes: u64,
    pub(crate) error_bytes: u64,
    pub(crate) session: Option<String>,
    pub(crate) usage: Option<Usage>,
    pub(crate) cost: Option<f64>,
    pub(crate) verdict: Option<Verdict>,
}

/// One process of an agent. Its group is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Session<'a> {
    /// Before the child, so that it is dropped before: see [`Group`].
    group: Group,
    child: Child,
    exited: oneshot::Receiver<()>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
    settings: &'a AgentSettings,
    cancellation: &'a CancellationToken,
    total: Instant,
    finished: Option<Instant>,
    lines: Lines,
    pub(crate) parser: Parser,
    pub(crate) sink: Sink,
    pub(crate) figures: Figures,
    pub(crate) errors: VecDeque<u8>,
}

/// What happened while waiting.
enum Step {
    Output(usize),
    Errors(usize),
    End(End),
}

impl<'a> Session<'a> {
    /// Takes a process that was started with a group of its own and with pipes.
    pub(crate) fn new(
        mut child: Child,
        settings: &'a AgentSettings,
        cancellation: &'a CancellationToken,
        parser: Parser,
        sink: Sink,
    ) -> io::Result<Self> {
        let group = Group::of(&child);
        Ok(Self {
            exited: group.ended()?,
            group,
            stdout: child.stdout.take(),
            stderr: child.stderr.take(),
            child,
            settings,
            cancellation,
            total: Instant::now() + settings.total_timeout(),
            finished: None,
            lines: Lines::new(settings.limits.line_bytes),
            parser,
            sink,
            figures: Figures::default(),
            errors: VecDeque::new(),
        })
    }

    /// Watches the process up to its end and ends what is left of it. It can be called once.
    pub(crate) async fn run(&mut self) -> (End, Option<Exit>) {
        let mut end = self.watch().await;
        if matches!(end, End::Exited) {
            self.group.kill();
            if let Some(instead) = self.drain().await {
                end = instead;
            }
        } else {
            self.say_why_it_is_ended(&end).await;
            self.stop().await;
        }
        let status = timeout(AFTER_END, self.child.wait()).await;
        let status = status.ok().and_then(Result::ok);
        let code = status.and_then(|status| status.code()).map(Exit::Code);
        let signal = status.and_then(|status| status.signal()).map(Exit::Signal);
        (end, code.or(signal))
    }

    async fn watch(&mut self) -> End {
        let (mut output, mut errors) = (vec![0; CHUNK], vec![0; CHUNK]);
        loop {
            // Only the time spent here is idle, not that in which events waited for whoever reads them.
            let idle = self.settings.idle_timeout();
            let stay = self.finished.map(|finished| finished + AFTER_FINISH);
            let step = tokio::select! {
                biased;
                () = self.cancellation.cancelled() => Step::End(End::Cancelled),
                () = sleep_until(self.total) => Step::End(self.timed_out()),
                () = until(stay) => Step::End(End::Stayed),
                _ = &mut self.exited => Step::End(End::Exited),
                read = read(&mut self.stdout, &mut output) => read.map_or_else(unreadable, Step::Output),
                read = read(&mut self.stderr, &mut errors) => read.map_or_else(unreadable, Step::Errors),
                () = sleep_until(Instant::now() + idle) => Step::End(End::TimedOut(Timeout::Idle(idle))),
            };
            let end = match step {
                Step::Output(read) => self.take_output(&output[..read]).await,
                Step::Errors(read) => self.take_errors(&errors[..read]),
                Step::End(end) => Some(end),
            };
            if let Some(end) = end {
                return end;
            }
        }
    }

    fn timed_out(&self) -> End {
        End::TimedOut(Timeout::Total(self.settings.total_timeout()))
    }

    /// Reads what a process that has ended left in its pipes.
    async fn drain(&mut self) -> Option<End> {
        let (mut output, mut errors) = (vec![0; CHUNK], vec![0; CHUNK]);
        let before = self.figures.output_bytes + self.figures.error_bytes;
        while self.stdout.is_some() || self.stderr.is_some() {
            let step = tokio::select! {
                biased;
                read = read(&mut self.stdout, &mut output) => read.map_or_else(unreadable, Step::Output),
                read = read(&mut self.stderr, &mut errors) => read.map_or_else(unreadable, Step::Errors),
                // A child that left the group holds the pipe open.
                () = sleep_until(Instant::now() + AFTER_END) => break,
            };
            let end = match step {
                Step::Output(read) => self.take_output(&output[..read]).await,
                Step::Errors(read) => self.take_errors(&errors[..read]),
                Step::End(end) => Some(end),
            };
            let read = self.figures.output_bytes + self.figures.error_bytes - before;
            if end.is_some() || read > LEFT_IN_PIPE {
                return end;
            }
        }
        match self.lines.end() {
            Some(line) => self.take_line(line).await,
            None => None,
        }
    }

    async fn take_output(&mut self, mut bytes: &[u8]) -> Option<End> {
        if bytes.is_empty() {
            self.stdout = None;
        }
        self.figures.output_bytes += bytes.len() as u64;
        while !bytes.is_empty() {
            if let Some(line) = self.lines.next(&mut bytes)
                && let Some(end) = self.take_line(line).await
            {
                return Some(end);
            }
        }
        self.too_much()
    }

    fn take_errors(&mut self, bytes: &[u8]) -> Option<End> {
        if bytes.is_empty() {
            self.stderr = None;
        }
        self.figures.error_bytes += bytes.len() as u64;
        let keep = self.settings.limits.error_bytes;
        self.errors
            .extend(&bytes[bytes.len().saturating_sub(keep)..]);
        let excess = self.errors.len().saturating_sub(keep);
        self.errors.drain(..excess);
        self.too_much()
    }

    fn too_much(&self) -> Option<End> {
        let limit = self.settings.limits.output_bytes;
        let written = self.figures.output_bytes + self.figures.error_bytes;
        (written > limit).then_some(End::TooMuchOutput(limit))
    }

    async fn take_line(&mut self, line: Line) -> Option<End> {
        let events = match line {
            Line::Whole(line) => self.parser.line(&line),
            Line::TooLong(length) => vec![too_long(length, self.settings.limits.line_bytes)],
        };
        for event in events {
            self.note(&event);
            let end = self.send(event).await;
            if end.is_some() {
                return end;
            }
        }
        None
    }

    /// Keeps what the report says of an event.
    fn note(&mut self, event: &AgentEvent) {
        match event {
            AgentEvent::Started { session, .. } => self.figures.session.clone_from(session),
            AgentEvent::Usage(usage) => self.figures.usage = Some(*usage),
            AgentEvent::Finished {
                ok,
                message,
                cost,
                usage,
                ..
            } => {
                self.figures.verdict = Some(Verdict {
                    ok: *ok,
                    message: message.clone(),
                });
                self.figures.cost = cost.or(self.figures.cost);
                self.figures.usage = usage.or(self.figures.usage);
                self.finished.get_or_insert_with(Instant::now);
            }
            _ => {}
        }
    }

    /// Sends an event, unless the run ends before anybody takes it.
    async fn send(&mut self, event: AgentEvent) -> Option<End> {
        let end = tokio::select! {
            biased;
            () = self.sink.send(event) => return None,
            () = self.cancellation.cancelled() => End::Cancelled,
            () = sleep_until(self.total) => End::TimedOut(Timeout::Total(self.settings.total_timeout())),
        };
        Some(end)
    }

    async fn say_why_it_is_ended(&mut self, end: &End) {
        let (code, message) = match end {
            End::TooMuchOutput(limit) => (
                WarningCode::TooMuchOutput,
                format!(
                    "the agent wrote more than {limit} bytes and is ended (`limits.output-bytes` in [agent])"
                ),
            ),
            End::Stayed => (
                WarningCode::StayedAfterFinish,
                format!(
                    "the agent finished, but its process did not end within {} s; it is ended",
                    AFTER_FINISH.as_secs()
                ),
            ),
            _ => return,
        };
        // Nobody may read, and the process is to end.
        let _ = timeout(
            AFTER_END,
            self.sink.send(AgentEvent::Warning { code, message }),
        )
        .await;
    }

    /// Asks the process to end, waits for that, and kills what is left. What it writes meanwhile is not read any more,
    /// but taken, so that it does not wait for a reader.
    async fn stop(&mut self) {
        self.group.terminate();
        let deadline = Instant::now() + self.settings.grace();
        let (mut output, mut errors) = (vec![0; CHUNK], vec![0; CHUNK]);
        loop {
            tokio::select! {
                biased;
                _ = &mut self.exited => break,
                () = sleep_until(deadline) => break,
                read = read(&mut self.stdout, &mut output) => {
                    if !matches!(read, Ok(1..)) { self.stdout = None; }
                }
                read = read(&mut self.stderr, &mut errors) => {
                    if !matches!(read, Ok(1..)) { self.stderr = None; }
                }
            }
        }
        self.group.kill();
    }
}

fn unreadable(error: io::Error) -> Step {
    Step::End(End::Unreadable(error))
}

fn too_long(length: u64, limit: usize) -> AgentEvent {
    let message = format!(
        "a line of the agent's output of {length} bytes was left out: it is longer than {limit} bytes \
         (`limits.line-bytes` in [agent])"
    );
    AgentEvent::Warning {
        code: WarningCode::LineTooLong,
        message,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => sleep_until(deadline).await,
        None => pending().await,
    }
}

/// Reads from a pipe, if it is open.
async fn read(pipe: &mut Option<impl AsyncRead + Unpin>, buffer: &mut [u8]) -> io::Result<usize> {
    match pipe {
        Some(pipe) => pipe.read(buffer).await,
        None => pending().await,
    }
}
