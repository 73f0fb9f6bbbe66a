//! The file of a target stack: its form, and what is wrong with one that has another.

use super::StackError;
use crate::data_type::{NAMED, named};
use crate::settings;
use quarry_sandbox::facts::{Attribute, DataType};
use quarry_sandbox::{Advice, Need, Stack, TypeMapping};
use serde::Deserialize;
use toml::Table;

/// The file of a stack.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StackFile {
    id: String,
    name: String,
    group: String,
    language: String,
    framework: String,
    orm: String,
    template_engine: String,
    startup: String,
    file_structure: Table,
    naming_conventions: Table,
    types: Table,
    state: Table,
}

/// The groups of stacks.
const GROUPS: [&str; 3] = ["server-rendered", "spa", "full-stack"];

/// The types of columns to which the database gives their values, with [`AUTO`] in front.
pub(super) const AUTOMATIC: [&str; 3] = ["auto int32", "auto int64", "auto uuid"];

/// What stands before a type of values that the database gives.
const AUTO: &str = "auto ";

/// The scopes of global state.
const SCOPES: [&str; 3] = ["app", "module", "request"];

pub(super) fn parse(file: &str, text: &str) -> Result<Stack, StackError> {
    let parsed: StackFile = toml::from_str(text).map_err(|error| StackError::Invalid {
        file: file.to_owned(),
        line: settings::line(text, &error),
        message: error.message().to_owned(),
    })?;
    let invalid = |key: &str, message: &str| StackError::Invalid {
        file: file.to_owned(),
        line: line_of_key(text, key),
        message: format!("{key}: {message}"),
    };
    check(&parsed).map_err(|(key, message)| invalid(key, &message))?;
    let attributes = |table: Table| -> Result<Vec<Attribute>, StackError> {
        let attributes = table.into_iter().map(|(name, value)| match value {
            toml::Value::String(value) if !value.trim().is_empty() => Ok(Attribute { name, value }),
            toml::Value::String(_) => Err(invalid(&name, "is empty")),
            other => Err(invalid(
                &name,
                &format!("is {}, not a text", other.type_str()),
            )),
        });
        attributes.collect()
    };
    let advice = |table: Table| -> Result<Vec<Advice>, StackError> {
        let lines = table.into_iter();
        lines
            .map(|(name, value)| {
                advice(value)
                    .map_err(|message| invalid(&name, &message))
                    .map(|(value, needs)| Advice {
                        name: name.clone(),
                        value,
                        needs,
                    })
            })
            .collect()
    };
    let types = attributes(parsed.types)?.into_iter().map(|attribute| {
        let name = &*attribute.name;
        let (data_type, automatic) = data_type(name).ok_or_else(|| invalid(name, "is no type"))?;
        Ok(TypeMapping {
            data_type,
            automatic,
            stack_type: attribute.value,
        })
    });
    Ok(Stack {
        types: types.collect::<Result<_, StackError>>()?,
        file_structure: advice(parsed.file_structure)?,
        naming_conventions: advice(parsed.naming_conventions)?,
        state: attributes(parsed.state)?,
        id: parsed.id,
        name: parsed.name,
        group: parsed.group,
        language: parsed.language,
        framework: parsed.framework,
        orm: parsed.orm,
        template_engine: parsed.template_engine,
        startup: parsed.startup,
    })
}

/// A line about a stack: a text, or a table of a text and what a project must have for it to be of use.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    text: String,
    needs: String,
}

fn advice(value: toml::Value) -> Result<(String, Option<Need>), String> {
    let (text, needs) = match value {
        toml::Value::String(text) => (text, None),
        toml::Value::Table(_) => {
            let line: Line = value.try_into().map_err(|error: toml::de::Error| {
                let message = error.message();
                format!("{message}; expected {{ text = \"...\", needs = \"tables\" }}")
            })?;
            let needs = match &*line.needs {
                "tables" => Need::Tables,
                "startup" => Need::Startup,
                other => return Err(format!("needs {other:?}; there are tables and startup")),
            };
            (line.text, Some(needs))
        }
        other => return Err(format!("is {}, not a text", other.type_str())),
    };
    if text.trim().is_empty() {
        return Err("is empty".to_owned());
    }
    Ok((text, needs))
}

/// What a stack must say for a document to be of use: the key that is wrong, and how.
fn check(stack: &StackFile) -> Result<(), (&str, String)> {
    let is_part =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if stack.id.is_empty() || !stack.id.chars().all(is_part) {
        let message = "must be small letters, digits and hyphens, as in fastapi-htmx";
        return Err(("id", message.to_owned()));
    }
    if !GROUPS.contains(&&*stack.group) {
        return Err(("group", format!("must be one of {}", GROUPS.join(", "))));
    }
    let texts = [
        ("name", &stack.name),
        ("language", &stack.language),
        ("framework", &stack.framework),
        ("orm", &stack.orm),
        ("template_engine", &stack.template_engine),
        ("startup", &stack.startup),
    ];
    if let Some((key, _)) = texts.into_iter().find(|(_, text)| text.trim().is_empty()) {
        return Err((key, "is empty".to_owned()));
    }
    if let Some(scope) = SCOPES
        .iter()
        .find(|scope| !stack.state.contains_key(**scope))
    {
        return Err((
            "state",
            format!("does not say where the scope {scope:?} belongs"),
        ));
    }
    if let Some(scope) = stack
        .state
        .keys()
        .find(|scope| !SCOPES.contains(&&***scope))
    {
        return Err((
            scope,
            format!("is no scope; there are {}", SCOPES.join(", ")),
        ));
    }
    if let Some(unknown) = stack.types.keys().find(|name| data_type(name).is_none()) {
        let known = NAMED.iter().map(|(name, _)| *name);
        let known = known.chain(AUTOMATIC).collect::<Vec<_>>();
        return Err((
            unknown,
            format!("is no type; there are {}", known.join(", ")),
        ));
    }
    if stack.types.is_empty() {
        return Err((
            "types",
            "maps no type; see host/stacks for all there are".to_owned(),
        ));
    }
    Ok(())
}

/// The type of a name, and whether it is one of values that the database gives.
fn data_type(name: &str) -> Option<(DataType, bool)> {
    match name.strip_prefix(AUTO) {
        Some(rest) if AUTOMATIC.contains(&name) => Some((named(rest)?, true)),
        Some(_) => None,
        None => Some((named(name)?, false)),
    }
}

/// The line, from 1, of a key or of its table.
fn line_of_key(text: &str, key: &str) -> usize {
    let is_key = |line: &str| {
        let line = line.trim_start().trim_start_matches(['[', '"', '\'']);
        line.strip_prefix(key).is_some_and(|rest| {
            let rest = rest.trim_start_matches(['"', '\'']).trim_start();
            rest.starts_with(['=', ']', '.'])
        })
    };
    text.lines().position(is_key).map_or(1, |line| line + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_told_with_its_line() {
        let valid = include_str!("../../../stacks/fastapi-htmx.toml");
        let cases = [
            (
                "group = \"server-rendered\"",
                "group = \"cobol\"",
                ":3: group: must be one of",
            ),
            (
                "id = \"fastapi-htmx\"",
                "id = \"Fast API\"",
                ":1: id: must be small letters",
            ),
            ("orm = ", "ormm = ", "unknown field `ormm`"),
            (
                "request = \"",
                "requests = \"",
                "state: does not say where the scope \"request\"",
            ),
            (
                "int8 = \"SmallInteger\"",
                "int8 = 8",
                "int8: is integer, not a text",
            ),
            (
                "\"text memo\" = ",
                "text_memo = ",
                "text_memo: is no type; there are string, unicode string,",
            ),
            (
                "needs = \"tables\"",
                "needs = \"table\"",
                "needs \"table\"; there are tables and startup",
            ),
            (
                "framework = \"FastAPI\"",
                "framework = \"\"",
                ":5: framework: is empty",
            ),
        ];
        for (from, to, expected) in cases {
            assert!(valid.contains(from), "{from}");
            let message = parse("mine.toml", &valid.replacen(from, to, 1))
                .unwrap_err()
                .to_string();
            assert!(
                message.starts_with("mine.toml:") && message.contains(expected),
                "{message}"
            );
        }
    }
}
