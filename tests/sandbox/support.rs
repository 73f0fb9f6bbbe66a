//! The hostile component, and calls of it.

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use quarry_sandbox::facts::FactSet;
use quarry_sandbox::{
    Built, CallError, CallOptions, Extraction, Extractor, Input, Limits, Outcome, PromptBuilder,
    Sandbox, SandboxOptions, SourceTree, Stack, Tokenizer, Usage,
};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tempfile::TempDir;

/// How much later than its limit a call may end. The promise is 50 ms; machines that run tests are busy.
pub const TOLERANCE: Duration = Duration::from_millis(1_000);

/// The bytes of the hostile component.
pub fn hostile() -> &'static [u8] {
    static WASM: OnceLock<Vec<u8>> = OnceLock::new();
    WASM.get_or_init(|| {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let workspace = fs::canonicalize(workspace).expect("the workspace");
        let built = quarry_component_build::build(&workspace, &["quarry-hostile"]);
        fs::read(&built.expect("the hostile component")[0].wasm).expect("its bytes")
    })
}

/// The sandbox that most tests share.
pub fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| Sandbox::new(SandboxOptions::default()).expect("a sandbox"))
}

/// The hostile component as an extractor.
pub fn extractor() -> &'static Extractor {
    static EXTRACTOR: OnceLock<Extractor> = OnceLock::new();
    EXTRACTOR.get_or_init(|| sandbox().extractor(hostile()).expect("an extractor"))
}

/// The hostile component as a prompt builder.
pub fn builder() -> &'static PromptBuilder {
    static BUILDER: OnceLock<PromptBuilder> = OnceLock::new();
    BUILDER.get_or_init(|| {
        sandbox()
            .prompt_builder(hostile())
            .expect("a prompt builder")
    })
}

/// A source tree of its own, beside which there is something that is none of a component's business.
pub struct Tree {
    directory: TempDir,
    inputs: Vec<String>,
}

impl Tree {
    /// A tree of inputs, each holding its own path.
    pub fn new(inputs: &[&str]) -> Self {
        let directory = TempDir::new().expect("a directory");
        fs::write(directory.path().join("secret"), "outside").expect("written");
        let tree = Tree {
            directory,
            inputs: inputs.iter().map(|path| (*path).to_owned()).collect(),
        };
        fs::create_dir(tree.path("")).expect("a directory");
        for path in inputs {
            tree.write(path, path);
        }
        tree
    }

    /// Writes a file, which need not be an input.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
        fs::write(path, text).expect("written");
    }

    /// A path of this machine.
    pub fn path(&self, path: &str) -> PathBuf {
        self.directory.path().join("tree").join(path)
    }

    /// The tree as a call wants it.
    pub fn source(&self) -> SourceTree {
        let directory = Dir::open_ambient_dir(self.path(""), ambient_authority());
        SourceTree {
            directory: Arc::new(directory.expect("the tree")),
            inputs: self.inputs.iter().cloned().collect(),
        }
    }

    /// Calls the hostile extractor.
    pub fn call(&self, behaviour: Value) -> Outcome<Extraction> {
        self.call_with(behaviour, &CallOptions::default())
    }

    /// Calls the hostile extractor, and an honest one after it.
    pub fn call_with(&self, behaviour: Value, options: &CallOptions) -> Outcome<Extraction> {
        let outcome = extractor().extract(&self.source(), Some(&behaviour.to_string()), options);
        assert_still_works(extractor());
        outcome
    }

    /// The error of a call.
    pub fn error(&self, behaviour: Value) -> (CallError, Usage) {
        failed(self.call(behaviour))
    }

    /// The error of a call with limits.
    pub fn error_within(&self, behaviour: Value, limits: Limits) -> (CallError, Usage) {
        let options = CallOptions {
            limits,
            ..CallOptions::default()
        };
        failed(self.call_with(behaviour, &options))
    }
}

/// Whatever happened before: an honest call gives its result.
pub fn assert_still_works(extractor: &Extractor) {
    let tree = Tree::new(&["a.txt", "b/c.txt"]);
    let options = json!({"behaviour": "normal"}).to_string();
    let outcome = extractor.extract(&tree.source(), Some(&options), &CallOptions::default());
    assert_eq!(outcome.usage.access.opened, ["a.txt", "b/c.txt"]);
    assert_eq!(found(&outcome), "a.txt: 5 bytes\nb/c.txt: 7 bytes");
}

/// What a call found out, a line each.
pub fn found(outcome: &Outcome<Extraction>) -> String {
    let extraction = outcome.result.as_ref().expect("a result");
    let lines = extraction
        .facts
        .notes
        .iter()
        .map(|note| format!("{}: {}", note.title, note.text));
    lines.collect::<Vec<_>>().join("\n")
}

/// The error of a call that must not have a result.
pub fn failed<T>(outcome: Outcome<T>) -> (CallError, Usage) {
    match outcome.result {
        Ok(_) => panic!("it has a result"),
        Err(error) => (error, outcome.usage),
    }
}

/// What a call was refused, a line each.
pub fn denied(usage: &Usage) -> String {
    let lines = usage.access.denied.iter().map(ToString::to_string);
    lines.collect::<Vec<_>>().join("\n")
}

/// Has the hostile prompt builder do something to a path of its workspace.
pub fn build(behaviour: &str, path: Option<&str>, limits: Limits) -> Outcome<Built> {
    let options = CallOptions {
        limits,
        ..CallOptions::default()
    };
    let tokenizer = Tokenizer::new("none", |_| 0);
    builder().build(&input(behaviour, path), &tokenizer, &options)
}

fn input(behaviour: &str, path: Option<&str>) -> Input {
    Input {
        project: behaviour.to_owned(),
        configuration: path.map(str::to_owned),
        stack: Stack {
            id: String::new(),
            name: String::new(),
            group: String::new(),
            language: String::new(),
            framework: String::new(),
            orm: String::new(),
            template_engine: String::new(),
            file_structure: Vec::new(),
            naming_conventions: Vec::new(),
            types: Vec::new(),
            startup: String::new(),
            state: Vec::new(),
        },
        facts: FactSet {
            projects: Vec::new(),
            configurations: Vec::new(),
            elements: Vec::new(),
            connections: Vec::new(),
            tables: Vec::new(),
            relations: Vec::new(),
            table_uses: Vec::new(),
            global_variables: Vec::new(),
            constants: Vec::new(),
            initialization_blocks: Vec::new(),
            notes: Vec::new(),
        },
        diagnostics: Vec::new(),
        budget: 1_000,
        tokenizer: "none".to_owned(),
        revision: String::new(),
        pinned_tables: Vec::new(),
        excluded_tables: Vec::new(),
        mcp_url: None,
    }
}

/// The hostile component with core modules added that are instantiated after its own: a component's instances are made
/// in the order in which they stand, before anything is called.
pub fn hostile_and(modules: &[&str]) -> Vec<u8> {
    let mut wasm = hostile().to_vec();
    let own = core_modules(&wasm);
    for (count, text) in modules.iter().enumerate() {
        let module = wat::parse_str(text).expect("a module");
        section(&mut wasm, 1, &module);
        // One instance, of a module, without arguments.
        let mut instance = vec![1, 0];
        leb128(&mut instance, own + count);
        instance.push(0);
        section(&mut wasm, 2, &instance);
    }
    wasm
}

fn section(wasm: &mut Vec<u8>, id: u8, contents: &[u8]) {
    wasm.push(id);
    leb128(wasm, contents.len());
    wasm.extend_from_slice(contents);
}

fn leb128(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

/// How many core modules a component consists of: its sections with the id 1.
fn core_modules(wasm: &[u8]) -> usize {
    let mut rest = &wasm[8..];
    let mut count = 0;
    while let [id, after @ ..] = rest {
        let length = after.iter().position(|byte| *byte < 0x80).expect("a size") + 1;
        let size = (0..length).fold(0, |size, at| {
            size | usize::from(after[at] & 0x7f) << (7 * at)
        });
        count += usize::from(*id == 1);
        rest = &after[length + size..];
    }
    count
}
