//! One tenant floods the server, another works as usual.

use super::setup::{projects, upload};
use super::sockets::{Stream, one};
use load::Failure;
use load::client::Client;
use load::process::Server;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// WebSockets of the tenant that floods, each of which asks for the next run when one has ended.
const FLOOD: usize = 200;

/// Runs of the other tenant that are measured each time, one after the other, and how often the two take turns.
const RUNS: usize = 12;
const TURNS: usize = 3;

/// The times of the tenant that works as usual.
pub struct Flood {
    /// When nobody else does anything, sorted.
    pub quiet: Vec<Duration>,
    /// When another tenant floods, sorted.
    pub flooded: Vec<Duration>,
    /// Runs that the other tenant got done meanwhile.
    pub done_by_flooder: u64,
    pub faults: Vec<String>,
}

pub fn measure(
    server: &Server,
    runtime: &Runtime,
    tokens: [String; 2],
    tree: &PathBuf,
) -> Result<Flood, Failure> {
    let tenants = upload(server, tokens.into(), std::slice::from_ref(tree))?;
    let [flooder, victim] = &tenants[..] else {
        return Err("two tenants are needed".into());
    };
    let flooding = projects(flooder, FLOOD)?;
    let working = projects(victim, 1)?.remove(0);
    let mut flood = Flood {
        quiet: Vec::new(),
        flooded: Vec::new(),
        done_by_flooder: 0,
        faults: Vec::new(),
    };
    runtime.block_on(async {
        for _ in 0..TURNS {
            let times = flood.work(&victim.client, &working).await?;
            flood.quiet.extend(times);
            let (over, done) = (
                Arc::new(AtomicBool::new(false)),
                Arc::new(AtomicU64::new(0)),
            );
            let mut streams = JoinSet::new();
            for project in flooding.clone() {
                let (client, over, done) = (flooder.client.clone(), over.clone(), done.clone());
                streams.spawn(ask_again(client, project, over, done));
            }
            // Until the flood has risen.
            while done.load(Ordering::Relaxed) < 4 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let times = flood.work(&victim.client, &working).await?;
            flood.flooded.extend(times);
            flood.done_by_flooder += done.load(Ordering::Relaxed);
            over.store(true, Ordering::Relaxed);
            streams.join_all().await;
        }
        flood.quiet.sort();
        flood.flooded.sort();
        Ok(flood)
    })
}

/// Asks for one run after the other.
async fn ask_again(client: Client, project: String, over: Arc<AtomicBool>, done: Arc<AtomicU64>) {
    while !over.load(Ordering::Relaxed) {
        let Ok(request) = client.initialize(&project) else {
            return;
        };
        if one(client.address.clone(), request).await.completed {
            done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Flood {
    async fn work(&mut self, client: &Client, project: &str) -> Result<Vec<Duration>, Failure> {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let request = client.initialize(project)?;
            let stream: Stream = one(client.address.clone(), request).await;
            if !stream.completed {
                self.faults.push(format!("{stream:?}"));
            }
            times.push(stream.took);
        }
        Ok(times)
    }
}
