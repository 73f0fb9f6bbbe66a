//! What the runs are of: a directory that changes between two versions, and output projects of it.

use super::Campaign;
use super::moment::Spans;
use crate::Failure;
use crate::client::{Client, Message};
use crate::process::{Program, Server, at_home_in};
use quarry_generator::{Size, generate};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;
use tungstenite::Message as Frame;

/// Output projects. More than run at once, so that some wait.
pub(super) const PROJECTS: usize = 5;

/// The last line that the agent says.
pub(super) const LAST_LINE: &str = "line 15";

/// The agent talks for a third of a second, and starts a process that would outlive it.
const AGENT: &str = "sleep 20 >/dev/null 2>&1 & i=0; while [ $i -lt 16 ]; do echo line $i; i=$((i+1)); sleep 0.02; done";

/// The documents of a workspace: their bytes by path.
pub(super) type Documents = BTreeMap<PathBuf, Vec<u8>>;

pub(super) struct Ground {
    _scratch: TempDir,
    pub(super) program: Program,
    pub(super) source: PathBuf,
    size: Size,
    pub(super) projects: Vec<String>,
    /// By project, what a run of either version of the source publishes.
    pub(super) complete: BTreeMap<String, [Documents; 2]>,
    /// The version that the source has now.
    pub(super) version: usize,
    pub(super) spans: Spans,
}

impl Ground {
    /// Starts a server, and initializes everything once with either version.
    pub(super) fn prepare(campaign: &Campaign) -> Result<(Self, Server), Failure> {
        let scratch = tempfile::tempdir()?;
        let config = scratch.path().join("config.toml");
        let script = serde_json::to_string(AGENT)?;
        fs::write(
            &config,
            format!(
                "[agent]\ncommand = \"/bin/sh\"\narguments = [\"-c\", {script}]\noutput = \"lines\"\ngrace-seconds = 1\n"
            ),
        )?;
        let program = Program {
            quarry: campaign.quarry.clone(),
            data: scratch.path().join("data"),
            database: campaign.database.clone(),
            arguments: vec!["--config".to_owned(), config.display().to_string()],
            cache: campaign.cache.clone(),
        };
        let source = scratch.path().join("source");
        let server = program.start()?;
        let mut ground = Self {
            _scratch: scratch,
            program,
            source,
            size: campaign.size,
            projects: Vec::new(),
            complete: BTreeMap::new(),
            version: 0,
            spans: Spans::default(),
        };
        let client = ground.client(&server)?;
        ground.write(0)?;
        let new = json!({ "name": "source", "directory": ground.source });
        let base = client.post("/api/knowledge-bases", &new)?;
        let base = base["id"].as_str().ok_or("no identifier")?;
        for _ in 0..PROJECTS {
            ground.projects.push(client.project(base)?);
        }
        let first = ground.initialize(&client)?;
        ground.write(1)?;
        let second = ground.initialize(&client)?;
        for ((project, one), two) in ground.projects.iter().zip(first).zip(second) {
            if one == two {
                return Err("both versions of the source give the same documents".into());
            }
            ground.complete.insert(project.clone(), [one, two]);
        }
        Ok((ground, server))
    }

    /// Gives the source a version.
    pub(super) fn write(&mut self, version: usize) -> Result<(), Failure> {
        let size = Size {
            seed: 1 + version as u64,
            ..self.size
        };
        generate(&self.source, &size)?;
        self.version = version;
        Ok(())
    }

    /// Runs every project to its end, and returns what it published.
    fn initialize(&mut self, client: &Client) -> Result<Vec<Documents>, Failure> {
        let mut published = Vec::new();
        for project in self.projects.clone() {
            let messages = ended(client, &project)?;
            self.spans = spans(&messages)?;
            published.push(documents(&self.workspace(&project)?)?);
        }
        Ok(published)
    }

    pub(super) fn client(&self, server: &Server) -> Result<Client, Failure> {
        Ok(Client {
            address: server.address.clone(),
            token: server.token.clone().ok_or("the server made no token")?,
        })
    }

    pub(super) fn workspace(&self, project: &str) -> Result<PathBuf, Failure> {
        let tenants = self.program.data.join("workspaces");
        let tenant = fs::read_dir(tenants)?.next().ok_or("no workspace")??;
        Ok(tenant.path().join(project))
    }

    /// The processes of agents that this server started, or the one before it.
    pub(super) fn agents(&self) -> Result<Vec<u32>, Failure> {
        at_home_in(&self.program.data.join("agent-homes").canonicalize()?)
    }
}

/// Follows a new run to its end, which must be a good one.
fn ended(client: &Client, project: &str) -> Result<Vec<Value>, Failure> {
    let mut socket = client.connect(project)?;
    let mut messages = Vec::new();
    loop {
        match socket.read()? {
            Frame::Text(text) => messages.push(serde_json::from_str::<Value>(&text)?),
            Frame::Close(_) => break,
            _ => {}
        }
    }
    match messages.last().map(|last| &last["type"]) {
        Some(kind) if kind == "complete" => Ok(messages),
        _ => Err(format!("a run did not end well: {:?}", messages.last()).into()),
    }
}

/// How long the parts of a run lasted, by the times of its messages.
fn spans(messages: &[Value]) -> Result<Spans, Failure> {
    let at = |wanted: &dyn Fn(&Message<'_>) -> bool| {
        let found = messages.iter().find_map(|value| {
            let text = value.to_string();
            let message: Message<'_> = serde_json::from_str(&text).ok()?;
            wanted(&message).then(|| value["at"].as_u64())?
        });
        found.ok_or("a run does not have the messages that it should have")
    };
    let entered = |stage: &str| {
        at(&|message| message.code == "stage" && message.stage.as_deref() == Some(stage))
    };
    let starts = [
        entered("walk")?,
        entered("extract")?,
        entered("build")?,
        entered("publish")?,
        at(&|message| message.code == "context-published")?,
        entered("agent")?,
        at(&|message| message.code == "complete")?,
    ];
    let between =
        |from: usize, to: usize| Duration::from_millis(starts[to].saturating_sub(starts[from]));
    Ok(Spans {
        walk: between(0, 1),
        extract: between(1, 2),
        build: between(2, 3),
        publish: between(3, 4),
        agent: between(5, 6),
    })
}

/// All files of a workspace but Quarry's own.
pub(super) fn documents(workspace: &Path) -> Result<Documents, Failure> {
    let mut found = Documents::new();
    let mut open = vec![workspace.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(&directory)? {
            let path = entry?.path();
            let name = path.strip_prefix(workspace)?.to_owned();
            if name.starts_with(".quarry") {
                continue;
            }
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(name, fs::read(&path)?);
            }
        }
    }
    Ok(found)
}
