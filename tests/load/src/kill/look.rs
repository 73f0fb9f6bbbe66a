//! What is there after a kill, and after the restart.

use super::PATIENCE;
use super::ground::{Ground, documents};
use super::strike::Struck;
use crate::Failure;
use crate::client::{Client, Message};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

/// What became of the runs that the server was killed in.
#[derive(Debug, Default)]
pub(super) struct Settled {
    /// The time from the restart until all had ended.
    pub(super) after: Duration,
    /// Runs that were begun again, and those that were failed.
    pub(super) taken_over: usize,
    pub(super) failed: usize,
    pub(super) runs: usize,
}

impl Ground {
    /// Documents that are neither those of the one version nor of the other: looked for while no server runs.
    pub(super) fn halves(&self) -> Result<Vec<String>, Failure> {
        let mut findings = Vec::new();
        for (project, complete) in &self.complete {
            for (path, bytes) in documents(&self.workspace(project)?)? {
                let whole = complete.iter().any(|version| {
                    version
                        .get(&path)
                        .is_some_and(|expected| *expected == bytes)
                });
                if !whole {
                    findings.push(format!(
                        "{project}/{} is neither old nor new: {} bytes",
                        path.display(),
                        bytes.len()
                    ));
                }
            }
        }
        Ok(findings)
    }

    /// Waits until no run is live.
    pub(super) fn settle(
        &self,
        client: &Client,
        struck: &Struck,
        restarted: Instant,
        findings: &mut Vec<String>,
    ) -> Result<Settled, Failure> {
        let mut settled = Settled::default();
        for (project, _) in &struck.seen {
            let run = loop {
                let run = latest(client, project)?;
                let state = run["state"].as_str().unwrap_or_default();
                if !matches!(state, "queued" | "running") {
                    break run;
                }
                if restarted.elapsed() > PATIENCE {
                    findings.push(format!("a run is stuck: {run}"));
                    break run;
                }
                thread::sleep(Duration::from_millis(20));
            };
            settled.runs += 1;
            settled.taken_over += usize::from(run["attempts"].as_u64() > Some(1));
            if run["state"] == "failed" {
                settled.failed += 1;
                if run["failure"]["code"] != "host-lost" {
                    findings.push(format!("a run failed: {run}"));
                }
            }
        }
        settled.after = restarted.elapsed();
        Ok(settled)
    }

    /// Looks at the messages, the documents and what else lies around.
    pub(super) fn look(
        &self,
        client: &Client,
        struck: &Struck,
        findings: &mut Vec<String>,
    ) -> Result<(), Failure> {
        for (project, seen) in &struck.seen {
            let run = latest(client, project)?;
            findings.extend(self.messages(client, &run, seen)?);
            let found = documents(&self.workspace(project)?)?;
            // A run that the server had not yet heard of when it was killed was not begun.
            let begun = run["state"] == "succeeded" && !seen.is_empty();
            let complete = &self.complete[project];
            if begun && found != complete[self.version] {
                findings.push(format!("{project} succeeded without its documents"));
            } else if !complete.contains(&found) {
                findings.push(format!("{project} has documents of both versions"));
            }
        }
        findings.extend(self.leftovers(client)?);
        if let Some(base) = &struck.uploaded {
            let text = client.get(&format!("/api/knowledge-bases/{base}"))?;
            let base: Value = serde_json::from_str(&text)?;
            if base["state"] != "ready" {
                findings.push(format!("an upload that was answered is not there: {base}"));
            }
        }
        Ok(())
    }

    /// Messages that are not as their client had seen them, and numbers that are missing.
    fn messages(
        &self,
        client: &Client,
        run: &Value,
        seen: &[String],
    ) -> Result<Vec<String>, Failure> {
        let id = run["id"].as_str().unwrap_or_default();
        let stored = client.get(&format!("/api/runs/{id}/events"))?;
        let stored: Vec<&str> = stored.lines().filter(|line| !line.is_empty()).collect();
        let mut findings = Vec::new();
        if let Some(lost) = (0..seen.len()).find(|at| stored.get(*at) != Some(&&*seen[*at])) {
            findings.push(format!(
                "{id}: a client had seen {}, but there is {:?}",
                seen[lost],
                stored.get(lost)
            ));
        }
        for (place, line) in stored.iter().enumerate() {
            let message: Message<'_> = serde_json::from_str(line)?;
            if message.seq != place as u64 + 1 {
                findings.push(format!("{id}: message {} is number {place}", message.seq));
            }
            let is_last = place + 1 == stored.len();
            if is_last && !matches!(&*message.kind, "complete" | "error") {
                findings.push(format!("{id}: the last message is {line}"));
            }
        }
        Ok(findings)
    }

    /// Temporary files, and files that belong to nothing.
    fn leftovers(&self, client: &Client) -> Result<Vec<String>, Failure> {
        let data = &self.program.data;
        let mut findings = Vec::new();
        for directory in ["uploads", "agent-homes"] {
            let left = names(&data.join(directory))?;
            if !left.is_empty() {
                findings.push(format!("{directory} holds {left:?}"));
            }
        }
        for project in self.complete.keys() {
            let own = self.workspace(project)?.join(".quarry");
            let usual = ["lock", "revisions", "staging"].map(PathBuf::from);
            let mut left = names(&own)?;
            left.retain(|name| !usual.contains(name));
            left.extend(names(&own.join("staging"))?);
            if !left.is_empty() {
                findings.push(format!("{project}/.quarry holds {left:?}"));
            }
        }
        let bases = client.get("/api/knowledge-bases?limit=1000")?;
        let bases: Value = serde_json::from_str(&bases)?;
        let mut known = BTreeSet::new();
        for base in bases["items"].as_array().into_iter().flatten() {
            match (base["state"].as_str(), base["origin"]["kind"].as_str()) {
                (Some("ready"), Some("upload")) => {
                    known.insert(PathBuf::from(base["id"].as_str().unwrap_or_default()));
                }
                (Some("receiving"), _) => findings.push(format!("nobody sends {base}")),
                _ => {}
            }
        }
        let mut stored = BTreeSet::new();
        let tenants = data.join("knowledge-bases");
        for tenant in names(&tenants)? {
            stored.extend(names(&tenants.join(tenant))?);
        }
        if bases["next"].is_null() && stored != known {
            findings.push(format!(
                "files of {stored:?} for the knowledge bases {known:?}"
            ));
        }
        Ok(findings)
    }
}

/// The last run of a project.
fn latest(client: &Client, project: &str) -> Result<Value, Failure> {
    let runs = client.get(&format!("/api/output-projects/{project}/runs?limit=1"))?;
    let runs: Value = serde_json::from_str(&runs)?;
    Ok(runs["items"][0].clone())
}

/// What is in a directory, if there is one.
fn names(directory: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let mut names = BTreeSet::new();
    if let Ok(entries) = fs::read_dir(directory) {
        for entry in entries {
            names.insert(PathBuf::from(entry?.file_name()));
        }
    }
    Ok(names)
}
