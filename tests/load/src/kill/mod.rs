//! `kill -9` of the server at random moments of runs, and a look at what is there after each restart.
//!
//! After each restart has to hold: every run ends within [`PATIENCE`]; every document is the old one or the new one, byte
//! for byte, and in the end the new one; every message that a client had seen is there, as it had seen it; nothing
//! temporary is left, and no process of an agent.

mod ground;
mod look;
mod moment;
mod report;
mod strike;

pub use moment::Moment;
pub use report::Report;

use crate::Failure;
use crate::process::Server;
use fastrand::Rng;
use ground::Ground;
use quarry_generator::Size;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use strike::{Struck, strike};

/// How long after a restart a run may take to be taken over and to end.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A number of kills.
#[derive(Debug)]
pub struct Campaign {
    /// The program `quarry`.
    pub quarry: PathBuf,
    /// The URL of an empty PostgreSQL database; SQLite if there is none.
    pub database: Option<String>,
    /// How often the server is killed.
    pub times: usize,
    /// What the moments follow from.
    pub seed: u64,
    /// How large the source tree is.
    pub size: Size,
    /// Where compiled components are kept, if not where the user has them.
    pub cache: Option<PathBuf>,
}

impl Campaign {
    /// Kills the server again and again, and says what became of each run.
    ///
    /// # Errors
    ///
    /// When the server does not start or does not answer. What is not as it should be is in the report.
    pub fn run(&self, say: &mut dyn FnMut(&str)) -> Result<Report, Failure> {
        let mut random = Rng::with_seed(self.seed);
        let (mut ground, mut server) = Ground::prepare(self)?;
        let mut report = Report::new(self.seed, self.database.is_some());
        // Each moment as often as every other, in an order that nothing else depends on.
        let mut moments = Vec::new();
        while moments.len() < self.times {
            let mut all = Moment::ALL;
            random.shuffle(&mut all);
            moments.extend(all);
        }
        moments.truncate(self.times);
        for (number, moment) in moments.into_iter().enumerate() {
            let before = report.findings.len();
            let (struck, restarted) =
                self.once(moment, &mut ground, server, &mut random, &mut report)?;
            server = restarted;
            let found = report.findings.len() - before;
            say(&format!(
                "{:>4} {moment}, after {:.0?}: {struck}{}",
                number + 1,
                struck.delay,
                if found == 0 { "" } else { "  FOUND SOMETHING" }
            ));
        }
        Ok(report)
    }

    fn once(
        &self,
        moment: Moment,
        ground: &mut Ground,
        mut server: Server,
        random: &mut Rng,
        report: &mut Report,
    ) -> Result<(Struck, Server), Failure> {
        let mut findings = Vec::new();
        let struck = strike(moment, ground, &mut server, random)?;
        findings.extend(ground.halves()?);
        let mut orphans = ground.agents()?;
        let mut restarted = Instant::now();
        let mut server = ground.program.start()?;
        if moment == Moment::Again {
            // In the middle of taking over.
            std::thread::sleep(random.u32(0..1_000) * Duration::from_millis(1));
            server.kill()?;
            findings.extend(ground.halves()?);
            orphans.extend(ground.agents()?);
            restarted = Instant::now();
            server = ground.program.start()?;
        }
        let left = ground.agents()?;
        orphans.retain(|process| left.contains(process));
        if !orphans.is_empty() {
            findings.push(format!(
                "agents of the killed server still run: {orphans:?}"
            ));
        }
        let client = ground.client(&server)?;
        let settled = ground.settle(&client, &struck, restarted, &mut findings)?;
        ground.look(&client, &struck, &mut findings)?;
        report.add(moment, &struck, settled, findings);
        Ok((struck, server))
    }
}
