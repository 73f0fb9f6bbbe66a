//! What is accepted as a component, and where its code is kept.

use crate::support::{assert_still_works, hostile, hostile_and, sandbox};
use insta::assert_snapshot;
use quarry_sandbox::{LoadError, Sandbox, SandboxError, SandboxOptions};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

fn refusal(wasm: &[u8]) -> LoadError {
    let error = sandbox().extractor(wasm).unwrap_err();
    let other = sandbox().prompt_builder(wasm).unwrap_err();
    assert_eq!(
        std::mem::discriminant(&error),
        std::mem::discriminant(&other)
    );
    error
}

#[test]
fn garbage_is_no_component() {
    for bytes in [
        &b""[..],
        b"garbage",
        b"\0asm",
        b"(component)",
        &hostile()[..5_000],
    ] {
        let error = refusal(bytes);
        assert!(matches!(error, LoadError::Invalid(_)), "{error:?}");
    }
    let error = refusal(b"garbage").to_string();
    let expected = "this is not a WebAssembly component that can be run here: failed to parse";
    assert!(error.starts_with(expected), "{error}");
}

#[test]
fn a_core_module_is_no_component() {
    let error = refusal(&wat::parse_str("(module)").unwrap());
    assert!(matches!(error, LoadError::Invalid(_)), "{error:?}");
    assert_snapshot!(error, @"this is not a WebAssembly component that can be run here: failed to parse WebAssembly module: attempted to parse a wasm module with a component parser");
}

#[test]
fn an_import_that_no_component_gets_is_named() {
    let wasm = wat::parse_str(
        r#"(component
            (import "evil:host/escape" (instance (export "run" (func))))
            (import "wasi:http/types@0.2.6" (instance))
            (import "wasi:cli/environment@0.2.6" (instance)))"#,
    );
    let error = refusal(&wasm.unwrap());
    assert!(matches!(error, LoadError::ForbiddenImports(_)), "{error:?}");
    assert_snapshot!(error, @"it imports evil:host/escape, wasi:http/types@0.2.6, which no component gets; allowed are wasi:cli, wasi:clocks, wasi:filesystem, wasi:io, wasi:random and wasi:sockets 0.2");
}

#[test]
fn only_a_prompt_builder_counts_tokens() {
    let wasm = wat::parse_str(
        r#"(component (import "quarry:prompt/tokenizer@0.1.0"
            (instance (export "count" (func (param "text" string) (result u32))))))"#,
    )
    .unwrap();
    let error = sandbox().extractor(&wasm).unwrap_err();
    assert!(matches!(error, LoadError::ForbiddenImports(_)), "{error:?}");
    let error = sandbox().prompt_builder(&wasm).unwrap_err();
    assert!(matches!(error, LoadError::WrongWorld { .. }), "{error:?}");
}

#[test]
fn an_allowed_interface_with_other_functions_is_refused() {
    let wasm = wat::parse_str(
        r#"(component (import "wasi:cli/environment@0.2.6" (instance (export "escape" (func)))))"#,
    );
    let error = refusal(&wasm.unwrap());
    assert!(matches!(error, LoadError::WrongWorld { .. }), "{error:?}");
}

#[test]
fn a_component_without_the_exports_is_of_another_world() {
    let wasm = wat::parse_str("(component)").unwrap();
    assert_snapshot!(sandbox().extractor(&wasm).unwrap_err(), @"it is not a component of the world quarry:context/extractor-world@0.1.0: no exported instance named `quarry:context/extractor@0.1.0`");
    assert_snapshot!(sandbox().prompt_builder(&wasm).unwrap_err(), @"it is not a component of the world quarry:prompt/prompt-builder-world@0.1.0: no exported instance named `quarry:prompt/prompt-builder@0.1.0`");
}

#[test]
fn native_code_is_never_accepted() {
    let engine = wasmtime::Engine::default();
    let component = engine.precompile_component(&wat::parse_str("(component)").unwrap());
    let module = engine.precompile_module(&wat::parse_str("(module)").unwrap());
    for code in [component.unwrap(), module.unwrap()] {
        let error = refusal(&code);
        assert!(matches!(error, LoadError::Precompiled), "{error:?}");
        let expected = "this is compiled native code; give the WebAssembly component that it was compiled from";
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn features_that_nobody_needs_are_off() {
    for module in [
        "(module (memory i64 1))",
        "(module (memory 1 1 shared))",
        "(module (type (struct)))",
        "(module (tag))",
    ] {
        let error = refusal(&hostile_and(&[module]));
        assert!(
            matches!(error, LoadError::Invalid(_)),
            "{module}: {error:?}"
        );
    }
}

#[test]
fn a_component_that_no_slot_can_hold_is_refused_when_it_is_loaded() {
    for (module, count) in [
        ("(module (memory 1))", 5),
        ("(module (table 1 funcref))", 20),
        ("(module)", 80),
        ("(module (memory 65536))", 1),
        ("(module (table 1000000 funcref))", 1),
    ] {
        let error = refusal(&hostile_and(&vec![module; count]));
        assert!(matches!(error, LoadError::Invalid(_)), "{error:?}");
        assert!(
            error.to_string().contains("pooling allocator") || count == 1,
            "{error}"
        );
    }
    assert_still_works(crate::support::extractor());
}

/// A cache directory, and a sandbox that uses it.
struct Cached {
    directory: TempDir,
}

impl Cached {
    fn new() -> Self {
        Cached {
            directory: TempDir::new().unwrap(),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("code")
    }

    fn start(&self) -> Result<Sandbox, SandboxError> {
        Sandbox::new(SandboxOptions {
            slots: 1,
            cache: Some(self.path()),
            ..SandboxOptions::default()
        })
    }

    /// Loads the hostile component in a new sandbox, and calls it. The one file of the cache.
    fn load(&self) -> PathBuf {
        let extractor = self.start().unwrap().extractor(hostile()).unwrap();
        assert_still_works(&extractor);
        let files: Vec<PathBuf> = fs::read_dir(self.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }
}

fn identity(path: &Path) -> (u64, std::time::SystemTime) {
    let metadata = fs::metadata(path).unwrap();
    (metadata.ino(), metadata.modified().unwrap())
}

#[test]
fn a_component_is_compiled_once() {
    let cache = Cached::new();
    let file = cache.load();
    assert_eq!(fs::metadata(&file).unwrap().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(cache.path()).unwrap().mode() & 0o777, 0o700);
    let before = identity(&file);
    assert_eq!(cache.load(), file);
    assert_eq!(identity(&file), before, "the second load wrote nothing");
}

#[test]
fn damaged_code_is_not_executed_but_replaced() {
    let cache = Cached::new();
    let file = cache.load();
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    for damaged in [
        &[][..],
        &whole[..10],
        &whole[..middle],
        &whole[..whole.len() - 1],
        &flipped,
    ] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(cache.load(), file);
        assert!(fs::read(&file).unwrap() == whole);
    }
}

#[test]
fn code_of_another_component_is_a_file_of_its_own() {
    let cache = Cached::new();
    let sandbox = cache.start().unwrap();
    sandbox.extractor(hostile()).unwrap();
    sandbox.extractor(&hostile_and(&["(module)"])).unwrap();
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 2);
}

#[test]
fn the_caches_own_files_are_no_components() {
    let cache = Cached::new();
    let code = fs::read(cache.load()).unwrap();
    assert!(matches!(refusal(&code), LoadError::Precompiled));
}

#[test]
fn a_cache_that_others_could_write_is_emptied() {
    let cache = Cached::new();
    let file = cache.load();
    let before = identity(&file);
    fs::set_permissions(cache.path(), fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(cache.load(), file);
    assert_ne!(identity(&file), before, "it was compiled again");
    assert_eq!(fs::metadata(cache.path()).unwrap().mode() & 0o7777, 0o700);
}

#[test]
fn a_cache_behind_a_link_is_refused() {
    let cache = Cached::new();
    fs::create_dir(cache.directory.path().join("elsewhere")).unwrap();
    symlink("elsewhere", cache.path()).unwrap();
    let error = cache.start().unwrap_err().to_string();
    let error = error.replace(cache.directory.path().to_str().unwrap(), "");
    assert_snapshot!(error, @"/code: compiled code cannot be kept there (it is not a directory); name another directory with QUARRY_CACHE_DIR");
}

#[test]
fn a_cache_that_cannot_be_written_costs_time_only() {
    let cache = Cached::new();
    let sandbox = cache.start().unwrap();
    fs::remove_dir(cache.path()).unwrap();
    assert_still_works(&sandbox.extractor(hostile()).unwrap());
}
