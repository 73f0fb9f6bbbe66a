//! What is written with a lease, and what is refused.

use crate::support::{LEASE, Place, json, name, queued};
use quarry_store::{
    Append, Failure, Fenced, Finish, Json, Lease, Outcome, ProjectStatus, Recovery, RunRecord,
    RunState,
};
use std::time::Duration;

pub fn finish(outcome: Outcome) -> Finish {
    Finish {
        outcome,
        event: json(r#"{"type": "complete"}"#),
        record: RunRecord::default(),
        project_status: None,
    }
}

const RECOVERY: Recovery = Recovery {
    attempts: 3,
    grace: Duration::ZERO,
};

/// Lets a lease expire and its run be queued again.
pub async fn lose(place: &Place) {
    place.clock.advance(LEASE);
    let recovered = place
        .operator()
        .recover(&RECOVERY, &|_| Json::object())
        .await
        .unwrap();
    assert!(!recovered.is_empty());
}

async fn an_append_changes_the_stage_and_the_project_together(place: Place) {
    let (tenant, project, claimed) = place.running().await;
    place.advance(3);
    let append = Append {
        stage: Some(name("publish")),
        project_status: Some(ProjectStatus::Initialized),
        ..Append::events(claimed.lease.clone(), vec![json("1"), json("2")])
    };
    let events = place
        .operator()
        .append(&[append])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    let run = tenant.run(&claimed.run.id).await.unwrap();
    assert_eq!((run.last_seq, run.stage), (2, Some(name("publish"))));
    let changed = tenant.project(&project.id).await.unwrap();
    assert_eq!(
        (changed.status, changed.updated_at),
        (ProjectStatus::Initialized, events[0].at)
    );
    let append = Append::events(claimed.lease.clone(), vec![json("3")]);
    let events = place
        .operator()
        .append(&[append])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    assert_eq!(events[0].seq, 3);
    assert_eq!(
        tenant.run(&claimed.run.id).await.unwrap().stage,
        Some(name("publish")),
        "it stays in its stage"
    );
}

async fn an_append_without_events_changes_the_stage(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    let append = Append {
        stage: Some(name("extract")),
        ..Append::events(claimed.lease.clone(), Vec::new())
    };
    assert_eq!(
        place.operator().append(&[append]).await.unwrap(),
        [Ok(Vec::new())]
    );
    let run = tenant.run(&claimed.run.id).await.unwrap();
    assert_eq!((run.last_seq, run.stage), (0, Some(name("extract"))));
    assert_eq!(place.operator().append(&[]).await.unwrap(), []);
}

async fn one_batch_serves_many_runs_and_refuses_those_that_were_lost(place: Place) {
    let tenant = place.tenant(100).await;
    let mut leases = Vec::new();
    for _ in 0..20 {
        queued(&tenant).await;
        leases.push(place.claim("one").await.unwrap().lease);
    }
    // Every third is another host's by now.
    let lost = |index: usize| index.is_multiple_of(3);
    let current: Vec<Lease> = leases
        .iter()
        .enumerate()
        .map(|(index, lease)| Lease {
            fence: lease.fence + u64::from(lost(index)),
            ..lease.clone()
        })
        .collect();
    let bodies = |index: usize| {
        (0..=index)
            .map(|n| json(&format!("[{index}, {n}]")))
            .collect::<Vec<_>>()
    };
    let appends: Vec<Append> = (0..20)
        .map(|index| Append::events(current[index].clone(), bodies(index)))
        .collect();
    let answers = place.operator().append(&appends).await.unwrap();
    for (index, answer) in answers.into_iter().enumerate() {
        let stored = tenant.events(&leases[index].run, 0, 100).await.unwrap();
        match lost(index) {
            true => {
                assert_eq!(answer, Err(Fenced(current[index].clone())));
                assert_eq!(stored, []);
            }
            false => {
                assert_eq!(answer.unwrap(), stored);
                let seen: Vec<Json> = stored.into_iter().map(|event| event.body).collect();
                assert_eq!(seen, bodies(index));
            }
        }
    }
}

async fn a_run_that_is_twice_in_a_batch_gets_its_numbers_in_order(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    let append = |text| Append::events(claimed.lease.clone(), vec![json(text), json(text)]);
    let answers = place
        .operator()
        .append(&[append("1"), append("2")])
        .await
        .unwrap();
    let numbers: Vec<u64> = answers
        .into_iter()
        .flat_map(Result::unwrap)
        .map(|event| event.seq)
        .collect();
    assert_eq!(numbers, [1, 2, 3, 4]);
    let stored = tenant.events(&claimed.run.id, 0, 10).await.unwrap();
    assert_eq!(
        stored
            .iter()
            .map(|event| event.body.as_str())
            .collect::<String>(),
        "1122"
    );
}

async fn a_lease_that_was_lost_writes_nothing(place: Place) {
    let (tenant, project, old) = place.running().await;
    lose(&place).await;
    let new = place.claim("two").await.unwrap();
    assert_eq!(new.run.id, old.run.id);
    assert!(new.lease.fence > old.lease.fence);
    let before = (
        tenant.run(&old.run.id).await.unwrap(),
        tenant.events(&old.run.id, 0, 100).await.unwrap(),
    );
    let operator = place.operator();
    let fenced = Fenced(old.lease.clone());
    assert_eq!(
        operator.renew(&old.lease, LEASE).await.unwrap(),
        Err(fenced.clone())
    );
    let append = Append {
        stage: Some(name("publish")),
        project_status: Some(ProjectStatus::Active),
        ..Append::events(old.lease.clone(), vec![json("1")])
    };
    assert_eq!(
        operator.append(&[append]).await.unwrap(),
        [Err(fenced.clone())]
    );
    let mut ended = finish(Outcome::Succeeded);
    ended.project_status = Some(ProjectStatus::Active);
    assert_eq!(
        operator.finish(&old.lease, &ended).await.unwrap(),
        Err(fenced.clone())
    );
    assert_eq!(
        operator.release(&old.lease, &json("{}")).await.unwrap(),
        Err(fenced)
    );
    let after = (
        tenant.run(&old.run.id).await.unwrap(),
        tenant.events(&old.run.id, 0, 100).await.unwrap(),
    );
    assert_eq!(before, after);
    assert_eq!(
        tenant.project(&project.id).await.unwrap().status,
        ProjectStatus::Created
    );
    assert!(operator.finish(&new.lease, &ended).await.unwrap().is_ok());
    assert_eq!(
        tenant.project(&project.id).await.unwrap().status,
        ProjectStatus::Active
    );
}

async fn a_lease_of_a_run_that_has_ended_is_over(place: Place) {
    let (_, _, claimed) = place.running().await;
    let operator = place.operator();
    operator
        .finish(&claimed.lease, &finish(Outcome::Succeeded))
        .await
        .unwrap()
        .unwrap();
    assert!(
        operator
            .renew(&claimed.lease, LEASE)
            .await
            .unwrap()
            .is_err()
    );
    assert!(
        operator
            .finish(&claimed.lease, &finish(Outcome::Cancelled))
            .await
            .unwrap()
            .is_err()
    );
}

async fn a_lease_that_has_expired_is_renewed_as_long_as_nobody_took_the_run(place: Place) {
    let (_, _, claimed) = place.running().await;
    let operator = place.operator();
    place.advance(15_000);
    let renewed = operator.renew(&claimed.lease, LEASE).await.unwrap();
    let expires_at = renewed.unwrap().expires_at;
    assert!(Some(expires_at) > claimed.run.lease_expires_at);
    lose(&place).await;
    assert!(
        operator
            .renew(&claimed.lease, LEASE)
            .await
            .unwrap()
            .is_err()
    );
}

async fn a_finished_run_keeps_what_it_left_behind(place: Place) {
    let (tenant, project, claimed) = place.running().await;
    let record = RunRecord {
        figures: Some(json(r#"{"tables": 3}"#)),
        access_log: Some(json("[]")),
    };
    let failure = Failure::new(name("agent-failed"), "the agent ended with 1");
    let outcome = Outcome::Failed(failure.clone());
    let end = Finish {
        record: record.clone(),
        project_status: Some(ProjectStatus::Initialized),
        ..finish(outcome)
    };
    place.advance(1);
    let (run, event) = place
        .operator()
        .finish(&claimed.lease, &end)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(run, tenant.run(&run.id).await.unwrap());
    assert_eq!(
        (run.state, &run.failure),
        (RunState::Failed, &Some(failure))
    );
    assert_eq!(
        (run.figures, run.access_log),
        (record.figures, record.access_log)
    );
    assert_eq!((run.lease_owner, run.lease_expires_at), (None, None));
    assert!(run.ended_at > run.started_at);
    assert_eq!(tenant.events(&run.id, 0, 10).await.unwrap(), [event]);
    assert_eq!(
        tenant.project(&project.id).await.unwrap().status,
        ProjectStatus::Initialized
    );
}

async fn a_run_that_is_given_back_waits_again_and_the_attempt_does_not_count(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    let (run, event) = place
        .operator()
        .release(&claimed.lease, &json("1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (run.state, run.attempts, event.seq),
        (RunState::Queued, 0, 1)
    );
    assert_eq!(run.queued_at, claimed.run.queued_at, "it keeps its place");
    let again = place.claim("two").await.unwrap();
    assert_eq!((again.run.attempts, &again.run.id), (1, &claimed.run.id));
    assert!(again.lease.fence > claimed.lease.fence);
    assert_eq!(again.run.started_at, claimed.run.started_at);
    let append = Append::events(again.lease, vec![json("2")]);
    assert_eq!(
        place.operator().append(&[append]).await.unwrap()[0]
            .as_ref()
            .unwrap()[0]
            .seq,
        2
    );
    assert_eq!(tenant.events(&run.id, 0, 10).await.unwrap().len(), 2);
}

on_both!(
    an_append_changes_the_stage_and_the_project_together,
    an_append_without_events_changes_the_stage,
    one_batch_serves_many_runs_and_refuses_those_that_were_lost,
    a_run_that_is_twice_in_a_batch_gets_its_numbers_in_order,
    a_lease_that_was_lost_writes_nothing,
    a_lease_of_a_run_that_has_ended_is_over,
    a_lease_that_has_expired_is_renewed_as_long_as_nobody_took_the_run,
    a_finished_run_keeps_what_it_left_behind,
    a_run_that_is_given_back_waits_again_and_the_attempt_does_not_count,
);
