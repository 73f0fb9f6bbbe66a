//! When the server is killed.

use std::fmt;
use std::time::Duration;

/// A part of a run's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// An archive is received and unpacked.
    Upload,
    /// Several runs are asked for at once, some of which wait.
    Queue,
    /// The source tree is listed.
    Walk,
    /// The extractors run.
    Extract,
    /// `CONTEXT.md` is built.
    Build,
    /// `CONTEXT.md` is published.
    Publish,
    /// The agent works.
    Agent,
    /// The agent has said its last line.
    End,
    /// Anywhere in a run, and once more soon after the restart.
    Again,
}

impl Moment {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Upload,
        Self::Queue,
        Self::Walk,
        Self::Extract,
        Self::Build,
        Self::Publish,
        Self::Agent,
        Self::End,
        Self::Again,
    ];
}

impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Upload => "upload",
            Self::Queue => "queue",
            Self::Walk => "walk",
            Self::Extract => "extract",
            Self::Build => "build",
            Self::Publish => "publish",
            Self::Agent => "agent",
            Self::End => "end",
            Self::Again => "again",
        })
    }
}

/// How long the parts of a run last here.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spans {
    pub(super) walk: Duration,
    pub(super) extract: Duration,
    pub(super) build: Duration,
    pub(super) publish: Duration,
    pub(super) agent: Duration,
}

impl Spans {
    /// The time after the beginning of a moment in which the server is killed.
    pub(super) fn of(&self, moment: Moment) -> Duration {
        let span = match moment {
            Moment::Upload => Duration::from_millis(250),
            Moment::Queue => Duration::from_millis(60) + self.walk + self.extract + self.build,
            Moment::Walk => self.walk,
            Moment::Extract => self.extract,
            Moment::Build => self.build,
            Moment::Publish => self.publish,
            Moment::Agent => self.agent,
            Moment::End => Duration::from_millis(60),
            Moment::Again => self.walk + self.extract + self.build + self.publish + self.agent,
        };
        // A part that is shorter than a message takes to come is not missed.
        span.max(Duration::from_millis(4))
    }
}
