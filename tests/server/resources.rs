//! Knowledge bases, output projects and their files.

use crate::support::{Server, archive, data, fixture, last, text};
use serde_json::json;
use std::path::Path;

fn files_below(directory: &Path) -> usize {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return 0;
    };
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .map(|path| if path.is_dir() { files_below(&path) } else { 1 })
        .sum()
}

#[test]
fn what_is_asked_for_wrongly_is_answered_with_a_problem() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let base = client.upload("shop", archive("mobile-minimal")).done();
    let new = |stack| json!({ "kb_id": base["id"], "name": "x", "stack_id": stack });
    let unknown = client.post("/api/output-projects", &new("cobol"));
    assert_eq!(unknown.problem(), (422, "unknown-stack".into()));
    let more = client.post("/api/output-projects", &json!({ "nonsense": 1 }));
    assert_eq!(more.problem(), (400, "invalid-request".into()));
    assert_eq!(
        client.get("/api/runs/42").problem(),
        (400, "invalid-id".into())
    );
    assert_eq!(client.get("/api/runs?after=x").problem().0, 400);
    assert_eq!(
        client.get("/api/nothing").problem(),
        (404, "not-found".into())
    );
    assert_eq!(
        client.delete("/api/stacks").problem(),
        (405, "method-not-allowed".into())
    );
    assert_eq!(
        client
            .post(
                "/api/knowledge-bases",
                &json!({ "name": "x", "directory": "/none" })
            )
            .problem()
            .0,
        422
    );
}

#[test]
fn a_directory_of_this_machine_is_read_in_place_in_single_user_mode() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let directory = fixture("windev-desktop");
    let new = json!({ "name": "workshop", "directory": directory });
    let base = client.post("/api/knowledge-bases", &new).done();
    assert_eq!(base["state"], "ready");
    let new = json!({ "kb_id": base["id"], "name": "w", "stack_id": "fastapi-htmx" });
    let project = text(&client.post("/api/output-projects", &new).done()["id"]);
    assert_eq!(last(&client.initialize(&project))["type"], "complete");
    assert!(client.context(&project).body.contains("Workshop"));
    assert!(directory.join("Workshop.wdp").exists());
}

#[test]
fn a_configuration_that_is_not_there_ends_the_run_and_nothing_is_published() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let base = client.upload("shop", archive("webdev-shop")).done();
    let new = json!({
        "kb_id": base["id"], "name": "x", "stack_id": "fastapi-htmx", "configuration_id": "none such",
    });
    let project = text(&client.post("/api/output-projects", &new).done()["id"]);
    let messages = client.initialize(&project);
    assert_eq!(last(&messages)["code"], "configuration-not-found");
    assert_eq!(client.status(&project), "created");
    assert_eq!(client.context(&project).problem().0, 404);
}

#[test]
fn what_is_removed_is_gone_with_its_files_and_what_is_used_stays() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let (base, project) = client.project("mobile-minimal");
    client.initialize(&project);
    let listed = client
        .get(&format!("/api/output-projects/{project}/files"))
        .done();
    let paths: Vec<String> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| text(&file["path"]))
        .collect();
    assert!(paths.iter().any(|path| path == "CONTEXT.md"), "{paths:?}");
    assert!(
        paths
            .iter()
            .all(|path| path == "CONTEXT.md" || path.starts_with("context/"))
    );
    let base = format!("/api/knowledge-bases/{base}");
    assert_eq!(client.delete(&base).problem(), (409, "in-use".into()));
    client
        .delete(&format!("/api/output-projects/{project}"))
        .done();
    client.delete(&base).done();
    assert_eq!(client.get(&base).problem().0, 404);
    assert_eq!(files_below(&data.join("workspaces")), 0);
    assert_eq!(files_below(&data.join("knowledge-bases")), 0);
}
