//! The server against the pure pipeline, and one tenant against another.

mod figures;
mod flood;
mod pure;
mod setup;
mod sockets;
mod watch;

use crate::{Load, database};
use figures::{Figures, Round};
use load::process::{Program, Server, machine_time, peak, processor_time};
use load::{Failure, sources};
use pure::Pipeline;
use setup::{Tenant, projects, tenants};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use watch::Watch;

/// Measures, prints, and says whether all that must hold does.
pub fn run(load: &Load) -> Result<bool, Failure> {
    let scratch = tempfile::tempdir()?;
    let trees = match &load.sources {
        Some(directory) => sources::within(directory)?,
        None => {
            let directory = scratch.path().join("trees");
            sources::generated(&directory, load.tenants, sources::USUAL)?
        }
    };
    let program = Program {
        quarry: load.quarry.clone(),
        data: scratch.path().join("data"),
        database: database(),
        arguments: vec!["--multi-tenant".to_owned()],
        cache: None,
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut tokens = runtime.block_on(tenants(&program, load.tenants + 2))?;
    let server = program.start()?;
    let others = tokens.split_off(load.tenants);
    let uploaded = setup::upload(&server, tokens, &trees)?;
    let threads = std::thread::available_parallelism()?.get();
    let mut bench = Bench {
        jobs: jobs(&uploaded, load.connections)?,
        trees,
        pipeline: Pipeline::new(threads)?,
        workspaces: scratch.path().join("workspaces"),
        server,
        runtime,
    };
    let mut figures = Figures::new(load, threads);
    bench.warm_up()?;
    for _ in 0..load.rounds {
        // A machine is not as fast all the time. What changes steadily is then the same for both.
        let (before, after) = bench.jobs.split_at(bench.jobs.len() / 2);
        let first = bench.pure_round(before)?;
        let server = bench.server_round(&mut figures)?;
        figures.server.push(server);
        figures.pure.push(first.with(&bench.pure_round(after)?));
    }
    if load.flood {
        let (Some(tree), [flooder, victim]) = (bench.trees.first(), &others[..]) else {
            return Err("there are no tenants for a flood".into());
        };
        let tenants = [flooder, victim].map(|token| token.clone());
        let flood = flood::measure(&bench.server, &bench.runtime, tenants, tree)?;
        figures.flood = Some(flood);
    }
    figures.peak_memory = peak(bench.server.process())?;
    println!("{figures}");
    println!("{}", figures.json());
    Ok(figures.broken().is_empty())
}

/// One initialization: whose, and of which tree.
struct Job {
    tenant: Tenant,
    project: String,
    tree: usize,
}

/// As many output projects as connections, of the tenants in turn.
fn jobs(tenants: &[Tenant], connections: usize) -> Result<Vec<Job>, Failure> {
    let each = connections.div_ceil(tenants.len());
    let mut made = Vec::new();
    for tenant in tenants {
        made.push(projects(tenant, each)?);
    }
    // In turn: first one of each tenant, then another.
    let mut jobs = Vec::new();
    for number in 0..each {
        for (tenant, projects) in tenants.iter().zip(&made) {
            jobs.push(Job {
                tenant: tenant.clone(),
                project: projects[number].clone(),
                tree: tenant.tree,
            });
        }
    }
    jobs.truncate(connections);
    Ok(jobs)
}

struct Bench {
    jobs: Vec<Job>,
    trees: Vec<PathBuf>,
    pipeline: Pipeline,
    workspaces: PathBuf,
    server: Server,
    runtime: Runtime,
}

impl Bench {
    /// What is done once only is done before anything is measured, such as taking memory that the machine has given away.
    fn warm_up(&mut self) -> Result<(), Failure> {
        let some = &self.jobs[..self.jobs.len().min(100)];
        self.runtime.block_on(sockets::all(some))?;
        self.pipeline.run(&self.pure_jobs(some))
    }

    fn server_round(&self, figures: &mut Figures) -> Result<Round, Failure> {
        let process = self.server.process();
        let watch = Watch::start(process);
        let before = Usage::now(process)?;
        let streams = self.runtime.block_on(sockets::all(&self.jobs))?;
        let round = before.round(process, self.jobs.len())?;
        figures.memory = figures.memory.max(watch.end());
        figures.streams.extend(streams);
        Ok(round)
    }

    fn pure_round(&self, jobs: &[Job]) -> Result<Round, Failure> {
        let process = std::process::id();
        let jobs = self.pure_jobs(jobs);
        let before = Usage::now(process)?;
        self.pipeline.run(&jobs)?;
        before.round(process, jobs.len())
    }

    /// The same trees in the same order, each into a workspace of its own.
    fn pure_jobs(&self, jobs: &[Job]) -> Vec<(PathBuf, PathBuf)> {
        let jobs = jobs.iter();
        jobs.map(|job| {
            // As the server does it: where a file system puts files depends on their directories.
            let tenant = self.workspaces.join(&job.tenant.base);
            let workspace = tenant.join(&job.project);
            (self.trees[job.tree].clone(), workspace)
        })
        .collect()
    }
}

/// What was used before a round.
struct Usage {
    begun: Instant,
    processor: Duration,
    generator: Duration,
    machine: Duration,
}

impl Usage {
    fn now(process: u32) -> Result<Self, Failure> {
        Ok(Self {
            processor: processor_time(process)?,
            generator: processor_time(std::process::id())?,
            machine: machine_time()?,
            begun: Instant::now(),
        })
    }

    fn round(self, process: u32, runs: usize) -> Result<Round, Failure> {
        let took = self.begun.elapsed();
        let after = Self::now(process)?;
        let processor = after.processor.saturating_sub(self.processor);
        let generator = match process == std::process::id() {
            true => Duration::ZERO,
            false => after.generator.saturating_sub(self.generator),
        };
        let machine = after.machine.saturating_sub(self.machine);
        Ok(Round {
            runs,
            took,
            processor,
            generator,
            others: machine.saturating_sub(processor + generator),
        })
    }
}
