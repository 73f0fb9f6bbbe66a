//! What Claude Code writes with `--output-format stream-json --verbose`.

use super::fields::{Few, Head, json_of, lenient, text_of};
use super::{OPEN_CALLS, Parser};
use crate::event::{AgentEvent, Change, ToolServer, Usage, WarningCode};
use serde::Deserialize;
use serde_json::value::RawValue;

#[derive(Deserialize)]
struct Init<'a> {
    #[serde(default, deserialize_with = "lenient")]
    session_id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    model: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    claude_code_version: Option<String>,
    #[serde(borrow, default)]
    mcp_servers: Few<'a>,
}

#[derive(Deserialize)]
struct Server {
    name: String,
    status: String,
}

#[derive(Deserialize)]
struct Turn<'a> {
    #[serde(borrow)]
    message: Message<'a>,
}

#[derive(Deserialize)]
struct Message<'a> {
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(borrow)]
    content: &'a RawValue,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    input_tokens: u64,
    #[serde(default)]
    cache_creation_input_tokens: u64,
    #[serde(default)]
    cache_read_input_tokens: u64,
    #[serde(default)]
    output_tokens: u64,
    #[serde(default, deserialize_with = "lenient")]
    output_tokens_details: Option<OutputDetails>,
}

#[derive(Deserialize)]
struct OutputDetails {
    #[serde(default)]
    thinking_tokens: u64,
}

#[derive(Deserialize)]
struct Block<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default, deserialize_with = "lenient")]
    text: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    thinking: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    id: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    name: Option<String>,
    #[serde(borrow, default)]
    input: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    tool_use_id: Option<String>,
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(default, deserialize_with = "lenient")]
    is_error: Option<bool>,
}

#[derive(Deserialize)]
struct FileInput {
    #[serde(alias = "notebook_path")]
    file_path: String,
}

#[derive(Deserialize)]
struct Last<'a> {
    #[serde(default, deserialize_with = "lenient")]
    is_error: Option<bool>,
    #[serde(default, deserialize_with = "lenient")]
    result: Option<String>,
    #[serde(borrow, default)]
    errors: Few<'a>,
    #[serde(default, deserialize_with = "lenient")]
    num_turns: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    total_cost_usd: Option<f64>,
    #[serde(default, deserialize_with = "lenient")]
    usage: Option<Tokens>,
    #[serde(borrow, default)]
    permission_denials: Few<'a>,
}

#[derive(Deserialize)]
struct Denial {
    tool_name: String,
    #[serde(default, deserialize_with = "lenient")]
    tool_use_id: Option<String>,
}

impl From<Tokens> for Usage {
    fn from(tokens: Tokens) -> Self {
        let fresh = tokens
            .input_tokens
            .saturating_add(tokens.cache_creation_input_tokens);
        Self {
            input_tokens: fresh.saturating_add(tokens.cache_read_input_tokens),
            cached_input_tokens: tokens.cache_read_input_tokens,
            output_tokens: tokens.output_tokens,
            reasoning_tokens: tokens
                .output_tokens_details
                .map_or(0, |details| details.thinking_tokens),
        }
    }
}

impl Parser {
    /// What a line of Claude Code says; none if it is not understood.
    pub(super) fn claude(&mut self, head: &Head, line: &str) -> Option<Vec<AgentEvent>> {
        match (head.kind.as_str(), head.subtype.as_deref()) {
            ("system", Some("init")) => Some(self.claude_init(&serde_json::from_str(line).ok()?)),
            ("system", Some("permission_denied")) => {
                Some(self.claude_denial(&serde_json::from_str(line).ok()?))
            }
            ("assistant", _) => self.claude_message(serde_json::from_str(line).ok()?, false),
            ("user", _) => self.claude_message(serde_json::from_str(line).ok()?, true),
            ("result", subtype) => {
                Some(self.claude_result(subtype, serde_json::from_str(line).ok()?))
            }
            _ => None,
        }
    }

    fn claude_init(&self, init: &Init<'_>) -> Vec<AgentEvent> {
        let clean = |text: &String| self.cleaner.name(text);
        let servers = init.mcp_servers.of::<Server>();
        let servers: Vec<ToolServer> = servers
            .map(|server| ToolServer {
                name: clean(&server.name),
                status: clean(&server.status),
            })
            .collect();
        let missing = servers
            .iter()
            .filter(|server| ["failed", "needs-auth"].contains(&server.status.as_str()));
        let warnings: Vec<AgentEvent> = missing
            .map(|server| self.claude_server_missing(server))
            .collect();
        let mut events = vec![AgentEvent::Started {
            session: init.session_id.as_ref().map(clean),
            model: init.model.as_ref().map(clean),
            version: init.claude_code_version.as_ref().map(clean),
            servers,
        }];
        events.extend(warnings);
        events
    }

    fn claude_server_missing(&self, server: &ToolServer) -> AgentEvent {
        let message = format!(
            "the agent does not reach the server of tools {} ({}) and works without it; a wrong token shows like this, \
             too",
            server.name, server.status
        );
        self.warning(WarningCode::ToolServerFailed, &message)
    }

    fn claude_message(&mut self, turn: Turn<'_>, from_user: bool) -> Option<Vec<AgentEvent>> {
        let blocks: Few<'_> = serde_json::from_str(turn.message.content.get()).ok()?;
        if blocks.0.is_empty() {
            return None;
        }
        let mut events = Vec::new();
        for json in &blocks.0 {
            match serde_json::from_str(json)
                .ok()
                .and_then(|block| self.claude_block(block, from_user))
            {
                Some(more) => events.extend(more),
                None => events.push(self.raw(Some("content"), json)),
            }
        }
        // The blocks of one message come as lines of their own, each with the usage of all of it.
        if let Some(usage) = turn.message.usage
            && (turn.message.id.is_none() || turn.message.id != self.counted_message)
        {
            self.counted_message = turn.message.id;
            events.push(AgentEvent::Usage(usage.into()));
        }
        Some(events)
    }

    fn claude_block(&mut self, block: Block<'_>, from_user: bool) -> Option<Vec<AgentEvent>> {
        match block.kind.as_str() {
            "text" if !from_user => Some(vec![self.answer(&block.text?, false)]),
            "thinking" => Some(vec![self.reasoning(&block.thinking?)]),
            "tool_use" => {
                let (name, input) = (block.name?, json_of(block.input));
                let file = serde_json::from_str(input)
                    .ok()
                    .and_then(|input: FileInput| Some((input.file_path, change_of(&name)?)));
                let file = file.as_ref().map(|(path, change)| (path.as_str(), *change));
                Some(vec![self.call(block.id.as_deref(), &name, input, file)])
            }
            "tool_result" => {
                let ok = !block.is_error.unwrap_or(false);
                Some(self.result(
                    block.tool_use_id.as_deref(),
                    ok,
                    &text_of(json_of(block.content)),
                ))
            }
            _ => None,
        }
    }

    /// A tool that was denied. It is told when that happens and again at the end.
    fn claude_denial(&mut self, denial: &Denial) -> Vec<AgentEvent> {
        if let Some(id) = &denial.tool_use_id {
            let known =
                self.denied.len() >= OPEN_CALLS || !self.denied.insert(self.cleaner.name(id));
            if known {
                return Vec::new();
            }
        }
        let message = format!(
            "the agent was not permitted to use {}; if it may, add it to --allowedTools in `extra-arguments`",
            denial.tool_name
        );
        vec![self.warning(WarningCode::PermissionDenied, &message)]
    }

    fn claude_result(&mut self, subtype: Option<&str>, last: Last<'_>) -> Vec<AgentEvent> {
        let denials = last.permission_denials.of::<Denial>();
        let mut events: Vec<AgentEvent> = denials
            .flat_map(|denial| self.claude_denial(&denial))
            .collect();
        let ok = !last.is_error.unwrap_or(true) && subtype == Some("success");
        let mut message = last.result.filter(|result| !result.is_empty());
        if !ok && message.is_none() {
            let errors: Vec<String> = last.errors.of::<String>().collect();
            let reason = subtype
                .filter(|&subtype| subtype != "success")
                .unwrap_or("is_error");
            message = Some(if errors.is_empty() {
                reason.to_owned()
            } else {
                errors.join("; ")
            });
        }
        events.push(AgentEvent::Finished {
            ok,
            message: message.map(|message| self.cleaner.text(&message)),
            cost: last.total_cost_usd,
            usage: last.usage.map(Usage::from),
            turns: last.num_turns,
        });
        events
    }
}

/// How a tool changes the file that it is given.
fn change_of(tool: &str) -> Option<Change> {
    match tool {
        "Write" => Some(Change::Written),
        "Edit" | "MultiEdit" | "NotebookEdit" => Some(Change::Edited),
        _ => None,
    }
}
