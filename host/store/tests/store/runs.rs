//! Asking for runs, cancelling them, reading their events.

use crate::leases::finish;
use crate::support::{LEASE, Place, json, project, queued};
use quarry_store::{Append, Cancelled, Json, Outcome, RunState, Started};

async fn a_project_has_one_live_run(place: Place) {
    let tenant = place.tenant(4).await;
    let project = project(&tenant).await;
    assert_eq!(tenant.live_run(&project.id).await.unwrap(), None);
    let request = json(r#"{"agent": true}"#);
    let Started::New(first) = tenant.start_run(&project.id, &request).await.unwrap() else {
        panic!("there was none");
    };
    assert_eq!(
        (first.state, &first.request, first.fence, first.last_seq),
        (RunState::Queued, &request, 0, 0)
    );
    let joined = tenant
        .start_run(&project.id, &Json::object())
        .await
        .unwrap();
    assert_eq!(joined, Started::Joined(first.clone()));
    let claimed = place.claim("one").await.unwrap();
    assert_eq!(
        tenant.live_run(&project.id).await.unwrap().as_ref(),
        Some(&claimed.run)
    );
    assert!(matches!(
        tenant
            .start_run(&project.id, &Json::object())
            .await
            .unwrap(),
        Started::Joined(_)
    ));
    place
        .operator()
        .finish(&claimed.lease, &finish(Outcome::Succeeded))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(tenant.live_run(&project.id).await.unwrap(), None);
    let Started::New(second) = tenant
        .start_run(&project.id, &Json::object())
        .await
        .unwrap()
    else {
        panic!("the first one has ended");
    };
    assert_ne!(second.id, first.id);
}

async fn a_run_that_waits_is_cancelled_at_once(place: Place) {
    let tenant = place.tenant(4).await;
    let run = queued(&tenant).await;
    let body = json(r#"{"type": "complete"}"#);
    let Cancelled::Ended(ended, event) = tenant.request_cancel(&run.id, &body).await.unwrap()
    else {
        panic!("it waited");
    };
    assert_eq!(
        (ended.state, ended.last_seq, event.seq),
        (RunState::Cancelled, 1, 1)
    );
    assert!(ended.ended_at.is_some());
    assert_eq!(tenant.events(&run.id, 0, 10).await.unwrap(), [event]);
    assert!(place.claim("one").await.is_none());
    assert_eq!(
        tenant.request_cancel(&run.id, &body).await.unwrap(),
        Cancelled::Already(ended)
    );
}

async fn a_run_that_runs_is_told_to_end(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    let operator = place.operator();
    assert!(
        !operator
            .renew(&claimed.lease, LEASE)
            .await
            .unwrap()
            .unwrap()
            .cancel_requested
    );
    let asked = tenant
        .request_cancel(&claimed.run.id, &json("{}"))
        .await
        .unwrap();
    let Cancelled::Requested(run) = asked else {
        panic!("it runs: {asked:?}");
    };
    assert!(run.cancel_requested && run.state == RunState::Running);
    assert!(
        operator
            .renew(&claimed.lease, LEASE)
            .await
            .unwrap()
            .unwrap()
            .cancel_requested
    );
    let (run, _) = operator
        .finish(&claimed.lease, &finish(Outcome::Cancelled))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(run.state, RunState::Cancelled);
}

async fn events_are_read_from_where_a_client_left(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    let bodies: Vec<Json> = (0..100)
        .map(|n| json(&format!(r#"{{"n":  {n}, "text": "\u0000 ß"}}"#)))
        .collect();
    let append = Append::events(claimed.lease.clone(), bodies.clone());
    let appended = place
        .operator()
        .append(&[append])
        .await
        .unwrap()
        .remove(0)
        .unwrap();
    let all = tenant.events(&claimed.run.id, 0, 1000).await.unwrap();
    assert_eq!(all, appended);
    assert_eq!(
        all.iter().map(|event| event.seq).collect::<Vec<_>>(),
        (1..=100).collect::<Vec<_>>()
    );
    assert_eq!(
        all.iter()
            .map(|event| event.body.clone())
            .collect::<Vec<_>>(),
        bodies,
        "byte for byte"
    );
    assert_eq!(
        tenant.events(&claimed.run.id, 97, 1000).await.unwrap(),
        all[97..]
    );
    assert_eq!(
        tenant.events(&claimed.run.id, 10, 5).await.unwrap(),
        all[10..15]
    );
    for after in [100, 101, u64::MAX] {
        assert_eq!(tenant.events(&claimed.run.id, after, 5).await.unwrap(), []);
    }
}

async fn long_events_are_read_a_few_at_a_time(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    let body = json(&format!("\"{}\"", "x".repeat(100_000)));
    let append = Append::events(claimed.lease.clone(), vec![body; 10]);
    let appended = place.operator().append(&[append]).await.unwrap();
    let appended = appended.into_iter().next().unwrap().unwrap();
    let (mut read, mut parts) = (Vec::new(), 0);
    while read.len() < appended.len() {
        let part = tenant.events(&claimed.run.id, read.len() as u64, 256);
        let part = part.await.unwrap();
        assert!((1..=3).contains(&part.len()), "{}", part.len());
        read.extend(part);
        parts += 1;
    }
    assert_eq!((read, parts), (appended, 4));
}

async fn how_far_a_run_is_can_be_told_without_reading_it(place: Place) {
    let (tenant, _, claimed) = place.running().await;
    let append = Append::events(claimed.lease.clone(), vec![json("1"); 3]);
    place.operator().append(&[append]).await.unwrap();
    let progress = tenant.progress(&claimed.run.id).await.unwrap();
    assert_eq!((progress.state, progress.last_seq), (RunState::Running, 3));
    let other = place.tenant(1).await;
    assert!(other.progress(&claimed.run.id).await.is_err());
}

on_both!(
    a_project_has_one_live_run,
    a_run_that_waits_is_cancelled_at_once,
    a_run_that_runs_is_told_to_end,
    events_are_read_from_where_a_client_left,
    long_events_are_read_a_few_at_a_time,
    how_far_a_run_is_can_be_told_without_reading_it,
);
