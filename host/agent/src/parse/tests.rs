use super::*;
use crate::lines::{Line, Lines};
use proptest::prelude::*;

const FORMATS: [OutputFormat; 4] = [
    OutputFormat::ClaudeStreamJson,
    OutputFormat::CodexJson,
    OutputFormat::GeminiStreamJson,
    OutputFormat::Lines,
];

const STREAMS: [&str; 6] = [
    include_str!("../../tests/streams/claude-work.jsonl"),
    include_str!("../../tests/streams/claude-error.jsonl"),
    include_str!("../../tests/streams/codex-work.jsonl"),
    include_str!("../../tests/streams/codex-error.jsonl"),
    include_str!("../../tests/streams/gemini-work.jsonl"),
    include_str!("../../tests/streams/gemini-error.jsonl"),
];

fn parser(format: OutputFormat, text_bytes: usize) -> Parser {
    Parser::new(
        format,
        Cleaner::new([], text_bytes),
        &["/workspace".to_owned()],
    )
}

fn events(format: OutputFormat, stream: &str) -> Vec<AgentEvent> {
    let mut parser = parser(format, 2_000);
    stream
        .lines()
        .flat_map(|line| parser.line(line.as_bytes()))
        .collect()
}

fn snapshot(name: &str, format: OutputFormat, stream: &str) {
    let lines = events(format, stream)
        .into_iter()
        .map(|event| format!("{event:?}\n"));
    insta::assert_snapshot!(name, lines.collect::<String>());
}

#[test]
fn a_recorded_run_of_claude_code_that_works() {
    snapshot("claude-work", OutputFormat::ClaudeStreamJson, STREAMS[0]);
}

#[test]
fn a_recorded_run_of_claude_code_that_fails() {
    snapshot("claude-error", OutputFormat::ClaudeStreamJson, STREAMS[1]);
}

#[test]
fn a_recorded_run_of_codex_that_works() {
    snapshot("codex-work", OutputFormat::CodexJson, STREAMS[2]);
}

#[test]
fn a_recorded_run_of_codex_that_fails() {
    snapshot("codex-error", OutputFormat::CodexJson, STREAMS[3]);
}

#[test]
fn a_recorded_run_of_gemini_cli_that_works() {
    snapshot("gemini-work", OutputFormat::GeminiStreamJson, STREAMS[4]);
}

#[test]
fn a_recorded_run_of_gemini_cli_that_fails() {
    snapshot("gemini-error", OutputFormat::GeminiStreamJson, STREAMS[5]);
}

#[test]
fn shapes_that_were_not_recorded() {
    let codex = r#"
{"type":"item.completed","item":{"id":"1","type":"error","message":"AGENTS.md was cut at 32 KiB"}}
{"type":"item.started","item":{"id":"2","type":"mcp_tool_call","server":"quarry","tool":"table","arguments":{"names":["CLIENT"]},"status":"in_progress"}}
{"type":"item.completed","item":{"id":"2","type":"mcp_tool_call","server":"quarry","tool":"table","arguments":{"names":["CLIENT"]},"result":{"content":[{"type":"text","text":"CLIENT(id)"}]},"status":"completed"}}
{"type":"item.completed","item":{"id":"3","type":"mcp_tool_call","server":"quarry","tool":"find","arguments":{},"result":null,"error":{"message":"no such tool"},"status":"failed"}}
{"type":"item.completed","item":{"id":"4","type":"web_search","query":"fastapi"}}
{"type":"item.updated","item":{"id":"5","type":"todo_list","items":[{"text":"models","completed":true}]}}
{"type":"item.completed","item":{"id":"6","type":"file_change","changes":[{"path":"/workspace/a.py","kind":"update"},{"path":"/etc/b","kind":"delete"}],"status":"completed"}}
{"type":"turn.completed"}
"#;
    snapshot("codex-other", OutputFormat::CodexJson, codex);
    let claude = r#"
{"type":"assistant","message":{"id":"1","content":[{"type":"thinking","thinking":"Hm."},{"type":"redacted_thinking"}]}}
{"type":"assistant","message":{"id":"2","content":[{"type":"tool_use","id":"t","name":"Edit","input":{"file_path":"/workspace/a.py"}}]}}
{"type":"user","message":{"content":[{"type":"tool_result","tool_use_id":"t","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}]}}
{"type":"assistant","message":"no object"}
{"type":"result","subtype":"error_max_turns","is_error":true,"num_turns":50,"errors":["Reached maximum number of turns"]}
{"type":"result","is_error":true,"permission_denials":[{"tool_name":"mcp__quarry__table"}]}
not json
{"type":7}
[]
"#;
    snapshot("claude-other", OutputFormat::ClaudeStreamJson, claude);
}

#[test]
fn a_list_without_end_is_read_up_to_a_limit() {
    let blocks = r#"{"type":"text","text":"a"},"#.repeat(100_000);
    let line = format!(r#"{{"type":"assistant","message":{{"content":[{blocks}0]}}}}"#);
    assert_eq!(events(OutputFormat::ClaudeStreamJson, &line).len(), 256);
}

#[test]
fn deep_nesting_is_no_danger() {
    for (open, format) in [
        ("[", FORMATS[0]),
        ("{\"a\":", FORMATS[1]),
        ("{\"item\":", FORMATS[1]),
    ] {
        let line = open.repeat(500_000);
        assert!(matches!(
            events(format, &line)[..],
            [AgentEvent::Raw { .. }]
        ));
        let inner = format!(r#"{{"type":"item.completed","item":{line}"#);
        assert!(matches!(
            events(format, &inner)[..],
            [AgentEvent::Raw { .. }]
        ));
    }
}

/// Lines that were recorded, with pieces of them changed.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop_oneof![
        Just("null"),
        Just("[]"),
        Just("{}"),
        Just("\"\u{202e}\\u0000\\ud800\""),
        Just("1e999"),
        Just("-1"),
        Just("\n")
    ];
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), 0..40usize, pieces), 0..8);
    (0..STREAMS.len(), edits).prop_map(|(stream, edits)| {
        let mut bytes = STREAMS[stream].as_bytes().to_vec();
        for (at, length, piece) in edits {
            let start = at.index(bytes.len());
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece.bytes());
        }
        bytes
    })
}

/// Holds what is said of every stream, and returns how many events there were.
fn check(format: OutputFormat, bytes: &[u8], chunk: usize) -> usize {
    let (mut lines, mut parser) = (Lines::new(20_000), parser(format, 300));
    let mut found = Vec::new();
    for mut chunk in bytes.chunks(chunk) {
        while !chunk.is_empty() {
            found.extend(lines.next(&mut chunk));
        }
    }
    found.extend(lines.end());
    let mut events = 0;
    for line in found {
        let Line::Whole(line) = line else { continue };
        for event in parser.line(&line) {
            events += 1;
            let json = serde_json::to_string(&event).unwrap();
            assert!(json.len() < 10_000, "{json}");
            assert!(!json.contains(['\u{1b}', '\u{202e}', '\u{9b}']), "{json}");
        }
    }
    events
}

proptest! {
    #[test]
    fn any_bytes_give_events_and_no_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4_000), chunk in 1..500usize) {
        for format in FORMATS {
            check(format, &bytes, chunk);
        }
    }

    #[test]
    fn any_change_of_a_recorded_stream_gives_events_and_no_panic(bytes in mutated(), chunk in 1..5_000usize) {
        for format in FORMATS {
            let whole = check(format, &bytes, bytes.len().max(1));
            prop_assert_eq!(check(format, &bytes, chunk), whole);
        }
    }
}
