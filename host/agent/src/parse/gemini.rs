//! What Gemini CLI writes with `-o stream-json`.

use super::Parser;
use super::fields::{Head, json_of, lenient, text_of};
use crate::event::{AgentEvent, Change, Usage, WarningCode};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Init {
    #[serde(default, deserialize_with = "lenient")]
    session_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    model: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    role: String,
    content: String,
    #[serde(default, deserialize_with = "lenient")]
    delta: Option<bool>,
}

#[derive(Deserialize)]
struct ToolUse<'a> {
    tool_name: String,
    #[serde(default, deserialize_with = "lenient")]
    tool_id: Option<String>,
    #[serde(borrow, default)]
    parameters: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct FileParameters {
    file_path: String,
}

#[derive(Deserialize)]
struct ToolResult<'a> {
    #[serde(default, deserialize_with = "lenient")]
    tool_id: Option<String>,
    status: String,
    #[serde(borrow, default)]
    output: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    error: Option<Failure>,
}

#[derive(Deserialize)]
struct Failure {
    message: String,
}

#[derive(Deserialize)]
struct Last {
    status: String,
    #[serde(default, deserialize_with = "lenient")]
    error: Option<Failure>,
    #[serde(default, deserialize_with = "lenient")]
    stats: Option<Stats>,
}

#[derive(Deserialize)]
struct Stats {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    cached: u64,
    #[serde(default)]
    output_tokens: u64,
}

impl Parser {
    /// What a line of Gemini CLI says; none if it is not understood.
    pub(super) fn gemini(&mut self, head: &Head, line: &str) -> Option<Vec<AgentEvent>> {
        match head.kind.as_str() {
            "init" => {
                let init: Init = serde_json::from_str(line).ok()?;
                Some(vec![AgentEvent::Started {
                    session: init.session_id.map(|session| self.cleaner.name(&session)),
                    model: init.model.map(|model| self.cleaner.name(&model)),
                    version: None,
                    servers: Vec::new(),
                }])
            }
            "message" => {
                let message: Message = serde_json::from_str(line).ok()?;
                // Of the user it is the prompt again.
                let own = message.role != "user";
                let text =
                    own.then(|| self.answer(&message.content, message.delta.unwrap_or(false)));
                Some(text.into_iter().collect())
            }
            "tool_use" => Some(vec![self.gemini_call(&serde_json::from_str(line).ok()?)]),
            "tool_result" => {
                let result: ToolResult<'_> = serde_json::from_str(line).ok()?;
                let output = match (result.error, result.output) {
                    (Some(error), None) => error.message,
                    (_, output) => text_of(json_of(output)),
                };
                let ok = result.status == "success";
                Some(self.result(result.tool_id.as_deref(), ok, &output))
            }
            "error" => {
                let error: Failure = serde_json::from_str(line).ok()?;
                self.error = Some(self.cleaner.text(&error.message));
                Some(vec![self.warning(WarningCode::Agent, &error.message)])
            }
            "result" => Some(vec![self.gemini_result(serde_json::from_str(line).ok()?)]),
            _ => None,
        }
    }

    fn gemini_call(&mut self, call: &ToolUse<'_>) -> AgentEvent {
        let input = json_of(call.parameters);
        let change = match call.tool_name.as_str() {
            "write_file" => Some(Change::Written),
            "replace" => Some(Change::Edited),
            _ => None,
        };
        let parameters = serde_json::from_str::<FileParameters>(input).ok();
        let file = parameters
            .as_ref()
            .zip(change)
            .map(|(file, change)| (file.file_path.as_str(), change));
        self.call(call.tool_id.as_deref(), &call.tool_name, input, file)
    }

    fn gemini_result(&self, last: Last) -> AgentEvent {
        let ok = last.status == "success";
        let error = last.error.map(|error| self.cleaner.text(&error.message));
        let message = if ok {
            self.last_answer()
        } else {
            error.or_else(|| self.error.clone())
        };
        let usage = last.stats.map(|stats| Usage {
            input_tokens: stats.input_tokens,
            cached_input_tokens: stats.cached,
            output_tokens: stats.output_tokens,
            reasoning_tokens: 0,
        });
        AgentEvent::Finished {
            ok,
            message,
            cost: None,
            usage,
            turns: None,
        }
    }
}
