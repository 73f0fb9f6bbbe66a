//! A tenant's runs and their events.

use super::{TenantStore, unless_missing};
use crate::connections::Writing;
use crate::error::{Kind, StoreError};
use crate::events::insert_last;
use crate::id::{ProjectId, RunId};
use crate::model::{Cancelled, Event, Progress, Run, RunState, Started};
use crate::page::{Listed, Page};
use crate::rows::{self, column, run_columns};
use crate::scope::Scoped;
use crate::text::Json;
use sqlx::any::AnyRow;

/// Characters of events that are read at once: agents say much, and many may read it at the same time.
const READ: i64 = 256 << 10;

/// How often something is tried when others are faster.
const TRIES: usize = 32;

const FIND: Scoped = Scoped::new(concat!(
    "SELECT ",
    run_columns!(),
    " FROM runs WHERE tenant = $1 AND id = $2"
));

const LIVE: Scoped = Scoped::new(concat!(
    "SELECT ",
    run_columns!(),
    " FROM runs WHERE tenant = $1 AND project = $2 AND state IN ('queued', 'running')"
));

impl TenantStore {
    /// Asks for a run of an output project. If it has a live one, that is the answer: of callers at the same time one
    /// makes the run and the others join it.
    ///
    /// # Errors
    ///
    /// When there is no such project, or the database fails.
    pub async fn start_run(
        &self,
        project: &ProjectId,
        request: &Json,
    ) -> Result<Started, StoreError> {
        let mut writing = self.database.begin().await?;
        // Each time round, another caller has made a run, and it has ended since.
        for _ in 0..TRIES {
            let live = self
                .scope
                .query(&LIVE)
                .bind(project.as_str())
                .fetch_optional(&mut *writing)
                .await?;
            if let Some(row) = live {
                return Ok(Started::Joined(rows::run(&row)?));
            }
            if let Some(run) = self.queue(&mut writing, project, request).await? {
                writing.commit().await?;
                return Ok(Started::New(run));
            }
        }
        Err(StoreError::Contended {
            kind: Kind::Project,
            id: project.to_string(),
        })
    }

    /// One run.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn run(&self, id: &RunId) -> Result<Run, StoreError> {
        self.find(
            self.scope.query(&FIND).bind(id.as_str()),
            rows::run,
            Kind::Run,
            id,
        )
        .await
    }

    /// How far a run is, which is less to read than the run.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn progress(&self, id: &RunId) -> Result<Progress, StoreError> {
        const FIND: Scoped =
            Scoped::new("SELECT state, last_seq FROM runs WHERE tenant = $1 AND id = $2");
        let query = self.scope.query(&FIND).bind(id.as_str());
        let read = |row: &AnyRow| {
            Ok(Progress {
                state: RunState::stored(&rows::text(row, "state")?)?,
                last_seq: rows::number(row, "last_seq")?,
            })
        };
        self.find(query, read, Kind::Run, id).await
    }

    /// The runs of all output projects.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn runs(&self, page: &Page) -> Result<Listed<Run>, StoreError> {
        const LIST: Scoped = Scoped::new(concat!(
            "SELECT ",
            run_columns!(),
            " FROM runs WHERE tenant = $1 AND (queued_at, id) < ($2, $3) ORDER BY queued_at DESC, id DESC LIMIT $4"
        ));
        self.list(&LIST, page, rows::run, |run| {
            (run.queued_at, run.id.as_str())
        })
        .await
    }

    /// The runs of one output project.
    ///
    /// # Errors
    ///
    /// When there is no such project, or the database fails.
    pub async fn runs_of_project(
        &self,
        project: &ProjectId,
        page: &Page,
    ) -> Result<Listed<Run>, StoreError> {
        self.project(project).await?;
        const LIST: Scoped = Scoped::new(concat!(
            "SELECT ",
            run_columns!(),
            " FROM runs WHERE tenant = $1 AND (queued_at, id) < ($2, $3) AND project = $5
             ORDER BY queued_at DESC, id DESC LIMIT $4"
        ));
        let query = page.bind(self.scope.query(&LIST)).bind(project.as_str());
        self.listed(query, page, rows::run, |run| {
            (run.queued_at, run.id.as_str())
        })
        .await
    }

    /// The live run of an output project, if it has one.
    ///
    /// # Errors
    ///
    /// When there is no such project, or the database fails.
    pub async fn live_run(&self, project: &ProjectId) -> Result<Option<Run>, StoreError> {
        let query = self.scope.query(&LIVE).bind(project.as_str());
        match query.fetch_optional(self.database.read()).await? {
            Some(row) => rows::run(&row).map(Some),
            None => self.project(project).await.map(|_| None),
        }
    }

    /// Asks for a run to end. One that waits ends at once, with `event`; one that runs is ended by its host.
    ///
    /// # Errors
    ///
    /// When there is no such run, or the database fails.
    pub async fn request_cancel(&self, id: &RunId, event: &Json) -> Result<Cancelled, StoreError> {
        let mut writing = self.database.begin().await?;
        // Each time round, the run was claimed or given back between the statements.
        for _ in 0..TRIES {
            if let Some(run) = self.end_queued(&mut writing, id).await? {
                let event = insert_last(&mut writing, &run, self.database.now(), event).await?;
                writing.commit().await?;
                return Ok(Cancelled::Ended(run, event));
            }
            const REQUEST: Scoped = Scoped::new(concat!(
                "UPDATE runs SET cancel_requested = 1 WHERE tenant = $1 AND id = $2 AND state = 'running' RETURNING ",
                run_columns!()
            ));
            let requested = self
                .scope
                .query(&REQUEST)
                .bind(id.as_str())
                .fetch_optional(&mut *writing)
                .await?;
            if let Some(row) = requested {
                writing.commit().await?;
                return Ok(Cancelled::Requested(rows::run(&row)?));
            }
            let found = self
                .scope
                .query(&FIND)
                .bind(id.as_str())
                .fetch_optional(&mut *writing)
                .await?;
            let run = rows::run(&found.ok_or_else(|| StoreError::not_found(Kind::Run, id))?)?;
            if !run.state.is_live() {
                return Ok(Cancelled::Already(run));
            }
        }
        Err(StoreError::Contended {
            kind: Kind::Run,
            id: id.to_string(),
        })
    }

    /// The events of a run after a number, in order: at most so many, and no more than some 256 KiB if that is not the
    /// first one alone. The first event's number is 1.
    ///
    /// # Errors
    ///
    /// When there is no such run, or the database fails.
    pub async fn events(
        &self,
        id: &RunId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<Event>, StoreError> {
        const LIST: Scoped = Scoped::new(
            "SELECT seq, at, body FROM (
                SELECT seq, at, body, SUM(LENGTH(body)) OVER (ORDER BY seq) - LENGTH(body) AS earlier FROM (
                    SELECT seq, at, body FROM events
                    WHERE run IN (SELECT id FROM runs WHERE tenant = $1 AND id = $2) AND seq > $3
                    ORDER BY seq LIMIT $4) AS part) AS measured
             WHERE earlier < $5 ORDER BY seq",
        );
        let query = self
            .scope
            .query(&LIST)
            .bind(id.as_str())
            .bind(column(after))
            .bind(i64::from(limit))
            .bind(READ);
        let found = query.fetch_all(self.database.read()).await?;
        if found.is_empty() {
            self.run(id).await?;
        }
        found.iter().map(rows::event).collect()
    }

    /// Makes a run, unless the project has a live one.
    async fn queue(
        &self,
        writing: &mut Writing,
        project: &ProjectId,
        request: &Json,
    ) -> Result<Option<Run>, StoreError> {
        const INSERT: Scoped = Scoped::new(concat!(
            "INSERT INTO runs (tenant, id, project, request, state, queued_at, fence, attempts, last_seq, cancel_requested, host)
             VALUES ($1, $2, $3, $4, 'queued', $5, 0, 0, 0, 0,
                (SELECT knowledge_bases.host FROM projects JOIN knowledge_bases
                 ON knowledge_bases.tenant = projects.tenant AND knowledge_bases.id = projects.knowledge_base
                 WHERE projects.tenant = $1 AND projects.id = $3)) ON CONFLICT DO NOTHING RETURNING ",
            run_columns!()
        ));
        let query = self
            .scope
            .query(&INSERT)
            .bind(RunId::random()?.as_str())
            .bind(project.as_str());
        let query = query
            .bind(request.as_str())
            .bind(self.database.now().milliseconds());
        let inserted = query.fetch_optional(&mut **writing).await;
        let row = inserted.map_err(|error| unless_missing(error, Kind::Project, project))?;
        row.as_ref().map(rows::run).transpose()
    }

    /// Ends a run that waits.
    async fn end_queued(
        &self,
        writing: &mut Writing,
        id: &RunId,
    ) -> Result<Option<Run>, StoreError> {
        const END: Scoped = Scoped::new(concat!(
            "UPDATE runs SET state = 'cancelled', cancel_requested = 1, ended_at = $3, last_seq = last_seq + 1
             WHERE tenant = $1 AND id = $2 AND state = 'queued' RETURNING ",
            run_columns!()
        ));
        let query = self
            .scope
            .query(&END)
            .bind(id.as_str())
            .bind(self.database.now().milliseconds());
        let ended = query.fetch_optional(&mut **writing).await?;
        ended.as_ref().map(rows::run).transpose()
    }
}
