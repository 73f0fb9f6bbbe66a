//! Sending events to whoever reads them.

use crate::event::{AgentEvent, WarningCode};
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError;

/// Sends events, up to so many.
#[derive(Debug)]
pub(crate) struct Sink {
    /// None if nobody reads.
    events: Option<Sender<AgentEvent>>,
    limit: u64,
    pub(crate) sent: u64,
    pub(crate) left_out: u64,
}

impl Sink {
    pub(crate) fn new(events: Sender<AgentEvent>, limit: u64) -> Self {
        Self {
            events: Some(events),
            limit,
            sent: 0,
            left_out: 0,
        }
    }

    /// Sends an event, or leaves it out if there were too many; the first that is left out is replaced by a warning.
    /// Waits for whoever reads.
    pub(crate) async fn send(&mut self, event: AgentEvent) {
        let event = if self.sent < self.limit || is_about_the_end(&event) {
            event
        } else {
            self.left_out += 1;
            if self.left_out > 1 {
                return;
            }
            let message = format!(
                "the agent said more than {} events; up to its end the rest is left out (`limits.events` in [agent])",
                self.limit
            );
            AgentEvent::Warning {
                code: WarningCode::TooManyEvents,
                message,
            }
        };
        let Some(events) = &self.events else { return };
        self.sent += 1;
        let unsent = match events.try_send(event) {
            Ok(()) => None,
            Err(TrySendError::Full(event)) => events.send(event).await.err().map(|_| ()),
            Err(TrySendError::Closed(_)) => Some(()),
        };
        if unsent.is_some() {
            self.sent -= 1;
            self.events = None;
        }
    }
}

fn is_about_the_end(event: &AgentEvent) -> bool {
    match event {
        AgentEvent::Finished { .. } => true,
        AgentEvent::Warning { code, .. } => {
            matches!(
                code,
                WarningCode::TooMuchOutput | WarningCode::StayedAfterFinish
            )
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{TextKind, Usage};
    use tokio::sync::mpsc;

    fn text() -> AgentEvent {
        AgentEvent::Text {
            kind: TextKind::Line,
            text: String::new(),
            partial: false,
        }
    }

    fn finished() -> AgentEvent {
        AgentEvent::Finished {
            ok: true,
            message: None,
            cost: None,
            usage: None,
            turns: None,
        }
    }

    #[tokio::test]
    async fn events_beyond_the_limit_are_counted_and_told_once_and_the_last_comes_through() {
        let (sender, mut receiver) = mpsc::channel(10);
        let mut sink = Sink::new(sender, 2);
        for event in [
            text(),
            AgentEvent::Usage(Usage::default()),
            text(),
            text(),
            text(),
            finished(),
        ] {
            sink.send(event).await;
        }
        assert_eq!((sink.sent, sink.left_out), (4, 3));
        drop(sink);
        let mut events = Vec::new();
        while let Some(event) = receiver.recv().await {
            events.push(event);
        }
        assert!(matches!(
            events[2],
            AgentEvent::Warning {
                code: WarningCode::TooManyEvents,
                ..
            }
        ));
        assert_eq!(events[3], finished());
    }

    #[tokio::test]
    async fn a_sender_whom_nobody_hears_does_not_wait() {
        let (sender, receiver) = mpsc::channel(1);
        let mut sink = Sink::new(sender, 100);
        drop(receiver);
        for _ in 0..10 {
            sink.send(text()).await;
        }
        assert_eq!(sink.sent, 0);
    }
}
