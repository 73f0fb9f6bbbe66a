//! A tenant's knowledge bases.

use super::{TenantStore, unless_missing, unless_used};
use crate::connections::Writing;
use crate::error::{Kind, StoreError};
use crate::id::KnowledgeBaseId;
use crate::model::{
    Contents, Failure, KnowledgeBase, KnowledgeBaseState, NewKnowledgeBase, Origin,
};
use crate::page::{Listed, Page};
use crate::rows::{self, column, knowledge_base_columns};
use crate::scope::{AnyQuery, Scoped};
use crate::text::{Name, without_nul};

const FIND: Scoped = Scoped::new(concat!(
    "SELECT ",
    knowledge_base_columns!(),
    " FROM knowledge_bases WHERE tenant = $1 AND id = $2"
));

impl TenantStore {
    /// Makes a knowledge base whose files are still to come.
    ///
    /// # Errors
    ///
    /// When there is no such tenant, or the database fails.
    pub async fn create_knowledge_base(
        &self,
        new: NewKnowledgeBase,
    ) -> Result<KnowledgeBase, StoreError> {
        self.insert_knowledge_base(new, None).await
    }

    /// The same for one whose files a host receives. If that host is killed meanwhile it finds the knowledge base with
    /// [`Operator::fail_knowledge_bases_of`](crate::Operator::fail_knowledge_bases_of).
    ///
    /// # Errors
    ///
    /// When there is no such tenant, or the database fails.
    pub async fn receive_knowledge_base(
        &self,
        new: NewKnowledgeBase,
        receiver: &Name,
    ) -> Result<KnowledgeBase, StoreError> {
        self.insert_knowledge_base(new, Some(receiver)).await
    }

    async fn insert_knowledge_base(
        &self,
        new: NewKnowledgeBase,
        receiver: Option<&Name>,
    ) -> Result<KnowledgeBase, StoreError> {
        let base = KnowledgeBase {
            id: KnowledgeBaseId::random()?,
            tenant: self.id().clone(),
            name: new.name,
            origin: new.origin,
            state: KnowledgeBaseState::Receiving,
            contents: Contents::default(),
            failure: None,
            created_at: self.database.now(),
        };
        const INSERT: Scoped = Scoped::new(
            "INSERT INTO knowledge_bases (tenant, id, name, directory, state, files, bytes, created_at,
                receiver)
             VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7)",
        );
        let directory = match &base.origin {
            Origin::Uploaded => None,
            Origin::Directory(path) => Some(without_nul(path)),
        };
        let query = self
            .scope
            .query(&INSERT)
            .bind(base.id.as_str())
            .bind(base.name.as_str());
        let query = query
            .bind(directory)
            .bind(base.state.as_str())
            .bind(base.created_at.milliseconds())
            .bind(receiver.map(Name::to_string));
        let mut writing = self.database.begin().await?;
        let inserted = query.execute(&mut *writing).await;
        inserted.map_err(|error| unless_missing(error, Kind::Tenant, self.id()))?;
        writing.commit().await?;
        Ok(base)
    }

    /// The knowledge bases.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn knowledge_bases(&self, page: &Page) -> Result<Listed<KnowledgeBase>, StoreError> {
        const LIST: Scoped = Scoped::new(concat!(
            "SELECT ",
            knowledge_base_columns!(),
            " FROM knowledge_bases WHERE tenant = $1 AND (created_at, id) < ($2, $3)
             ORDER BY created_at DESC, id DESC LIMIT $4"
        ));
        self.list(&LIST, page, rows::knowledge_base, |base| {
            (base.created_at, base.id.as_str())
        })
        .await
    }

    /// One knowledge base.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn knowledge_base(&self, id: &KnowledgeBaseId) -> Result<KnowledgeBase, StoreError> {
        let query = self.scope.query(&FIND).bind(id.as_str());
        self.find(query, rows::knowledge_base, Kind::KnowledgeBase, id)
            .await
    }

    /// The files of a knowledge base are there. Two uploads at once do not exceed the tenant's storage together.
    ///
    /// # Errors
    ///
    /// When there is none, it is not receiving, the tenant's storage would be exceeded, or the database fails.
    pub async fn complete_knowledge_base(
        &self,
        id: &KnowledgeBaseId,
        contents: &Contents,
    ) -> Result<KnowledgeBase, StoreError> {
        let mut writing = self.database.begin().await?;
        self.reserve(&mut writing, contents.bytes).await?;
        const COMPLETE: Scoped = Scoped::new(concat!(
            "UPDATE knowledge_bases SET state = 'ready', files = $3, bytes = $4, digest = $5
             WHERE tenant = $1 AND id = $2 AND state = 'receiving' RETURNING ",
            knowledge_base_columns!()
        ));
        let query = self
            .scope
            .query(&COMPLETE)
            .bind(id.as_str())
            .bind(column(contents.files));
        let query = query
            .bind(column(contents.bytes))
            .bind(contents.digest.as_deref().map(without_nul));
        let base = self.received(&mut writing, query, id).await?;
        writing.commit().await?;
        Ok(base)
    }

    /// The files of a knowledge base will not come.
    ///
    /// # Errors
    ///
    /// When there is none, it is not receiving, or the database fails.
    pub async fn fail_knowledge_base(
        &self,
        id: &KnowledgeBaseId,
        failure: &Failure,
    ) -> Result<KnowledgeBase, StoreError> {
        const FAIL: Scoped = Scoped::new(concat!(
            "UPDATE knowledge_bases SET state = 'failed', failure_code = $3, failure_message = $4
             WHERE tenant = $1 AND id = $2 AND state = 'receiving' RETURNING ",
            knowledge_base_columns!()
        ));
        let query = self
            .scope
            .query(&FAIL)
            .bind(id.as_str())
            .bind(failure.code.as_str());
        let query = query.bind(without_nul(&failure.message));
        let mut writing = self.database.begin().await?;
        let base = self.received(&mut writing, query, id).await?;
        writing.commit().await?;
        Ok(base)
    }

    /// Removes a knowledge base, and returns what it was, so that its files can be removed.
    ///
    /// # Errors
    ///
    /// When there is none, an output project uses it, or the database fails.
    pub async fn delete_knowledge_base(
        &self,
        id: &KnowledgeBaseId,
    ) -> Result<KnowledgeBase, StoreError> {
        const DELETE: Scoped = Scoped::new(concat!(
            "DELETE FROM knowledge_bases WHERE tenant = $1 AND id = $2 RETURNING ",
            knowledge_base_columns!()
        ));
        let mut writing = self.database.begin().await?;
        let deleted = self
            .scope
            .query(&DELETE)
            .bind(id.as_str())
            .fetch_optional(&mut *writing)
            .await;
        let by = "an output project";
        let row = deleted.map_err(|error| unless_used(error, Kind::KnowledgeBase, id, by))?;
        let base = rows::knowledge_base(
            &row.ok_or_else(|| StoreError::not_found(Kind::KnowledgeBase, id))?,
        )?;
        let committed = writing.commit().await;
        committed.map_err(|error| unless_used(error, Kind::KnowledgeBase, id, by))?;
        Ok(base)
    }

    /// Fails if the tenant may not store so many bytes more. Until the transaction ends nobody else gets an answer.
    async fn reserve(&self, writing: &mut Writing, needed: u64) -> Result<(), StoreError> {
        // What is written stays locked; that nothing changes does not matter.
        const LOCK: Scoped = Scoped::new(
            "UPDATE tenants SET claims = claims WHERE id IN (SELECT id FROM tenants WHERE id = $1)",
        );
        self.scope.query(&LOCK).execute(&mut **writing).await?;
        const SUM: Scoped = Scoped::new(
            "SELECT storage_bytes AS allowed,
                (SELECT CAST(COALESCE(SUM(bytes), 0) AS BIGINT) FROM knowledge_bases WHERE tenant = $1) AS used
             FROM tenants WHERE id = $1",
        );
        let row = self
            .scope
            .query(&SUM)
            .fetch_optional(&mut **writing)
            .await?;
        let row = row.ok_or_else(|| StoreError::not_found(Kind::Tenant, self.id()))?;
        let (allowed, used): (u64, u64) =
            (rows::number(&row, "allowed")?, rows::number(&row, "used")?);
        match used.saturating_add(needed) <= allowed {
            true => Ok(()),
            false => Err(StoreError::StorageFull {
                used,
                needed,
                allowed,
            }),
        }
    }

    /// Makes a change that only a knowledge base that is receiving may undergo.
    async fn received(
        &self,
        writing: &mut Writing,
        change: AnyQuery,
        id: &KnowledgeBaseId,
    ) -> Result<KnowledgeBase, StoreError> {
        if let Some(row) = change.fetch_optional(&mut **writing).await? {
            return rows::knowledge_base(&row);
        }
        let found = self
            .scope
            .query(&FIND)
            .bind(id.as_str())
            .fetch_optional(&mut **writing)
            .await?;
        let found = found.ok_or_else(|| StoreError::not_found(Kind::KnowledgeBase, id))?;
        let state = rows::knowledge_base(&found)?.state.as_str();
        Err(StoreError::State {
            kind: Kind::KnowledgeBase,
            id: id.to_string(),
            state,
        })
    }
}
