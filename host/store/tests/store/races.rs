//! Callers that are there at the same time.

use crate::support::{Place, json, name, project, queued};
use quarry_store::{
    Append, CredentialError, Json, NewToken, Scopes, Started, StoreError, TicketScope,
};
use std::collections::HashSet;
use tokio::task::JoinSet;

async fn of_callers_that_start_a_run_at_once_one_makes_it(place: Place) {
    let tenant = place.tenant(4).await;
    let other = place.another_host().await;
    for _ in 0..5 {
        let project = project(&tenant).await;
        let mut starting = JoinSet::new();
        for number in 0..12 {
            let store = if number % 2 == 0 {
                &place.store
            } else {
                &other
            };
            let (tenant, project) = (store.tenant(tenant.id().clone()), project.id.clone());
            starting
                .spawn(async move { tenant.start_run(&project, &Json::object()).await.unwrap() });
        }
        let started = starting.join_all().await;
        let runs: HashSet<String> = started
            .iter()
            .map(|started| started.run().id.to_string())
            .collect();
        assert_eq!(runs.len(), 1, "all have the same run");
        let new = started
            .iter()
            .filter(|started| matches!(started, Started::New(_)));
        assert_eq!(new.count(), 1);
    }
    other.close().await;
}

async fn of_callers_with_the_same_ticket_one_gets_in(place: Place) {
    let tenant = place.tenant(4).await;
    let token = NewToken {
        name: name("t"),
        scopes: Scopes::all(),
        expires_at: None,
    };
    let (token, _) = tenant.create_token(token).await.unwrap();
    let other = place.another_host().await;
    for _ in 0..5 {
        let ticket = tenant
            .create_ticket(&token.id, &TicketScope::Tenant)
            .await
            .unwrap();
        let mut consuming = JoinSet::new();
        for number in 0..8 {
            let store = if number % 2 == 0 {
                place.store.clone()
            } else {
                other.clone()
            };
            let ticket = ticket.clone();
            consuming.spawn(async move { store.consume_ticket(ticket.expose()).await });
        }
        let (let_in, refused): (Vec<_>, Vec<_>) = consuming
            .join_all()
            .await
            .into_iter()
            .partition(Result::is_ok);
        assert_eq!(let_in.len(), 1);
        assert!(
            refused
                .iter()
                .all(|answer| matches!(answer, Err(CredentialError::Unknown))),
            "{refused:?}"
        );
    }
    other.close().await;
}

async fn a_project_is_not_deleted_under_a_run_that_starts(place: Place) {
    let tenant = place.tenant(4).await;
    let other = place.another_host().await;
    for _ in 0..10 {
        let project = project(&tenant).await.id;
        let second = other.tenant(tenant.id().clone());
        let request = Json::object();
        let (started, deleted) = tokio::join!(
            tenant.start_run(&project, &request),
            second.delete_project(&project)
        );
        match (&started, &deleted) {
            (Ok(Started::New(_)), Err(StoreError::InUse { .. })) => {}
            (Err(StoreError::NotFound { .. }), Ok(_)) => {}
            _ => panic!("{started:?} {deleted:?}"),
        }
    }
    other.close().await;
}

async fn batches_of_several_hosts_leave_no_gap(place: Place) {
    let tenant = place.tenant(100).await;
    let mut leases = Vec::new();
    for _ in 0..10 {
        queued(&tenant).await;
        leases.push(place.claim("one").await.unwrap().lease);
    }
    let other = place.another_host().await;
    let mut appending = JoinSet::new();
    for number in 0..8 {
        let store = if number % 2 == 0 {
            place.store.clone()
        } else {
            other.clone()
        };
        let mut leases = leases.clone();
        // In another order each: what is locked first must not depend on it.
        leases.rotate_left(number);
        appending.spawn(async move {
            for _ in 0..10 {
                let events = |lease| Append::events(lease, vec![json("1"), json("2"), json("3")]);
                let appends: Vec<Append> = leases.iter().cloned().map(events).collect();
                let answers = store.operator().append(&appends).await.unwrap();
                assert!(answers.iter().all(Result::is_ok));
            }
        });
    }
    appending.join_all().await;
    for lease in &leases {
        let events = tenant.events(&lease.run, 0, 1000).await.unwrap();
        let numbers: Vec<u64> = events.iter().map(|event| event.seq).collect();
        assert_eq!(numbers, (1..=240).collect::<Vec<_>>());
        let together = events.chunks(3).all(|three| {
            three
                .iter()
                .map(|event| event.body.as_str())
                .eq(["1", "2", "3"])
        });
        assert!(together, "events of one append stand together");
    }
    other.close().await;
}

on_both!(
    of_callers_that_start_a_run_at_once_one_makes_it,
    of_callers_with_the_same_ticket_one_gets_in,
    a_project_is_not_deleted_under_a_run_that_starts,
    batches_of_several_hosts_leave_no_gap,
);
