//! Uploads that ended in their middle.

use super::Operator;
use super::hosts::{bind_absence, is_gone};
use crate::error::StoreError;
use crate::id::{KnowledgeBaseId, TenantId};
use crate::model::{Absence, Failure};
use crate::rows;
use crate::scope::AnyQuery;
use crate::text::{Name, without_nul};
use crate::time::Timestamp;
use sqlx::any::AnyRow;

impl Operator {
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
        const FAIL: &str =
            "UPDATE knowledge_bases SET state = 'failed', failure_code = $2, failure_message = $3
             WHERE state = 'receiving' AND created_at < $1 RETURNING tenant, id";
        let query = sqlx::query(FAIL).bind(before.milliseconds());
        self.fail_knowledge_bases(query, failure).await
    }

    /// Fails the knowledge bases that a host was receiving: a host that starts knows that the process before it, of the
    /// same name, has ended. Returned are these and those of the host that others have failed before. Their files are the
    /// caller's to remove.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn fail_knowledge_bases_of(
        &self,
        receiver: &Name,
        failure: &Failure,
    ) -> Result<Vec<(TenantId, KnowledgeBaseId)>, StoreError> {
        const FAIL: &str =
            "UPDATE knowledge_bases SET state = 'failed', failure_code = $2, failure_message = $3
             WHERE state = 'receiving' AND host = $1 RETURNING tenant, id";
        let query = sqlx::query(FAIL).bind(receiver.as_str());
        self.fail_knowledge_bases(query, failure).await?;
        const LIST: &str =
            "SELECT tenant, id FROM knowledge_bases WHERE state = 'failed' AND host = $1";
        let query = sqlx::query(LIST).bind(receiver.as_str());
        named(&query.fetch_all(self.database.read()).await?)
    }

    /// Fails the knowledge bases that a host that is gone was receiving. It removes their files itself when it comes back:
    /// see [`Operator::fail_knowledge_bases_of`].
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn fail_knowledge_bases_of_gone_hosts(
        &self,
        absence: &Absence,
        failure: &Failure,
    ) -> Result<Vec<(TenantId, KnowledgeBaseId)>, StoreError> {
        const FAIL: &str = concat!(
            "UPDATE knowledge_bases SET state = 'failed', failure_code = $4, failure_message = $5
             WHERE state = 'receiving' AND ",
            is_gone!(),
            " RETURNING tenant, id"
        );
        let query = bind_absence(sqlx::query(FAIL), absence, self.database.now());
        self.fail_knowledge_bases(query, failure).await
    }

    /// Carries out a statement that fails knowledge bases; what is bound next is the failure.
    async fn fail_knowledge_bases(
        &self,
        query: AnyQuery,
        failure: &Failure,
    ) -> Result<Vec<(TenantId, KnowledgeBaseId)>, StoreError> {
        let query = query
            .bind(failure.code.to_string())
            .bind(without_nul(&failure.message));
        named(&self.database.change(query).await?)
    }
}

fn named(rows: &[AnyRow]) -> Result<Vec<(TenantId, KnowledgeBaseId)>, StoreError> {
    let name = |row| Ok((rows::parsed(row, "tenant")?, rows::parsed(row, "id")?));
    rows.iter().map(name).collect()
}
