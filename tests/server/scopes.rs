//! What each credential opens: walked over every route of the document, so that a new one is not forgotten.

use crate::api::{Api, Operation};
use crate::support::{Answer, Client, Server, administrator, data, tenant, text};
use serde_json::json;
use std::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

const SCOPES: [&str; 4] = ["read", "write", "run", "admin"];

fn call(client: &Client, operation: &Operation<'_>) -> Answer {
    let headers = [("content-type", "application/json")];
    let path = operation.sample_path();
    client.send(operation.method.clone(), &path, &headers, b"{}".to_vec())
}

/// A token of a tenant with some scopes.
fn token(root: &Client, tenant: &str, scopes: &[&str]) -> String {
    let new = json!({ "name": "t", "scopes": scopes });
    let path = format!("/api/admin/tenants/{tenant}/tokens");
    text(&root.post(&path, &new).done()["secret"])
}

#[test]
fn every_route_refuses_a_token_that_lacks_its_scope_and_says_which() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&root));
    let new = json!({ "name": "one" });
    let tenant = text(&root.post("/api/admin/tenants", &new).done()["id"]);
    let api = Api::of(&server);
    let mut walked = 0;
    for lacking in SCOPES {
        let others: Vec<_> = SCOPES
            .into_iter()
            .filter(|scope| *scope != lacking)
            .collect();
        let client = server.client(Some(&token(&root, &tenant, &others)));
        let alone = server.client(Some(&token(&root, &tenant, &[lacking])));
        for operation in api.operations() {
            let needs = operation.credential();
            if !needs.is_some_and(|(scheme, scopes)| scheme == "bearer" && scopes == [lacking]) {
                continue;
            }
            let what = format!("{} {}", operation.method, operation.path);
            walked += 1;
            if operation.path.ends_with("/initialize") {
                let project = operation.path.split('/').nth(3).unwrap();
                let project = project.replace("{id}", &format!("op_{}", "f".repeat(32)));
                assert_eq!(client.initialize(&project)[0]["code"], "missing-scope");
                assert_eq!(alone.initialize(&project)[0]["code"], "not-found");
                continue;
            }
            let refused = call(&client, &operation);
            assert_eq!(refused.problem(), (403, "missing-scope".into()), "{what}");
            let detail = text(&refused.json()["detail"]);
            assert!(detail.contains(&format!("`{lacking}`")), "{what}: {detail}");
            let let_in = call(&alone, &operation);
            assert_ne!(let_in.status, 403, "{what}: {}", let_in.body);
        }
    }
    assert!(walked >= 22, "{walked}");
}

#[test]
fn every_route_refuses_whoever_has_no_credential_or_another_sort_of_one() {
    let (_directory, data) = data();
    let (root, one) = (administrator(&data, "root"), tenant(&data, "one"));
    let server = Server::start(&data, &["--multi-tenant"]);
    let nobody = server.client(None);
    let (root, one) = (server.client(Some(&root)), server.client(Some(&one)));
    let api = Api::of(&server);
    let mut walked = (0, 0);
    for operation in api.operations() {
        let what = format!("{} {}", operation.method, operation.path);
        match operation.credential() {
            None => {
                assert_eq!(call(&nobody, &operation).status, 200, "{what}");
                let open = ["/healthz", "/readyz", "/api/openapi.json", "/api/docs"];
                assert!(open.contains(&operation.path), "{what}");
                continue;
            }
            Some(("administrator", _)) => {
                walked.0 += 1;
                let refused = call(&one, &operation).problem();
                assert_eq!(refused, (403, "not-administrator".into()), "{what}");
                assert_ne!(call(&root, &operation).status, 403, "{what}");
            }
            Some((scheme, _)) => {
                walked.1 += 1;
                assert_eq!(scheme, "bearer", "{what}");
                let refused = call(&root, &operation).problem();
                assert_eq!(refused, (403, "not-tenant".into()), "{what}");
            }
        }
        assert_eq!(call(&nobody, &operation).problem().0, 401, "{what}");
    }
    assert!(walked.0 >= 10 && walked.1 >= 24, "{walked:?}");
    // Also where there is nothing.
    assert_eq!(one.get("/api/admin/nothing").problem().0, 403);
    assert_eq!(root.get("/api/admin/nothing").problem().0, 404);
    assert_eq!(root.get("/api/nothing").problem().0, 403);
    assert_eq!(nobody.get("/api/admin/nothing").problem().0, 401);
}

#[test]
fn a_token_makes_others_with_no_more_scopes_than_it_has() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--multi-tenant"]);
    let root = server.client(Some(&root));
    let new = json!({ "name": "one" });
    let tenant = text(&root.post("/api/admin/tenants", &new).done()["id"]);
    let manager = server.client(Some(&token(&root, &tenant, &["read", "admin"])));
    let make =
        |scopes: &[&str]| manager.post("/api/tokens", &json!({ "name": "x", "scopes": scopes }));
    let refused = make(&["read", "run"]);
    assert_eq!(refused.problem(), (403, "missing-scope".into()));
    assert!(text(&refused.json()["detail"]).contains("`run`"));
    let made = make(&["admin", "read"]).done();
    assert_eq!(made["token"]["scopes"], json!(["read", "admin"]));
    let client = server.client(Some(&text(&made["secret"])));
    assert_eq!(
        client.get("/api").done()["scopes"],
        json!(["read", "admin"])
    );
    let reader = make(&["read"]).done();
    let client = server.client(Some(&text(&reader["secret"])));
    let refused = client.post("/api/tokens", &json!({ "name": "x", "scopes": ["read"] }));
    assert_eq!(refused.problem(), (403, "missing-scope".into()));
    // Of none the secret is listed.
    let listed = manager.get("/api/tokens").body;
    assert!(listed.contains(&text(&reader["token"]["id"])));
    assert!(!listed.contains("qry_"), "{listed}");
}

#[test]
fn a_token_opens_nothing_once_it_has_expired() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let user = server.user();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let end = u64::try_from(now.as_millis()).unwrap() + 3000;
    let new = json!({ "name": "short", "scopes": ["read"], "expires_at": end });
    let made = user.post("/api/tokens", &new).done();
    let client = server.client(Some(&text(&made["secret"])));
    let begun = client.get("/api");
    let deadline = std::time::Instant::now() + Duration::from_secs(60);
    while client.get("/api").status == 200 {
        assert!(std::time::Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(200));
    }
    let refused = client.get("/api");
    assert_eq!(refused.problem(), (401, "unauthenticated".into()));
    assert!(refused.body.contains("expired"), "{}", refused.body);
    assert!(begun.status == 200 || begun.status == 401);
}
