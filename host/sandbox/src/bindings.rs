//! The contract of `wit/` as Rust types: one type a record for the whole host.
//!
//! The host binds worlds of its own that *import* `facts` where a component's world exports it. Both describe the same
//! structure, and this way extractor and prompt builder share the types.
#![allow(missing_docs, missing_debug_implementations, clippy::all)]

mod extractor {
    wasmtime::component::bindgen!({
        path: [
            "../../wit/deps/wasi-io.wit",
            "../../wit/deps/wasi-clocks.wit",
            "../../wit/deps/wasi-filesystem.wit",
            "../../wit/deps/wasi-cli.wit",
            "../../wit/context",
        ],
        inline: "
            package quarry:host;
            world extractor-host {
                import quarry:context/facts@0.1.0;
                export quarry:context/extractor@0.1.0;
            }
        ",
        world: "quarry:host/extractor-host",
        exports: { default: async },
        additional_derives: [PartialEq, Eq],
        require_store_data_send: true,
    });
}

mod prompt_builder {
    wasmtime::component::bindgen!({
        path: [
            "../../wit/deps/wasi-io.wit",
            "../../wit/deps/wasi-clocks.wit",
            "../../wit/deps/wasi-filesystem.wit",
            "../../wit/deps/wasi-cli.wit",
            "../../wit/context",
            "../../wit/prompt",
        ],
        inline: "
            package quarry:host;
            world prompt-builder-host {
                import quarry:context/facts@0.1.0;
                import quarry:prompt/tokenizer@0.1.0;
                export quarry:prompt/prompt-builder@0.1.0;
            }
        ",
        world: "quarry:host/prompt-builder-host",
        with: { "quarry:context/facts": super::extractor::quarry::context::facts },
        imports: { default: trappable },
        exports: { default: async },
        additional_derives: [PartialEq, Eq],
        require_store_data_send: true,
    });
}

/// `wasi:filesystem`, which Quarry answers itself: no ambient path reaches wasmtime-wasi.
pub(crate) mod wasi {
    wasmtime::component::bindgen!({
        path: [
            "../../wit/deps/wasi-io.wit",
            "../../wit/deps/wasi-clocks.wit",
            "../../wit/deps/wasi-filesystem.wit",
        ],
        inline: "
            package quarry:host;
            world filesystem-host {
                import wasi:filesystem/types@0.2.6;
                import wasi:filesystem/preopens@0.2.6;
            }
        ",
        world: "quarry:host/filesystem-host",
        with: {
            "wasi:io": wasmtime_wasi_io::bindings::wasi::io,
            "wasi:clocks/wall-clock": wasmtime_wasi::p2::bindings::clocks::wall_clock,
            "wasi:filesystem/types.descriptor": crate::filesystem::Descriptor,
            "wasi:filesystem/types.directory-entry-stream": crate::filesystem::DirectoryEntries,
        },
        trappable_error_type: { "wasi:filesystem/types.error-code" => crate::filesystem::Refusal },
        imports: { default: trappable },
        require_store_data_send: true,
    });
}

pub(crate) use extractor::ExtractorHostPre;
pub use extractor::exports::quarry::context::extractor::{
    ExtractError, Extraction, Manifest, Request,
};
pub use extractor::quarry::context::facts;
pub(crate) use prompt_builder::PromptBuilderHostPre;
pub use prompt_builder::exports::quarry::prompt::prompt_builder::{
    Advice, BuildError, Detail, Floor, Input, Need, Report, Section, Stack, TypeMapping,
};
pub(crate) use prompt_builder::quarry::prompt::tokenizer;
