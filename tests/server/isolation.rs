//! No tenant reaches what another has.

use crate::api::Api;
use crate::support::{Client, Server, archive, data, find, last, tenant, text};
use serde_json::json;
use std::collections::BTreeSet;
use ureq::http::Method;

/// Every route with an identifier of a tenant's in it, from the document of the API, which holds every route: a new one is
/// walked without anybody thinking of it.
fn routes(api: &Api) -> Vec<String> {
    let routes: BTreeSet<&str> = api
        .operations()
        .into_iter()
        .filter(|operation| operation.path.contains('{') && !operation.is_administration())
        .map(|operation| operation.path)
        // Stacks are everybody's.
        .filter(|path| !path.starts_with("/api/stacks/"))
        .collect();
    assert!(routes.len() >= 11, "{routes:?}");
    routes.into_iter().map(str::to_owned).collect()
}

struct Owned {
    base: String,
    project: String,
    run: String,
    token: String,
}

fn owned(client: &Client) -> Owned {
    let (base, project) = client.project("mobile-minimal");
    let messages = client.initialize(&project);
    assert_eq!(last(&messages)["type"], "complete");
    Owned {
        base,
        project,
        run: text(&find(&messages, "run-started").1["run_id"]),
        token: text(&client.get("/api").done()["token_id"]),
    }
}

#[test]
fn every_route_answers_404_to_another_tenants_identifiers() {
    let (_directory, data) = data();
    let (one, two) = (tenant(&data, "one"), tenant(&data, "two"));
    let server = Server::start(&data, &["--multi-tenant"]);
    let (one, two) = (server.client(Some(&one)), server.client(Some(&two)));
    let owned = owned(&one);
    let api = Api::of(&server);
    for route in routes(&api) {
        let (kind, id) = match &route {
            route if route.contains("knowledge-bases") => ("base", &owned.base),
            route if route.contains("output-projects") => ("project", &owned.project),
            route if route.contains("runs") => ("run", &owned.run),
            route if route.contains("tokens") => ("token", &owned.token),
            route => panic!("whose identifier is in {route}?"),
        };
        let path = route.replace("{id}", id).replace("{path}", "CONTEXT.md");
        if path.ends_with("/initialize") {
            let messages = two.initialize(id);
            assert_eq!(messages[0]["code"], "not-found", "{messages:?}");
            continue;
        }
        let mut walked = 0;
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            let headers = [("content-type", "application/json")];
            let answer = two.send(method.clone(), &path, &headers, b"{}".to_vec());
            match answer.status {
                405 => {}
                status => {
                    assert_eq!(status, 404, "{method} {path} ({kind}): {}", answer.body);
                    assert_eq!(answer.problem().1, "not-found");
                    walked += 1;
                }
            }
        }
        assert!(walked > 0, "{path}");
    }
    // All of it is still there, and still its owner's.
    assert_eq!(one.status(&owned.project), "initialized");
    assert_eq!(one.context(&owned.project).status, 200);
    for list in ["knowledge-bases", "output-projects", "runs"] {
        let listed = two.get(&format!("/api/{list}")).done();
        assert_eq!(listed["items"], json!([]), "{list}");
    }
}

#[test]
fn what_another_tenant_has_cannot_be_used_in_a_body() {
    let (_directory, data) = data();
    let (one, two) = (tenant(&data, "one"), tenant(&data, "two"));
    let server = Server::start(&data, &["--multi-tenant"]);
    let (one, two) = (server.client(Some(&one)), server.client(Some(&two)));
    let owned = owned(&one);
    let new = json!({ "kb_id": owned.base, "name": "x", "stack_id": "fastapi-htmx" });
    assert_eq!(two.post("/api/output-projects", &new).problem().0, 404);
    for wanted in [
        json!({ "project_id": owned.project }),
        json!({ "run_id": owned.run }),
    ] {
        assert_eq!(two.post("/api/tickets", &wanted).problem().0, 404);
    }
}

#[test]
fn a_tenant_of_several_names_no_directory_of_the_machine() {
    let (_directory, data) = data();
    let token = tenant(&data, "one");
    let server = Server::start(&data, &["--multi-tenant"]);
    let client = server.client(Some(&token));
    let new = json!({ "name": "etc", "directory": "/etc" });
    let answer = client.post("/api/knowledge-bases", &new);
    assert_eq!(answer.problem(), (403, "directory-forbidden".into()));
    client.upload("fine", archive("mobile-minimal")).done();
}
