//! Old runs are removed.

use crate::support::{LEASE, Place, json, project};
use quarry_store::{
    Append, Clock, Finish, Json, Outcome, Project, Removed, RunId, RunRecord, RunState, TenantStore,
};

/// A run of a project that has ended, with so many events before its last.
async fn ended(place: &Place, tenant: &TenantStore, project: &Project, events: usize) -> RunId {
    tenant
        .start_run(&project.id, &Json::object())
        .await
        .unwrap();
    let claimed = place.claim("one").await.unwrap();
    let append = Append::events(claimed.lease.clone(), vec![json("{}"); events]);
    place.operator().append(&[append]).await.unwrap();
    let finish = Finish {
        outcome: Outcome::Succeeded,
        event: json("{}"),
        record: RunRecord::default(),
        project_status: None,
    };
    let finished = place.operator().finish(&claimed.lease, &finish).await;
    // The next one is later.
    place.advance(1);
    finished.unwrap().unwrap().0.id
}

/// Removes what ended more than so many milliseconds ago, in batches of so many rows.
async fn remove(place: &Place, age: u64, rows: u32) -> Vec<Removed> {
    let before = place
        .clock
        .now()
        .before(std::time::Duration::from_millis(age));
    let mut batches = Vec::new();
    loop {
        let removed = place.operator().remove_ended_runs(before, rows).await;
        match removed.unwrap() {
            removed if removed == Removed::default() => return batches,
            removed => batches.push(removed),
        }
    }
}

async fn runs_that_ended_before_are_removed_with_their_events_but_for_the_last_of_a_project(
    place: Place,
) {
    let tenant = place.tenant(4).await;
    let (shop, other) = (project(&tenant).await, project(&tenant).await);
    let oldest = ended(&place, &tenant, &shop, 3).await;
    let only = ended(&place, &tenant, &other, 3).await;
    place.advance(1_000);
    let old = ended(&place, &tenant, &shop, 3).await;
    place.advance(10_000);
    let recent = ended(&place, &tenant, &shop, 3).await;
    place.advance(1_000);
    let last = ended(&place, &tenant, &shop, 3).await;
    let removed = remove(&place, 5_000, 1_000).await;
    assert_eq!(removed, [Removed { runs: 2, events: 8 }]);
    for gone in [&oldest, &old] {
        assert!(tenant.run(gone).await.is_err());
    }
    for stays in [&only, &recent, &last] {
        tenant.run(stays).await.unwrap();
        assert_eq!(tenant.events(stays, 0, 100).await.unwrap().len(), 4);
    }
    assert_eq!(remove(&place, 5_000, 1_000).await, []);
    let removed = remove(&place, 0, 1_000).await;
    assert_eq!(removed, [Removed { runs: 1, events: 4 }]);
    tenant.run(&last).await.unwrap();
}

async fn runs_that_have_not_ended_stay_however_old(place: Place) {
    let tenant = place.tenant(1).await;
    let (shop, other) = (project(&tenant).await, project(&tenant).await);
    ended(&place, &tenant, &shop, 1).await;
    tenant.start_run(&shop.id, &Json::object()).await.unwrap();
    let running = place.claim("one").await.unwrap();
    let queued = tenant.start_run(&other.id, &Json::object()).await.unwrap();
    place.advance(1_000_000_000);
    place
        .operator()
        .renew(&running.lease, LEASE)
        .await
        .unwrap()
        .unwrap();
    let removed = remove(&place, 1, 1_000).await;
    assert_eq!(removed, [Removed { runs: 1, events: 2 }]);
    let state = async |id| tenant.run(id).await.unwrap().state;
    assert_eq!(state(&running.run.id).await, RunState::Running);
    assert_eq!(state(&queued.run().id).await, RunState::Queued);
}

async fn a_batch_is_bounded_also_within_a_run_and_what_is_left_has_no_gap(place: Place) {
    let tenant = place.tenant(1).await;
    let shop = project(&tenant).await;
    let large = ended(&place, &tenant, &shop, 99).await;
    for _ in 0..5 {
        ended(&place, &tenant, &shop, 1).await;
    }
    place.advance(1_000);
    let before = place.clock.now();
    let first = place.operator().remove_ended_runs(before, 40).await;
    assert_eq!(
        first.unwrap(),
        Removed {
            runs: 0,
            events: 40
        }
    );
    let left = tenant.events(&large, 0, 1_000).await.unwrap();
    let numbers: Vec<u64> = left.iter().map(|event| event.seq).collect();
    assert_eq!(numbers, (1..=60).collect::<Vec<_>>());
    let batches = remove(&place, 0, 40).await;
    assert!(
        batches.iter().all(|batch| batch.events <= 40),
        "{batches:?}"
    );
    assert_eq!(batches.iter().map(|batch| batch.runs).sum::<u64>(), 5);
    assert_eq!(batches.iter().map(|batch| batch.events).sum::<u64>(), 68);
}

async fn two_hosts_that_remove_at_once_do_not_disturb_each_other(place: Place) {
    let tenant = place.tenant(1).await;
    let shop = project(&tenant).await;
    for _ in 0..6 {
        ended(&place, &tenant, &shop, 5).await;
    }
    place.advance(1_000);
    let other = place.another_host().await;
    let (one, two) = (place.operator(), other.operator());
    let before = place.clock.now();
    let (one, two) = tokio::join!(
        one.remove_ended_runs(before, 1_000),
        two.remove_ended_runs(before, 1_000)
    );
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(one.runs + two.runs, 5);
    assert_eq!(one.events + two.events, 30);
    let runs = tenant.runs(&quarry_store::Page::first()).await.unwrap();
    assert_eq!(runs.items.len(), 1);
    other.close().await;
}

on_both!(
    runs_that_ended_before_are_removed_with_their_events_but_for_the_last_of_a_project,
    runs_that_have_not_ended_stay_however_old,
    a_batch_is_bounded_also_within_a_run_and_what_is_left_has_no_gap,
    two_hosts_that_remove_at_once_do_not_disturb_each_other,
);
