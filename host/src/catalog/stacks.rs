//! Target stacks: one TOML file each, embedded.

mod file;

use file::parse;
use quarry_sandbox::Stack;
use std::path::Path;
use std::{fs, io};

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

#[cfg(test)]
mod tests {
    use super::file::AUTOMATIC;
    use super::*;
    use crate::data_type::{NAMED, name};
    use quarry_sandbox::Need;
    use std::collections::BTreeSet;

    #[test]
    fn every_embedded_stack_is_valid_and_maps_all_types() {
        let stacks = stacks().unwrap();
        assert_eq!(stacks.len(), 15);
        let all = NAMED.iter().map(|(name, _)| (*name).to_owned());
        let all: BTreeSet<String> = all.chain(AUTOMATIC.map(str::to_owned)).collect();
        for (stack, (id, _)) in stacks.iter().zip(FILES) {
            assert_eq!(stack.id, id);
            let types = stack.types.iter().map(|mapping| {
                let automatic = if mapping.automatic { "auto " } else { "" };
                format!("{automatic}{}", name(&mapping.data_type))
            });
            assert_eq!(types.collect::<BTreeSet<_>>(), all, "{}", stack.id);
            let scopes: Vec<_> = stack.state.iter().map(|state| &*state.name).collect();
            assert_eq!(scopes, ["app", "module", "request"], "{}", stack.id);
            let needs = |need| {
                let lines = stack.file_structure.iter().chain(&stack.naming_conventions);
                lines.filter(|line| line.needs == Some(need)).count()
            };
            assert!(needs(Need::Tables) >= 3, "{}", stack.id);
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
