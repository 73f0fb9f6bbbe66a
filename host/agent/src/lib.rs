//! Runs the coding agent of the operator's choice in a workspace whose CONTEXT.md was published.
//!
//! An agent reads text that others wrote and acts on it. So it is started with nothing of the server's: an environment
//! that is cleared but for an allow-list, a home of its own, a closed standard input, a process group of its own, and
//! in an [`Isolation`] that shows it its own workspace and the system's programs. What it writes is read line by line
//! into [`AgentEvent`]s, within [`Limits`]; a run has an idle and a total deadline and can be cancelled; and at its end
//! no process of it is left.
//!
//! ```no_run
//! use quarry_agent::{AgentRunner, AgentSettings, Job, Preset};
//! use tokio_util::sync::CancellationToken;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let mut settings = AgentSettings::of_preset(Preset::Claude);
//! settings.environment = vec!["ANTHROPIC_API_KEY".to_owned()];
//! settings.isolation = Some(quarry_agent::Isolation::default());
//! let runner = AgentRunner::new(settings)?.require_isolation(true).hide("/var/lib/quarry");
//! runner.check().await?;
//!
//! let (sender, mut events) = tokio::sync::mpsc::channel(64);
//! let job = Job::new("/var/lib/quarry/workspaces/shop").variable("QUARRY_TOKEN", "secret");
//! let run = runner.run(&job, sender, CancellationToken::new());
//! let show = async {
//!     while let Some(event) = events.recv().await {
//!         println!("{event:?}");
//!     }
//! };
//! let (report, ()) = tokio::join!(run, show);
//! println!("{}: {}", report.outcome.code(), report.outcome.message());
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

mod bubblewrap;
mod error;
mod event;
mod group;
mod home;
mod isolation;
mod launch;
mod lines;
mod orphans;
mod parse;
mod preset;
mod probe;
mod report;
mod runner;
mod session;
mod settings;
mod sink;
mod spawn;
mod text;
mod verdict;

pub use error::{SettingsError, StartError};
pub use event::{AgentEvent, Change, TextKind, ToolServer, Usage, WarningCode};
pub use isolation::{Bubblewrap, Isolation, Wrapper};
pub use orphans::end_orphans;
pub use preset::Preset;
pub use report::{Exit, FailureCode, Outcome, Report, Timeout};
pub use runner::{AgentRunner, Job};
pub use settings::{AgentSettings, DEFAULT_PROMPT, Limits, OutputFormat};
