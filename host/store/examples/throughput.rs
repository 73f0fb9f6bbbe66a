//! Prints how many events a second the store commits, for batches of several sizes.
//!
//! ```sh
//! cargo run --release -p quarry-store --example throughput [-- DIRECTORY | postgres://…]
//! ```
//!
//! Each batch is one transaction, and each of its events belongs to another run. Without an argument the store is a
//! SQLite file in the system's temporary directory. A PostgreSQL database should be an empty one: what is made stays.

use quarry_store::{
    Append, Durability, Json, Lease, Limits, Location, Name, NewKnowledgeBase, NewProject, Options,
    Origin, Store, TenantStore,
};
use std::error::Error;
use std::time::{Duration, Instant};

const TENANTS: usize = 50;
const RUNS: usize = 500;
const TIME: Duration = Duration::from_secs(3);
const LEASE: Duration = Duration::from_secs(3600);

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let scratch = tempfile::tempdir()?;
    let target = std::env::args().nth(1);
    let location = match target.as_deref().map(|target| (target, target.parse())) {
        None => Location::Directory(scratch.path().to_owned()),
        Some((_, Ok(url))) => Location::Postgres(url),
        Some((path, Err(_))) => Location::Directory(path.into()),
    };
    println!("{location:?}");
    let store = Store::open(&location, Options::default()).await?;
    let leases = claim_all(&store).await?;
    for size in [1, 16, 256] {
        measure(&store, &leases, size).await?;
    }
    together(&store, &leases).await?;
    store.close().await;
    if let Location::Directory(directory) = &location {
        let options = Options {
            durability: Durability::Power,
            ..Options::default()
        };
        let store = Store::open(&Location::Directory(directory.clone()), options).await?;
        println!("with every commit on the disk (Durability::Power):");
        for size in [1, 16, 256] {
            measure(&store, &leases, size).await?;
        }
        store.close().await;
    }
    Ok(())
}

/// Starts and claims the runs, and prints what that takes.
async fn claim_all(store: &Store) -> Result<Vec<Lease>, Box<dyn Error>> {
    let mut projects = Vec::new();
    for _ in 0..TENANTS {
        let limits = Limits {
            concurrent_runs: 100,
            ..Limits::default()
        };
        let tenant = store
            .operator()
            .create_tenant(&"Tenant".parse::<Name>()?, &limits)
            .await?;
        let tenant = store.tenant(tenant.id);
        for _ in 0..RUNS / TENANTS {
            projects.push((tenant.clone(), project(&tenant).await?));
        }
    }
    let start = Instant::now();
    for (tenant, project) in &projects {
        tenant.start_run(&project.id, &Json::object()).await?;
    }
    println!("{:>8.0} runs/s started", rate(RUNS, start));
    let start = Instant::now();
    let owner: Name = "throughput".parse()?;
    let mut leases = Vec::new();
    while let Some(claimed) = store.operator().claim(&owner, LEASE).await? {
        leases.push(claimed.lease);
    }
    println!(
        "{:>8.0} runs/s claimed, of {TENANTS} tenants",
        rate(leases.len(), start)
    );
    Ok(leases)
}

async fn project(tenant: &TenantStore) -> Result<quarry_store::Project, Box<dyn Error>> {
    let base = NewKnowledgeBase {
        name: "Shop".parse()?,
        origin: Origin::Uploaded,
    };
    let base = tenant.create_knowledge_base(base).await?;
    let new = NewProject {
        knowledge_base: base.id,
        name: "Shop".parse()?,
        stack: "rust-axum".parse()?,
        configuration: None,
    };
    Ok(tenant.create_project(new).await?)
}

fn event(number: usize) -> Result<Json, Box<dyn Error>> {
    let text = format!(
        r#"{{"type": "progress", "message": "12 of 340 files of the schema are read", "stage": "extract", "code": "extract.progress", "done": {number}, "total": 340}}"#
    );
    Ok(text.parse()?)
}

/// One caller, one batch after another.
async fn measure(store: &Store, leases: &[Lease], size: usize) -> Result<(), Box<dyn Error>> {
    let operator = store.operator();
    let mut leases = leases.iter().cycle();
    let (start, mut events, mut slowest) = (Instant::now(), 0, Duration::ZERO);
    let busy = processor_time()?;
    while start.elapsed() < TIME {
        let append = |lease: &Lease| Ok(Append::events(lease.clone(), vec![event(events)?]));
        let batch: Vec<Append> = leases
            .by_ref()
            .take(size)
            .map(append)
            .collect::<Result<_, Box<dyn Error>>>()?;
        let before = Instant::now();
        let answers = operator.append(&batch).await?;
        slowest = slowest.max(before.elapsed());
        events += answers.into_iter().filter(Result::is_ok).count();
    }
    let busy = (processor_time()? - busy) / u32::try_from(events.max(1))?;
    println!(
        "{:>8.0} events/s in batches of {size}, {busy:.0?} of processor time each, the slowest batch took {slowest:.1?}",
        rate(events, start)
    );
    Ok(())
}

/// Every run for itself, all at once, as without anything that collects events into batches.
async fn together(store: &Store, leases: &[Lease]) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let mut appending = tokio::task::JoinSet::new();
    for lease in leases {
        let (operator, lease, body) = (store.operator(), lease.clone(), event(0)?);
        appending.spawn(async move {
            for _ in 0..15 {
                let append = Append::events(lease.clone(), vec![body.clone()]);
                operator.append(&[append]).await?[0]
                    .as_ref()
                    .map_err(Clone::clone)
                    .map(drop)
                    .ok();
            }
            Ok::<_, quarry_store::StoreError>(())
        });
    }
    while let Some(done) = appending.join_next().await {
        done??;
    }
    println!(
        "{:>8.0} events/s of {} runs at once, 15 each, one by one",
        rate(leases.len() * 15, start),
        leases.len()
    );
    Ok(())
}

fn rate(number: usize, start: Instant) -> f64 {
    number as f64 / start.elapsed().as_secs_f64()
}

/// What this process has used of the processors: on a machine that others use as well it says more than the time that
/// has passed. Of PostgreSQL only this side.
fn processor_time() -> Result<Duration, Box<dyn Error>> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/self/stat has changed")?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    // Linux shows a hundred ticks a second, whatever it counts with.
    Ok(Duration::from_millis(ticks * 10))
}
