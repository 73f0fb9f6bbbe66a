//! The document of the API, as a server sends it.

use crate::support::{Answer, Server, text};
use serde_json::Value;
use ureq::http::Method;

/// The document as a server sends it.
pub struct Api(pub Value);

/// An operation of it.
pub struct Operation<'a> {
    pub method: Method,
    pub path: &'a str,
    pub value: &'a Value,
}

impl Operation<'_> {
    pub fn is_administration(&self) -> bool {
        self.path.starts_with("/api/admin")
    }

    /// The scheme that it asks for, and the scopes.
    pub fn credential(&self) -> Option<(&str, Vec<&str>)> {
        let first = self.value["security"].as_array()?.first()?;
        let (scheme, scopes) = first.as_object()?.iter().next()?;
        let scopes = scopes.as_array()?.iter().filter_map(Value::as_str);
        Some((scheme, scopes.collect()))
    }

    /// Its path with identifiers that name nothing.
    pub fn sample_path(&self) -> String {
        let prefix = match self.path {
            path if path.contains("/tenants/") => "ten_",
            path if path.contains("/knowledge-bases/") => "kb_",
            path if path.contains("/output-projects/") => "op_",
            path if path.contains("/runs/") => "run_",
            path if path.contains("/tokens/") => "tok_",
            _ => "",
        };
        let digits = "f".repeat(32);
        self.path
            .replace("{id}", &format!("{prefix}{digits}"))
            .replace("{token_id}", &format!("tok_{digits}"))
            .replace("{path}", "CONTEXT.md")
    }

    pub fn id(&self) -> String {
        text(&self.value["operationId"])
    }
}

impl Api {
    pub fn of(server: &Server) -> Self {
        Self(server.client(None).get("/api/openapi.json").done())
    }

    pub fn operations(&self) -> Vec<Operation<'_>> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        let operations = paths.flat_map(|(path, item)| {
            let operations = item.as_object().unwrap().iter();
            operations.map(move |(method, value)| Operation {
                method: method.to_uppercase().parse().unwrap(),
                path,
                value,
            })
        });
        operations.collect()
    }

    /// What a reference leads to, or the value itself.
    pub fn resolve<'v>(&'v self, value: &'v Value) -> &'v Value {
        match value.get("$ref") {
            Some(reference) => {
                let pointer = text(reference);
                let pointer = pointer.strip_prefix('#').unwrap();
                let target = self.0.pointer(pointer);
                target.unwrap_or_else(|| panic!("{pointer} leads to nothing"))
            }
            None => value,
        }
    }

    /// Whether a value is what a schema of the document says.
    pub fn check(&self, schema: &Value, value: &Value, what: &str) {
        let mut root = schema.as_object().unwrap().clone();
        root.insert("components".into(), self.0["components"].clone());
        let validator = jsonschema::draft202012::options()
            .build(&Value::Object(root))
            .unwrap_or_else(|error| panic!("{what}: {error}"));
        let errors: Vec<_> = validator
            .iter_errors(value)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{what}: {errors:#?} in {value:#}");
    }

    /// Checks an answer of an operation: status, media type and body.
    pub fn check_answer(&self, operation: &Operation<'_>, answer: &Answer) {
        let what = format!("{} {}: {}", operation.method, operation.path, answer.status);
        let responses = &operation.value["responses"];
        let response = responses.get(answer.status.to_string());
        let response =
            response.unwrap_or_else(|| panic!("{what} is not documented: {}", answer.body));
        let content = &self.resolve(response)["content"];
        let Some(content) = content.as_object() else {
            assert!(answer.body.is_empty(), "{what}: {}", answer.body);
            return;
        };
        let media_type = answer.media_type.split(';').next().unwrap();
        let of_type = content.get(media_type);
        let of_type = of_type.unwrap_or_else(|| panic!("{what}: {media_type} is not documented"));
        let value = match is_json(media_type) {
            true => answer.json(),
            false => answer.body.clone().into(),
        };
        self.check(&of_type["schema"], &value, &what);
    }
}

/// Whether a media type is that of JSON.
pub fn is_json(media_type: &str) -> bool {
    media_type.ends_with("/json") || media_type.ends_with("+json")
}
