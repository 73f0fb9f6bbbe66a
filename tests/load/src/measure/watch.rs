//! How much memory a process has while something is measured.

use load::process::resident;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const EVERY: Duration = Duration::from_millis(50);

/// Looks again and again.
pub struct Watch {
    over: Arc<AtomicBool>,
    thread: JoinHandle<u64>,
}

impl Watch {
    pub fn start(process: u32) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let thread = thread::spawn({
            let over = over.clone();
            move || {
                let mut most = 0;
                while !over.load(Ordering::Relaxed) {
                    most = most.max(resident(process).unwrap_or(0));
                    thread::sleep(EVERY);
                }
                most
            }
        });
        Self { over, thread }
    }

    /// The most that was seen, in bytes.
    pub fn end(self) -> u64 {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap_or(0)
    }
}
