//! A target stack.

use super::data_type;
use super::facts::Attribute;
use quarry_component_prompt_builder::prompt::{Advice, Stack, TypeMapping};

pub fn attribute(name: &str, value: &str) -> Attribute {
    Attribute {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

pub fn advice(name: &str, value: &str) -> Advice {
    Advice {
        name: name.to_owned(),
        value: value.to_owned(),
        needs: None,
    }
}

/// A stack as the host's files describe it.
pub fn stack() -> Stack {
    let mapping = |(words, stack_type): (&str, &str)| TypeMapping {
        data_type: data_type(words),
        automatic: false,
        stack_type: stack_type.to_owned(),
    };
    Stack {
        id: "fastapi-jinja2".to_owned(),
        name: "FastAPI with Jinja".to_owned(),
        group: "server-rendered".to_owned(),
        language: "Python".to_owned(),
        framework: "FastAPI".to_owned(),
        orm: "SQLAlchemy 2".to_owned(),
        template_engine: "Jinja".to_owned(),
        file_structure: vec![advice("app/main.py", "the application")],
        naming_conventions: vec![advice("table", "snake_case, plural")],
        types: [
            ("int64", "BigInteger"),
            ("string", "String(n)"),
            ("currency", "Numeric(23, 6)"),
        ]
        .map(mapping)
        .to_vec(),
        startup: "the lifespan context manager in app/main.py".to_owned(),
        state: vec![
            attribute("app", "app.state, set in lifespan"),
            attribute("module", "a module of app/services"),
            attribute("request", "request.state"),
        ],
    }
}
