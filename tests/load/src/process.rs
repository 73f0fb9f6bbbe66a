//! The server's process.

use crate::Failure;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Program {
    /// The program `quarry`.
    pub quarry: PathBuf,
    /// Its data directory. What it logs is written beside it.
    pub data: PathBuf,
    /// The URL of a PostgreSQL database; SQLite in the data directory if there is none.
    pub database: Option<String>,
    /// More arguments of `quarry serve`.
    pub arguments: Vec<String>,
    /// Where compiled components are kept, if not where the user has them.
    pub cache: Option<PathBuf>,
}

impl Program {
    /// Starts the server, and waits until it listens.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub fn start(&self) -> Result<Server, Failure> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .map_err(|error| format!("{}: {error}", self.log().display()))?;
        let mut command = Command::new(&self.quarry);
        command
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(&self.data)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log);
        match &self.database {
            Some(url) => command.env("DATABASE_URL", url),
            None => command.env_remove("DATABASE_URL"),
        };
        if let Some(cache) = &self.cache {
            command.env("QUARRY_CACHE_DIR", cache);
        }
        let child = command
            .spawn()
            .map_err(|error| format!("{}: {error}", self.quarry.display()))?;
        let mut server = Server {
            child,
            address: String::new(),
            token: None,
        };
        let mut line = String::new();
        if let Some(output) = server.child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let url = line.trim().strip_prefix("http://").ok_or_else(|| {
            format!(
                "the server did not start; {} says why",
                self.log().display()
            )
        })?;
        let (address, rest) = url.split_once('/').unwrap_or((url, ""));
        server.address = address.to_owned();
        server.token = rest.split_once("token=").map(|(_, token)| token.to_owned());
        Ok(server)
    }

    /// What it logs.
    pub fn log(&self) -> PathBuf {
        self.data.with_extension("log")
    }
}

/// A server that runs. It is killed when this is dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: String,
    /// The token of the single-user mode.
    pub token: Option<String>,
}

impl Server {
    /// Its process.
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as nothing can prepare for: `kill -9`.
    ///
    /// # Errors
    ///
    /// When it has ended by itself before.
    pub fn kill(&mut self) -> Result<(), Failure> {
        if let Some(status) = self.child.try_wait()? {
            return Err(format!("the server had ended by itself: {status}").into());
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Bytes of memory that a process has now.
///
/// # Errors
///
/// When it is not there.
pub fn resident(process: u32) -> Result<u64, Failure> {
    status(process, "VmRSS:")
}

/// The most bytes of memory that a process had.
///
/// # Errors
///
/// When it is not there.
pub fn peak(process: u32) -> Result<u64, Failure> {
    status(process, "VmHWM:")
}

fn status(process: u32, field: &str) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kilobytes: u64 = number
        .ok_or("/proc/PID/status has changed")?
        .trim()
        .parse()?;
    Ok(kilobytes << 10)
}

/// Processor time that a process has used.
///
/// # Errors
///
/// When it is not there.
pub fn processor_time(process: u32) -> Result<Duration, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').ok_or("/proc/PID/stat has changed")?;
    let fields = fields.split_whitespace().skip(11).take(2);
    let ticks: u64 = fields.filter_map(|field| field.parse::<u64>().ok()).sum();
    Ok(from_ticks(ticks))
}

/// Processor time that all processes of the machine have used.
///
/// # Errors
///
/// When the system does not tell.
pub fn machine_time() -> Result<Duration, Failure> {
    let stat = fs::read_to_string("/proc/stat")?;
    let line = stat
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("cpu "));
    let fields = line.ok_or("/proc/stat has changed")?.split_whitespace();
    let fields: Vec<u64> = fields.filter_map(|field| field.parse().ok()).collect();
    // user, nice, system, idle, iowait, irq, softirq
    let busy = [0, 1, 2, 5, 6].map(|place| fields.get(place).copied().unwrap_or(0));
    Ok(from_ticks(busy.into_iter().sum()))
}

/// Linux shows a hundred ticks a second, whatever it counts with.
fn from_ticks(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 10)
}

/// Processes whose home lies in a directory: agents that a server started there without an isolation.
///
/// # Errors
///
/// When the system does not tell.
pub fn at_home_in(directory: &Path) -> Result<Vec<u32>, Failure> {
    let wanted = format!("HOME={}/", directory.display());
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        // One that has just ended, or is another user's, tells nothing.
        let environment = fs::read(format!("/proc/{process}/environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        if variables.any(|variable| variable.starts_with(wanted.as_bytes())) {
            found.push(process);
        }
    }
    Ok(found)
}
