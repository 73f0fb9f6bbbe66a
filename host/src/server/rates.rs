//! How many requests a tenant may make in a minute.

use super::error::Error;
use quarry_store::TenantStore;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

const MINUTE: Duration = Duration::from_secs(60);

/// The minute that a tenant is in.
#[derive(Debug, Clone, Copy)]
struct Window {
    began: Instant,
    requests: u32,
    /// Read when the minute began: a change of it counts from the next one on.
    allowed: u32,
}

/// The requests of all tenants, as this process has seen them.
#[derive(Debug, Default)]
pub(super) struct Rates(Mutex<HashMap<String, Window>>);

impl Rates {
    /// Counts a request of a tenant.
    pub(super) async fn admit(&self, tenant: &TenantStore) -> Result<(), Error> {
        if let Some(window) = self.count(tenant.id().as_str()) {
            return window.judge();
        }
        let allowed = tenant.tenant().await?.limits.requests_per_minute;
        let fresh = Window {
            began: Instant::now(),
            requests: 0,
            allowed,
        };
        let mut windows = self.windows();
        windows.retain(|_, window| window.began.elapsed() < MINUTE);
        // Another request of the tenant may have been faster.
        let window = windows
            .entry(tenant.id().as_str().to_owned())
            .or_insert(fresh);
        window.requests += 1;
        window.judge()
    }

    /// Counts a request in a minute that has begun, if there is one.
    fn count(&self, tenant: &str) -> Option<Window> {
        let mut windows = self.windows();
        let window = windows.get_mut(tenant)?;
        if window.began.elapsed() >= MINUTE {
            return None;
        }
        window.requests = window.requests.saturating_add(1);
        Some(*window)
    }

    fn windows(&self) -> MutexGuard<'_, HashMap<String, Window>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Window {
    fn judge(&self) -> Result<(), Error> {
        match self.requests <= self.allowed {
            true => Ok(()),
            false => Err(Error::TooManyRequests {
                allowed: self.allowed,
                seconds: MINUTE.saturating_sub(self.began.elapsed()).as_secs() + 1,
            }),
        }
    }
}
