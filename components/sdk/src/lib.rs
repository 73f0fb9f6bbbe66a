//! What an extractor of Quarry is written with: the contract's types and the reading of inputs.
//!
//! An extractor is two functions, which [`export_functions!`] makes a component of:
//!
//! ```ignore
//! pub fn describe() -> Manifest { /* … */ }
//! pub fn extract(source: &Source, request: &Request) -> Result<Extraction, ExtractError> { /* … */ }
//!
//! #[cfg(target_family = "wasm")]
//! quarry_sdk::export_functions!(crate::describe, crate::extract);
//! ```
//!
//! The types also exist in a native build, where tests and benchmarks call the same functions without a sandbox.
//! There the export has to be left out: `#[cfg(target_family = "wasm")]`.
//!
//! A component that is written with this crate has its memory allocator too.
#![deny(missing_docs)]

mod options;
mod source;

#[cfg(target_family = "wasm")]
mod memory {
    use std::alloc::System;
    use talc::base::binning::{
        Binning, linear_extent_then_linearly_divided_exponential_binning as bin,
    };
    use talc::cell::TalcSyncCell;
    use talc::source::GlobalAllocSource;

    /// How much is taken at once of the allocator that Rust brings for WebAssembly.
    const BLOCK: usize = 256 << 10;

    /// Parsers allocate all the time, and the allocator that Rust brings is the slower one. It is asked for large blocks
    /// all the same: it knows the heap that a component begins with, and one that never grows is spared two calls of
    /// the system.
    #[global_allocator]
    static ALLOCATOR: TalcSyncCell<GlobalAllocSource<System>, Bins> =
        TalcSyncCell::new_wasm(GlobalAllocSource::with_block_size(System, BLOCK));

    /// The bins that talc has for WebAssembly, found without a call.
    struct Bins;

    impl Binning for Bins {
        type AvailabilityBitField = u64;

        #[inline(always)]
        fn size_to_bin(size: usize) -> u32 {
            bin::<2, 8>(size)
        }
    }
}

pub use bindings::export_extractor;
pub use options::Options;
pub use source::{Source, SourceError};

/// Exports `describe() -> Manifest` and `extract(&Source, &Request) -> Result<Extraction, ExtractError>` as a
/// component, with the sandbox's inputs for the source.
#[macro_export]
macro_rules! export_functions {
    ($describe:path, $extract:path) => {
        struct Component;

        impl $crate::extractor::Guest for Component {
            fn describe() -> $crate::extractor::Manifest {
                $describe()
            }

            fn extract(
                request: $crate::extractor::Request,
            ) -> ::core::result::Result<
                $crate::extractor::Extraction,
                $crate::extractor::ExtractError,
            > {
                $extract(&$crate::Source::sandbox(), &request)
            }
        }

        $crate::export_extractor!(Component);
    };
}

#[doc(hidden)]
#[allow(missing_docs, missing_debug_implementations, clippy::all)]
pub mod bindings {
    wit_bindgen::generate!({
        path: [
            "../../wit/deps/wasi-io.wit",
            "../../wit/deps/wasi-clocks.wit",
            "../../wit/deps/wasi-filesystem.wit",
            "../../wit/deps/wasi-cli.wit",
            "../../wit/context",
        ],
        world: "quarry:context/extractor-world",
        pub_export_macro: true,
        export_macro_name: "export_extractor",
        default_bindings_module: "quarry_sdk::bindings",
        generate_all,
    });
}

/// The records of `quarry:context/facts`.
pub mod facts {
    pub use crate::bindings::exports::quarry::context::facts::*;
}

/// The records and functions of `quarry:context/extractor`.
pub mod extractor {
    pub use crate::bindings::exports::quarry::context::extractor::{
        ExtractError, Extraction, Guest, Manifest, Request,
    };
}

impl facts::FactSet {
    /// A set without facts, to be filled.
    pub fn empty() -> Self {
        facts::FactSet {
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
        }
    }
}
