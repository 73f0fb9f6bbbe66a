//! Administration of tenants.

use super::Operator;
use crate::error::StoreError;
use crate::id::{KnowledgeBaseId, TenantId};
use crate::model::{Failure, Limits, Queue, Tenant, Totals};
use crate::page::{Listed, Page};
use crate::text::Name;
use crate::time::Timestamp;

impl Operator {
    /// Makes a tenant.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn create_tenant(&self, name: &Name, limits: &Limits) -> Result<Tenant, StoreError> {
        todo!()
    }

    /// The tenant of the single-user mode, [`TenantId::single_user`], which is made if it is not there.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn single_user_tenant(&self) -> Result<Tenant, StoreError> {
        todo!()
    }

    /// The tenants.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn tenants(&self, page: &Page) -> Result<Listed<Tenant>, StoreError> {
        todo!()
    }

    /// One tenant.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn tenant(&self, id: &TenantId) -> Result<Tenant, StoreError> {
        todo!()
    }

    /// Changes a tenant's name and limits. Runs that run go on.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn update_tenant(
        &self,
        id: &TenantId,
        name: &Name,
        limits: &Limits,
    ) -> Result<Tenant, StoreError> {
        todo!()
    }

    /// Removes a tenant with its tokens.
    ///
    /// # Errors
    ///
    /// When there is none, it has a knowledge base, or the database fails.
    pub async fn delete_tenant(&self, id: &TenantId) -> Result<Tenant, StoreError> {
        todo!()
    }

    /// The tenants that have live runs, with how many.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn queues(&self) -> Result<Vec<Queue>, StoreError> {
        todo!()
    }

    /// What all tenants use together.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn totals(&self) -> Result<Totals, StoreError> {
        todo!()
    }

    /// Fails the knowledge bases that are receiving since before a time: the process that received them has ended. Their
    /// files are the caller's to remove.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn fail_abandoned_knowledge_bases(
        &self,
        before: Timestamp,
        failure: &Failure,
    ) -> Result<Vec<(TenantId, KnowledgeBaseId)>, StoreError> {
        todo!()
    }

    /// Removes tickets that have expired.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn remove_expired_tickets(&self) -> Result<u64, StoreError> {
        todo!()
    }
}
