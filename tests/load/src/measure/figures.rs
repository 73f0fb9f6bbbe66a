//! What was measured, as people and programs read it.

use super::flood::Flood;
use super::sockets::Stream;
use crate::Load;
use serde_json::{Value, json};
use std::fmt;
use std::time::Duration;

/// What must hold.
const LEAST_THROUGHPUT: f64 = 0.9;
const MOST_MEMORY: u64 = 1536 << 20;
const MOST_SLOWDOWN: f64 = 2.0;

/// One of the two, once.
pub struct Round {
    pub runs: usize,
    pub took: Duration,
    /// Processor time of the process that did the work.
    pub processor: Duration,
    /// Of this program, when it only asked for the work.
    pub generator: Duration,
    /// Of all others on this machine.
    pub others: Duration,
}

impl Round {
    /// This one and another one together.
    pub fn with(self, other: &Round) -> Round {
        Round {
            runs: self.runs + other.runs,
            took: self.took + other.took,
            processor: self.processor + other.processor,
            generator: self.generator + other.generator,
            others: self.others + other.others,
        }
    }
}

pub struct Figures {
    connections: usize,
    tenants: usize,
    threads: usize,
    pub server: Vec<Round>,
    pub pure: Vec<Round>,
    pub streams: Vec<Stream>,
    /// Of the server: the most while runs were going on, and ever.
    pub memory: u64,
    pub peak_memory: u64,
    pub flood: Option<Flood>,
}

impl Figures {
    pub fn new(load: &Load, threads: usize) -> Self {
        Self {
            connections: load.connections,
            tenants: load.tenants,
            threads,
            server: Vec::new(),
            pure: Vec::new(),
            streams: Vec::new(),
            memory: 0,
            peak_memory: 0,
            flood: None,
        }
    }

    /// The server's throughput as a part of the pure pipeline's.
    fn throughput(&self) -> f64 {
        rate(&self.server) / rate(&self.pure)
    }

    fn lost(&self) -> usize {
        self.streams
            .iter()
            .filter(|stream| !stream.completed || stream.error.is_some())
            .count()
    }

    fn sum(&self, part: impl Fn(&Stream) -> u64) -> u64 {
        self.streams.iter().map(part).sum()
    }

    fn slowdown(&self) -> Option<f64> {
        let flood = self.flood.as_ref()?;
        Some(median(&flood.flooded).as_secs_f64() / median(&flood.quiet).as_secs_f64())
    }

    /// What does not hold.
    pub fn broken(&self) -> Vec<String> {
        let mut broken = Vec::new();
        let mut hold = |holds: bool, text: String| {
            if !holds {
                broken.push(text);
            }
        };
        let lost = self.lost();
        let errors = self.streams.iter().find_map(|one| one.error.as_deref());
        let errors = errors.unwrap_or_default();
        hold(
            lost == 0,
            format!("{lost} initializations did not end well: {errors}"),
        );
        let faults = self.sum(|one| one.missing + one.disordered + one.unknown);
        hold(faults == 0, format!("{faults} faults in the messages"));
        let throughput = self.throughput();
        hold(
            throughput >= LEAST_THROUGHPUT,
            format!("the server does {throughput:.2} of the pure pipeline's throughput"),
        );
        let memory = self.peak_memory;
        hold(
            memory < MOST_MEMORY,
            format!("the server had {} MiB of memory", memory >> 20),
        );
        if let (Some(flood), Some(slowdown)) = (&self.flood, self.slowdown()) {
            hold(
                slowdown <= MOST_SLOWDOWN,
                format!("a flood makes another tenant {slowdown:.2} times as slow"),
            );
            hold(
                flood.faults.is_empty(),
                format!("runs beside a flood failed: {:?}", flood.faults.first()),
            );
        }
        broken
    }

    pub fn json(&self) -> Value {
        let mut times: Vec<Duration> = self.streams.iter().map(|one| one.took).collect();
        times.sort();
        json!({
            "connections": self.connections,
            "tenants": self.tenants,
            "threads": self.threads,
            "throughput_ratio": round(self.throughput()),
            "processor_ratio": round(processor(&self.server) / processor(&self.pure)),
            "server_runs_per_second": round(rate(&self.server)),
            "pure_runs_per_second": round(rate(&self.pure)),
            "runs": self.streams.len(),
            "lost": self.lost(),
            "messages": self.sum(|one| one.messages),
            "missing": self.sum(|one| one.missing),
            "disordered": self.sum(|one| one.disordered),
            "unknown": self.sum(|one| one.unknown),
            "median_seconds": round(median(&times).as_secs_f64()),
            "slowest_seconds": round(times.last().copied().unwrap_or_default().as_secs_f64()),
            "memory_mib": self.memory >> 20,
            "peak_memory_mib": self.peak_memory >> 20,
            "other_load": round(others(&self.server, &self.pure)),
            "flood": self.flood.as_ref().map(|flood| json!({
                "quiet_seconds": round(median(&flood.quiet).as_secs_f64()),
                "flooded_seconds": round(median(&flood.flooded).as_secs_f64()),
                "slowdown": self.slowdown().map(round),
                "runs": flood.quiet.len() + flood.flooded.len(),
                "runs_of_flooder": flood.done_by_flooder,
            })),
            "broken": self.broken(),
        })
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "{} connections of {} tenants at once, {} threads\n",
            self.connections, self.tenants, self.threads
        )?;
        writeln!(
            out,
            "                 runs  seconds  runs/s  processor ms a run  generator ms a run  others' cores"
        )?;
        for (number, (server, pure)) in self.server.iter().zip(&self.pure).enumerate() {
            row(out, &format!("server {}", number + 1), server)?;
            row(out, &format!("pure   {}", number + 1), pure)?;
        }
        let ratio = self.throughput();
        writeln!(out, "\nthroughput, server / pure       {ratio:.3}")?;
        let ratio = processor(&self.server) / processor(&self.pure);
        writeln!(out, "processor time, server / pure   {ratio:.3}")?;
        writeln!(
            out,
            "messages                        {}, {} missing, {} out of order, {} of unknown type",
            self.sum(|one| one.messages),
            self.sum(|one| one.missing),
            self.sum(|one| one.disordered),
            self.sum(|one| one.unknown)
        )?;
        writeln!(
            out,
            "initializations                 {}, {} lost",
            self.streams.len(),
            self.lost()
        )?;
        writeln!(
            out,
            "memory of the server            {} MiB under load, {} MiB at most",
            self.memory >> 20,
            self.peak_memory >> 20
        )?;
        if let (Some(flood), Some(slowdown)) = (&self.flood, self.slowdown()) {
            writeln!(
                out,
                "beside a tenant that floods     {slowdown:.2} times as slow: {:.0?} instead of {:.0?}, median of {}; the other had {} runs done",
                median(&flood.flooded),
                median(&flood.quiet),
                flood.flooded.len(),
                flood.done_by_flooder
            )?;
        }
        for broken in self.broken() {
            writeln!(out, "DOES NOT HOLD: {broken}")?;
        }
        Ok(())
    }
}

fn row(out: &mut fmt::Formatter<'_>, name: &str, round: &Round) -> fmt::Result {
    let each = |time: Duration| time.as_secs_f64() * 1e3 / round.runs as f64;
    let seconds = round.took.as_secs_f64();
    writeln!(
        out,
        "{name:<16} {:>4}  {seconds:>7.2}  {:>6.2}  {:>18.1}  {:>18.1}  {:>13.2}",
        round.runs,
        round.runs as f64 / seconds,
        each(round.processor),
        each(round.generator),
        round.others.as_secs_f64() / seconds
    )
}

/// Runs a second, over all rounds.
fn rate(rounds: &[Round]) -> f64 {
    let runs: usize = rounds.iter().map(|round| round.runs).sum();
    let took: Duration = rounds.iter().map(|round| round.took).sum();
    runs as f64 / took.as_secs_f64()
}

/// Processor time of a run, over all rounds.
fn processor(rounds: &[Round]) -> f64 {
    let runs: usize = rounds.iter().map(|round| round.runs).sum();
    let used: Duration = rounds.iter().map(|round| round.processor).sum();
    used.as_secs_f64() / runs as f64
}

/// How many cores others used meanwhile.
fn others(server: &[Round], pure: &[Round]) -> f64 {
    let all = || server.iter().chain(pure);
    let others: Duration = all().map(|round| round.others).sum();
    let took: Duration = all().map(|round| round.took).sum();
    others.as_secs_f64() / took.as_secs_f64()
}

/// Of sorted times.
fn median(times: &[Duration]) -> Duration {
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn round(number: f64) -> f64 {
    (number * 1e3).round() / 1e3
}
