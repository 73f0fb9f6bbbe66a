//! What is written to the log, and what never is.

use crate::support::{Server, archive, data, eventually, find, last, log, quarry, text};
use serde_json::{Value, json};

#[test]
fn a_log_in_all_detail_holds_no_token_no_ticket_and_no_secret_of_a_source() {
    let (_directory, data) = data();
    let server = Server::start(&data, &["--log", "trace"]);
    let client = server.user();
    let token = server.token.clone().unwrap();
    let (_, project) = client.project("webdev-shop");
    client.upload("broken", b"S3cr3t0000 in a broken archive".to_vec());
    let messages = client.initialize(&project);
    assert_eq!(last(&messages)["type"], "complete");
    let ticket = client.post("/api/tickets", &json!({ "project_id": project }));
    let ticket = text(&ticket.done()["ticket"]);
    let nobody = server.client(None);
    let query = format!("?ticket={ticket}&after=0");
    nobody.connect(&project, &query).unwrap().rest();
    assert_eq!(nobody.connect(&project, &query).err(), Some(401));
    nobody.get(&format!("/api?token={token}")).done();
    let wrong = format!("qry_{}_{}", "1".repeat(32), "2".repeat(64));
    assert_eq!(server.client(Some(&wrong)).get("/api").status, 401);
    assert_eq!(nobody.get(&format!("/api?token={wrong}")).status, 401);
    drop(server);
    let log = log(&data);
    assert!(log.contains("a run ended") && log.contains("answered"));
    let parts = |secret: &str| secret.rsplit_once('_').map(|(_, secret)| secret.to_owned());
    for secret in [
        &*token,
        &parts(&token).unwrap(),
        &ticket,
        &parts(&ticket).unwrap(),
        &parts(&wrong).unwrap(),
        "S3cr3t",
        "FAKE_user",
        "ticket=",
        "token=",
    ] {
        let line = log.lines().find(|line| line.contains(secret));
        assert_eq!(line, None);
    }
}

#[test]
fn the_password_of_a_database_that_cannot_be_reached_is_not_told() {
    let (_directory, data) = data();
    for arguments in [&["--log", "trace"][..], &["--check"]] {
        let output = quarry(&data, "serve")
            .env(
                "DATABASE_URL",
                "postgres://quarry:pa55w0rd@127.0.0.1:1/quarry",
            )
            .args(arguments)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("127.0.0.1/quarry"), "{said}");
        assert!(!said.contains("pa55w0rd"), "{said}");
    }
}

#[test]
fn each_record_about_a_run_has_the_run_and_its_tenant() {
    let (_directory, data) = data();
    let server = Server::start(&data, &["--log", "debug"]);
    let client = server.user();
    let tenant = text(&client.get("/api").done()["tenant_id"]);
    let (_, project) = client.project("webdev-shop");
    let messages = client.initialize(&project);
    let run = text(&find(&messages, "run-started").1["run_id"]);
    drop(server);
    let log = log(&data);
    let records: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let about: Vec<&Value> = records
        .iter()
        .filter(|record| record.to_string().contains(&run))
        .collect();
    for message in ["a run is queued", "a run begins", "a run ended"] {
        let mut told = about.iter();
        assert!(
            told.any(|record| record["fields"]["message"] == message),
            "{message}"
        );
    }
    for record in about {
        let mut places = vec![&record["fields"]];
        places.extend(record["spans"].as_array().into_iter().flatten());
        for (field, expected) in [("run", &run), ("tenant", &tenant)] {
            let mut values = places.iter().map(|place| &place[field]);
            assert!(
                values.any(|value| value == expected),
                "no {field} in {record}"
            );
        }
    }
    let request = records.iter().find(|record| {
        record["fields"]["route"] == "/api/output-projects/{id}"
            || record["fields"]["route"] == "/api/output-projects"
    });
    let request = request.unwrap();
    assert_eq!(request["fields"]["method"], "POST");
    assert_eq!(request["fields"]["status"], 201);
}

#[test]
fn the_level_and_the_format_of_the_log_are_settings() {
    let (_directory, data) = data();
    let server = Server::start(&data, &["--log", "warn"]);
    server
        .user()
        .upload("shop", archive("mobile-minimal"))
        .done();
    drop(server);
    assert_eq!(log(&data), "");
    let environment = [("QUARRY_LOG_FORMAT", "text"), ("QUARRY_LOG", "info")];
    let _server = Server::start_in(&data, &[], &environment);
    eventually("a line in words", || {
        let log = log(&data);
        let mut lines = log.lines();
        lines.any(|line| line.contains(" INFO ") && line.contains("serving"))
    });
}
