//! Uploads: every kind of archive that is read, and every kind that is refused.

use crate::archives::{FILE, LINK, gzip, tar, tar_gz, zip, zip_of};
use crate::support::{Client, PATIENCE, Server, administrator, archive, data, last, text};
use ::tar::EntryType;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

/// Every file and directory of a data directory but those of the database, which changes.
fn listing(data: &Path) -> BTreeSet<PathBuf> {
    fn collect(directory: &Path, found: &mut BTreeSet<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, found);
            }
            found.insert(path);
        }
    }
    let mut found = BTreeSet::new();
    collect(data, &mut found);
    found.retain(|path| !path.to_str().unwrap().contains("quarry.db"));
    found
}

/// What there is once an upload was received, so that directories which stay are there already.
fn prepared(client: &Client, data: &Path) -> BTreeSet<PathBuf> {
    let base = client.upload("first", archive("mobile-minimal")).done();
    let path = format!("/api/knowledge-bases/{}", text(&base["id"]));
    client.delete(&path).done();
    listing(data)
}

#[test]
fn zip_tar_and_tar_gz_become_knowledge_bases_that_are_initialized() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let mut documents = Vec::new();
    for (kind, archive) in [
        ("application/zip", zip_of("mobile-minimal")),
        ("application/x-tar", archive("mobile-minimal")),
        ("application/gzip", tar_gz("mobile-minimal")),
    ] {
        let headers = [("content-type", kind)];
        let path = "/api/knowledge-bases?name=mobile";
        let base = client
            .send(ureq::http::Method::POST, path, &headers, archive)
            .done();
        assert_eq!(
            (&base["state"], &base["origin"]),
            (&json!("ready"), &json!({ "kind": "upload" }))
        );
        assert!(base["files"].as_u64().unwrap() > 0, "{base}");
        let new = json!({ "kb_id": base["id"], "name": "m", "stack_id": "fastapi-htmx" });
        let project = text(&client.post("/api/output-projects", &new).done()["id"]);
        let messages = client.initialize(&project);
        assert_eq!(last(&messages)["type"], "complete", "{kind}");
        documents.push(client.context(&project).body);
    }
    assert!(documents[0].contains("## "), "{}", documents[0]);
    assert!(documents.iter().all(|document| *document == documents[0]));
}

#[test]
fn a_hostile_or_broken_archive_is_a_problem_that_says_what_and_leaves_nothing_behind() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let client = server.user();
    let before = prepared(&client, &data);
    let blanks = vec![b' '; 64 << 20];
    let cut = |archive: Vec<u8>| archive[..archive.len() * 2 / 3].to_vec();
    let cases: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        (
            "zip bomb",
            zip(&[("bomb.wdg", &blanks, FILE)]),
            413,
            "for each byte",
        ),
        (
            "tar.gz bomb",
            gzip(&tar("bomb.wdg", EntryType::Regular, "", &blanks)),
            413,
            "for each byte",
        ),
        (
            "zip out of the directory",
            zip(&[("../evil.wdg", b"x", FILE)]),
            422,
            "`..`",
        ),
        (
            "tar out of the directory",
            tar("../evil.wdg", EntryType::Regular, "", b"x"),
            422,
            "`..`",
        ),
        (
            "zip of the root",
            zip(&[("/etc/evil.wdg", b"x", FILE)]),
            422,
            "absolute",
        ),
        (
            "zip with a link",
            zip(&[("link", b"/etc/passwd", LINK)]),
            422,
            "symbolic link",
        ),
        (
            "tar with a link",
            tar("link", EntryType::Symlink, "/etc/passwd", b""),
            422,
            "symbolic link",
        ),
        (
            "tar with a hard link",
            tar("link", EntryType::Link, "/etc/passwd", b""),
            422,
            "hard link",
        ),
        ("zip that ends early", cut(zip_of("webdev-shop")), 422, ""),
        (
            "tar that ends early",
            cut(archive("webdev-shop")),
            422,
            "ends too early",
        ),
        (
            "tar.gz that ends early",
            cut(tar_gz("webdev-shop")),
            422,
            "ends too early",
        ),
        ("empty zip", zip(&[]), 422, "no file"),
        ("no archive", b"no archive".to_vec(), 422, "upload a zip"),
        ("nothing", Vec::new(), 422, "upload a zip"),
    ];
    for (what, archive, status, says) in cases {
        let answer = client.upload("bad", archive);
        assert_eq!(answer.problem().0, status, "{what}: {}", answer.body);
        let detail = text(&answer.json()["detail"]);
        assert!(detail.contains(says), "{what}: {detail}");
        assert_eq!(listing(&data), before, "{what}");
        let listed = client.get("/api/knowledge-bases").done();
        assert_eq!(listed["items"], json!([]), "{what}");
    }
    assert!(!data.join("../evil.wdg").exists());
}

/// A server of several tenants with one whose limits are set, and its client.
fn limited(data: &Path, limits: &Value) -> (Server, Client) {
    let administrator = administrator(data, "root");
    let server = Server::start(data, &["--multi-tenant"]);
    let client = server.client(Some(&administrator));
    let new = json!({ "name": "Small", "limits": limits });
    let id = text(&client.post("/api/admin/tenants", &new).done()["id"]);
    let token = json!({ "name": "t", "scopes": ["read", "write"] });
    let made = client.post(&format!("/api/admin/tenants/{id}/tokens"), &token);
    let token = text(&made.done()["secret"]);
    let client = server.client(Some(&token));
    (server, client)
}

#[test]
fn an_upload_that_is_too_large_says_how_large_it_may_be_whether_its_length_is_told_or_not() {
    let (_directory, data) = data();
    let (server, client) = limited(&data, &json!({ "upload_bytes": 3000 }));
    let before = listing(&data);
    let told = client.upload("large", vec![b'x'; 3001]);
    let body = told.body.clone();
    assert_eq!(told.problem(), (413, "archive-too-large".into()));
    assert!(
        text(&told.json()["detail"]).contains("3000 bytes"),
        "{body}"
    );
    let limit = json!({ "name": "upload_bytes", "allowed": 3000 });
    assert_eq!(told.json()["limit"], limit);
    let chunk = "x".repeat(1000);
    let head = format!(
        "POST /api/knowledge-bases?name=x HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n",
        server.address,
        client.token.as_deref().unwrap(),
    );
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    // One more than is allowed, and no end: the server answers before.
    for _ in 0..4 {
        write!(stream, "3e8\r\n{chunk}\r\n").unwrap();
    }
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.ends_with(&body), "{answer}");
    assert_eq!(listing(&data), before);
    let listed = client.get("/api/knowledge-bases").done();
    assert_eq!(listed["items"], json!([]));
}

#[test]
fn an_upload_beyond_the_storage_says_what_is_in_use_and_removing_makes_room() {
    let (_directory, data) = data();
    let size: u64 = archive("mobile-minimal").len() as u64;
    // Room for one of them, not for two: headers of a tar count when it is unpacked, but are not stored.
    let (_server, client) = limited(&data, &json!({ "storage_bytes": size }));
    let first = client.upload("first", archive("mobile-minimal")).done();
    let used = first["bytes"].as_u64().unwrap();
    assert!(used > 0 && used < size);
    let before = listing(&data);
    let second = client.upload("second", archive("windev-desktop"));
    assert_eq!(second.problem(), (413, "storage-full".into()));
    let limit = json!({ "name": "storage_bytes", "allowed": size, "used": used });
    assert_eq!(second.json()["limit"], limit);
    let detail = text(&second.json()["detail"]);
    let says = format!("{used} of {size} are in use");
    assert!(detail.contains(&says), "{detail}");
    assert_eq!(listing(&data), before);
    client
        .delete(&format!("/api/knowledge-bases/{}", text(&first["id"])))
        .done();
    client.upload("again", archive("mobile-minimal")).done();
}
