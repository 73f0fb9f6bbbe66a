//! What can go wrong, each with a message of its own.

use crate::bindings::Floor;
use crate::filesystem::Denied;
use crate::limits::OutOfMemory;
use std::path::PathBuf;
use std::time::Duration;
use wasmtime::{Trap, WasmBacktrace};

/// The sandbox could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The engine refused its configuration.
    #[error("the WebAssembly engine cannot start on this machine: {0}")]
    Engine(String),
    /// The directory of compiled code cannot be used.
    #[error(
        "{path}: compiled code cannot be kept there ({reason}); name another directory with QUARRY_CACHE_DIR",
        path = path.display()
    )]
    Cache {
        /// The directory.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// A component was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Native code instead of WebAssembly.
    #[error(
        "this is compiled native code; give the WebAssembly component that it was compiled from"
    )]
    Precompiled,
    /// It is no component, or one that uses what this engine does not have.
    #[error("this is not a WebAssembly component that can be run here: {0}")]
    Invalid(String),
    /// It wants functions that no component gets.
    #[error(
        "it imports {imports}, which no component gets; allowed are wasi:cli, wasi:clocks, wasi:filesystem, wasi:io, wasi:random and wasi:sockets 0.2",
        imports = .0.join(", ")
    )]
    ForbiddenImports(Vec<String>),
    /// It does not export what its world asks for.
    #[error("it is not a component of the world {world}: {reason}")]
    WrongWorld {
        /// The world.
        world: &'static str,
        /// What is missing or different.
        reason: String,
    },
}

/// A call did not give a result. The component's instance is gone; its host and all other calls are not affected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The component stopped itself, as a panic does.
    #[error("it crashed ({reason}); this is a bug of the component")]
    Trap {
        /// The trap, in the engine's words, and the panic's, or the last line that the component logged. That is untrusted
        /// text.
        reason: String,
    },
    /// It wanted more memory than it may have.
    #[error("it wanted {wanted} bytes of memory, more than its limit of {limit}")]
    OutOfMemory {
        /// What all its memories would have come to.
        wanted: usize,
        /// What they may come to.
        limit: usize,
    },
    /// It took longer than it may.
    #[error("it did not finish within its limit of {} ms", .0.as_millis())]
    Deadline(Duration),
    /// It called too deep.
    #[error("it overflowed its stack{}", if *.certain { "" } else {
        " (it accessed memory out of bounds, which is how the overflow of a compiled language's own stack shows)"
    })]
    StackOverflow {
        /// Whether the engine saw the stack end. A Rust component keeps a stack of its own in linear memory.
        certain: bool,
    },
    /// It was refused something and gave up.
    #[error("it was refused {0}")]
    Denied(Denied),
    /// It wanted to wait for a clock, and clocks stand still.
    #[error("it wanted to wait for a clock; a component has no time")]
    Clock,
    /// Its result is not what the contract says.
    #[error("its result does not follow the contract: {0}")]
    Malformed(String),
    /// Its result, or an argument of a call to the host, is larger than it may be.
    #[error("its result is larger than its limit of {limit} bytes")]
    ResultTooLarge {
        /// The limit.
        limit: usize,
    },
    /// It ended its process instead of returning.
    #[error("it exited with status {0} instead of returning")]
    Exited(i32),
    /// It does not understand its options, or they name what is not there.
    #[error("{0}")]
    InvalidOptions(String),
    /// It returned the contract's own error.
    #[error("{0}")]
    Failed(String),
    /// A prompt builder cannot write a document that is short enough.
    #[error("the shortest document is {} tokens, more than the budget", .0.tokens)]
    OverBudget(Box<Floor>),
    /// The caller cancelled it.
    #[error("it was cancelled")]
    Cancelled,
    /// All instances of the host are in use.
    #[error("all instances are in use; try again later")]
    Busy,
}

impl CallError {
    /// A stable word for it, which says which limit it was if it was one.
    pub fn code(&self) -> &'static str {
        match self {
            CallError::Trap { .. } => "trap",
            CallError::OutOfMemory { .. } => "out-of-memory",
            CallError::Deadline(_) => "deadline",
            CallError::StackOverflow { .. } => "stack-overflow",
            CallError::Denied(_) => "denied",
            CallError::Clock => "clock",
            CallError::Malformed(_) => "malformed",
            CallError::ResultTooLarge { .. } => "result-too-large",
            CallError::Exited(_) => "exited",
            CallError::InvalidOptions(_) => "invalid-options",
            CallError::Failed(_) => "failed",
            CallError::OverBudget(_) => "over-budget",
            CallError::Cancelled => "cancelled",
            CallError::Busy => "busy",
        }
    }
}

/// A guest waited for a clock.
#[derive(Debug, thiserror::Error)]
#[error("waiting for a clock is refused")]
pub(crate) struct ClockRefused;

/// The call was cancelled while the guest computed.
#[derive(Debug, thiserror::Error)]
#[error("cancelled")]
pub(crate) struct Cancelled;

/// Says what an error of the engine means for a call with these limits.
pub(crate) fn classify(error: &wasmtime::Error, limits: &crate::Limits) -> CallError {
    if let Some(exit) = error.downcast_ref::<wasmtime_wasi::I32Exit>() {
        return CallError::Exited(exit.0);
    }
    if let Some(OutOfMemory { wanted, limit }) = error.downcast_ref() {
        return CallError::OutOfMemory {
            wanted: *wanted,
            limit: *limit,
        };
    }
    if error.is::<ClockRefused>() {
        return CallError::Clock;
    }
    if error.is::<Cancelled>() {
        return CallError::Cancelled;
    }
    if error.is::<wasmtime::PoolConcurrencyLimitError>() {
        return CallError::Busy;
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        return classify_trap(*trap, limits);
    }
    // Errors of reading a result or an argument have no type in wasmtime 48.
    let reason = error.root_cause().to_string();
    if reason.contains("too much data is being copied") {
        CallError::ResultTooLarge {
            limit: limits.result,
        }
    } else if error.is::<WasmBacktrace>() {
        // The component was running: it misused a function of the host, or holds too much.
        CallError::Trap { reason }
    } else {
        CallError::Malformed(reason)
    }
}

fn classify_trap(trap: Trap, limits: &crate::Limits) -> CallError {
    match trap {
        Trap::Interrupt => CallError::Deadline(limits.time),
        Trap::StackOverflow => CallError::StackOverflow { certain: true },
        Trap::MemoryOutOfBounds => CallError::StackOverflow { certain: false },
        Trap::StringOutOfBounds
        | Trap::ListOutOfBounds
        | Trap::InvalidDiscriminant
        | Trap::InvalidChar
        | Trap::UnalignedPointer => CallError::Malformed(trap.to_string()),
        trap => CallError::Trap {
            reason: trap.to_string(),
        },
    }
}
