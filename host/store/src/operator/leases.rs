//! What is written with a lease.

use super::Operator;
use crate::error::StoreError;
use crate::model::{Append, Event, Fenced, Finish, Lease, Permit, Renewed, Run};
use crate::text::Json;
use std::time::Duration;

impl Operator {
    /// Renews a lease: it then ends so long from now.
    ///
    /// # Errors
    ///
    /// When the database fails; the inner one when the lease is over.
    pub async fn renew(
        &self,
        lease: &Lease,
        duration: Duration,
    ) -> Result<Result<Renewed, Fenced>, StoreError> {
        todo!()
    }

    /// Appends events to several runs in one transaction, with what they tell of. An append whose lease is over does
    /// nothing and does not stop the others. The answers are in the order of the appends; each has the events as they
    /// are stored, committed already.
    ///
    /// # Errors
    ///
    /// When the database fails: then nothing was appended.
    pub async fn append(
        &self,
        appends: &[Append],
    ) -> Result<Vec<Result<Vec<Event>, Fenced>>, StoreError> {
        todo!()
    }

    /// Ends a run: its state, its final event, what it leaves behind and its project's status in one transaction.
    ///
    /// # Errors
    ///
    /// When the database fails; the inner one when the lease is over.
    pub async fn finish(
        &self,
        lease: &Lease,
        finish: &Finish,
    ) -> Result<Result<(Run, Event), Fenced>, StoreError> {
        todo!()
    }

    /// Whether a run may publish: its lease is current and has not expired. To be asked right before publishing, which
    /// has to be over before [`Permit::until`]; that is why a host renews right before.
    ///
    /// # Errors
    ///
    /// When the database fails; the inner one when the lease is over or has expired.
    pub async fn may_publish(&self, lease: &Lease) -> Result<Result<Permit, Fenced>, StoreError> {
        todo!()
    }

    /// Gives a run back, as a host does that shuts down: it is queued again, and this attempt does not count.
    ///
    /// # Errors
    ///
    /// When the database fails; the inner one when the lease is over.
    pub async fn release(
        &self,
        lease: &Lease,
        event: &Json,
    ) -> Result<Result<(Run, Event), Fenced>, StoreError> {
        todo!()
    }
}
