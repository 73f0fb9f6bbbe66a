//! Lines of output into events.
//!
//! The shapes were recorded with the versions that [`Preset`](crate::Preset) names. Only what an event needs is read of
//! a line, so that a new field does no harm; a line of a type that is not known, or whose fields are other than they
//! were, becomes an [`AgentEvent::Raw`]. Nothing here panics or holds more than a few times the line, whatever it is.

mod claude;
mod codex;
mod fields;
mod gemini;

use crate::event::{AgentEvent, Change, TextKind, WarningCode};
use crate::settings::OutputFormat;
use crate::text::Cleaner;
use fields::Head;
use std::collections::{HashMap, HashSet};

/// How many calls of tools may be open at once; a file that a further one changes is not told.
const OPEN_CALLS: usize = 1_000;

/// Reads the lines of one run.
#[derive(Debug)]
pub(crate) struct Parser {
    format: OutputFormat,
    cleaner: Cleaner,
    /// What comes before the path of a file of the workspace.
    workspace: Vec<String>,
    /// The calls that have no result yet, with the file each changes.
    open: HashMap<String, Option<(String, Change)>>,
    /// The answer that is being given, or the last one.
    answer: String,
    /// Whether the next piece of an answer begins a new one.
    answer_ended: bool,
    /// The calls that were told to be denied.
    denied: HashSet<String>,
    /// The last error that the agent told of.
    error: Option<String>,
    /// The message of which the usage was told.
    counted_message: Option<String>,
}

impl Parser {
    /// A parser of a format. The workspace's paths, as the agent may spell them, are taken from the front of files'
    /// paths.
    pub(crate) fn new(format: OutputFormat, cleaner: Cleaner, workspace: &[String]) -> Self {
        let workspace = workspace
            .iter()
            .map(|path| format!("{}/", path.trim_end_matches('/')));
        Self {
            format,
            cleaner,
            workspace: workspace.collect(),
            open: HashMap::new(),
            answer: String::new(),
            answer_ended: true,
            denied: HashSet::new(),
            error: None,
            counted_message: None,
        }
    }

    /// What makes texts fit to be shown.
    pub(crate) fn cleaner(&self) -> &Cleaner {
        &self.cleaner
    }

    /// The last error that the agent told of.
    pub(crate) fn last_error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// What a line says.
    pub(crate) fn line(&mut self, bytes: &[u8]) -> Vec<AgentEvent> {
        let line = String::from_utf8_lossy(bytes);
        let line = line.trim_end_matches('\r');
        if self.format == OutputFormat::Lines {
            let text = self.cleaner.text(line);
            return vec![AgentEvent::Text {
                kind: TextKind::Line,
                text,
                partial: false,
            }];
        }
        if line.trim().is_empty() {
            return Vec::new();
        }
        let Ok(head) = serde_json::from_str::<Head>(line) else {
            return vec![self.raw(None, line)];
        };
        let events = match self.format {
            OutputFormat::ClaudeStreamJson => self.claude(&head, line),
            OutputFormat::CodexJson => self.codex(&head, line),
            OutputFormat::GeminiStreamJson => self.gemini(&head, line),
            OutputFormat::Lines => None,
        };
        events.unwrap_or_else(|| vec![self.raw(Some(&head.name()), line)])
    }

    fn raw(&self, kind: Option<&str>, line: &str) -> AgentEvent {
        let kind = kind.filter(|kind| !kind.is_empty());
        AgentEvent::Raw {
            kind: kind.map(|kind| self.cleaner.name(kind)),
            line: self.cleaner.text(line),
        }
    }

    fn warning(&self, code: WarningCode, message: &str) -> AgentEvent {
        AgentEvent::Warning {
            code,
            message: self.cleaner.text(message),
        }
    }

    fn answer(&mut self, text: &str, partial: bool) -> AgentEvent {
        let shown = self.cleaner.text(text);
        if self.answer_ended || !partial {
            self.answer.clear();
        }
        self.answer_ended = !partial;
        // Many pieces are held to about the length of one text.
        if self.answer.len() < self.cleaner.limit() {
            self.answer.push_str(&shown);
        }
        AgentEvent::Text {
            kind: TextKind::Answer,
            text: shown,
            partial,
        }
    }

    fn reasoning(&self, text: &str) -> AgentEvent {
        let text = self.cleaner.text(text);
        AgentEvent::Text {
            kind: TextKind::Reasoning,
            text,
            partial: false,
        }
    }

    fn last_answer(&self) -> Option<String> {
        (!self.answer.is_empty()).then(|| self.answer.clone())
    }

    /// A call of a tool, and the file that it changes if it succeeds.
    fn call(
        &mut self,
        id: Option<&str>,
        name: &str,
        input: &str,
        file: Option<(&str, Change)>,
    ) -> AgentEvent {
        self.answer_ended = true;
        if let Some(id) = id.filter(|_| self.open.len() < OPEN_CALLS) {
            let file = file.map(|(path, change)| (self.path(path), change));
            self.open.insert(self.cleaner.name(id), file);
        }
        AgentEvent::ToolCall {
            id: id.map(|id| self.cleaner.name(id)),
            name: self.cleaner.name(name),
            input: self.cleaner.text(input),
        }
    }

    /// Whether a call was told of and has no result yet.
    fn is_open(&self, id: Option<&str>) -> bool {
        id.is_some_and(|id| self.open.contains_key(&self.cleaner.name(id)))
    }

    /// The result of a call, and the file that it changed.
    fn result(&mut self, id: Option<&str>, ok: bool, output: &str) -> Vec<AgentEvent> {
        let id = id.map(|id| self.cleaner.name(id));
        let file = id.as_ref().and_then(|id| self.open.remove(id)).flatten();
        let mut events = vec![AgentEvent::ToolResult {
            id,
            ok,
            output: self.cleaner.text(output),
        }];
        if let Some((path, change)) = file.filter(|_| ok) {
            events.push(AgentEvent::FileChange { path, change });
        }
        events
    }

    /// The path of a file, relative to the workspace if it lies in it.
    fn path(&self, path: &str) -> String {
        let inside = self
            .workspace
            .iter()
            .find_map(|workspace| path.strip_prefix(workspace.as_str()));
        self.cleaner.name(inside.unwrap_or(path))
    }
}

#[cfg(test)]
mod tests;
