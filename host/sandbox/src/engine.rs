//! The engine: one configuration for everything that Quarry runs.

use crate::error::SandboxError;
use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;
use wasmtime::{
    Config, Enabled, Engine, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig,
    WasmFeatures,
};

/// How often a running component is looked at: it is stopped or cancelled at most this much too late.
pub(crate) const TICK: Duration = Duration::from_millis(5);

/// Linear memory that a slot keeps when an instance is dropped. Giving it back to the system costs a TLB shootdown on
/// every core: without it, two threads do fewer calls than one.
const KEPT_MEMORY: usize = 2 << 20;

/// What one component may consist of: core instances, memories, tables. The pool holds as many for each slot, so that
/// no component takes what another needs.
const INSTANCES: u32 = 64;
const MEMORIES: u32 = 4;
const TABLES: u32 = 16;

/// An engine for `slots` instances at once, none of whose memories exceeds `memory` bytes.
pub(crate) fn start(slots: u32, memory: usize) -> Result<Engine, SandboxError> {
    // A machine with little address space (42 bits, or a limit of the container) has no room for the pool.
    let engine = Engine::new(&config(pool(slots, memory).into()))
        .or_else(|_| Engine::new(&config(InstanceAllocationStrategy::OnDemand)))
        .map_err(|error| SandboxError::Engine(format!("{error:#}")))?;
    tick(&engine)?;
    Ok(engine)
}

fn config(strategy: InstanceAllocationStrategy) -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        // WASI 0.3 would need it; without it every call is cheaper.
        .concurrency_support(false)
        .max_wasm_stack(512 << 10)
        .async_stack_size(1 << 20)
        .wasm_backtrace_max_frames(NonZeroUsize::new(20))
        .cranelift_opt_level(OptLevel::Speed)
        // NaN bits and relaxed instructions would differ between machines.
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        // All on by default, none used: less to attack.
        .wasm_features(
            WasmFeatures::GC
                | WasmFeatures::EXCEPTIONS
                | WasmFeatures::THREADS
                | WasmFeatures::MEMORY64,
            false,
        )
        .allocation_strategy(strategy);
    config
}

fn pool(slots: u32, memory: usize) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(INSTANCES))
        .total_memories(slots.saturating_mul(MEMORIES))
        .total_tables(slots.saturating_mul(TABLES))
        .total_stacks(slots)
        .max_core_instances_per_component(INSTANCES)
        .max_memories_per_component(MEMORIES)
        .max_tables_per_component(TABLES)
        .max_memory_size(memory)
        .table_elements(100_000)
        .linear_memory_keep_resident(KEPT_MEMORY)
        .table_keep_resident(64 << 10)
        .pagemap_scan(Enabled::Auto)
        .max_unused_warm_slots(slots);
    pool
}

/// Raises the epoch every [`TICK`] until the engine is gone.
fn tick(engine: &Engine) -> Result<(), SandboxError> {
    let engine = engine.weak();
    thread::Builder::new()
        .name("quarry-epoch".to_owned())
        .spawn(move || {
            while let Some(engine) = engine.upgrade() {
                engine.increment_epoch();
                drop(engine);
                thread::sleep(TICK);
            }
        })
        .map(drop)
        .map_err(|error| SandboxError::Engine(error.to_string()))
}
