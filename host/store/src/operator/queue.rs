//! Which run is next.

use super::Operator;
use crate::error::StoreError;
use crate::model::Claimed;
use crate::text::Name;
use std::time::Duration;

impl Operator {
    /// Claims the run that is next, if one may run: of the tenant with the fewest running runs the one that waits
    /// longest. Tenants that have as many running runs as they may have are passed over. No two hosts get the same run.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn claim(
        &self,
        owner: &Name,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        todo!()
    }
}
