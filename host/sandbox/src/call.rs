//! One call: a fresh store and instance, its limits, its end.

use crate::error::{CallError, Cancelled, classify};
use crate::filesystem::{Access, Denied, Files, Root};
use crate::limits::{Limits, Meter};
use crate::log::Log;
use crate::tokenizer::{Counter, Tokenizer};
use crate::{OnOpen, wasi};
use sha2::{Digest, Sha256};
use std::fmt;
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
    pub(crate) counter: Counter,
    meter: Meter,
}

/// When a call ends whatever it is doing.
#[derive(Clone)]
pub(crate) struct Clock {
    end: Option<Instant>,
    cancel: CancellationToken,
}

impl Clock {
    /// A clock of a call that nobody cancels.
    #[cfg(test)]
    pub(crate) fn ending_in(time: Duration) -> Self {
        Clock {
            end: Instant::now().checked_add(time),
            cancel: CancellationToken::new(),
        }
    }

    /// Ends the call when its time is over or it was cancelled.
    pub(crate) fn check(&self) -> wasmtime::Result<()> {
        if self.cancel.is_cancelled() {
            Err(Cancelled.into())
        } else if self.end.is_some_and(|end| Instant::now() >= end) {
            Err(Trap::Interrupt.into())
        } else {
            Ok(())
        }
    }
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

impl fmt::Debug for CallOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CallOptions")
            .field("limits", &self.limits)
            .field("cancel", &self.cancel)
            .finish_non_exhaustive()
    }
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
    /// What a prompt builder counts with.
    pub(crate) tokenizer: Option<Tokenizer>,
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
    let (access, stopped_by) = state.files.into_access();
    let usage = Usage {
        peak_memory: state.meter.peak_memory(),
        access,
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
        result: result.map_err(|error| explain(error, stopped_by, &usage.log)),
        usage,
    }
}

fn store(call: &Call<'_>, log: &Log) -> wasmtime::Result<Store<State>> {
    let limits = &call.options.limits;
    // An epoch stops a guest that computes; the timeout around the call stops one that waits in the host.
    let clock = Clock {
        end: Instant::now().checked_add(limits.time),
        cancel: call.options.cancel.clone(),
    };
    let mut table = ResourceTable::new();
    table.set_max_capacity(limits.handles);
    let state = State {
        wasi: wasi::context(call.seed, log),
        table,
        files: Files::new(call.root.clone(), limits, call.options.on_open.clone()),
        counter: Counter {
            tokenizer: call.tokenizer.clone(),
            clock: clock.clone(),
        },
        meter: Meter::new(limits),
    };
    let mut store = Store::try_new(call.engine, state)?;
    store.limiter(|state| &mut state.meter);
    store.set_hostcall_fuel(limits.result);
    store.set_max_component_handles(limits.handles);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(move |_| {
        clock.check()?;
        Ok(UpdateDeadline::Yield(1))
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

/// The most of a crashed component's last words that an error repeats, in characters.
const LAST_WORDS: usize = 500;

/// Adds what only the whole call tells: that a component which gave up had been refused something, and what a crashed
/// one said.
fn explain(error: CallError, stopped_by: Option<Denied>, log: &str) -> CallError {
    match (error, stopped_by) {
        (CallError::Failed(_) | CallError::Trap { .. }, Some(denied)) => CallError::Denied(denied),
        (CallError::Trap { reason }, None) => CallError::Trap {
            reason: match last_words(log) {
                Some(words) => format!("{reason}: {words}"),
                None => reason,
            },
        },
        (error, _) => error,
    }
}

/// A Rust component's panic, which is two lines (where, and why) with advice below them; else the last line.
fn last_words(log: &str) -> Option<String> {
    let mut lines = log.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut last = None;
    while let Some(line) = lines.next() {
        if line.contains("panicked at ") {
            let message = lines.next().unwrap_or_default();
            last = Some(format!("{line} {message}"));
            break;
        }
        last = Some(line.to_owned());
    }
    last.map(|words| words.chars().take(LAST_WORDS).collect())
}

#[cfg(test)]
mod tests {
    use super::last_words;

    #[test]
    fn a_panic_is_told_with_its_place_and_its_message() {
        let log = "reading a\n\nthread 'main' panicked at a.rs:1:2:\nno b\nnote: run with\n";
        let words = last_words(log);
        assert_eq!(
            words.as_deref(),
            Some("thread 'main' panicked at a.rs:1:2: no b")
        );
    }

    #[test]
    fn without_a_panic_the_last_line_is_told() {
        let log = "Traceback:\n  a.py\nKeyError: 'b'\n\n";
        assert_eq!(last_words(log).as_deref(), Some("KeyError: 'b'"));
        assert_eq!(last_words("\n"), None);
        assert_eq!(last_words(&"x".repeat(10_000)).unwrap().len(), 500);
    }
}
