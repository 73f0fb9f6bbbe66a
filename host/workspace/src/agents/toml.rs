//! Merging the MCP server into a TOML file.

use super::{McpUrl, TOKEN_VARIABLE};
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value};

const SERVERS: &str = "mcp_servers";
const SERVER: &str = "quarry";
const URL: &str = "url";
const TOKEN: &str = "bearer_token_env_var";

/// The key of a server that is a program. One with an address beside it would be neither.
const PROGRAM: &str = "command";

/// Gives a TOML text the table `mcp_servers.quarry`, or that table its two keys. All other keys, comments and the format
/// stay.
///
/// # Errors
///
/// When the text is not TOML, has something of another type where the table belongs, or must be changed and has two
/// kinds of line breaks, of which the parser keeps one.
pub(super) fn merge(text: &str, url: &McpUrl) -> Result<String, String> {
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mark = &text[..text.len() - content.len()];
    let plain = content.replace("\r\n", "\n");
    let document: DocumentMut = plain
        .parse()
        .map_err(|error: toml_edit::TomlError| not_toml(&plain, &error))?;
    let mut changed = document.clone();
    if !set(&mut changed, url).map_err(|(key, reason)| {
        let line = line_of(&plain, &key);
        format!("line {line}: {} {reason}", key.join("."))
    })? {
        return Ok(text.to_owned());
    }
    let mut merged = changed.to_string();
    let breaks = content.matches('\n').count();
    match content.matches("\r\n").count() {
        0 => {}
        all if all == breaks => merged = merged.replace('\n', "\r\n"),
        _ => {
            return Err("its lines end in two ways, with and without a carriage return".to_owned());
        }
    }
    Ok(format!("{mark}{merged}"))
}

/// What a user may add by hand, on one line.
pub(super) fn by_hand(url: &McpUrl) -> String {
    format!(
        "{SERVERS}.{SERVER} = {{ {URL} = {:?}, {TOKEN} = {TOKEN_VARIABLE:?} }}",
        url.as_str()
    )
}

fn not_toml(text: &str, error: &toml_edit::TomlError) -> String {
    let line = line_number(text, error.span().map_or(0, |span| span.start));
    format!("it is not TOML: line {line}: {}", error.message())
}

/// A key, and what is wrong with its value.
type Mismatch = (Vec<&'static str>, &'static str);

/// Sets the two keys. Whether anything was different before.
fn set(document: &mut DocumentMut, url: &McpUrl) -> Result<bool, Mismatch> {
    let servers = document.entry(SERVERS).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    let inline = servers.is_inline_table();
    let servers = servers
        .as_table_like_mut()
        .ok_or((vec![SERVERS], "is not a table"))?;
    if !servers.contains_key(SERVER) {
        let empty = match inline {
            true => Item::Value(InlineTable::new().into()),
            false => Item::Table(Table::new()),
        };
        servers.insert(SERVER, empty);
    }
    let server = servers
        .get_mut(SERVER)
        .and_then(Item::as_table_like_mut)
        .ok_or((vec![SERVERS, SERVER], "is not a table"))?;
    if server.contains_key(PROGRAM) {
        let reason = "starts a program, which is not replaced by an address";
        return Err((vec![SERVERS, SERVER], reason));
    }
    let mut changed = false;
    for (key, wanted) in [(URL, url.as_str()), (TOKEN, TOKEN_VARIABLE)] {
        match server.get(key) {
            Some(item) if item.as_str() == Some(wanted) => continue,
            Some(item) if item.as_str().is_none() => {
                return Err((vec![SERVERS, SERVER, key], "is not a string"));
            }
            _ => {}
        }
        changed = true;
        set_string(server, key, wanted);
    }
    Ok(changed)
}

/// Sets a key. The comment beside a value that is replaced stays.
fn set_string(table: &mut dyn TableLike, key: &str, text: &str) {
    let mut new = Value::from(text);
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    table.insert(key, Item::Value(new));
}

/// The line of a text, from 1, that the last key of a path begins on.
fn line_of(text: &str, path: &[&str]) -> usize {
    let Ok(document) = toml_edit::Document::parse(text) else {
        return 1;
    };
    let mut at = 0;
    let mut table: Option<&dyn TableLike> = Some(document.as_table());
    for key in path {
        let Some((key, item)) = table.and_then(|table| table.get_key_value(key)) else {
            break;
        };
        let place = key.span().or_else(|| item.span());
        at = place.map_or(at, |span| span.start);
        table = item.as_table_like();
    }
    line_number(text, at)
}

fn line_number(text: &str, at: usize) -> usize {
    let before = &text.as_bytes()[..at.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
#[path = "toml_tests.rs"]
mod tests;
