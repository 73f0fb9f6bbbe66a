//! `quarry extract`

use super::failure::Failure;
use super::{Global, progress, setup};
use crate::catalog::{EXTRACTORS, Embedded, load_extractors};
use crate::facts::{Json, write_json};
use crate::initialize::{Event, InitializeError, Stage, extract};
use crate::redaction::Redaction;
use crate::settings::of_tree;
use crate::workspace::Walked;
use clap::Args;
use quarry_sandbox::CallOptions;
use std::io::{BufWriter, Write, stdout};
use std::path::PathBuf;

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Extract {
    /// The source tree: a directory that holds a WinDev, WebDev or WinDev Mobile project
    source: PathBuf,
    /// Run this extractor alone; may be given several times. `quarry components` lists them
    #[arg(short, long, value_name = "NAME")]
    extractor: Vec<String>,
    /// The project that is meant, when the tree holds several: its file or its directory, relative to SOURCE
    #[arg(short, long, value_name = "PATH")]
    project: Option<String>,
    /// A finding that is no secret, by its fingerprint; may be given several times
    #[arg(long, value_name = "FINGERPRINT")]
    allow_secret: Vec<String>,
    /// Print no facts and end with exit code 4 when a secret is found
    #[arg(long)]
    fail_on_secrets: bool,
}

impl Extract {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let chosen = self.chosen()?;
        let settings = of_tree(&self.source)?;
        let sandbox = setup::sandbox(global.quiet)?;
        let extractors = load_extractors(&sandbox, &chosen)?;
        let events = progress::events(global.quiet);
        events(Event::Stage(Stage::Walk));
        let walked = Walked::open(&self.source)?;
        events(Event::Stage(Stage::Extract));
        let mut extracted = extract(
            &extractors,
            &walked,
            self.project.as_deref().or(settings.project.as_deref()),
            &CallOptions::default(),
            &events,
        )?;
        let allowed = self.allow_secret.iter().chain(&settings.allow_secrets);
        let mut redaction = Redaction::new(allowed, Some(&walked));
        redaction.facts(&mut extracted.extraction);
        if let Some(remnant) = redaction.leak_of_facts(&mut extracted.extraction) {
            return Err(InitializeError::Leak(remnant).into());
        }
        let findings = redaction.findings();
        if !global.quiet {
            progress::findings(&findings, usize::MAX);
            progress::unknown_allowed(&redaction.unknown_allowed());
        }
        if self.fail_on_secrets && findings.iter().any(|finding| !finding.allowed) {
            return Err(Failure::Secrets(findings));
        }
        let mut output = BufWriter::new(stdout().lock());
        write_json(&mut output, &Json(&extracted.extraction))?;
        Ok(output.flush()?)
    }

    fn chosen(&self) -> Result<Vec<Embedded>, Failure> {
        let known = EXTRACTORS.map(|embedded| embedded.name);
        if let Some(unknown) = self
            .extractor
            .iter()
            .find(|name| !known.contains(&name.as_str()))
        {
            return Err(Failure::NotFound(format!(
                "there is no extractor {unknown:?}; there are {}",
                known.join(", ")
            )));
        }
        Ok(EXTRACTORS
            .into_iter()
            .filter(|embedded| {
                self.extractor.is_empty() || self.extractor.iter().any(|name| name == embedded.name)
            })
            .collect())
    }
}
