//! A tenant's output projects.

use super::{TenantStore, unless_missing, unless_used};
use crate::error::{Kind, StoreError};
use crate::id::ProjectId;
use crate::model::{NewProject, Project, ProjectStatus};
use crate::page::{Listed, Page};
use crate::rows::{self, project_columns};
use crate::scope::Scoped;
use crate::text::Name;

impl TenantStore {
    /// Makes an output project.
    ///
    /// # Errors
    ///
    /// When there is no such knowledge base, or the database fails.
    pub async fn create_project(&self, new: NewProject) -> Result<Project, StoreError> {
        let now = self.database.now();
        let project = Project {
            id: ProjectId::random()?,
            tenant: self.id().clone(),
            knowledge_base: new.knowledge_base,
            name: new.name,
            stack: new.stack,
            configuration: new.configuration,
            status: ProjectStatus::Created,
            created_at: now,
            updated_at: now,
        };
        const INSERT: Scoped = Scoped::new(
            "INSERT INTO projects (tenant, id, knowledge_base, name, stack, configuration, status, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        );
        let query = self
            .scope
            .query(&INSERT)
            .bind(project.id.as_str())
            .bind(project.knowledge_base.as_str());
        let query = query
            .bind(project.name.as_str())
            .bind(project.stack.as_str());
        let query = query.bind(project.configuration.as_ref().map(|name| name.to_string()));
        let query = query.bind(project.status.as_str()).bind(now.milliseconds());
        let mut writing = self.database.begin().await?;
        let inserted = query.execute(&mut *writing).await;
        inserted
            .map_err(|error| unless_missing(error, Kind::KnowledgeBase, &project.knowledge_base))?;
        writing.commit().await?;
        Ok(project)
    }

    /// The output projects.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn projects(&self, page: &Page) -> Result<Listed<Project>, StoreError> {
        const LIST: Scoped = Scoped::new(concat!(
            "SELECT ",
            project_columns!(),
            " FROM projects WHERE tenant = $1 AND (created_at, id) < ($2, $3)
             ORDER BY created_at DESC, id DESC LIMIT $4"
        ));
        self.list(&LIST, page, rows::project, |project| {
            (project.created_at, project.id.as_str())
        })
        .await
    }

    /// One output project.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn project(&self, id: &ProjectId) -> Result<Project, StoreError> {
        const FIND: Scoped = Scoped::new(concat!(
            "SELECT ",
            project_columns!(),
            " FROM projects WHERE tenant = $1 AND id = $2"
        ));
        self.find(
            self.scope.query(&FIND).bind(id.as_str()),
            rows::project,
            Kind::Project,
            id,
        )
        .await
    }

    /// Gives an output project another name.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn rename_project(&self, id: &ProjectId, name: &Name) -> Result<Project, StoreError> {
        const RENAME: Scoped = Scoped::new(concat!(
            "UPDATE projects SET name = $3, updated_at = $4 WHERE tenant = $1 AND id = $2 RETURNING ",
            project_columns!()
        ));
        let query = self
            .scope
            .query(&RENAME)
            .bind(id.as_str())
            .bind(name.as_str());
        let query = query.bind(self.database.now().milliseconds());
        let changed = self.database.change(query).await?;
        let row = changed.first();
        rows::project(row.ok_or_else(|| StoreError::not_found(Kind::Project, id))?)
    }

    /// Removes an output project with its runs and their events, and returns what it was, so that its workspace can be
    /// removed.
    ///
    /// # Errors
    ///
    /// When there is none, a run of it is live, or the database fails.
    pub async fn delete_project(&self, id: &ProjectId) -> Result<Project, StoreError> {
        const EVENTS: Scoped = Scoped::new(
            "DELETE FROM events WHERE run IN (SELECT id FROM runs WHERE tenant = $1 AND project = $2
                AND state NOT IN ('queued', 'running'))",
        );
        const RUNS: Scoped = Scoped::new(
            "DELETE FROM runs WHERE tenant = $1 AND project = $2 AND state NOT IN ('queued', 'running')",
        );
        const PROJECT: Scoped = Scoped::new(concat!(
            "DELETE FROM projects WHERE tenant = $1 AND id = $2 RETURNING ",
            project_columns!()
        ));
        let mut writing = self.database.begin().await?;
        for statement in [&EVENTS, &RUNS] {
            self.scope
                .query(statement)
                .bind(id.as_str())
                .execute(&mut *writing)
                .await?;
        }
        let deleted = self
            .scope
            .query(&PROJECT)
            .bind(id.as_str())
            .fetch_optional(&mut *writing)
            .await;
        // A run that is live was left, and one that was made meanwhile stands in the way as well.
        let by = "a run that is queued or running";
        let row = deleted.map_err(|error| unless_used(error, Kind::Project, id, by))?;
        let project = rows::project(&row.ok_or_else(|| StoreError::not_found(Kind::Project, id))?)?;
        writing.commit().await?;
        Ok(project)
    }
}
