//! What becomes of runs whose host died.

use super::Operator;
use crate::error::StoreError;
use crate::model::{Recovered, Recovery, Run};
use crate::text::{Json, Name};
use std::time::Duration;

impl Operator {
    /// The runs whose lease expired, those first that did so first.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn expired(&self, grace: Duration) -> Result<Vec<Run>, StoreError> {
        todo!()
    }

    /// Takes the runs whose lease expired away from their hosts. One that was to be cancelled is cancelled; one that was
    /// claimed too often is failed with [`crate::StoreError`]'s code `host-lost`; any other is queued again. `describe`
    /// makes the event that tells of it from the run as it becomes.
    ///
    /// # Errors
    ///
    /// When the database fails. Runs that were recovered before stay so.
    pub async fn recover(
        &self,
        recovery: &Recovery,
        describe: &(dyn Fn(&Run) -> Json + Sync),
    ) -> Result<Vec<Recovered>, StoreError> {
        todo!()
    }

    /// Lets the leases of one host end now: a host that starts knows that the process before it, of the same name, has
    /// ended.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn expire_leases_of(&self, owner: &Name) -> Result<u64, StoreError> {
        todo!()
    }
}
