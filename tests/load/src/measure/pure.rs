//! The pure pipeline: what the server does with a run, without a server.

use load::Failure;
use load::client::STACK;
use quarry::catalog::{EXTRACTORS, load_extractors, load_prompt_builder, stack};
use quarry::initialize::{Components, Request, initialize, silent};
use quarry::tokenizer;
use quarry_sandbox::{CallOptions, Sandbox, SandboxOptions};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

pub struct Pipeline {
    components: Components,
    threads: usize,
}

impl Pipeline {
    pub fn new(threads: usize) -> Result<Self, Failure> {
        let sandbox = Sandbox::new(SandboxOptions::default())?;
        tokenizer::prepare(tokenizer::Name::default());
        let components = Components {
            extractors: load_extractors(&sandbox, &EXTRACTORS)?,
            prompt_builder: load_prompt_builder(&sandbox)?,
        };
        Ok(Self {
            components,
            threads,
        })
    }

    /// Initializes every tree into its workspace, on as many threads as the server has for that.
    pub fn run(&self, jobs: &[(PathBuf, PathBuf)]) -> Result<(), Failure> {
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            let work = || {
                while let Some((tree, workspace)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    self.once(tree, workspace)?;
                }
                Ok(())
            };
            let threads: Vec<_> = (0..self.threads).map(|_| scope.spawn(work)).collect();
            let mut ended = threads.into_iter().map(|thread| thread.join());
            // Of those that are left the scope waits.
            ended.try_for_each(|ended| {
                ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })
    }

    fn once(&self, tree: &Path, workspace: &Path) -> Result<(), Failure> {
        let request = Request::new(tree, workspace, stack(STACK)?);
        initialize(
            &request,
            &self.components,
            &CallOptions::default(),
            &silent(),
        )?;
        Ok(())
    }
}
