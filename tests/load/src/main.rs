//! `load --quarry target/release/quarry` and `load kill --quarry target/release/quarry --times 200`
//!
//! Both start the server themselves, with SQLite, or with the PostgreSQL database that `DATABASE_URL` names, which should
//! be an empty one: what is made stays.

mod measure;

use clap::{Args, Parser, Subcommand};
use load::{Failure, kill, sources};
use std::path::PathBuf;
use std::process::ExitCode;

/// Measures `quarry serve` under load, or kills it at random moments.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    load: Option<Load>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Kill the server at random moments of runs, and look at what is there after each restart
    Kill(Kill),
}

/// What the load is.
#[derive(Debug, Args)]
pub struct Load {
    /// The program, built with --release
    #[arg(long, value_name = "FILE")]
    quarry: PathBuf,
    /// A directory whose subdirectories are source trees, for the tenants in turn [default: generated trees, one a tenant]
    #[arg(long, value_name = "DIR")]
    sources: Option<PathBuf>,
    /// WebSockets at the same time, each for an output project of its own
    #[arg(long, default_value_t = 500)]
    connections: usize,
    /// Tenants that they belong to
    #[arg(long, default_value_t = 50)]
    tenants: usize,
    /// How often the server is measured, each time between two halves of the pure pipeline's work
    #[arg(long, default_value_t = 4)]
    rounds: usize,
    /// Also measure how much longer a tenant waits when another floods the server
    #[arg(long)]
    flood: bool,
}

#[derive(Debug, Args)]
struct Kill {
    /// The program
    #[arg(long, value_name = "FILE")]
    quarry: PathBuf,
    /// How often it is killed
    #[arg(long, default_value_t = 200)]
    times: usize,
    /// What the moments follow from
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let held = match (arguments.command, arguments.load) {
        (Some(Command::Kill(kill)), _) => kill_at_random(kill),
        (None, Some(load)) => measure::run(&load),
        (None, None) => Err("give --quarry FILE".into()),
    };
    match held {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::from(2)
        }
    }
}

/// The PostgreSQL database, if one is named.
fn database() -> Option<String> {
    std::env::var("DATABASE_URL").ok()
}

fn kill_at_random(arguments: Kill) -> Result<bool, Failure> {
    let campaign = kill::Campaign {
        quarry: arguments.quarry,
        database: database(),
        times: arguments.times,
        seed: arguments.seed,
        size: sources::USUAL,
        cache: None,
    };
    let report = campaign.run(&mut |line| println!("{line}"))?;
    println!("{report}");
    println!("{}", report.json());
    Ok(report.findings.is_empty())
}
