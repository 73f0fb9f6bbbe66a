//! The files that coding agents load, merged into what the user already has.
//!
//! Markdown keeps everything outside of a managed block; JSON and TOML keep every key but ours, with format and
//! comments. What cannot be merged safely is left alone, with a reason.

mod existing;
mod json;
mod lines;
mod markdown;
mod plan;
mod toml;
mod url;

pub use existing::Existing;
pub(crate) use existing::existing;
pub use plan::plan;
pub use url::{McpUrl, McpUrlError};

/// The environment variable that holds the MCP server's token. The token itself stands in no file.
pub const TOKEN_VARIABLE: &str = "QUARRY_TOKEN";

/// The files, relative to the workspace, in the order in which they are planned.
pub const PATHS: [&str; 8] = [
    "AGENTS.md",
    "CLAUDE.md",
    "GEMINI.md",
    ".mcp.json",
    ".codex/config.toml",
    ".gemini/settings.json",
    ".claude/skills/quarry-context/SKILL.md",
    ".agents/skills/quarry-context/SKILL.md",
];

/// What the agents' files are to say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agents {
    /// The endpoint of an MCP server that answers questions about the project. Without one no MCP server is entered,
    /// and one that is entered stays.
    pub mcp_url: Option<McpUrl>,
}

/// A file of the agents, and what becomes of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentFile {
    /// Its path relative to the workspace, separated by `/`.
    pub path: String,
    /// Its text so far; none when it is not there or cannot be read.
    pub before: Option<String>,
    /// Its text from now on; the same as before when it is unchanged or skipped.
    pub after: String,
    /// What becomes of it.
    pub outcome: Outcome,
}

/// What becomes of a file of the agents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is new.
    Created,
    /// It was there and gets a new text.
    Updated,
    /// It already says what it is to say.
    Unchanged,
    /// It is left as it is; why, and what the user may add by hand.
    Skipped(String),
}

impl AgentFile {
    /// Whether the file is to be written.
    pub(crate) fn changes(&self) -> bool {
        matches!(self.outcome, Outcome::Created | Outcome::Updated)
    }
}
