//! Which tenants have had runs here of late.

use quarry_store::TenantId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a tenant is taken to come back after the beginning of a run.
const LATELY: Duration = Duration::from_secs(20);

/// When each tenant last had a run that began here. While there are several, one place is kept for those that have no run:
/// without it, one that comes back would wait for the runs of another that takes all there are.
#[derive(Debug, Default)]
pub(super) struct RecentTenants(Mutex<HashMap<TenantId, Instant>>);

impl RecentTenants {
    /// Notes that a run begins.
    pub(super) fn note(&self, tenant: &TenantId) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.insert(tenant.clone(), Instant::now());
    }

    /// Whether more than one had a run of late.
    pub(super) fn are_several(&self) -> bool {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.retain(|_, begun| begun.elapsed() < LATELY);
        recent.len() > 1
    }
}
