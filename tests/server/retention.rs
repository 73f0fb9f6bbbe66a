//! What is old is removed, and nothing else. Nobody waits a day for it: the times in the store are moved back.

use crate::database;
use crate::metrics::{address, scrape, value};
use crate::support::{Client, Server, data, eventually, find, last, text};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// So many hours ago, as the store has it.
fn hours_ago(hours: u64) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let ago = now - Duration::from_secs(hours * 60 * 60);
    ago.as_millis().try_into().unwrap()
}

/// A data directory with four runs of a project, which ended 26, 25, 23 and 27 hours ago, the last one too, and with two
/// uploads of a host that never came back, of 25 and of 23 hours ago.
struct Old {
    runs: Vec<String>,
    uploads: [String; 2],
    files: [PathBuf; 2],
}

fn prepare(data: &Path) -> Old {
    let mut server = Server::start(data, &[]);
    let client = server.user();
    let (base, project) = client.project("mobile-minimal");
    let runs: Vec<String> = (0..4)
        .map(|_| {
            let messages = client.initialize(&project);
            assert_eq!(last(&messages)["type"], "complete");
            text(&find(&messages, "run-started").1["run_id"])
        })
        .collect();
    let tenant = text(&client.get("/api").done()["tenant_id"]);
    server.signal(libc::SIGTERM);
    assert!(server.wait().success());
    for (run, hours) in runs.iter().zip([26, 25, 23, 27]) {
        let ended = hours_ago(hours);
        database::change(
            data,
            &format!("UPDATE runs SET ended_at = {ended} WHERE id = '{run}'"),
        );
    }
    let uploads = ["1", "2"].map(|digit| format!("kb_{}", digit.repeat(32)));
    let files = uploads.each_ref().map(|upload| {
        let files = data.join("knowledge-bases").join(&tenant).join(upload);
        std::fs::create_dir_all(files.join("half")).unwrap();
        files
    });
    for (upload, hours) in uploads.iter().zip([25, 23]) {
        let created = hours_ago(hours);
        database::change(
            data,
            &format!(
                "INSERT INTO knowledge_bases (tenant, id, name, state, files, bytes, created_at, host)
                 SELECT tenant, '{upload}', 'Left', 'receiving', 0, 0, {created}, 'never-back'
                 FROM knowledge_bases WHERE id = '{base}'"
            ),
        );
    }
    Old {
        runs,
        uploads,
        files,
    }
}

fn runs(client: &Client) -> Vec<String> {
    let listed = client.get("/api/runs").done();
    let mut runs: Vec<String> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|run| text(&run["id"]))
        .collect();
    runs.reverse();
    runs
}

fn upload(client: &Client, id: &str) -> Value {
    client.get(&format!("/api/knowledge-bases/{id}")).done()
}

#[test]
fn what_is_older_than_the_settings_say_is_removed_half_a_minute_after_the_start_and_nothing_else() {
    let ((_one, one), (_two, two)) = (data(), data());
    let (old, kept) = (prepare(&one), prepare(&two));
    let metrics = ["--metrics-listen", "127.0.0.1:0"];
    let of_days = |days| [&metrics[..], &["--retention-days", days]].concat();
    let begun = Instant::now();
    let removing = Server::start(&one, &of_days("1"));
    let keeping = Server::start(&two, &of_days("0"));
    let (client, other) = (removing.user(), keeping.user());
    if begun.elapsed() < Duration::from_secs(20) {
        assert_eq!(runs(&client), old.runs);
        assert_eq!(upload(&client, &old.uploads[0])["state"], "receiving");
    }
    eventually("the removal", || runs(&client).len() < 4);
    assert!(begun.elapsed() > Duration::from_secs(29));
    eventually("the removal of all", || runs(&client).len() < 3);
    assert_eq!(runs(&client), old.runs[2..]);
    for run in &old.runs[..2] {
        let events = client.get(&format!("/api/runs/{run}/events"));
        assert_eq!(events.problem().0, 404);
    }
    let events = client.get(&format!("/api/runs/{}/events", old.runs[3]));
    assert!(events.body.contains("\"complete\""), "{}", events.body);
    let told = scrape(&address(&one));
    let removed = |what| value(&told, "quarry_retention_removed_total", &[what]);
    assert_eq!(removed("what=\"runs\""), 2.0);
    assert!(removed("what=\"events\"") > 2.0);
    // An upload is given up after a day whatever the setting is, and so it is known that it was looked here, too.
    eventually("the other server's look", || {
        upload(&other, &kept.uploads[0])["state"] == "failed"
    });
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(runs(&other), kept.runs);
    for (client, old) in [(&client, &old), (&other, &kept)] {
        let given_up = upload(client, &old.uploads[0]);
        assert_eq!(
            given_up["failure"]["code"], "upload-interrupted",
            "{given_up}"
        );
        assert!(!old.files[0].exists());
        assert_eq!(upload(client, &old.uploads[1])["state"], "receiving");
        assert!(old.files[1].exists());
    }
}
