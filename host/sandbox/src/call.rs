//! One call: a fresh store and instance, its limits, its end.

use crate::error::{CallError, Cancelled, classify};
use crate::filesystem::{Access, Files, Root, WriteQuota};
use crate::limits::{Limits, Meter};
use crate::log::Log;
use crate::{OnOpen, wasi};
use sha2::{Digest, Sha256};
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;
use wasmtime::component::ResourceTable;
use wasmtime::{Engine, Store, Trap, UpdateDeadline};
use wasmtime_wasi::WasiCtx;

/// What a store carries.
pub(crate) struct State {
    pub(crate) wasi: WasiCtx,
    pub(crate) table: ResourceTable,
    pub(crate) files: Files,
    meter: Meter,
}

/// How a call is made, besides what it is about.
#[derive(Clone, Default)]
pub struct CallOptions {
    /// What it may use.
    pub limits: Limits,
    /// Cancelling it ends the call within 50 ms.
    pub cancel: CancellationToken,
    /// Is told how many inputs have been opened, whenever that is one more.
    pub on_open: Option<OnOpen>,
}

/// What a call used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Which inputs it opened and what it was refused.
    pub access: Access,
    /// What it wrote to its standard error and output, up to the limit. It is untrusted text.
    pub log: String,
    /// Bytes written there beyond the limit.
    pub log_dropped: u64,
    /// The most linear memory in use, in bytes.
    pub peak_memory: usize,
    /// From before the instance was made until after the result was read.
    pub elapsed: Duration,
}

/// A call's result, and what it took. Nothing of a failed call's partial result is kept.
#[derive(Debug)]
pub struct Outcome<T> {
    /// What the component returned.
    pub result: Result<T, CallError>,
    /// What it used.
    pub usage: Usage,
}

/// A call that is about to be made.
pub(crate) struct Call<'a> {
    pub(crate) engine: &'a Engine,
    pub(crate) root: Root,
    /// What the call is about, so that its random numbers follow from it.
    pub(crate) seed: [u8; 32],
    pub(crate) options: &'a CallOptions,
}

/// What random numbers follow from.
pub(crate) fn seed<'a>(parts: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().into()
}

/// Makes a call on the current thread and blocks it until the call ends.
///
/// The thread must not be one that runs asynchronous tasks.
pub(crate) fn run<T>(
    call: Call<'_>,
    guest: impl AsyncFnOnce(&mut Store<State>) -> wasmtime::Result<Result<T, CallError>>,
) -> Outcome<T> {
    let started = Instant::now();
    let limits = &call.options.limits;
    let log = Log::new(limits.log);
    let mut store = match store(&call, &log) {
        Ok(store) => store,
        Err(error) => {
            return Outcome {
                result: Err(classify(&error, limits)),
                usage: Usage::default(),
            };
        }
    };
    let result = block_on(limits.time, &call.options.cancel, guest(&mut store));
    let state = store.into_data();
    let (log, log_dropped) = log.take();
    let usage = Usage {
        peak_memory: state.meter.peak_memory(),
        access: state.files.into_access(),
        log,
        log_dropped,
        elapsed: started.elapsed(),
    };
    let result = match result {
        Ended::Returned(Ok(result)) => result,
        Ended::Returned(Err(error)) => Err(classify(&error, limits)),
        Ended::OutOfTime => Err(CallError::Deadline(limits.time)),
        Ended::Cancelled => Err(CallError::Cancelled),
    };
    Outcome {
        result: result.map_err(|error| explain(error, &usage)),
        usage,
    }
}

fn store(call: &Call<'_>, log: &Log) -> wasmtime::Result<Store<State>> {
    let limits = &call.options.limits;
    let mut table = ResourceTable::new();
    table.set_max_capacity(limits.handles);
    let state = State {
        wasi: wasi::context(call.seed, log),
        table,
        files: Files::new(
            call.root.clone(),
            WriteQuota::new(limits),
            call.options.on_open.clone(),
        ),
        meter: Meter::new(limits),
    };
    let mut store = Store::try_new(call.engine, state)?;
    store.limiter(|state| &mut state.meter);
    store.set_hostcall_fuel(limits.result);
    store.set_max_component_handles(limits.handles);
    // An epoch stops a guest that computes; the timeout around the call stops one that waits in the host.
    let end = Instant::now() + limits.time;
    let cancel = call.options.cancel.clone();
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        if cancel.is_cancelled() {
            Err(Cancelled.into())
        } else if Instant::now() >= end {
            Err(Trap::Interrupt.into())
        } else {
            Ok(UpdateDeadline::Yield(1))
        }
    });
    Ok(store)
}

enum Ended<T> {
    Returned(T),
    OutOfTime,
    Cancelled,
}

thread_local! {
    /// Drives the calls of this thread. One for each call would cost more than the call.
    static RUNTIME: std::io::Result<Runtime> = Builder::new_current_thread().enable_time().build();
}

fn block_on<T>(
    time: Duration,
    cancel: &CancellationToken,
    guest: impl Future<Output = wasmtime::Result<T>>,
) -> Ended<wasmtime::Result<T>> {
    RUNTIME.with(|runtime| match runtime {
        Ok(runtime) => runtime.block_on(async {
            tokio::select! {
                biased;
                result = guest => Ended::Returned(result),
                () = cancel.cancelled() => Ended::Cancelled,
                () = tokio::time::sleep(time) => Ended::OutOfTime,
            }
        }),
        Err(error) => Ended::Returned(Err(wasmtime::format_err!("{error}"))),
    })
}

/// Adds what only the whole call tells: that a component which gave up had been refused something, and what a crashed
/// one said last.
fn explain(error: CallError, usage: &Usage) -> CallError {
    match (error, usage.access.denied.last()) {
        (CallError::Failed(_) | CallError::Trap { .. }, Some(denied)) => {
            CallError::Denied(denied.clone())
        }
        (CallError::Trap { reason }, None) => {
            match usage.log.lines().find(|line| !line.trim().is_empty()) {
                Some(line) => CallError::Trap {
                    reason: format!("{reason}: {line}"),
                },
                None => CallError::Trap { reason },
            }
        }
        (error, _) => error,
    }
}
