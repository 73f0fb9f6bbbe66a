//! What an agent says while it works.

use serde::Serialize;

/// One thing that an agent said or did, or that the runner has to say about it.
///
/// Every text in it was made fit to be shown: control characters and those that turn or hide text are spelled out
/// (`\u{202e}`), line breaks and tabs stay; the values of the environment that the agent was given are replaced by
/// `[environment:NAME]`, long words of files in its home by `[home-file:PATH]`; and a text longer than [`Limits::text_bytes`](crate::Limits::text_bytes) is cut, with a note
/// of how much is missing. As JSON it has a field `type` in kebab case.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(
    tag = "type",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case"
)]
#[non_exhaustive]
pub enum AgentEvent {
    /// The agent has begun.
    Started {
        /// What the agent calls this session; its client resumes it by that name.
        session: Option<String>,
        /// The model it works with.
        model: Option<String>,
        /// The version of the client.
        version: Option<String>,
        /// The servers of tools (MCP) it is to use. One that failed is told in a [`AgentEvent::Warning`] besides.
        servers: Vec<ToolServer>,
    },
    /// The agent says something.
    Text {
        /// What sort of text it is.
        kind: TextKind,
        /// The text.
        text: String,
        /// Whether it is a piece of a text, to be appended to the pieces before it.
        partial: bool,
    },
    /// The agent uses a tool.
    ToolCall {
        /// What the result refers to.
        id: Option<String>,
        /// The name of the tool, as the agent spells it: `Write`, `mcp__quarry__table`, `command`, …
        name: String,
        /// What it is given: JSON or, of a command, its text.
        input: String,
    },
    /// What a tool answered.
    ToolResult {
        /// The call it belongs to.
        id: Option<String>,
        /// Whether the tool did its work.
        ok: bool,
        /// What it answered.
        output: String,
    },
    /// The agent says that it changed a file. Whether it did only the workspace shows.
    FileChange {
        /// The file, relative to the workspace where it lies in it.
        path: String,
        /// How.
        change: Change,
    },
    /// What was used since the last event of this type, or up to now: agents differ.
    Usage(Usage),
    /// Something is not as it should be, and the agent goes on.
    Warning {
        /// Which sort, for programs.
        code: WarningCode,
        /// What happened and what to do about it.
        message: String,
    },
    /// The agent says that it is done. The verdict is in [`Report::outcome`](crate::Report::outcome), which also knows
    /// how the process ended.
    Finished {
        /// Whether it did what it was asked to, in its own view.
        ok: bool,
        /// Its last words, or what went wrong.
        message: Option<String>,
        /// What it cost in US dollars, where the agent says so.
        cost: Option<f64>,
        /// What was used in all, where the agent says so.
        usage: Option<Usage>,
        /// How many times the model was asked.
        turns: Option<u64>,
    },
    /// A line that is not understood: of a type that is not known, or no JSON at all.
    Raw {
        /// The type it claims, if any.
        kind: Option<String>,
        /// The line.
        line: String,
    },
}

/// Sorts of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TextKind {
    /// What the agent tells its user.
    Answer,
    /// What it thinks.
    Reasoning,
    /// A line of a program of which no more is known ([`OutputFormat::Lines`](crate::OutputFormat::Lines)).
    Line,
}

/// A server of tools (MCP).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ToolServer {
    /// Its name in the agent's settings.
    pub name: String,
    /// What the agent says of it: `connected`, `failed`, …
    pub status: String,
}

/// How a file was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Change {
    /// It is new.
    Added,
    /// It is new or has other content.
    Written,
    /// Parts of it were changed.
    Edited,
    /// It is gone.
    Removed,
}

/// Tokens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Usage {
    /// Tokens of input in all, those from a cache among them.
    pub input_tokens: u64,
    /// Tokens of input that came from a cache.
    pub cached_input_tokens: u64,
    /// Tokens of output in all.
    pub output_tokens: u64,
    /// Tokens of output that were thoughts, where the agent says so.
    pub reasoning_tokens: u64,
}

/// Sorts of warnings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningCode {
    /// The agent says so itself.
    Agent,
    /// A server of tools is not there; the agent works without it.
    ToolServerFailed,
    /// The agent was not permitted to use a tool.
    PermissionDenied,
    /// A line of output was longer than [`Limits::line_bytes`](crate::Limits::line_bytes) and was left out.
    LineTooLong,
    /// The agent said more than [`Limits::events`](crate::Limits::events); what follows is left out, up to the end.
    TooManyEvents,
    /// The agent wrote more than [`Limits::output_bytes`](crate::Limits::output_bytes) and was ended.
    TooMuchOutput,
    /// The agent had finished and its process did not end; it was ended.
    StayedAfterFinish,
}
