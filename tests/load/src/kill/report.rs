//! What a campaign found.

use super::look::Settled;
use super::moment::Moment;
use super::strike::Struck;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// What a campaign found.
#[derive(Debug)]
pub struct Report {
    seed: u64,
    postgres: bool,
    /// By moment: how often the server was killed in it.
    moments: BTreeMap<Moment, usize>,
    runs: usize,
    taken_over: usize,
    failed: usize,
    messages: usize,
    longest: Duration,
    /// What is not as it should be.
    pub findings: Vec<String>,
}

impl Report {
    pub(super) fn new(seed: u64, postgres: bool) -> Self {
        Self {
            seed,
            postgres,
            moments: BTreeMap::new(),
            runs: 0,
            taken_over: 0,
            failed: 0,
            messages: 0,
            longest: Duration::ZERO,
            findings: Vec::new(),
        }
    }

    pub(super) fn add(
        &mut self,
        moment: Moment,
        struck: &Struck,
        settled: Settled,
        findings: Vec<String>,
    ) {
        *self.moments.entry(moment).or_default() += 1;
        self.runs += settled.runs;
        self.taken_over += settled.taken_over;
        self.failed += settled.failed;
        self.messages += struck
            .seen
            .iter()
            .map(|(_, seen)| seen.len())
            .sum::<usize>();
        self.longest = self.longest.max(settled.after);
        let number = self.kills();
        let findings = findings.into_iter();
        self.findings
            .extend(findings.map(|finding| format!("kill {number} ({moment}): {finding}")));
    }

    fn kills(&self) -> usize {
        self.moments.values().sum()
    }

    /// Runs that were begun again after their server was killed.
    pub fn taken_over(&self) -> usize {
        self.taken_over
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let moments = self.moments.iter();
        let moments: BTreeMap<String, usize> = moments
            .map(|(moment, count)| (moment.to_string(), *count))
            .collect();
        json!({
            "seed": self.seed,
            "database": if self.postgres { "PostgreSQL" } else { "SQLite" },
            "kills": self.kills(),
            "moments": moments,
            "runs": self.runs,
            "taken_over": self.taken_over,
            "failed": self.failed,
            "messages_seen": self.messages,
            "longest_seconds": self.longest.as_secs_f64(),
            "findings": self.findings,
        })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let moments: Vec<String> = self
            .moments
            .iter()
            .map(|(moment, count)| format!("{moment} {count}"))
            .collect();
        writeln!(out, "\n{} kills: {}", self.kills(), moments.join(", "))?;
        writeln!(
            out,
            "{} runs, {} taken over, {} failed; all ended {:.1} s after the restart or sooner",
            self.runs,
            self.taken_over,
            self.failed,
            self.longest.as_secs_f64()
        )?;
        writeln!(
            out,
            "{} messages had been seen before the kills",
            self.messages
        )?;
        writeln!(out, "{} findings", self.findings.len())?;
        for finding in &self.findings {
            writeln!(out, "  {finding}")?;
        }
        Ok(())
    }
}
