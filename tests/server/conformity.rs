//! Whether the server keeps to the document of its API: every operation is called, and every answer checked.

use crate::api::{Api, Operation, is_json};
use crate::support::{Answer, Client, Server, administrator, archive, data, last, text};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// A client whose answers are all checked against the document.
struct Checked<'a> {
    api: &'a Api,
    client: Client,
    walked: &'a RefCell<BTreeSet<String>>,
}

impl Checked<'_> {
    /// Calls an operation by its name, with identifiers in their order and a query.
    fn call(&self, id: &str, identifiers: &[&str], query: &str, body: Option<Value>) -> Value {
        let answer = self.answer(
            id,
            identifiers,
            query,
            body.map(|body| body.to_string().into_bytes()),
            "application/json",
        );
        match is_json(&answer.media_type) {
            true => answer.json(),
            false => Value::Null,
        }
    }

    fn answer(
        &self,
        id: &str,
        identifiers: &[&str],
        query: &str,
        body: Option<Vec<u8>>,
        media_type: &str,
    ) -> Answer {
        let operations = self.api.operations();
        let mut operations = operations.into_iter();
        let operation = operations.find(|operation| operation.id() == id);
        let operation = operation.unwrap_or_else(|| panic!("there is no operation {id}"));
        let mut identifiers = identifiers.iter();
        let parts: Vec<&str> = operation
            .path
            .split('/')
            .map(|part| match part.starts_with('{') {
                true => identifiers.next().unwrap(),
                false => part,
            })
            .collect();
        let path = format!("{}{query}", parts.join("/"));
        let headers = [("content-type", media_type)];
        let answer = self.client.send(
            operation.method.clone(),
            &path,
            &headers,
            body.unwrap_or_default(),
        );
        self.api.check_answer(&operation, &answer);
        if answer.status < 300 {
            self.walked.borrow_mut().insert(operation.id());
        }
        answer
    }
}

#[test]
fn every_operation_answers_what_the_document_says() {
    let (_directory, data) = data();
    let root = administrator(&data, "root");
    let server = Server::start(&data, &["--multi-tenant"]);
    let api = Api::of(&server);
    let walked = RefCell::default();
    let with = |token: &str| Checked {
        api: &api,
        client: server.client(Some(token)),
        walked: &walked,
    };
    let root = with(&root);
    for id in [
        "live",
        "ready",
        "show_document",
        "show_page",
        "about_server",
    ] {
        root.call(id, &[], "", None);
    }
    let (tenant, user) = administer(&root, &with);
    read_and_run(&user, &server);
    root.call("show_tenant", &[&tenant], "", None);
    refused(&root, &user, &tenant);
    root.call("delete_tenant", &[&tenant], "", None);
    assert_eq!(
        root.answer("show_tenant", &[&tenant], "", None, "").status,
        404
    );
    let all: BTreeSet<_> = api.operations().iter().map(Operation::id).collect();
    let mut walked = walked.into_inner();
    // It is a WebSocket, which `read_and_run` opens.
    walked.insert("initialize".to_owned());
    assert_eq!(walked, all);
}

/// Makes a tenant, with a token whose client is returned.
fn administer<'a>(
    root: &Checked<'a>,
    with: &impl Fn(&str) -> Checked<'a>,
) -> (String, Checked<'a>) {
    let new = json!({ "name": "Größe", "limits": { "concurrent_runs": 2 } });
    let tenant = text(&root.call("create_tenant", &[], "", Some(new))["id"]);
    let change = json!({ "limits": { "run_seconds": 60 } });
    root.call("change_tenant", &[&tenant], "", Some(change));
    root.call("suspend_tenant", &[&tenant], "", None);
    root.call("resume_tenant", &[&tenant], "", None);
    root.call("list_tenants", &[], "?limit=1", None);
    let new = json!({ "name": "all", "scopes": ["read", "write", "run", "admin"] });
    let made = root.call("create_token_of_tenant", &[&tenant], "", Some(new.clone()));
    let other = root.call("create_token_of_tenant", &[&tenant], "", Some(new));
    root.call("list_tokens_of_tenant", &[&tenant], "?limit=1", None);
    let other = text(&other["token"]["id"]);
    root.call("revoke_token_of_tenant", &[&tenant, &other], "", None);
    (tenant, with(&text(&made["secret"])))
}

/// What a tenant does with all that it has.
fn read_and_run(user: &Checked<'_>, server: &Server) {
    for id in ["about", "list_stacks", "list_components", "list_tokens"] {
        user.call(id, &[], "", None);
    }
    user.call("show_stack", &["nuxt3"], "", None);
    let upload = user.answer(
        "create_knowledge_base",
        &[],
        "?name=shop",
        Some(archive("webdev-shop")),
        "application/x-tar",
    );
    let base = text(&upload.json()["id"]);
    let new = json!({ "kb_id": base, "name": "shop", "stack_id": "fastapi-htmx" });
    let project = text(&user.call("create_output_project", &[], "", Some(new))["id"]);
    let run = text(&user.call("start_run", &[&project], "", None)["id"]);
    let events = user.answer("follow_run", &[&run], "?after=0", None, "");
    let messages: Vec<Value> = events
        .body
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(last(&messages)["type"], "complete");
    let schema = json!({ "$ref": "#/components/schemas/Message" });
    for message in messages.iter().chain(&user.client.initialize(&project)) {
        user.api.check(&schema, message, "a message");
    }
    let shown = user.call("show_run", &[&run], "", None);
    figures(&shown["figures"]);
    let log = user.call("show_access_log", &[&run], "", None);
    assert_eq!(log["items"].as_array().unwrap().len(), 5);
    user.call("cancel_run", &[&run], "", None);
    user.call("list_runs", &[], "", None);
    user.call("list_runs_of_project", &[&project], "?limit=1", None);
    for id in ["show_output_project", "list_files"] {
        user.call(id, &[&project], "", None);
    }
    user.answer("show_file", &[&project, "CONTEXT.md"], "", None, "");
    user.call("list_output_projects", &[], "", None);
    user.call("show_knowledge_base", &[&base], "", None);
    user.call("list_knowledge_bases", &[], "?limit=1", None);
    user.call("create_ticket", &[], "", Some(json!({ "run_id": run })));
    let new = json!({ "name": "read", "scopes": ["read"], "expires_at": 4_000_000_000_000_i64 });
    let made = user.call("create_token", &[], "", Some(new));
    let reader = server.client(Some(&text(&made["secret"])));
    assert_eq!(reader.get("/api").done()["scopes"], json!(["read"]));
    user.call("revoke_token", &[&text(&made["token"]["id"])], "", None);
    assert_eq!(reader.get("/api").problem().0, 401);
    user.call("delete_output_project", &[&project], "", None);
    user.call("delete_knowledge_base", &[&base], "", None);
}

/// What a run of the shop measures.
fn figures(figures: &Value) {
    let names = |of: &str| -> Vec<String> {
        let all = figures[of].as_array().unwrap().iter();
        all.map(|one| text(&one["name"])).collect()
    };
    assert_eq!(names("stages"), ["walk", "extract", "build", "publish"]);
    let seconds = figures["stages"].as_array().unwrap().iter();
    let seconds: f64 = seconds
        .map(|stage| stage["seconds"].as_f64().unwrap())
        .sum();
    let all = figures["initialize_ms"].as_f64().unwrap() / 1000.0;
    assert!(seconds > 0.0 && seconds <= all + 0.01, "{seconds} of {all}");
    assert_eq!(names("extractors").len(), 5);
    assert_eq!(figures["facts"]["tables"], 18);
    assert!(figures["tokens"].as_u64() <= figures["budget"].as_u64());
    assert_eq!(figures["limits"]["run_seconds"], 60);
    assert_eq!(figures["limits"]["call"]["memory_bytes"], 256 << 20);
}

/// Problems are what the document says, too.
fn refused(root: &Checked<'_>, user: &Checked<'_>, tenant: &str) {
    let status = |checked: &Checked<'_>,
                  id: &str,
                  identifiers: &[&str],
                  query: &str,
                  body: Option<Value>| {
        let body = body.map(|body| body.to_string().into_bytes());
        checked
            .answer(id, identifiers, query, body, "application/json")
            .status
    };
    let unknown = format!("run_{}", "f".repeat(32));
    assert_eq!(status(user, "show_run", &["42"], "", None), 400);
    assert_eq!(status(user, "show_run", &[&unknown], "", None), 404);
    assert_eq!(status(user, "show_stack", &["cobol"], "", None), 404);
    assert_eq!(status(user, "list_runs", &[], "?limit=x", None), 400);
    assert_eq!(status(user, "create_token", &[], "", Some(json!({}))), 400);
    assert_eq!(
        status(
            user,
            "create_knowledge_base",
            &[],
            "",
            Some(json!({ "name": "x", "directory": "/" }))
        ),
        403
    );
    assert_eq!(status(user, "about_server", &[], "", None), 403);
    assert_eq!(status(root, "about", &[], "", None), 403);
    let large = json!({ "name": "x".repeat(70_000), "scopes": ["read"] });
    assert_eq!(status(user, "create_token", &[], "", Some(large)), 413);
    let past = json!({ "name": "x", "scopes": ["read"], "expires_at": 1 });
    assert_eq!(status(user, "create_token", &[], "", Some(past)), 400);
    let none = json!({ "name": "x", "scopes": [] });
    assert_eq!(status(user, "create_token", &[], "", Some(none)), 400);
    let useless = json!({ "limits": { "concurrent_runs": 0 } });
    assert_eq!(
        status(root, "change_tenant", &[tenant], "", Some(useless)),
        400
    );
    let endless = json!({ "limits": { "upload_bytes": 1_u64 << 63 } });
    assert_eq!(
        status(root, "change_tenant", &[tenant], "", Some(endless)),
        400
    );
    for limits in [json!([]), json!([1]), json!(null)] {
        let change = json!({ "limits": limits });
        assert_eq!(
            status(root, "change_tenant", &[tenant], "", Some(change)),
            400
        );
    }
    assert_eq!(
        status(root, "create_tenant", &[], "", Some(json!(["x"]))),
        400
    );
    let bad = user.answer(
        "create_knowledge_base",
        &[],
        "?name=x",
        Some(b"bad".to_vec()),
        "application/zip",
    );
    assert_eq!(bad.status, 422);
}
