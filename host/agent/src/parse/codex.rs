//! What Codex CLI writes with `exec --json`.

use super::Parser;
use super::fields::{Few, Head, json_of, lenient, text_of};
use crate::event::{AgentEvent, Change, Usage, WarningCode};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Thread {
    thread_id: String,
}

#[derive(Deserialize)]
struct Progress<'a> {
    #[serde(borrow)]
    item: Item<'a>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "lenient")]
    text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    message: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    status: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    command: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    aggregated_output: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    exit_code: Option<i64>,
    #[serde(borrow, default)]
    changes: Few<'a>,
    #[serde(default, deserialize_with = "lenient")]
    server: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    tool: Option<String>,
    #[serde(borrow, default)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    error: Option<Failure>,
    #[serde(default, deserialize_with = "lenient")]
    query: Option<String>,
}

#[derive(Deserialize)]
struct FileChanged {
    path: String,
    kind: String,
}

#[derive(Deserialize)]
struct ToolAnswer<'a> {
    #[serde(borrow)]
    content: &'a RawValue,
}

#[derive(Deserialize)]
struct Completed {
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    cached_input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    #[serde(default)]
    reasoning_output_tokens: u64,
}

#[derive(Deserialize)]
struct Failed {
    #[serde(default, deserialize_with = "lenient")]
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    message: String,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        Self {
            input_tokens: tokens.input_tokens,
            cached_input_tokens: tokens.cached_input_tokens,
            output_tokens: tokens.output_tokens,
            reasoning_tokens: tokens.reasoning_output_tokens,
        }
    }
}

impl Parser {
    /// What a line of Codex says; none if it is not understood.
    pub(super) fn codex(&mut self, head: &Head, line: &str) -> Option<Vec<AgentEvent>> {
        match head.kind.as_str() {
            "thread.started" => {
                let thread: Thread = serde_json::from_str(line).ok()?;
                let session = Some(self.cleaner.name(&thread.thread_id));
                Some(vec![AgentEvent::Started {
                    session,
                    model: None,
                    version: None,
                    servers: Vec::new(),
                }])
            }
            "turn.started" => Some(Vec::new()),
            "item.started" | "item.updated" | "item.completed" => {
                let progress: Progress<'_> = serde_json::from_str(line).ok()?;
                let done = head.kind == "item.completed";
                Some(self.codex_item(&progress.item, done).unwrap_or_else(|| {
                    vec![self.raw(Some(&format!("item/{}", progress.item.kind)), line)]
                }))
            }
            "turn.completed" => {
                let completed: Completed = serde_json::from_str(line).ok()?;
                let message = self.last_answer();
                Some(vec![finished(
                    true,
                    message,
                    completed.usage.map(Usage::from),
                )])
            }
            "turn.failed" => {
                let failed: Failed = serde_json::from_str(line).ok()?;
                let message = failed.error.map(|error| self.cleaner.text(&error.message));
                let message = message.or_else(|| self.error.clone());
                Some(vec![finished(false, message, None)])
            }
            // One of these comes for every new attempt at a connection, too, so that it is not the end.
            "error" => {
                let error: Failure = serde_json::from_str(line).ok()?;
                self.error = Some(self.cleaner.text(&error.message));
                Some(vec![self.warning(WarningCode::Agent, &error.message)])
            }
            _ => None,
        }
    }

    fn codex_item(&mut self, item: &Item<'_>, done: bool) -> Option<Vec<AgentEvent>> {
        match item.kind.as_str() {
            "agent_message" if done => Some(vec![self.answer(item.text.as_deref()?, false)]),
            "reasoning" if done => Some(vec![self.reasoning(item.text.as_deref()?)]),
            "agent_message" | "reasoning" => Some(Vec::new()),
            // An item of this type is no failure: that the model is not known, that AGENTS.md was cut, …
            "error" => Some(vec![
                self.warning(WarningCode::Agent, item.message.as_deref()?),
            ]),
            "command_execution" => {
                let command = item.command.as_deref()?;
                let ok = item
                    .exit_code
                    .map_or(item.status.as_deref() == Some("completed"), |code| {
                        code == 0
                    });
                let output = item.aggregated_output.as_deref().unwrap_or_default();
                Some(self.codex_call(item, "command", command, done.then_some((ok, output))))
            }
            "mcp_tool_call" => {
                let name = format!("{}.{}", item.server.as_deref()?, item.tool.as_deref()?);
                let error = item.error.as_ref().map(|error| error.message.clone());
                let ok = error.is_none() && item.status.as_deref() != Some("failed");
                let output = error.unwrap_or_else(|| tool_answer(json_of(item.result)));
                let result = done.then_some((ok, output.as_str()));
                Some(self.codex_call(item, &name, json_of(item.arguments), result))
            }
            "web_search" => {
                let query = item.query.as_deref()?;
                Some(self.codex_call(item, "web_search", query, done.then_some((true, ""))))
            }
            "file_change" if done => Some(self.codex_changes(item)),
            "file_change" => Some(Vec::new()),
            _ => None,
        }
    }

    /// A call that begins, goes on or is done: it is told once, and its result once.
    fn codex_call(
        &mut self,
        item: &Item<'_>,
        name: &str,
        input: &str,
        result: Option<(bool, &str)>,
    ) -> Vec<AgentEvent> {
        let id = item.id.as_deref();
        let mut events = Vec::new();
        if !self.is_open(id) {
            events.push(self.call(id, name, input, None));
        }
        if let Some((ok, output)) = result {
            events.extend(self.result(id, ok, output));
        }
        events
    }

    fn codex_changes(&mut self, item: &Item<'_>) -> Vec<AgentEvent> {
        if item.status.as_deref() == Some("failed") {
            let message = "the agent could not change files that it wanted to change";
            return vec![self.warning(WarningCode::Agent, message)];
        }
        let changed = item.changes.of::<FileChanged>().map(|file| {
            let change = match file.kind.as_str() {
                "add" => Change::Added,
                "delete" => Change::Removed,
                _ => Change::Edited,
            };
            AgentEvent::FileChange {
                path: self.path(&file.path),
                change,
            }
        });
        changed.collect()
    }
}

/// What a tool answered, without what is around it.
fn tool_answer(result: &str) -> String {
    match serde_json::from_str::<ToolAnswer<'_>>(result) {
        Ok(answer) => text_of(answer.content.get()),
        Err(_) => text_of(result),
    }
}

fn finished(ok: bool, message: Option<String>, usage: Option<Usage>) -> AgentEvent {
    AgentEvent::Finished {
        ok,
        message,
        cost: None,
        usage,
        turns: None,
    }
}
