//! Settings, where they come from, and `quarry serve --check`.

use crate::support::{Server, archive, data, quarry, tenant, text};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn written(directory: &Path, settings: &str) -> PathBuf {
    let path = directory.join("settings.toml");
    std::fs::write(&path, settings).unwrap();
    path
}

/// `quarry serve --check --json`, and what it found by name.
fn check(data: &Path, more: impl FnOnce(&mut Command)) -> (Option<i32>, Value) {
    let mut program = quarry(data, "serve");
    program.args(["--check", "--json"]);
    more(&mut program);
    let output = program.output().unwrap();
    let found: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    (output.status.code(), found)
}

fn of<'f>(found: &'f Value, name: &str) -> (bool, &'f str) {
    let mut checks = found["checks"].as_array().unwrap().iter();
    let check = checks.find(|check| check["name"] == name);
    let check = check.unwrap_or_else(|| panic!("no {name} in {found}"));
    (
        check["ok"].as_bool().unwrap(),
        check["found"].as_str().unwrap(),
    )
}

fn failed(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn flags_go_before_the_environment_and_that_before_the_file() {
    let (directory, data) = data();
    let path = written(directory.path(), "[server]\nlisten = \"127.0.0.1:1111\"\n");
    let address = |environment: bool, flag: bool| {
        let (code, found) = check(&data, |program| {
            program.arg("--config").arg(&path);
            if environment {
                program.env("QUARRY_LISTEN", "127.0.0.1:2222");
            }
            if flag {
                program.args(["--listen", "127.0.0.1:3333"]);
            }
        });
        assert_eq!(code, Some(0), "{found}");
        of(&found, "address").1.to_owned()
    };
    assert!(address(false, false).contains(":1111"));
    assert!(address(true, false).contains(":2222"));
    assert!(address(true, true).contains(":3333"));
}

#[test]
fn the_file_itself_and_all_else_can_be_named_by_the_environment() {
    let (directory, data) = data();
    let settings =
        "[server]\nmulti-tenant = true\nlisten = \"0.0.0.0:1111\"\nhosts = [\"quarry.example\"]\n";
    let path = written(directory.path(), settings);
    let (code, found) = check(&data, |program| {
        program.env("QUARRY_CONFIG", &path);
    });
    assert_eq!(code, Some(0), "{found}");
    assert!(
        of(&found, "address")
            .1
            .contains("for tenants; tokens cross the network unencrypted")
    );
    let (code, found) = check(&data, |program| {
        program.env("QUARRY_CONFIG", &path);
        program.env("QUARRY_MULTI_TENANT", "false");
    });
    assert_eq!(code, Some(1));
    assert!(!of(&found, "address").0);
}

#[test]
fn a_setting_that_is_not_known_is_an_error_with_its_line() {
    let (directory, data) = data();
    for (settings, line, word) in [
        (
            "[server]\nlisten = \"127.0.0.1:0\"\nlisen = 1\n",
            3,
            "lisen",
        ),
        ("[limits]\nconcurrent_runs = 1\n", 2, "concurrent_runs"),
        ("\n[telemetri]\n", 2, "telemetri"),
        ("[tls]\ncert = 1\n", 2, "string"),
        ("[agent]\n\n\nprest = \"claude\"\n", 4, "prest"),
    ] {
        let path = written(directory.path(), settings);
        let output = quarry(&data, "serve").arg("--config").arg(&path).output();
        let said = failed(&output.unwrap());
        let place = format!("settings.toml:{line}: ");
        assert!(said.contains(&place) && said.contains(word), "{said}");
    }
    assert!(!data.exists());
}

#[test]
fn values_that_make_no_sense_are_refused() {
    let (_directory, data) = data();
    for (arguments, words) in [
        (
            &["--tls-cert", "x.pem"][..],
            "both --tls-cert and --tls-key",
        ),
        (&["--run-seconds", "0"], "run-seconds"),
        (&["--concurrency", "0"], "concurrency"),
        (
            &["--host-gone-seconds", "29"],
            "at least 30, or 0 for never",
        ),
        (&["--log", "loud"], "loud"),
    ] {
        let output = quarry(&data, "serve").args(arguments).output().unwrap();
        let said = failed(&output);
        assert!(said.contains(words), "{said}");
    }
}

#[test]
fn a_check_finds_all_that_a_server_would_fail_on_and_changes_nothing() {
    let (directory, data) = data();
    let settings = "[agent]\ncommand = \"/nonexistent/agent\"\noutput = \"lines\"\n
        [tls]\ncert = \"/nonexistent/cert.pem\"\nkey = \"/nonexistent/key.pem\"\n";
    let path = written(directory.path(), settings);
    let (code, found) = check(&data, |program| {
        program.arg("--config").arg(&path);
        program.env("DATABASE_URL", "postgres://quarry@127.0.0.1:1/quarry");
    });
    assert_eq!(code, Some(1));
    assert_eq!(found["ok"], false);
    assert!(of(&found, "data-directory").0);
    assert!(of(&found, "components").0);
    for (name, word) in [
        ("store", "127.0.0.1"),
        ("certificate", "/nonexistent/cert.pem"),
        ("agent", "/nonexistent/agent"),
    ] {
        let (ok, said) = of(&found, name);
        assert!(!ok && said.contains(word), "{said}");
    }
    assert!(!data.exists());
    std::fs::write(&data, "a file").unwrap();
    let (code, found) = check(&data, |_| {});
    assert_eq!(code, Some(1));
    assert!(!of(&found, "data-directory").0);
}

#[test]
fn a_check_beside_a_running_server_says_so_and_disturbs_nothing() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let output = quarry(&data, "serve").arg("--check").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.lines().all(|line| line.starts_with("ok ")), "{said}");
    assert!(said.contains("a server uses it now"), "{said}");
    assert!(said.contains("its schema has version"), "{said}");
    assert_eq!(server.user().get("/api").status, 200);
}

#[test]
fn an_agent_that_is_not_isolated_is_found_when_there_are_tenants() {
    let (directory, data) = data();
    let settings =
        "[server]\nmulti-tenant = true\n[agent]\ncommand = \"/bin/sh\"\noutput = \"lines\"\n";
    let path = written(directory.path(), settings);
    let (code, found) = check(&data, |program| {
        program.arg("--config").arg(&path);
    });
    assert_eq!(code, Some(1));
    let (ok, said) = of(&found, "agent");
    assert!(!ok && said.contains("isolation"), "{said}");
}

#[test]
fn the_limits_of_a_new_tenant_come_from_the_settings() {
    let (directory, data) = data();
    let settings = "[limits]\nconcurrent-runs = 7\nupload-bytes = 20000\n";
    let path = written(directory.path(), settings);
    let create = |name: &str, more: &[&str]| {
        let mut program = quarry(&data, "tenant");
        program.arg("--config").arg(&path);
        let output = program.args(["create", name]).args(more).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let made: Value = serde_json::from_slice(&output.stdout).unwrap();
        text(&made["token"])
    };
    create("by-file", &[]);
    create("by-flag", &["--concurrent-runs", "9"]);
    tenant(&data, "usual");
    let output = quarry(&data, "tenant").arg("list").output().unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let limits = |name: &str| {
        let mut tenants = listed
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        tenants.find(|tenant| tenant["name"] == name).unwrap()["limits"].clone()
    };
    assert_eq!(limits("by-file")["concurrent_runs"], 7);
    assert_eq!(limits("by-file")["upload_bytes"], 20_000);
    assert_eq!(limits("by-flag")["concurrent_runs"], 9);
    assert_eq!(limits("by-flag")["upload_bytes"], 20_000);
    assert_eq!(limits("usual")["concurrent_runs"], 4);
}

#[test]
fn in_single_user_mode_the_limits_are_those_of_the_user() {
    let (_directory, data) = data();
    let server = Server::start(&data, &["--upload-bytes", "1000"]);
    let refused = server.user().upload("shop", archive("mobile-minimal"));
    assert_eq!(refused.problem(), (413, "archive-too-large".into()));
    drop(server);
    let server = Server::start(&data, &[]);
    server
        .user()
        .upload("shop", archive("mobile-minimal"))
        .done();
}
