//! What a run tells while it runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// A part of the main job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The source tree is listed.
    Walk,
    /// The extractors run.
    Extract,
    /// The prompt builder runs.
    Build,
    /// The workspace is written.
    Publish,
}

impl Stage {
    /// The stable word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Stage::Walk => "walk",
            Stage::Extract => "extract",
            Stage::Build => "build",
            Stage::Publish => "publish",
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A stage began.
    Stage(Stage),
    /// An extractor began.
    Started {
        /// Its name.
        extractor: String,
        /// How many inputs it has.
        inputs: usize,
    },
    /// An extractor opened one more input.
    Opened {
        /// Its name.
        extractor: String,
        /// How many it has opened.
        opened: usize,
    },
    /// An extractor crashed on an input and runs again without it.
    Retried {
        /// Its name.
        extractor: String,
        /// The input, without what looks like a secret in its path.
        input: String,
        /// How it crashed, in words that quote no secret.
        reason: String,
    },
    /// An extractor ended.
    Finished {
        /// Its name.
        extractor: String,
        /// How many facts of each kind it found, without those of which it found none.
        facts: Vec<(&'static str, usize)>,
    },
    /// A call of a component ended, well or not.
    Called(Called),
    /// All extractors have ended.
    Extracted {
        /// How many facts of each kind the prompt builder gets, with those of which there are none.
        facts: Vec<(&'static str, usize)>,
    },
}

/// How a call of a component ended, and what it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// The component's name.
    pub component: String,
    /// What it was asked to do: `describe`, `extract` or `build`.
    pub function: &'static str,
    /// `ok`, or the [`CallError::code`].
    pub outcome: &'static str,
    /// How long it took.
    pub elapsed: Duration,
    /// The most linear memory in use, in bytes.
    pub peak_memory: usize,
}

/// Is asked right before the workspace is written, and says why it must not be: another host may have taken the run over,
/// or nobody wants it any more.
#[derive(Clone, Copy)]
pub struct PublishCheck<'a>(pub &'a (dyn Fn() -> Result<(), String> + Sync));

impl fmt::Debug for PublishCheck<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("PublishCheck(…)")
    }
}

/// Is told what happens, from several threads.
pub type Events = Arc<dyn Fn(Event) + Send + Sync>;

/// Events that nobody wants to know of.
pub fn silent() -> Events {
    Arc::new(|_| {})
}
