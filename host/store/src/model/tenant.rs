//! Tenants, what they may use and what they use.

use crate::id::TenantId;
use crate::text::Name;
use crate::time::Timestamp;

/// An isolated customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Its identifier.
    pub id: TenantId,
    /// Its name, for people; not unique.
    pub name: Name,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when nobody of it is let in and its runs wait, if it is suspended.
    pub suspended_at: Option<Timestamp>,
    /// What it may use.
    pub limits: Limits,
}

/// What is to be different about a tenant; what is not named stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantChange {
    /// Its name.
    pub name: Option<Name>,
    /// What it may use.
    pub limits: LimitsChange,
}

/// Which limits are to be different; what is not named stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LimitsChange {
    /// See [`Limits::concurrent_runs`].
    pub concurrent_runs: Option<u32>,
    /// See [`Limits::storage_bytes`].
    pub storage_bytes: Option<u64>,
    /// See [`Limits::upload_bytes`].
    pub upload_bytes: Option<u64>,
    /// See [`Limits::run_seconds`].
    pub run_seconds: Option<u32>,
    /// See [`Limits::requests_per_minute`].
    pub requests_per_minute: Option<u32>,
}

impl From<Limits> for LimitsChange {
    fn from(limits: Limits) -> Self {
        Self {
            concurrent_runs: Some(limits.concurrent_runs),
            storage_bytes: Some(limits.storage_bytes),
            upload_bytes: Some(limits.upload_bytes),
            run_seconds: Some(limits.run_seconds),
            requests_per_minute: Some(limits.requests_per_minute),
        }
    }
}

impl LimitsChange {
    /// The limits with what is to be different.
    pub fn of(&self, limits: Limits) -> Limits {
        Limits {
            concurrent_runs: self.concurrent_runs.unwrap_or(limits.concurrent_runs),
            storage_bytes: self.storage_bytes.unwrap_or(limits.storage_bytes),
            upload_bytes: self.upload_bytes.unwrap_or(limits.upload_bytes),
            run_seconds: self.run_seconds.unwrap_or(limits.run_seconds),
            requests_per_minute: self
                .requests_per_minute
                .unwrap_or(limits.requests_per_minute),
        }
    }
}

/// What a tenant may use. The store itself holds tenants to `concurrent_runs` and to `storage_bytes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// Runs at the same time; more of them wait.
    pub concurrent_runs: u32,
    /// Bytes of all knowledge bases together.
    pub storage_bytes: u64,
    /// Bytes of one upload.
    pub upload_bytes: u64,
    /// Seconds of one run.
    pub run_seconds: u32,
    /// Requests in a minute.
    pub requests_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            concurrent_runs: 4,
            storage_bytes: 10 << 30,
            upload_bytes: 1 << 30,
            run_seconds: 600,
            requests_per_minute: 600,
        }
    }
}

/// What a tenant uses now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Bytes of all knowledge bases that are there.
    pub stored_bytes: u64,
    /// Knowledge bases in any state.
    pub knowledge_bases: u64,
    /// Output projects.
    pub projects: u64,
    /// Runs that wait.
    pub queued_runs: u64,
    /// Runs that run.
    pub running_runs: u64,
}

/// The live runs of a tenant that has any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The tenant.
    pub tenant: TenantId,
    /// Runs that wait.
    pub queued: u64,
    /// Runs that run.
    pub running: u64,
    /// Since when the first of those that wait does.
    pub waiting_since: Option<Timestamp>,
}

/// What all tenants use together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Tenants.
    pub tenants: u64,
    /// Bytes of all knowledge bases.
    pub stored_bytes: u64,
    /// Output projects.
    pub projects: u64,
    /// Runs that wait.
    pub queued_runs: u64,
    /// Runs that run.
    pub running_runs: u64,
}
