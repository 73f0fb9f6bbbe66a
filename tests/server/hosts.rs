//! Several hosts with one store, which is PostgreSQL; skipped where there is none.

use crate::support::{Client, Server, archive, data, eventually, quarry, text};
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use std::io::{Read, Write};
use std::net::TcpStream;

/// A schema of its own in the database of `QUARRY_TEST_POSTGRES`, which is removed with the test.
struct Database {
    url: String,
    schema: String,
}

impl Database {
    fn new() -> Option<Self> {
        let Ok(url) = std::env::var("QUARRY_TEST_POSTGRES") else {
            println!("skipped: QUARRY_TEST_POSTGRES is not set");
            return None;
        };
        let schema = format!("quarry_hosts_{}", std::process::id());
        let database = Self { url, schema };
        database.administer(format!("CREATE SCHEMA {}", database.schema));
        Some(database)
    }

    /// The URL whose tables are those of the schema.
    fn url(&self) -> String {
        let separator = if self.url.contains('?') { '&' } else { '?' };
        let (url, schema) = (&self.url, &self.schema);
        format!("{url}{separator}options=-csearch_path%3D{schema}")
    }

    fn administer(&self, statement: String) {
        sqlx::any::install_default_drivers();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let mut connection = AnyConnection::connect(&self.url).await.unwrap();
            connection.execute(AssertSqlSafe(statement)).await.unwrap();
            connection.close().await.unwrap();
        });
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.administer(format!("DROP SCHEMA {} CASCADE", self.schema));
    }
}

fn bases(client: &Client) -> Vec<Value> {
    let listed = client.get("/api/knowledge-bases").done();
    listed["items"].as_array().unwrap().clone()
}

#[test]
fn a_host_that_starts_does_not_end_the_upload_that_another_receives() {
    let Some(database) = Database::new() else {
        return;
    };
    let url = database.url();
    let environment = [("DATABASE_URL", &*url)];
    let ((_one, one), (_two, two)) = (data(), data());
    let created = quarry(&one, "tenant")
        .envs(environment)
        .args(["create", "one"])
        .output()
        .unwrap();
    assert!(created.status.success(), "{created:?}");
    let created: Value = serde_json::from_slice(&created.stdout).unwrap();
    let token = text(&created["token"]);
    let first = Server::start_in(&one, &["--multi-tenant"], &environment);
    let client = first.client(Some(&token));
    let archive = archive("mobile-minimal");
    let (begin, end) = archive.split_at(archive.len() / 2);
    let mut upload = TcpStream::connect(&first.address).unwrap();
    write!(
        upload,
        "POST /api/knowledge-bases?name=Slow HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        first.address,
        archive.len()
    )
    .unwrap();
    upload.write_all(begin).unwrap();
    eventually("the upload", || bases(&client).len() == 1);
    let second = Server::start_in(&two, &["--multi-tenant"], &environment);
    assert_eq!(bases(&second.client(Some(&token)))[0]["state"], "receiving");
    upload.write_all(end).unwrap();
    let mut answer = String::new();
    upload.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    assert_eq!(bases(&client)[0]["state"], "ready");
    drop((first, second));
}
