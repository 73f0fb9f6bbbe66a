//! The document of the API, its page, and what it lists.

use crate::api::{Api, Operation};
use crate::support::{Server, data, find, text};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use ureq::http::Method;

/// Every reference in a value.
fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(
                members
                    .get("$ref")
                    .and_then(Value::as_str)
                    .map(str::to_owned),
            );
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[test]
fn the_document_is_openapi_3_1_whole_and_its_examples_are_what_its_schemas_say() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let api = Api::of(&server);
    assert_eq!(api.0["openapi"], "3.1.0");
    let mut found = Vec::new();
    references(&api.0, &mut found);
    assert!(found.len() > 100, "{}", found.len());
    for reference in &found {
        api.resolve(&json!({ "$ref": reference }));
    }
    let schemes = api.0["components"]["securitySchemes"].as_object().unwrap();
    let mut ids = BTreeSet::new();
    for operation in api.operations() {
        let what = format!("{} {}", operation.method, operation.path);
        assert!(
            ids.insert(operation.id()),
            "{what}: its name is not its own"
        );
        for said in ["summary", "tags"] {
            assert!(operation.value.get(said).is_some(), "{what}: no {said}");
        }
        let declared: BTreeSet<_> = parameters(&operation, "path");
        let needed: BTreeSet<_> = operation
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        assert_eq!(declared, needed, "{what}");
        let secured = operation.value["security"].as_array().unwrap();
        for scheme in secured
            .iter()
            .flat_map(|one| one.as_object().unwrap().keys())
        {
            assert!(schemes.contains_key(scheme), "{what}: {scheme}");
        }
        let responses = operation.value["responses"].as_object().unwrap();
        assert!(
            responses.keys().any(|status| status < &"300".to_owned()),
            "{what}"
        );
        let bodies = operation.value["requestBody"]["content"].as_object();
        for (media_type, content) in bodies.into_iter().flatten() {
            if let Some(example) = content.get("example") {
                api.check(
                    &content["schema"],
                    example,
                    &format!("{what}, {media_type}"),
                );
            }
        }
    }
    assert!(ids.len() >= 35, "{ids:?}");
    let responses = api.0["components"]["responses"].as_object().unwrap();
    for (name, response) in responses {
        let content = &response["content"]["application/problem+json"];
        let examples = content["examples"].as_object().unwrap();
        assert!(!examples.is_empty(), "{name}");
        for (code, example) in examples {
            api.check(&content["schema"], &example["value"], code);
            assert_eq!(example["value"]["code"], **code);
        }
    }
}

fn parameters<'o>(operation: &'o Operation<'_>, place: &str) -> BTreeSet<&'o str> {
    let all = operation.value["parameters"]
        .as_array()
        .into_iter()
        .flatten();
    let all = all.filter(|parameter| parameter["in"] == place);
    all.filter_map(|parameter| parameter["name"].as_str())
        .collect()
}

#[test]
fn the_document_and_its_page_are_read_without_a_credential_and_the_page_loads_nothing() {
    let (_directory, data) = data();
    let server = Server::start(&data, &["--multi-tenant"]);
    let nobody = server.client(None);
    let page = nobody.get("/api/docs");
    assert_eq!(page.status, 200);
    assert!(page.media_type.starts_with("text/html"));
    for loads in [
        "<script", "<link", "<img", "src=", "@import", "url(", "https://",
    ] {
        assert!(!page.body.contains(loads), "{loads}");
    }
    let api = Api::of(&server);
    for operation in api.operations() {
        let anchor = format!("id=\"{}\"", operation.id());
        assert!(page.body.contains(&anchor), "{anchor}");
        assert!(page.body.contains(operation.path), "{}", operation.path);
    }
    let anchors: BTreeSet<_> = values(&page.body, "id=\"");
    for link in values(&page.body, "href=\"#") {
        assert!(anchors.contains(link), "#{link} leads to nothing");
    }
    // A page of elsewhere may not read them, as everything else.
    let headers = [("origin", "https://evil.example")];
    let foreign = nobody.send(Method::GET, "/api/docs", &headers, Vec::new());
    assert_eq!(foreign.problem(), (403, "foreign-origin".into()));
    assert_eq!(nobody.delete("/api/docs").problem().0, 405);
}

/// What stands between a beginning and the next quotation mark.
fn values<'t>(text: &'t str, start: &str) -> BTreeSet<&'t str> {
    let parts = text.split(start).skip(1);
    parts.filter_map(|part| part.split('"').next()).collect()
}

#[test]
fn the_components_say_what_they_are_and_what_they_may_use() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let components = server.user().get("/api/components").done();
    let items = components["items"].as_array().unwrap();
    let names: Vec<String> = items.iter().map(|one| text(&one["name"])).collect();
    assert_eq!(
        names,
        [
            "project",
            "schema",
            "connections",
            "global-state",
            "table-uses",
            "prompt-builder"
        ]
    );
    for component in items {
        let world = text(&component["world"]);
        assert!(
            world.starts_with("quarry:") && world.ends_with("-world@0.1.0"),
            "{world}"
        );
        assert_eq!(text(&component["sha256"]).len(), 64);
        assert!(!text(&component["summary"]).is_empty());
        assert_eq!(component["limits"]["seconds"], 30.0);
    }
    // What worked on a run is what is listed.
    let client = server.user();
    let (_, project) = client.project("mobile-minimal");
    let messages = client.initialize(&project);
    let run = text(&find(&messages, "run-started").1["run_id"]);
    let log = client.get(&format!("/api/runs/{run}/access-log")).done();
    let listed: Map<String, Value> = items
        .iter()
        .map(|one| (text(&one["name"]), one["sha256"].clone()))
        .collect();
    for entry in log["items"].as_array().unwrap() {
        assert_eq!(entry["digest"], listed[&text(&entry["extractor"])]);
    }
}
