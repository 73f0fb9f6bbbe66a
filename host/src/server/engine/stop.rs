//! Why a run stops before its end.

use quarry_sandbox::CancellationToken;
use std::sync::{Arc, OnceLock};

/// Why a run stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// Somebody asked for it.
    Cancelled,
    /// It took longer than its tenant may let it.
    Deadline,
    /// The server shuts down.
    Closing,
    /// The run is another host's now, or the store cannot be written: nothing more is said of it.
    Lost,
}

/// Stops a run. The first reason counts.
#[derive(Debug, Clone, Default)]
pub(super) struct Stop {
    token: CancellationToken,
    reason: Arc<OnceLock<Reason>>,
}

impl Stop {
    pub(super) fn stop(&self, reason: Reason) {
        // Whoever is first has set it.
        let _ = self.reason.set(reason);
        self.token.cancel();
    }

    pub(super) fn reason(&self) -> Option<Reason> {
        self.reason.get().copied()
    }

    /// Is cancelled when the run is to stop.
    pub(super) fn token(&self) -> &CancellationToken {
        &self.token
    }
}
