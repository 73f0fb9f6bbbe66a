//! Runs whose host died.

use crate::leases::lose;
use crate::support::{LEASE, Place, json, name};
use quarry_store::{Json, Recovery, Run, RunState};
use std::time::Duration;

const RECOVERY: Recovery = Recovery {
    attempts: 3,
    grace: Duration::from_secs(2),
};

fn describe(run: &Run) -> Json {
    let code = run.failure.as_ref().map(|failure| failure.code.as_str());
    Json::of(&(run.state, code)).unwrap()
}

async fn a_lease_that_is_renewed_is_not_taken_away(place: Place) {
    let (_, _, claimed) = place.running().await;
    for _ in 0..5 {
        place.advance(10_000);
        assert_eq!(
            place
                .operator()
                .recover(&RECOVERY, &describe)
                .await
                .unwrap(),
            []
        );
        place
            .operator()
            .renew(&claimed.lease, LEASE)
            .await
            .unwrap()
            .unwrap();
    }
    place.advance(16_999);
    assert_eq!(
        place
            .operator()
            .recover(&RECOVERY, &describe)
            .await
            .unwrap(),
        [],
        "clocks may differ"
    );
    assert_eq!(
        place
            .operator()
            .expired(Duration::ZERO)
            .await
            .unwrap()
            .len(),
        1
    );
    place.advance(1);
    assert_eq!(
        place
            .operator()
            .recover(&RECOVERY, &describe)
            .await
            .unwrap()
            .len(),
        1
    );
}

async fn a_run_is_queued_again_and_failed_in_the_end_with_an_event_that_says_so(place: Place) {
    let (tenant, project, mut claimed) = place.running().await;
    for attempt in 1..=3 {
        assert_eq!(claimed.run.attempts, attempt);
        place.advance(17_000);
        let recovered = place
            .operator()
            .recover(&RECOVERY, &describe)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(recovered.run.id, claimed.run.id);
        assert!(recovered.run.fence > claimed.lease.fence);
        assert_eq!(recovered.run, tenant.run(&claimed.run.id).await.unwrap());
        assert_eq!(recovered.event.seq, u64::from(attempt));
        if attempt < 3 {
            assert_eq!(recovered.run.state, RunState::Queued);
            assert_eq!(recovered.event.body, json(r#"["queued",null]"#));
            claimed = place.claim("two").await.unwrap();
        } else {
            assert_eq!(recovered.run.state, RunState::Failed);
            assert_eq!(recovered.event.body, json(r#"["failed","host-lost"]"#));
            assert!(recovered.run.ended_at.is_some());
        }
    }
    assert_eq!(
        tenant.events(&claimed.run.id, 0, 10).await.unwrap().len(),
        3
    );
    assert!(place.claim("two").await.is_none());
    assert_eq!(tenant.live_run(&project.id).await.unwrap(), None);
}

async fn a_run_that_was_to_be_cancelled_is_cancelled_when_its_host_dies(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    tenant
        .request_cancel(&claimed.run.id, &json("{}"))
        .await
        .unwrap();
    place.advance(17_000);
    let recovered = place
        .operator()
        .recover(&RECOVERY, &describe)
        .await
        .unwrap()
        .remove(0);
    assert_eq!(recovered.run.state, RunState::Cancelled);
    assert_eq!(tenant.live_run(&claimed.run.project).await.unwrap(), None);
}

async fn a_host_that_comes_back_takes_its_runs_over_at_once(place: Place) {
    let (_, _, claimed) = place.running().await;
    let operator = place.operator();
    assert_eq!(
        operator.expire_leases_of(&name("another")).await.unwrap(),
        0
    );
    assert_eq!(operator.expire_leases_of(&name("one")).await.unwrap(), 1);
    let recovered = operator.recover(&RECOVERY, &describe).await.unwrap();
    assert_eq!(recovered.len(), 1);
    let again = place.claim("one").await.unwrap();
    assert_eq!(again.run.id, claimed.run.id);
}

async fn of_two_hosts_that_recover_one_takes_a_run(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    place.advance(20_000);
    let other = place.another_host().await;
    let (one, two) = (place.operator(), other.operator());
    let (one, two) = tokio::join!(
        one.recover(&RECOVERY, &describe),
        two.recover(&RECOVERY, &describe)
    );
    assert_eq!(one.unwrap().len() + two.unwrap().len(), 1);
    assert_eq!(
        tenant.events(&claimed.run.id, 0, 10).await.unwrap().len(),
        1
    );
    other.close().await;
}

async fn the_host_that_lost_a_run_hears_of_it(place: Place) {
    let (_, _, claimed) = place.running().await;
    lose(&place).await;
    let fenced = place
        .operator()
        .renew(&claimed.lease, LEASE)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(fenced.0, claimed.lease);
    assert!(fenced.to_string().contains(claimed.run.id.as_str()));
}

on_both!(
    a_lease_that_is_renewed_is_not_taken_away,
    a_run_is_queued_again_and_failed_in_the_end_with_an_event_that_says_so,
    a_run_that_was_to_be_cancelled_is_cancelled_when_its_host_dies,
    a_host_that_comes_back_takes_its_runs_over_at_once,
    of_two_hosts_that_recover_one_takes_a_run,
    the_host_that_lost_a_run_hears_of_it,
);
