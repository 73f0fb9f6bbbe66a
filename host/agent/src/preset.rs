//! The agents that are known: how each is started without a user.

use crate::settings::OutputFormat;
use serde::Deserialize;

/// An agent that is known. What its flags do was measured with Claude Code 2.1.330, Codex CLI 0.169.0 and Gemini CLI
/// 0.61.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Claude Code. It may edit files and use Quarry's tools; to run commands it needs more of `--allowedTools` in
    /// `extra-arguments`. What it is not allowed it is denied without a failure, which is told as a warning. It takes
    /// its key from `ANTHROPIC_API_KEY`, `ANTHROPIC_AUTH_TOKEN` or `CLAUDE_CODE_OAUTH_TOKEN`.
    Claude,
    /// Codex CLI. Its own sandbox lets it write in the workspace. It takes its key from `CODEX_API_KEY`.
    Codex,
    /// Gemini CLI. It may edit files. It takes its key from `GEMINI_API_KEY`. With `GOOGLE_GEMINI_BASE_URL` it does not
    /// (exit code 41): `security.auth.selectedType` has to be in a `.gemini/settings.json` then.
    Gemini,
}

impl Preset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Claude, Self::Codex, Self::Gemini];

    /// The name in `quarry.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Claude => "claude",
            Self::Codex => "codex",
            Self::Gemini => "gemini",
        }
    }

    /// The program.
    pub fn command(self) -> &'static str {
        self.name()
    }

    /// What it writes.
    pub fn output(self) -> OutputFormat {
        match self {
            Self::Claude => OutputFormat::ClaudeStreamJson,
            Self::Codex => OutputFormat::CodexJson,
            Self::Gemini => OutputFormat::GeminiStreamJson,
        }
    }

    /// Its arguments, with placeholders.
    pub fn arguments(self) -> Vec<String> {
        let arguments: &[&str] = match self {
            Self::Claude => &[
                "-p",
                "{prompt}",
                "--output-format",
                "stream-json",
                "--verbose",
                "--session-id",
                "{session}",
                "--permission-mode",
                "acceptEdits",
                "--allowedTools",
                "mcp__quarry__*",
            ],
            Self::Codex => &[
                "exec",
                "--json",
                "--skip-git-repo-check",
                "-s",
                "workspace-write",
                "{prompt}",
            ],
            Self::Gemini => &[
                "-p",
                "{prompt}",
                "-o",
                "stream-json",
                "--skip-trust",
                "--session-id",
                "{session}",
                "--approval-mode",
                "auto_edit",
            ],
        };
        arguments
            .iter()
            .map(|&argument| argument.to_owned())
            .collect()
    }
}
