//! Appending events: few statements, however many runs a batch is of.

use super::Operator;
use super::leases::set_status;
use crate::connections::Writing;
use crate::error::StoreError;
use crate::events::insert;
use crate::id::RunId;
use crate::model::{Append, Event, Fenced, Lease, ProjectStatus};
use crate::rows::{self, chunks, column, placeholders};
use crate::text::Name;
use crate::time::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;
use std::collections::{BTreeMap, HashMap};

/// What the appends of one lease ask for together. A statement changes a row once, however often a batch names it.
#[derive(Default)]
struct Demand<'batch> {
    events: u64,
    stage: Option<&'batch Name>,
    project_status: Option<ProjectStatus>,
}

/// By run and fence: rows are locked in this order, so that hosts do not wait for each other in a circle.
type Demands<'batch> = BTreeMap<(&'batch RunId, u64), Demand<'batch>>;

/// The number of the last event of every lease that is current, before the batch.
type Taken = HashMap<Lease, u64>;

impl Operator {
    pub(super) async fn try_append(
        &self,
        appends: &[Append],
    ) -> Result<Vec<Result<Vec<Event>, Fenced>>, StoreError> {
        let now = self.database.now();
        let demands = demands(appends);
        let mut writing = self.database.begin().await?;
        if self.database.is_shared() {
            lock(&mut writing, &demands).await?;
        }
        let mut taken = take(&mut writing, &demands, now).await?;
        let answers: Vec<_> = appends
            .iter()
            .map(|append| number(append, &mut taken, now))
            .collect();
        let events = appends.iter().zip(&answers).filter_map(|(append, answer)| {
            let events = answer.as_ref().ok()?;
            Some(events.iter().map(|event| (&append.lease.run, event)))
        });
        let events: Vec<(&RunId, &Event)> = events.flatten().collect();
        insert(&mut writing, &events).await?;
        writing.commit().await?;
        Ok(answers)
    }
}

fn demands(appends: &[Append]) -> Demands<'_> {
    let mut demands = Demands::new();
    for append in appends {
        let demand = demands
            .entry((&append.lease.run, append.lease.fence))
            .or_default();
        demand.events += append.events.len() as u64;
        demand.stage = append.stage.as_ref().or(demand.stage);
        demand.project_status = append.project_status.or(demand.project_status);
    }
    demands
}

/// Locks the runs one after the other, as `take` does not: an update of several rows meets them in any order.
async fn lock(writing: &mut Writing, demands: &Demands<'_>) -> Result<(), StoreError> {
    let mut runs: Vec<&RunId> = demands.keys().map(|(run, _)| *run).collect();
    runs.dedup();
    for chunk in chunks(&runs) {
        let statement = format!(
            r#"SELECT id FROM runs WHERE id IN ({}) ORDER BY id COLLATE "C" FOR NO KEY UPDATE"#,
            placeholders(chunk.len(), 1)
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for run in chunk {
            query = query.bind(run.as_str());
        }
        query.fetch_all(&mut **writing).await?;
    }
    Ok(())
}

/// Takes the numbers of the events, and makes the changes that they tell of, where the lease is current.
async fn take(
    writing: &mut Writing,
    demands: &Demands<'_>,
    now: Timestamp,
) -> Result<Taken, StoreError> {
    let mut taken = Taken::new();
    let leases: Vec<_> = demands.iter().collect();
    for chunk in chunks(&leases) {
        let mut query = sqlx::query(AssertSqlSafe(statement(chunk.len())));
        for ((run, fence), demand) in chunk {
            query = query
                .bind(run.as_str())
                .bind(column(*fence))
                .bind(column(demand.events));
            query = query.bind(demand.stage.map(Name::to_string));
        }
        for row in query.fetch_all(&mut **writing).await? {
            let lease = Lease {
                run: rows::parsed(&row, "id")?,
                fence: rows::number(&row, "fence")?,
            };
            let Some(demand) = demands.get(&(&lease.run, lease.fence)) else {
                continue;
            };
            let (before, status) = (last_before(&row, demand)?, demand.project_status);
            taken.insert(lease, before);
            if let Some(status) = status {
                set_status(writing, &row, status, now).await?;
            }
        }
    }
    Ok(taken)
}

fn last_before(row: &AnyRow, demand: &Demand) -> Result<u64, StoreError> {
    let last: u64 = rows::number(row, "last_seq")?;
    Ok(last - demand.events)
}

fn statement(leases: usize) -> String {
    format!(
        "WITH batch (run, claim, events, entered) AS (VALUES {})
         UPDATE runs SET last_seq = last_seq + batch.events, stage = COALESCE(batch.entered, stage)
         FROM batch WHERE id = batch.run AND fence = batch.claim AND state = 'running'
         RETURNING id, fence, tenant, project, last_seq",
        placeholders(leases, 4)
    )
}

/// Numbers the events of one append, after those of the appends before it.
fn number(append: &Append, taken: &mut Taken, now: Timestamp) -> Result<Vec<Event>, Fenced> {
    let lease = &append.lease;
    let last = taken.get_mut(lease).ok_or_else(|| Fenced(lease.clone()))?;
    let events = append.events.iter().map(|body| {
        *last += 1;
        Event {
            seq: *last,
            at: now,
            body: body.clone(),
        }
    });
    Ok(events.collect())
}
