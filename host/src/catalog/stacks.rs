//! Target stacks: one TOML file each, embedded.

use quarry_sandbox::facts::Attribute;
use quarry_sandbox::{Stack, TypeMapping};
use serde::Deserialize;
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
    #[error("stacks/{id}.toml: {message}")]
    Invalid {
        /// Its identifier.
        id: String,
        /// What is wrong.
        message: String,
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
        Some((id, text)) => parse(id, text),
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
    FILES.iter().map(|(id, text)| parse(id, text)).collect()
}

fn parse(id: &str, text: &str) -> Result<Stack, StackError> {
    let invalid = |message: String| StackError::Invalid {
        id: id.to_owned(),
        message,
    };
    let file: StackFile = toml::from_str(text).map_err(|error| invalid(error.to_string()))?;
    if file.id != id {
        return Err(invalid(format!("its id is {:?}", file.id)));
    }
    let attributes = |table: Table| -> Result<Vec<Attribute>, StackError> {
        table
            .into_iter()
            .map(|(name, value)| match value {
                toml::Value::String(value) => Ok(Attribute { name, value }),
                other => Err(invalid(format!(
                    "{name:?} is {}, not a text",
                    other.type_str()
                ))),
            })
            .collect()
    };
    Ok(Stack {
        id: file.id,
        name: file.name,
        group: file.group,
        language: file.language,
        framework: file.framework,
        orm: file.orm,
        template_engine: file.template_engine,
        file_structure: attributes(file.file_structure)?,
        naming_conventions: attributes(file.naming_conventions)?,
        types: attributes(file.types)?
            .into_iter()
            .map(|attribute| TypeMapping {
                normalized_type: attribute.name,
                stack_type: attribute.value,
            })
            .collect(),
        startup: file.startup,
        state: attributes(file.state)?,
    })
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
        for stack in &stacks {
            assert_eq!(types(stack), types(&stacks[0]), "{}", stack.id);
            let scopes: Vec<_> = stack.state.iter().map(|state| &*state.name).collect();
            assert_eq!(scopes, ["app", "module", "request"], "{}", stack.id);
        }
    }

    #[test]
    fn an_unknown_stack_is_answered_with_those_there_are() {
        let message = stack("cobol").unwrap_err().to_string();
        assert!(message.contains("fastapi-htmx") && message.contains("remix"));
    }
}
