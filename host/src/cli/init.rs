//! `quarry init`

use super::failure::Failure;
use super::{Global, progress, report, setup};
use crate::catalog::{EXTRACTORS, load_extractors, load_prompt_builder, stack, stack_file};
use crate::initialize::{BUDGET, Components, Initialized, Mode, Outcome, Request, initialize};
use crate::render::Format;
use crate::settings::{Settings, of_tree};
use crate::text::Printable;
use crate::tokenizer::{self, tokenizer};
use crate::workspace::{Agents, McpUrl};
use clap::Args;
use quarry_sandbox::{CallOptions, Stack};
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::thread;

/// What the command is given. What is not given here may stand in SOURCE/quarry.toml.
#[derive(Debug, Args)]
pub(super) struct Init {
    /// The source tree: a directory that holds a WinDev, WebDev or WinDev Mobile project
    source: PathBuf,
    /// The directory that CONTEXT.md is written into; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    workspace: PathBuf,
    /// The target stack; `quarry stacks` lists them
    #[arg(short, long, value_name = "ID", conflicts_with = "stack_file")]
    stack: Option<String>,
    /// A target stack of your own, in the form of host/stacks/*.toml
    #[arg(long, value_name = "FILE")]
    stack_file: Option<PathBuf>,
    /// The project that is meant, when the tree holds several: its file or its directory, relative to SOURCE
    #[arg(short, long, value_name = "PATH")]
    project: Option<String>,
    /// The project's configuration that is meant
    #[arg(short, long, value_name = "NAME")]
    configuration: Option<String>,
    /// The most tokens that CONTEXT.md may be [default: 8000]
    #[arg(short, long, value_name = "TOKENS")]
    budget: Option<u32>,
    /// Whose tokens: claude (an upper estimate over o200k), o200k (exact) or bytes [default: claude]
    #[arg(short, long, value_name = "NAME")]
    tokenizer: Option<tokenizer::Name>,
    /// Renderings besides CONTEXT.md: json (CONTEXT.json), html (CONTEXT.html, for a person)
    #[arg(short, long, value_name = "FORMAT", value_delimiter = ',')]
    format: Vec<Format>,
    /// The endpoint of an MCP server to enter into the agents' files; its token is read from QUARRY_TOKEN by the agents
    #[arg(long, value_name = "URL", conflicts_with = "no_agent_files")]
    mcp_url: Option<McpUrl>,
    /// Leave AGENTS.md, CLAUDE.md, GEMINI.md and the agents' settings alone
    #[arg(long)]
    no_agent_files: bool,
    /// A finding that is no secret, by its fingerprint; may be given several times
    #[arg(long, value_name = "FINGERPRINT")]
    allow_secret: Vec<String>,
    /// Write nothing and end with exit code 4 when a secret is found
    #[arg(long)]
    fail_on_secrets: bool,
    /// Write nothing; end with exit code 7 when CONTEXT.md or its files are not what they would be now
    #[arg(long, conflicts_with = "dry_run")]
    check: bool,
    /// Write nothing; print where the tokens would go
    #[arg(long)]
    dry_run: bool,
    /// Print what was done as one line of JSON
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let settings = of_tree(&self.source)?;
        let name = self.tokenizer(&settings)?;
        let request = self.request(&settings, name)?;
        let sandbox = setup::sandbox(global.quiet)?;
        let events = progress::events(global.quiet);
        // The vocabulary is read while the extractors run.
        thread::spawn(move || tokenizer::prepare(name));
        let components = Components {
            extractors: load_extractors(&sandbox, &EXTRACTORS)?,
            prompt_builder: load_prompt_builder(&sandbox)?,
        };
        let done = initialize(&request, &components, &CallOptions::default(), &events)?;
        if !global.quiet {
            progress::diagnostics(&done.extracted.extraction.diagnostics);
            progress::findings(&done.findings, progress::SHOWN);
            progress::unknown_allowed(&done.unknown_allowed);
            if let Outcome::Published(published) = &done.outcome {
                for warning in &published.warnings {
                    progress::note(&format!("warning: {warning}"));
                }
            }
        }
        self.print(&request, &done)
    }

    fn print(&self, request: &Request<'_>, done: &Initialized) -> Result<(), Failure> {
        let mut output = stdout().lock();
        if self.json {
            writeln!(output, "{}", report::json(request, done))?;
        } else if self.dry_run {
            write!(output, "{}", report::tree(request, done))?;
        } else if matches!(done.outcome, Outcome::Published(_)) {
            writeln!(
                output,
                "{}",
                Printable(&done.context_path.display().to_string())
            )?;
        }
        match &done.outcome {
            Outcome::Withheld => Err(Failure::Secrets(done.findings.clone())),
            Outcome::Compared(changes) if self.check && !changes.is_empty() => {
                Err(Failure::Stale(changes.clone()))
            }
            _ => Ok(()),
        }
    }

    fn request<'a>(
        &'a self,
        settings: &'a Settings,
        name: tokenizer::Name,
    ) -> Result<Request<'a>, Failure> {
        let or = |given: &'a Option<String>, settled: &'a Option<String>| {
            given.as_deref().or(settled.as_deref())
        };
        let agents = Agents {
            mcp_url: self.mcp_url.clone(),
        };
        let stack = self.stack(settings)?;
        Ok(Request {
            project: or(&self.project, &settings.project),
            configuration: or(&self.configuration, &settings.configuration),
            budget: self.budget.or(settings.budget).unwrap_or(BUDGET),
            tokenizer: tokenizer(name),
            pinned_tables: settings.schema.pin.clone(),
            excluded_tables: settings.schema.exclude.clone(),
            allowed_secrets: [&*self.allow_secret, &settings.allow_secrets].concat(),
            fail_on_secrets: self.fail_on_secrets,
            formats: self.format.clone(),
            agents: (!self.no_agent_files).then_some(agents),
            mode: if self.check || self.dry_run {
                Mode::Compare
            } else {
                Mode::Publish
            },
            ..Request::new(&self.source, &self.workspace, stack)
        })
    }

    fn stack(&self, settings: &Settings) -> Result<Stack, Failure> {
        if let Some(path) = &self.stack_file {
            return Ok(stack_file(path)?);
        }
        match self.stack.as_ref().or(settings.stack.as_ref()) {
            Some(id) => Ok(stack(id)?),
            None => Err(Failure::Usage(
                "no target stack was chosen: give --stack ID (`quarry stacks` lists them), --stack-file FILE, or `stack = \"ID\"` in SOURCE/quarry.toml"
                    .to_owned(),
            )),
        }
    }

    fn tokenizer(&self, settings: &Settings) -> Result<tokenizer::Name, Failure> {
        match (self.tokenizer, &settings.tokenizer) {
            (Some(given), _) => Ok(given),
            (None, Some(settled)) => settled
                .parse()
                .map_err(|error: tokenizer::UnknownTokenizer| Failure::Usage(error.to_string())),
            (None, None) => Ok(tokenizer::Name::default()),
        }
    }
}
