//! Workspaces: what a run wrote is checked, and published so that whoever reads it sees the old state or the new one.
//!
//! Everything goes through a `cap_std::fs::Dir` that was opened once. No path in a workspace is looked up in the
//! process's own namespace and no symbolic link in it is followed, so that nothing leads outside.
//!
//! ```no_run
//! use quarry_workspace::{Documents, Workspace};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let workspace = Workspace::open("shop".as_ref())?;
//! // What a prompt builder wrote.
//! let files = [("CONTEXT.md".to_owned(), b"# Shop\n\nRevision 0123456789ab\n".to_vec())];
//! let mut documents = Documents::of_builder(files)?;
//! for (_, text) in documents.iter_mut() {
//!     *text = text.replace("secret", "[REDACTED]");
//! }
//! let published = workspace.publish(&documents, Some("0123456789ab"), None)?;
//! println!("{:?} {:?}", published.files, published.warnings);
//! # Ok(())
//! # }
//! ```
#![deny(missing_docs)]

pub mod agents;
mod context;
mod disk;
mod documents;
mod error;
mod files;
mod intent;
mod ours;
mod transaction;
mod workspace;

pub use agents::{AgentFile, Agents, McpUrl, McpUrlError, Outcome};
pub use documents::{Documents, limits};
pub use error::PublishError;
pub use intent::{Change, Difference};
pub use workspace::{Published, Workspace};

#[cfg(test)]
mod tests;
