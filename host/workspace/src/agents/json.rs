//! Merging members into a JSON file that may have comments.

use jsonc_parser::ast::Value;
use jsonc_parser::common::Ranged;
use jsonc_parser::cst::{CstInputValue, CstNode, CstObject, CstRootNode};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// What the agents that have comments in their JSON accept, and no more.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// The member of a server that is a program. One with an address beside it would be neither.
const PROGRAM: &str = "command";

/// Gives a JSON text the members of an object: those of objects one by one, strings as they are. All other members,
/// comments and the format stay.
///
/// # Errors
///
/// When the text is not JSON, or has something of another type where one of the members belongs.
pub(super) fn merge(text: &str, wanted: &CstInputValue) -> Result<String, String> {
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mark = &text[..text.len() - content.len()];
    if content.trim().is_empty() {
        let root = parse("{}\n")?;
        merge_root(&root, "{}", wanted)?;
        return Ok(format!("{mark}{root}"));
    }
    let root = parse(content)?;
    merge_root(&root, content, wanted)?;
    Ok(format!("{mark}{root}"))
}

/// What a user may add by hand, on one line.
pub(super) fn by_hand(wanted: &CstInputValue) -> String {
    match wanted {
        CstInputValue::Object(members) => {
            let members = members.iter();
            let members: Vec<String> = members
                .map(|(key, value)| format!("{}: {}", quoted(key), by_hand(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        CstInputValue::String(text) => quoted(text),
        // Nothing of ours is of another type.
        CstInputValue::Array(_)
        | CstInputValue::Null
        | CstInputValue::Bool(_)
        | CstInputValue::Number(_) => String::new(),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn parse(text: &str) -> Result<CstRootNode, String> {
    CstRootNode::parse(text, &OPTIONS).map_err(|error| format!("it is not JSON: {error}"))
}

fn merge_root(root: &CstRootNode, text: &str, wanted: &CstInputValue) -> Result<(), String> {
    let value = root.value().ok_or("it holds comments alone")?;
    merge_value(&value, wanted, &mut Vec::new()).map_err(|(path, reason)| {
        let line = line_of(text, &path);
        match path.join(".") {
            place if place.is_empty() => format!("line {line}: the whole {reason}"),
            place => format!("line {line}: {place} {reason}"),
        }
    })
}

/// Where something is wrong, and what.
type Mismatch = (Vec<String>, String);

fn merge_value(
    found: &CstNode,
    wanted: &CstInputValue,
    path: &mut Vec<String>,
) -> Result<(), Mismatch> {
    let other = |type_name: &str| Err((path.clone(), format!("is not {type_name}")));
    match wanted {
        CstInputValue::Object(members) => match found.as_object() {
            Some(object) => merge_object(&object, members, path),
            None => other("an object"),
        },
        CstInputValue::String(text) => match found.as_string_lit() {
            Some(string) if string.decoded_value().ok().as_ref() == Some(text) => Ok(()),
            Some(string) => {
                string.set_raw_value(quoted(text));
                Ok(())
            }
            None => other("a string"),
        },
        // Nothing of ours is of another type.
        CstInputValue::Array(_)
        | CstInputValue::Null
        | CstInputValue::Bool(_)
        | CstInputValue::Number(_) => other("something that can be merged"),
    }
}

fn merge_object(
    object: &CstObject,
    members: &[(String, CstInputValue)],
    path: &mut Vec<String>,
) -> Result<(), Mismatch> {
    let named = |name: &str| {
        let mut all = object.properties();
        all.retain(|property| property.decoded_name().as_deref() == Some(name));
        all
    };
    let addressed = members
        .iter()
        .any(|(key, _)| key == "url" || key == "httpUrl");
    if addressed && !named(PROGRAM).is_empty() {
        let reason = "starts a program, which is not replaced by an address";
        return Err((path.clone(), reason.to_owned()));
    }
    for (key, wanted) in members {
        let found = named(key);
        path.push(key.clone());
        match &found[..] {
            [] => {
                object.append(key, wanted.clone());
            }
            [property] => {
                let Some(value) = property.value() else {
                    return Err((path.clone(), "has no value".to_owned()));
                };
                merge_value(&value, wanted, path)?;
            }
            _ => return Err((path.clone(), "stands there more than once".to_owned())),
        }
        path.pop();
    }
    Ok(())
}

/// The line of a text, from 1, that the last member of a path begins on.
fn line_of(text: &str, path: &[String]) -> usize {
    let Ok(parsed) = parse_to_ast(text, &CollectOptions::default(), &OPTIONS) else {
        return 1;
    };
    let mut at = 0;
    let mut value: Option<&Value<'_>> = parsed.value.as_ref();
    for key in path {
        let Some(member) = value
            .and_then(Value::as_object)
            .and_then(|object| object.get(key))
        else {
            break;
        };
        at = member.start();
        value = Some(&member.value);
    }
    text[..at].matches('\n').count() + 1
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
