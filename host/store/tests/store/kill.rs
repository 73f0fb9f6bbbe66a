//! A process that is killed loses nothing that it was told is stored.

use crate::support::{LEASE, Place, json, name, queued};
use quarry_store::{Append, Location, Options, Recovery, RunState, Store};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Where the process that is killed finds the store.
const STORE: &str = "QUARRY_STORE_TO_WRITE";

async fn what_was_acknowledged_is_there_after_a_kill(place: Place) {
    for round in 0..4 {
        let tenant = place.tenant(1).await;
        let run = queued(&tenant).await;
        let last = write_and_kill(&place.address, 20 + 37 * round);
        let events = tenant.events(&run.id, 0, 1_000_000).await.unwrap();
        let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
        assert!(events.len() as u64 >= last, "{} of {last}", events.len());
        let dead = tenant.run(&run.id).await.unwrap();
        assert_eq!(
            (dead.state, dead.last_seq),
            (RunState::Running, events.len() as u64)
        );
        // The lease is of the system's clock, which this place's clock is ahead of.
        let recovery = Recovery {
            attempts: 1,
            grace: Duration::ZERO,
        };
        let recovered = place
            .operator()
            .recover(&recovery, &|_| json("{}"))
            .await
            .unwrap();
        assert_eq!(recovered.len(), 1);
        assert_eq!(tenant.run(&run.id).await.unwrap().state, RunState::Failed);
    }
}

on_both!(what_was_acknowledged_is_there_after_a_kill);

/// Kills a process that writes after so many of its acknowledgements, and returns the last one that was seen.
fn write_and_kill(address: &str, acknowledgements: usize) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "kill::writes_until_it_is_killed",
            "--ignored",
            "--nocapture",
        ])
        .env(STORE, address)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut seen = lines.filter_map(|line| {
        line.strip_prefix("stored ")
            .map(|seq| seq.parse::<u64>().unwrap())
    });
    let mut last = seen.by_ref().nth(acknowledgements).unwrap();
    child.kill().unwrap();
    last = seen.last().unwrap_or(last);
    child.wait().unwrap();
    last
}

#[tokio::test]
#[ignore = "is started by the test that kills it"]
async fn writes_until_it_is_killed() {
    let Ok(location) = std::env::var(STORE) else {
        return;
    };
    let location = match location.parse() {
        Ok(url) => Location::Postgres(url),
        Err(_) => Location::Directory(location.into()),
    };
    let store = Store::open(&location, Options::default()).await.unwrap();
    let claimed = store
        .operator()
        .claim(&name("doomed"), LEASE)
        .await
        .unwrap()
        .unwrap();
    loop {
        let append = Append::events(claimed.lease.clone(), vec![json("1"), json("2")]);
        let events = store
            .operator()
            .append(&[append])
            .await
            .unwrap()
            .remove(0)
            .unwrap();
        println!("stored {}", events.last().unwrap().seq);
    }
}
