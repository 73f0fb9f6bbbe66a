//! Target stacks: one TOML file each, embedded.

use crate::settings;
use quarry_sandbox::facts::Attribute;
use quarry_sandbox::{Stack, TypeMapping};
use serde::Deserialize;
use std::path::Path;
use std::{fs, io};
use toml::Table;

macro_rules! files {
    ($($id:literal),* $(,)?) => {
        [$(($id, include_str!(concat!("../../stacks/", $id, ".toml")))),*]
    };
}

const FILES: [(&str, &str); 15] = files![
    "fastapi-jinja2",
    "fastapi-htmx",
    "django-templates",
    "laravel-blade",
    "rails-erb",
    "fastapi-react",
    "fastapi-vue",
    "nestjs-react",
    "nestjs-vue",
    "laravel-react",
    "nextjs-app-router",
    "nextjs-pages",
    "nuxt3",
    "sveltekit",
    "remix",
];

/// A stack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// There is none of this name.
    #[error("there is no stack {id:?}; there are {known}")]
    Unknown {
        /// What was asked for.
        id: String,
        /// What there is.
        known: String,
    },
    /// Its file is not a stack.
    #[error("{file}:{line}: {message}")]
    Invalid {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what is expected.
        message: String,
    },
    /// Its file cannot be read.
    #[error("{file}: {error}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        error: io::Error,
    },
}

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

/// The stack of an identifier.
///
/// # Errors
///
/// When there is none.
pub fn stack(id: &str) -> Result<Stack, StackError> {
    match FILES.iter().find(|(known, _)| *known == id) {
        Some((id, text)) => parse(&embedded(id), text),
        None => Err(StackError::Unknown {
            id: id.to_owned(),
            known: FILES.map(|(id, _)| id).join(", "),
        }),
    }
}

/// All stacks.
///
/// # Errors
///
/// When a file is not a stack.
pub fn stacks() -> Result<Vec<Stack>, StackError> {
    FILES
        .iter()
        .map(|(id, text)| parse(&embedded(id), text))
        .collect()
}

fn embedded(id: &str) -> String {
    format!("stacks/{id}.toml")
}

/// The stack that a file of the user's describes, in the form of those in `host/stacks`.
///
/// # Errors
///
/// When it cannot be read, or is not a stack.
pub fn stack_file(path: &Path) -> Result<Stack, StackError> {
    let file = path.display().to_string();
    let unreadable = |error| StackError::Unreadable {
        file: file.clone(),
        error,
    };
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > FILE_SIZE {
        let message = format!("it is larger than {FILE_SIZE} bytes");
        return Err(unreadable(io::Error::other(message)));
    }
    parse(&file, &fs::read_to_string(path).map_err(unreadable)?)
}

/// The largest file that is read, in bytes.
const FILE_SIZE: u64 = 1 << 20;

/// The groups of stacks.
const GROUPS: [&str; 3] = ["server-rendered", "spa", "full-stack"];

/// The scopes of global state.
const SCOPES: [&str; 3] = ["app", "module", "request"];

fn parse(file: &str, text: &str) -> Result<Stack, StackError> {
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
    let types = attributes(parsed.types)?
        .into_iter()
        .map(|attribute| TypeMapping {
            normalized_type: attribute.name,
            stack_type: attribute.value,
        });
    Ok(Stack {
        types: types.collect(),
        file_structure: attributes(parsed.file_structure)?,
        naming_conventions: attributes(parsed.naming_conventions)?,
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
    if stack.types.is_empty() {
        return Err((
            "types",
            "maps no type; see host/stacks for all there are".to_owned(),
        ));
    }
    Ok(())
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
    fn every_embedded_stack_is_valid_and_maps_the_same_types() {
        let stacks = stacks().unwrap();
        assert_eq!(stacks.len(), 15);
        let types = |stack: &Stack| {
            let mut types: Vec<_> = stack
                .types
                .iter()
                .map(|mapping| mapping.normalized_type.clone())
                .collect();
            types.sort();
            types
        };
        for (stack, (id, _)) in stacks.iter().zip(FILES) {
            assert_eq!(stack.id, id);
            assert_eq!(types(stack), types(&stacks[0]), "{}", stack.id);
            let scopes: Vec<_> = stack.state.iter().map(|state| &*state.name).collect();
            assert_eq!(scopes, ["app", "module", "request"], "{}", stack.id);
        }
    }

    #[test]
    fn what_is_wrong_with_a_file_is_told_with_its_line() {
        let (_, valid) = FILES[1];
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

    #[test]
    fn a_stack_of_the_users_own_is_read_from_its_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("mine.toml");
        assert!(matches!(
            stack_file(&path),
            Err(StackError::Unreadable { .. })
        ));
        fs::write(
            &path,
            FILES[0]
                .1
                .replace("id = \"fastapi-jinja2\"", "id = \"mine\""),
        )
        .unwrap();
        assert_eq!(stack_file(&path).unwrap().id, "mine");
    }

    #[test]
    fn an_unknown_stack_is_answered_with_those_there_are() {
        let message = stack("cobol").unwrap_err().to_string();
        assert!(message.contains("fastapi-htmx") && message.contains("remix"));
    }
}
