//! The threads that runs work on.

use std::io;
use std::time::Duration;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::JoinHandle;

/// Threads that may block, the same for all runs: what a thread keeps for itself, such as memory and the states of regular
/// expressions, stays in the processor's caches. Of those that everything else blocks on, each run would get another.
pub(super) struct Threads {
    handle: Handle,
    /// Taken when this is dropped.
    runtime: Option<Runtime>,
}

impl Threads {
    /// So many threads, as soon as they are needed.
    pub(super) fn new(count: usize) -> io::Result<Self> {
        /// A thread that a run needed is there for the next one.
        const KEPT: Duration = Duration::from_secs(600);
        let runtime = Builder::new_current_thread()
            .thread_name("quarry-run")
            .max_blocking_threads(count)
            .thread_keep_alive(KEPT)
            .build()?;
        Ok(Self {
            handle: runtime.handle().clone(),
            runtime: Some(runtime),
        })
    }

    /// Does something on one of them.
    pub(super) fn spawn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        self.handle.spawn_blocking(work)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        // A runtime that waits for its threads must not be dropped where nothing may block.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
