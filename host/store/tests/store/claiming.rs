//! Which run is next.

use crate::leases::finish;
use crate::support::{LEASE, Place, name, queued};
use quarry_store::{Outcome, RunId, Store, TenantStore};
use std::collections::HashSet;

/// Runs that wait, each a millisecond after the one before.
async fn wait(place: &Place, tenant: &TenantStore, runs: usize) -> Vec<RunId> {
    let mut waiting = Vec::new();
    for _ in 0..runs {
        waiting.push(queued(tenant).await.id);
        place.advance(1);
    }
    waiting
}

async fn claims(place: &Place, number: usize) -> Vec<RunId> {
    let mut claimed = Vec::new();
    for _ in 0..number {
        claimed.push(place.claim("one").await.unwrap().run.id);
    }
    claimed
}

async fn a_claim_says_who_has_the_run_and_until_when(place: Place) {
    let tenant = place.tenant(2).await;
    let run = queued(&tenant).await;
    place.advance(5);
    let claimed = place.claim("host one").await.unwrap();
    assert_eq!(
        (&claimed.run.id, claimed.lease.fence, claimed.run.attempts),
        (&run.id, 1, 1)
    );
    assert_eq!(claimed.run.lease_owner, Some(name("host one")));
    let started = claimed.run.started_at.unwrap();
    assert!(started > run.queued_at);
    assert_eq!(claimed.run.lease_expires_at, Some(started.after(LEASE)));
    assert_eq!(claimed.limits.concurrent_runs, 2);
    assert_eq!(claimed.run, tenant.run(&run.id).await.unwrap());
    assert_eq!(claimed.run, place.run_of(tenant.id(), &claimed.lease).await);
}

async fn a_tenant_runs_no_more_than_it_may(place: Place) {
    let tenant = place.tenant(2).await;
    let waiting = wait(&place, &tenant, 3).await;
    let first = place.claim("one").await.unwrap();
    let second = place.claim("two").await.unwrap();
    assert_eq!(
        [&first.run.id, &second.run.id],
        [&waiting[0], &waiting[1]],
        "those that wait longest"
    );
    assert!(place.claim("one").await.is_none());
    place
        .operator()
        .finish(&first.lease, &finish(Outcome::Succeeded))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(place.claim("one").await.unwrap().run.id, waiting[2]);
}

async fn a_tenant_that_may_run_nothing_waits(place: Place) {
    queued(&place.tenant(0).await).await;
    assert!(place.claim("one").await.is_none());
}

async fn a_tenant_that_floods_does_not_hold_up_another(place: Place) {
    let (flooding, quiet) = (place.tenant(100).await, place.tenant(100).await);
    let flood = wait(&place, &flooding, 10).await;
    let few = wait(&place, &quiet, 2).await;
    let claimed = claims(&place, 5).await;
    // Each time the tenant with fewer running runs, and of two with as many the one that waits longest.
    let expected = [&flood[0], &few[0], &flood[1], &few[1], &flood[2]];
    assert_eq!(claimed.iter().collect::<Vec<_>>(), expected);
}

async fn tenants_take_turns_however_long_the_runs_of_one_have_waited(place: Place) {
    let flooding = place.tenant(100).await;
    let flood = wait(&place, &flooding, 6).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        let tenant = place.tenant(100).await;
        others.push(wait(&place, &tenant, 1).await.remove(0));
    }
    // One at a time, as a host with one place does.
    let mut order = Vec::new();
    for _ in 0..6 {
        let claimed = place.claim("one").await.unwrap();
        place.advance(1);
        let finish = finish(Outcome::Succeeded);
        let finished = place.operator().finish(&claimed.lease, &finish).await;
        finished.unwrap().unwrap();
        order.push(claimed.run.id);
    }
    let expected = [
        &flood[0], &others[0], &others[1], &others[2], &flood[1], &flood[2],
    ];
    assert_eq!(order.iter().collect::<Vec<_>>(), expected);
}

async fn a_place_can_be_kept_for_tenants_without_a_running_run(place: Place) {
    let (flooding, quiet) = (place.tenant(100).await, place.tenant(100).await);
    let flood = wait(&place, &flooding, 3).await;
    let claim = async || {
        let claimed = place.operator().claim_for_idle(&name("one"), LEASE).await;
        claimed.unwrap().map(|claimed| claimed.run.id)
    };
    assert_eq!(claim().await.as_ref(), Some(&flood[0]));
    assert_eq!(claim().await, None);
    let few = wait(&place, &quiet, 1).await;
    assert_eq!(claim().await.as_ref(), Some(&few[0]));
    assert_eq!(place.claim("one").await.unwrap().run.id, flood[1]);
}

async fn a_run_waits_for_the_host_that_has_its_source_tree(place: Place) {
    let (one, two) = (
        place.host_with_trees("one").await,
        place.host_with_trees("two").await,
    );
    let tenant = place.tenant(10).await;
    let of_one = queued(&one.tenant(tenant.id().clone())).await;
    place.advance(1);
    let of_two = queued(&two.tenant(tenant.id().clone())).await;
    place.advance(1);
    let of_any = queued(&tenant).await;
    let claim = async |store: &Store, host: &str| {
        let claimed = store.operator().claim(&name(host), LEASE).await.unwrap();
        claimed.map(|claimed| claimed.run.id)
    };
    assert_eq!(claim(&two, "two").await, Some(of_two.id));
    assert_eq!(claim(&two, "two").await, Some(of_any.id));
    assert_eq!(claim(&two, "two").await, None);
    assert_eq!(claim(&one, "one").await, Some(of_one.id));
    one.close().await;
    two.close().await;
}

async fn hosts_that_claim_at_once_get_different_runs_and_no_tenant_gets_too_many(place: Place) {
    let tenants = [
        place.tenant(2).await,
        place.tenant(3).await,
        place.tenant(50).await,
    ];
    for tenant in &tenants {
        wait(&place, tenant, 8).await;
    }
    let other = place.another_host().await;
    let mut claiming = tokio::task::JoinSet::new();
    for number in 0..16 {
        let store = if number % 2 == 0 {
            place.store.clone()
        } else {
            other.clone()
        };
        claiming.spawn(async move {
            let owner = name(&format!("host {number}"));
            let mut claimed = Vec::new();
            while let Some(run) = store.operator().claim(&owner, LEASE).await.unwrap() {
                claimed.push(run.run.id);
            }
            claimed
        });
    }
    let claimed: Vec<RunId> = claiming.join_all().await.into_iter().flatten().collect();
    let different: HashSet<&RunId> = claimed.iter().collect();
    assert_eq!(different.len(), claimed.len());
    let mut running = Vec::new();
    for tenant in &tenants {
        running.push(tenant.usage().await.unwrap().running_runs);
    }
    assert_eq!(running, [2, 3, 8]);
    other.close().await;
}

on_both!(
    a_claim_says_who_has_the_run_and_until_when,
    a_tenant_runs_no_more_than_it_may,
    a_tenant_that_may_run_nothing_waits,
    a_tenant_that_floods_does_not_hold_up_another,
    tenants_take_turns_however_long_the_runs_of_one_have_waited,
    a_place_can_be_kept_for_tenants_without_a_running_run,
    a_run_waits_for_the_host_that_has_its_source_tree,
    hosts_that_claim_at_once_get_different_runs_and_no_tenant_gets_too_many,
);
