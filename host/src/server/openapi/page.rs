//! The document as a page that loads nothing and runs nothing: for a person, also without a network.

use askama::Template;
use serde_json::{Map, Value};

#[derive(Template)]
#[template(path = "api.html")]
struct Page<'d> {
    title: &'d str,
    version: &'d str,
    description: Vec<&'d str>,
    tags: Vec<Tag<'d>>,
    schemas: Vec<Schema<'d>>,
    problems: Vec<Answer<'d>>,
}

/// Operations that belong together.
struct Tag<'d> {
    name: &'d str,
    description: &'d str,
    operations: Vec<Operation<'d>>,
}

struct Operation<'d> {
    id: &'d str,
    method: String,
    path: &'d str,
    summary: &'d str,
    description: &'d str,
    credentials: Vec<String>,
    parameters: Vec<Row<'d>>,
    /// The media types of the body, and what it is.
    body: Vec<(&'d str, Kind<'d>)>,
    body_example: Option<String>,
    answers: Vec<Answer<'d>>,
    /// The statuses of problems.
    problems: Vec<(&'d str, &'d str)>,
}

/// A parameter or a member.
struct Row<'d> {
    name: &'d str,
    place: &'d str,
    is_required: bool,
    kind: Kind<'d>,
    description: &'d str,
}

struct Answer<'d> {
    status: &'d str,
    description: &'d str,
    content: Vec<(&'d str, Kind<'d>)>,
}

struct Schema<'d> {
    name: &'d str,
    description: &'d str,
    kind: Kind<'d>,
    members: Vec<Row<'d>>,
}

/// What a value is: words, and the schema that they lead to.
struct Kind<'d> {
    text: String,
    link: Option<&'d str>,
}

/// The page of a document.
pub(super) fn render(document: &Value) -> String {
    let components = &document["components"];
    let page = Page {
        title: text(&document["info"]["title"]),
        version: text(&document["info"]["version"]),
        description: text(&document["info"]["description"])
            .split("\n\n")
            .collect(),
        tags: list(&document["tags"])
            .map(|tag| of_tag(document, tag))
            .collect(),
        schemas: members(&components["schemas"])
            .map(|(name, schema)| of_schema(name, schema))
            .collect(),
        problems: members(&components["responses"])
            .map(|(name, response)| answer(name, response))
            .collect(),
    };
    // Writing to memory does not fail.
    page.render().unwrap_or_default()
}

fn of_tag<'d>(document: &'d Value, tag: &'d Value) -> Tag<'d> {
    let name = &tag["name"];
    let paths = members(&document["paths"]);
    let operations = paths.flat_map(|(path, item)| {
        let operations = members(item);
        operations.map(move |(method, operation)| (path, method, operation))
    });
    let operations =
        operations.filter(|(_, _, operation)| list(&operation["tags"]).any(|of| of == name));
    Tag {
        name: text(name),
        description: text(&tag["description"]),
        operations: operations
            .map(|(path, method, operation)| of_operation(path, method, operation))
            .collect(),
    }
}

fn of_operation<'d>(path: &'d str, method: &str, operation: &'d Value) -> Operation<'d> {
    let answered = members(&operation["responses"]);
    let (problems, answers): (Vec<_>, Vec<_>) =
        answered.partition(|(_, response)| response.get("$ref").is_some());
    let body = &operation["requestBody"]["content"];
    let body_example = members(body).find_map(|(_, content)| content.get("example"));
    Operation {
        id: text(&operation["operationId"]),
        method: method.to_uppercase(),
        path,
        summary: text(&operation["summary"]),
        description: text(&operation["description"]),
        credentials: list(&operation["security"])
            .filter_map(credential)
            .collect(),
        parameters: list(&operation["parameters"]).map(parameter).collect(),
        body: content(body),
        body_example: body_example.map(ToString::to_string),
        answers: answers
            .into_iter()
            .map(|(status, response)| answer(status, response))
            .collect(),
        problems: problems
            .into_iter()
            .map(|(status, response)| (status, target(response).unwrap_or_default()))
            .collect(),
    }
}

/// `bearer with read`.
fn credential(requirement: &Value) -> Option<String> {
    let (scheme, scopes) = members(requirement).next()?;
    let scopes: Vec<&str> = list(scopes).map(text).collect();
    Some(match scopes.is_empty() {
        true => scheme.to_owned(),
        false => format!("{scheme} with {}", scopes.join(", ")),
    })
}

fn parameter(parameter: &Value) -> Row<'_> {
    Row {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        is_required: parameter["required"] == true,
        kind: kind(&parameter["schema"]),
        description: text(&parameter["description"]),
    }
}

fn answer<'d>(status: &'d str, response: &'d Value) -> Answer<'d> {
    Answer {
        status,
        description: text(&response["description"]),
        content: content(&response["content"]),
    }
}

fn content(content: &Value) -> Vec<(&str, Kind<'_>)> {
    members(content)
        .map(|(media_type, content)| (media_type, kind(&content["schema"])))
        .collect()
}

fn of_schema<'d>(name: &'d str, schema: &'d Value) -> Schema<'d> {
    // What is flattened into a schema is a part of it.
    let parts = list(&schema["allOf"]).chain([schema]);
    let rows = parts.flat_map(|part| {
        let required = &part["required"];
        members(&part["properties"]).map(move |(name, member)| Row {
            name,
            place: "",
            is_required: list(required).any(|of| of == name),
            kind: kind(member),
            description: text(&member["description"]),
        })
    });
    Schema {
        name,
        description: text(&schema["description"]),
        kind: kind(schema),
        members: rows.collect(),
    }
}

/// What a schema allows, in a few words.
fn kind(schema: &Value) -> Kind<'_> {
    if let Some(name) = target(schema) {
        return Kind {
            text: name.to_owned(),
            link: Some(name),
        };
    }
    for several in ["oneOf", "anyOf", "allOf"] {
        let kinds: Vec<Kind<'_>> = list(&schema[several]).map(kind).collect();
        if !kinds.is_empty() {
            let words: Vec<&str> = kinds.iter().map(|kind| &*kind.text).collect();
            let separator = if several == "allOf" { " and " } else { " or " };
            return Kind {
                text: words.join(separator),
                link: kinds.iter().find_map(|kind| kind.link),
            };
        }
    }
    let words = list(&schema["enum"]).map(ToString::to_string);
    let words: Vec<String> = words.collect();
    if !words.is_empty() {
        return Kind {
            text: words.join(" or "),
            link: None,
        };
    }
    let types = match &schema["type"] {
        Value::String(one) => one.clone(),
        several => list(several).map(text).collect::<Vec<_>>().join(" or "),
    };
    if schema.get("items").is_some() {
        let of = kind(&schema["items"]);
        return Kind {
            text: format!("{types} of {}", of.text),
            link: of.link,
        };
    }
    let pattern = schema["pattern"].as_str();
    Kind {
        text: match pattern {
            Some(pattern) => format!("{types}, {pattern}"),
            None => types,
        },
        link: None,
    }
}

/// The name of what a reference leads to.
fn target(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.rsplit('/').next()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let members = value.as_object().into_iter().flat_map(Map::iter);
    members.map(|(name, value)| (&**name, value))
}
