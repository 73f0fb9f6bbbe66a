//! A component that misbehaves on request, for the tests of the sandbox.
//!
//! It is an extractor and a prompt builder at once, so that one build serves all tests. Its options
//! (`{"behaviour": "loop"}`), or the name of the project that it is to build, say what it does. What it finds out it
//! returns as notes, or in its error, for a test to look at.
//!
//! It exists for WebAssembly only: a native build has nothing in it.

#[cfg(target_family = "wasm")]
mod builder;
#[cfg(target_family = "wasm")]
mod extractor;
#[cfg(target_family = "wasm")]
mod files;
#[cfg(target_family = "wasm")]
mod process;
#[cfg(target_family = "wasm")]
mod results;

#[cfg(target_family = "wasm")]
#[allow(missing_debug_implementations, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: [
            "../../wit/deps/wasi-io.wit",
            "../../wit/deps/wasi-clocks.wit",
            "../../wit/deps/wasi-filesystem.wit",
            "../../wit/deps/wasi-cli.wit",
            "../../wit/context",
            "../../wit/prompt",
        ],
        inline: "
            package quarry:hostile;
            world hostile {
                import wasi:filesystem/types@0.2.6;
                import wasi:filesystem/preopens@0.2.6;
                import wasi:cli/stderr@0.2.6;
                import wasi:io/poll@0.2.6;
                export quarry:context/facts@0.1.0;
                export quarry:context/extractor@0.1.0;
                export quarry:prompt/prompt-builder@0.1.0;
            }
        ",
        world: "quarry:hostile/hostile",
        generate_all,
    });
}

#[cfg(target_family = "wasm")]
struct Component;

#[cfg(target_family = "wasm")]
bindings::export!(Component with_types_in bindings);
