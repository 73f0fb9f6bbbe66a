//! What becomes of each of the agents' files.

use super::markdown::{self, BEGIN, END};
use super::{AgentFile, Agents, Existing, McpUrl, Outcome, PATHS, TOKEN_VARIABLE, json, toml};
use jsonc_parser::cst::CstInputValue;
use std::collections::BTreeMap;

const AGENTS: &str = include_str!("texts/agents.md");
const MCP: &str = include_str!("texts/mcp.md");
const SKILL_HEADER: &str = include_str!("texts/skill-header.md");
const SKILL: &str = include_str!("texts/skill.md");

/// The line that makes Claude Code load `AGENTS.md`.
const CLAUDE_IMPORT: &str = "@AGENTS.md";

/// The line that makes Gemini CLI load `AGENTS.md`.
const GEMINI_IMPORT: &str = "@./AGENTS.md";

/// Plans all files from what there is under their names; a name that is not given has nothing. Planning over the result
/// changes nothing.
///
/// The entries of an MCP server are planned only when `agents` has an address.
pub fn plan(existing: &BTreeMap<&str, Existing>, agents: &Agents) -> Vec<AgentFile> {
    let url = agents.mcp_url.as_ref();
    let instructions = match url {
        Some(_) => format!("{AGENTS}{MCP}"),
        None => AGENTS.to_owned(),
    };
    let absent = Existing::Absent;
    let at = |path| existing.get(path).unwrap_or(&absent);
    let main = markdown_file(PATHS[0], at(PATHS[0]), &instructions, &[]);
    // Where `AGENTS.md` cannot be ours (it may be a link to CLAUDE.md), the others say it themselves.
    let whole = matches!(main.outcome, Outcome::Skipped(_));
    let pointer = |path, import, imports: &[&str]| match whole {
        true => markdown_file(path, at(path), &instructions, &[]),
        false => markdown_file(path, at(path), import, imports),
    };
    let mut files = vec![
        main,
        pointer(PATHS[1], CLAUDE_IMPORT, &[CLAUDE_IMPORT, GEMINI_IMPORT]),
        pointer(PATHS[2], GEMINI_IMPORT, &[CLAUDE_IMPORT, GEMINI_IMPORT]),
    ];
    if let Some(url) = url {
        files.push(json_file(PATHS[3], at(PATHS[3]), &claude(url)));
        let by_hand = toml::by_hand(url);
        files.push(file(PATHS[4], at(PATHS[4]), Some(&by_hand), |text| {
            toml::merge(text.unwrap_or_default(), url)
        }));
        files.push(json_file(PATHS[5], at(PATHS[5]), &gemini(url)));
    }
    files.extend(PATHS[6..].iter().map(|path| skill_file(path, at(path))));
    files
}

/// What `.mcp.json` is to hold.
fn claude(url: &McpUrl) -> CstInputValue {
    object([(
        "mcpServers",
        object([(
            "quarry",
            object([
                ("type", "http".into()),
                ("url", url.as_str().into()),
                ("headers", authorization()),
            ]),
        )]),
    )])
}

/// What `.gemini/settings.json` is to hold. Not `context.fileName`: GEMINI.md is read anyway, and with both a trusted
/// workspace has the document in every request twice.
fn gemini(url: &McpUrl) -> CstInputValue {
    object([(
        "mcpServers",
        object([(
            "quarry",
            object([
                ("httpUrl", url.as_str().into()),
                ("headers", authorization()),
            ]),
        )]),
    )])
}

fn authorization() -> CstInputValue {
    let value = format!("Bearer ${{{TOKEN_VARIABLE}}}");
    object([("Authorization", value.into())])
}

fn object<'a>(members: impl IntoIterator<Item = (&'a str, CstInputValue)>) -> CstInputValue {
    let members = members.into_iter();
    CstInputValue::Object(
        members
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

fn json_file(path: &str, existing: &Existing, wanted: &CstInputValue) -> AgentFile {
    file(path, existing, Some(&json::by_hand(wanted)), |text| {
        json::merge(text.unwrap_or_default(), wanted)
    })
}

/// A Markdown file with a managed block, unless it has one of the lines `instead`.
fn markdown_file(path: &str, existing: &Existing, body: &str, instead: &[&str]) -> AgentFile {
    let by_hand = match instead {
        [] => "the line @CONTEXT.md and the sentence: Read CONTEXT.md first".to_owned(),
        _ => format!("the line {body}"),
    };
    // A common link, which does what the line would.
    if let Existing::Link(target) = existing
        && !instead.is_empty()
        && matches!(&**target, "AGENTS.md" | "./AGENTS.md")
    {
        let reason = "it is a symbolic link to AGENTS.md, which says it all".to_owned();
        return AgentFile {
            path: path.to_owned(),
            before: None,
            after: String::new(),
            outcome: Outcome::Skipped(reason),
        };
    }
    file(path, existing, Some(&by_hand), |text| {
        markdown::merge(text.unwrap_or_default(), body, instead)
    })
}

/// A skill. Its head must come first in the file, so that it is outside of the managed block.
fn skill_file(path: &str, existing: &Existing) -> AgentFile {
    file(path, existing, None, |text| match text {
        None => markdown::merge(SKILL_HEADER, SKILL, &[]),
        Some(text) if !markdown::is_managed(text) => Err(format!(
            "there is a skill of that name that has no block between {BEGIN} and {END}"
        )),
        Some(text) => markdown::merge(text, SKILL, &[]),
    })
}

fn file(
    path: &str,
    existing: &Existing,
    by_hand: Option<&str>,
    merge: impl FnOnce(Option<&str>) -> Result<String, String>,
) -> AgentFile {
    let before = match existing {
        Existing::Text(text) => Some(text.clone()),
        _ => None,
    };
    let merged = match existing {
        Existing::Absent => merge(None),
        Existing::Text(text) => merge(Some(text)),
        Existing::Link(target) => Err(link(target)),
        Existing::Unusable(reason) => Err(reason.clone()),
    };
    let (after, outcome) = match (merged, &before) {
        (Ok(after), None) => (after, Outcome::Created),
        (Ok(after), Some(text)) if after == *text => (after, Outcome::Unchanged),
        (Ok(after), Some(_)) => (after, Outcome::Updated),
        (Err(reason), _) => {
            let reason = match by_hand {
                Some(by_hand) => format!("{reason}; add by hand, unless it is there: {by_hand}"),
                None => reason,
            };
            (before.clone().unwrap_or_default(), Outcome::Skipped(reason))
        }
    };
    AgentFile {
        path: path.to_owned(),
        before,
        after,
        outcome,
    }
}

fn link(target: &str) -> String {
    let target = target.escape_debug();
    format!("it is a symbolic link to {target}, which is neither followed nor replaced")
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
