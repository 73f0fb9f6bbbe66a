//! Directories: source trees that are read, workspaces that are written.
//!
//! Everything goes through a `cap_std::fs::Dir` that was opened once. No path out of a source tree or a workspace is
//! looked up in the process's own namespace, so a symbolic link cannot lead outside.

mod source;

pub use quarry_workspace::{
    AgentFile, Agents, Change, Difference, Documents, McpUrl, McpUrlError, Outcome as FileOutcome,
    PublishError, Published, Workspace,
};
pub use source::{SourceError, SourceFiles, Walked};
