//! Builds the components that the program embeds, so that `cargo build` needs no other step.

use quarry_component_build::{BuildError, build};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

const COMPONENTS: &[&str] = &[
    "project",
    "schema",
    "connections",
    "global-state",
    "table-uses",
    "prompt-builder",
];

fn main() {
    if let Err(message) = embed_components() {
        // Cargo shows each line of a build script's error on its own.
        for line in message.lines() {
            println!("cargo::error={line}");
        }
    }
}

fn embed_components() -> Result<(), String> {
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let workspace = manifest
        .parent()
        .ok_or("the package has no workspace above it")?;
    let output = PathBuf::from(variable("OUT_DIR")?);
    let packages: Vec<String> = COMPONENTS
        .iter()
        .map(|name| format!("quarry-component-{name}"))
        .collect();
    let packages: Vec<&str> = packages.iter().map(String::as_str).collect();
    watch(&workspace.join("Cargo.lock"));
    watch(&workspace.join("Cargo.toml"));
    let built = build(workspace, &packages).map_err(|error: BuildError| error.to_string())?;
    for (name, component) in COMPONENTS.iter().zip(built) {
        component.dependencies.iter().for_each(|path| watch(path));
        watch(&workspace.join("components").join(name).join("Cargo.toml"));
        fs::copy(&component.wasm, output.join(format!("{name}.wasm")))
            .map_err(|error| format!("{}: {error}", component.wasm.display()))?;
    }
    Ok(())
}

fn watch(path: &Path) {
    println!("cargo::rerun-if-changed={}", path.display());
}

fn variable(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("cargo did not set {name}"))
}
