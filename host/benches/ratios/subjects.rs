//! What is measured: the embedded extractors, each with its native function.

use quarry::catalog::{EXTRACTORS, NamedExtractor, load_extractors};
use quarry::initialize::Components;
use quarry::workspace::Walked;
use quarry_generator::{Size, generate};
use quarry_sandbox::{CallOptions, Inputs, Outcome, Sandbox, SandboxOptions, SourceTree};
use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Request};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// The same code, not in the sandbox.
type Native = fn(&Source, &Request) -> Result<Extraction, ExtractError>;

/// The extractors, ready to run.
pub struct Bench {
    pub components: Components,
    pub options: CallOptions,
}

impl Bench {
    pub fn new() -> Self {
        let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
        let mut options = CallOptions::default();
        // A slow machine is to get its figures, too.
        options.limits.time = Duration::from_secs(600);
        Bench {
            components: Components {
                extractors: load_extractors(&sandbox, &EXTRACTORS).unwrap(),
                prompt_builder: quarry::catalog::load_prompt_builder(&sandbox).unwrap(),
            },
            options,
        }
    }

    /// All extractors with their inputs of a tree.
    pub fn subjects(&self, root: &Path) -> Vec<Subject<'_>> {
        let walked = Walked::open(root).unwrap();
        let extractors = self.components.extractors.iter();
        extractors
            .map(|named| {
                let manifest = named.extractor.describe(&self.options).result.unwrap();
                let (inputs, _) = walked.inputs(&manifest).unwrap();
                Subject::new(named, &self.options, root, &walked, inputs)
            })
            .collect()
    }
}

/// An extractor and what it extracts from.
pub struct Subject<'a> {
    pub named: &'a NamedExtractor,
    options: &'a CallOptions,
    root: PathBuf,
    tree: SourceTree,
    native: Native,
    request: Request,
}

impl<'a> Subject<'a> {
    fn new(
        named: &'a NamedExtractor,
        options: &'a CallOptions,
        root: &Path,
        walked: &Walked,
        inputs: Inputs,
    ) -> Self {
        Subject {
            native: match &*named.name {
                "project" => quarry_component_project::extract,
                "schema" => quarry_component_schema::extract,
                "connections" => quarry_component_connections::extract,
                "global-state" => quarry_component_global_state::extract,
                "table-uses" => quarry_component_table_uses::extract,
                other => panic!("{other}: which native function is it?"),
            },
            named,
            options,
            root: root.to_owned(),
            request: Request {
                inputs: inputs.paths().to_vec(),
                options: None,
            },
            tree: SourceTree {
                directory: walked.directory.clone(),
                inputs,
            },
        }
    }

    /// One call in the sandbox.
    pub fn sandboxed(&self) -> Outcome<quarry_sandbox::Extraction> {
        self.named.extractor.extract(&self.tree, None, self.options)
    }

    /// One call in the sandbox that reads nothing: what an instance and its call cost.
    pub fn described(&self) -> Outcome<quarry_sandbox::Manifest> {
        self.named.extractor.describe(self.options)
    }

    /// One call without it.
    pub fn native(&self) -> Extraction {
        let source = Source::directory(&self.root);
        (self.native)(&source, &self.request).unwrap()
    }

    /// The bytes of the inputs that it opens. Of some it reads the beginning only.
    pub fn opened_bytes(&self) -> u64 {
        let opened = self.sandboxed().usage.access.opened;
        let size = |path: &String| self.root.join(path).metadata().unwrap().len();
        opened.iter().map(size).sum()
    }
}

/// A generated project of `factor` times the size of a small one.
pub fn generated(factor: usize) -> TempDir {
    let directory = TempDir::new().unwrap();
    let written = generate(directory.path(), &Size::default().times(factor)).unwrap();
    println!(
        "generated {factor}x: {} files, {:.1} MB",
        written.files,
        written.bytes as f64 / 1e6
    );
    directory
}
