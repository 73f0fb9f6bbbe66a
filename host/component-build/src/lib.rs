//! Builds Quarry's components with a nested cargo, for `host/build.rs` and for the tests.
//!
//! A nested cargo has traps of its own: the same target directory as the outer one deadlocks, an inherited empty
//! `CARGO_ENCODED_RUSTFLAGS` silently drops every flag, and a compiler wrapper (clippy's, a cache's) would not compile
//! but check. This is the one place that knows them.
#![deny(missing_docs)]

mod dependencies;

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What components are compiled for.
pub const TARGET: &str = "wasm32-wasip2";

/// The cargo profile they are built with (`[profile.component]` of the workspace).
const PROFILE: &str = "component";

/// A built component.
#[derive(Debug, Clone)]
pub struct Component {
    /// The component itself.
    pub wasm: PathBuf,
    /// The files it was made of: a change of any makes it stale.
    pub dependencies: Vec<PathBuf>,
}

/// Why components could not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The compiler has no standard library for [`TARGET`].
    #[error("the compiler has no target {TARGET}: run `rustup target add {TARGET}`")]
    MissingTarget,
    /// A program could not be started.
    #[error("{program} could not be started: {error}")]
    NotStarted {
        /// The program.
        program: String,
        /// What the system said.
        error: io::Error,
    },
    /// The nested cargo failed; its own message is in `output`.
    #[error("the components could not be built:\n{output}")]
    Failed {
        /// What cargo printed.
        output: String,
    },
    /// A file of the build could not be read.
    #[error("{path}: cannot be read: {error}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

/// Builds the given packages of the workspace at `workspace` and returns their components in the same order.
///
/// # Errors
///
/// See [`BuildError`].
pub fn build(workspace: &Path, packages: &[&str]) -> Result<Vec<Component>, BuildError> {
    require_target()?;
    let target_directory = workspace.join("target").join("components");
    run_cargo(workspace, &target_directory, packages)?;
    let output = target_directory.join(TARGET).join(PROFILE);
    packages
        .iter()
        .map(|package| {
            let wasm = output.join(format!("{}.wasm", package.replace('-', "_")));
            let dependencies = dependencies::read(&wasm.with_extension("d"))?;
            Ok(Component { wasm, dependencies })
        })
        .collect()
}

fn require_target() -> Result<(), BuildError> {
    let program = tool("RUSTC", "rustc");
    let output = Command::new(&program)
        .args(["--print", "target-libdir", "--target", TARGET])
        .output()
        .map_err(|error| not_started(&program, error))?;
    let directory = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && Path::new(directory.trim()).is_dir() {
        Ok(())
    } else {
        Err(BuildError::MissingTarget)
    }
}

fn run_cargo(
    workspace: &Path,
    target_directory: &Path,
    packages: &[&str],
) -> Result<(), BuildError> {
    let program = tool("CARGO", "cargo");
    let mut command = Command::new(&program);
    command
        .current_dir(workspace)
        .args(["build", "--locked", "--target", TARGET])
        .args(["--profile", PROFILE])
        .arg("--target-dir")
        .arg(target_directory)
        .env("CARGO_ENCODED_RUSTFLAGS", rustflags(workspace))
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER");
    for package in packages {
        command.args(["--package", package]);
    }
    let output = command
        .output()
        .map_err(|error| not_started(&program, error))?;
    if output.status.success() {
        return Ok(());
    }
    Err(BuildError::Failed {
        output: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// What compiles every component. The runtime looks at its epoch wherever a function begins, and a function that does so
/// needs a frame: fewer and larger functions spend less on it. Measured with `cargo bench -p quarry --bench ratios -- tax`:
/// 4 to 12 % less time in the sandbox, for components that are 1.2 to 1.4 times as large. (A threshold of 3,000 takes
/// minutes to build for 2 % more; unrolled loops double the size for nothing.)
///
/// Memory that is there from the beginning need not be grown by a call: 9 % less time for a small project. It is one block
/// of the SDK's allocator and what else needs memory.
const FLAGS: &str = concat!(
    "-Ctarget-feature=+simd128",
    "\u{1f}-Cllvm-args=-inline-threshold=1000",
    "\u{1f}-Clink-arg=--initial-heap=393216",
);

/// Separated by 0x1f, as cargo wants them. Paths are remapped so that the same sources give the same bytes on every
/// machine, and so that no component carries the builder's home directory in its panic messages.
fn rustflags(workspace: &Path) -> OsString {
    let mut flags = OsString::from(FLAGS);
    let mut remap = |from: &Path, to: &str| {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(from);
        flags.push("=");
        flags.push(to);
    };
    if let Some(home) = cargo_home() {
        remap(&home, "cargo");
    }
    remap(workspace, "quarry");
    flags
}

fn cargo_home() -> Option<PathBuf> {
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| {
        let home = env::var_os("HOME").or_else(|| env::var_os("USERPROFILE"))?;
        Some(Path::new(&home).join(".cargo"))
    })
}

fn tool(variable: &str, default: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| default.into())
}

fn not_started(program: &OsString, error: io::Error) -> BuildError {
    BuildError::NotStarted {
        program: program.to_string_lossy().into_owned(),
        error,
    }
}

fn read(path: &Path) -> Result<String, BuildError> {
    fs::read_to_string(path).map_err(|error| BuildError::Unreadable {
        path: path.to_owned(),
        error,
    })
}
