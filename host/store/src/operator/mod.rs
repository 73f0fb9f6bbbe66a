//! What belongs to no tenant.

mod administrators;
mod append;
mod hosts;
mod leases;
mod queue;
mod recovery;
mod retention;
mod tenants;
mod uploads;

use crate::connections::Database;
use std::sync::Arc;

/// What belongs to no tenant: administration, and the work on the runs of all. Nothing here is for a tenant's
/// credentials.
#[derive(Debug, Clone)]
pub struct Operator {
    database: Arc<Database>,
}

impl Operator {
    pub(crate) fn new(database: Arc<Database>) -> Self {
        Self { database }
    }
}
