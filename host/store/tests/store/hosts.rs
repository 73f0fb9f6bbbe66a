//! Hosts that are gone for good, and those that come back all the same.

use crate::support::{LEASE, Place, base, json, name, queued};
use quarry_store::{
    Absence, Contents, Failure, Json, KnowledgeBaseState, Recovered, Recovery, Run, RunState,
    StoreError, TenantStore,
};
use std::time::Duration;

/// How often hosts say that they are there, and after how long without they are gone.
const TICK: u64 = 5_000;
const LENGTH: Duration = Duration::from_secs(600);

fn describe(run: &Run) -> Json {
    let code = run.failure.as_ref().map(|failure| failure.code.as_str());
    Json::of(&(run.state, code)).unwrap()
}

impl Place {
    async fn see(&self, host: &str) {
        self.operator().see_host(&name(host)).await.unwrap();
    }

    /// Lets time pass in which these hosts are there.
    async fn pass(&self, seconds: u64, hosts: &[&str]) {
        for _ in 0..seconds * 1_000 / TICK {
            self.advance(TICK);
            for host in hosts {
                self.see(host).await;
            }
        }
    }

    async fn give_up(&self, told_by: &str) -> Vec<Recovered> {
        let (operator, absence) = (self.operator(), absence(told_by));
        let failed = operator.fail_runs_of_gone_hosts(&absence, &describe);
        failed.await.unwrap()
    }

    /// The same tenant on a host that has source trees.
    async fn on(&self, host: &str, tenant: &TenantStore) -> TenantStore {
        let store = self.host_with_trees(host).await;
        store.tenant(tenant.id().clone())
    }
}

fn absence(told_by: &str) -> Absence {
    Absence {
        told_by: name(told_by),
        length: LENGTH,
    }
}

async fn runs_that_wait_for_a_host_that_is_gone_are_failed_and_no_others(place: Place) {
    let tenant = place.tenant(10).await;
    let of_gone = queued(&place.on("gone", &tenant).await).await;
    let of_here = queued(&place.on("here", &tenant).await).await;
    let of_any = queued(&tenant).await;
    place.see("gone").await;
    place.see("here").await;
    place.pass(595, &["here"]).await;
    assert_eq!(place.give_up("here").await, []);
    place.pass(5, &["here"]).await;
    let failed = place.give_up("here").await;
    let [Recovered { run, event }] = failed.as_slice() else {
        panic!("{failed:?}");
    };
    assert_eq!((&run.id, run.state), (&of_gone.id, RunState::Failed));
    let failure = run.failure.as_ref().unwrap();
    assert_eq!(failure.code, name("host-gone"));
    assert!(failure.message.contains("600 s"), "{}", failure.message);
    assert!(failure.message.contains("upload the source tree again"));
    assert!(run.ended_at.is_some());
    assert_eq!(event.body, json(r#"["failed","host-gone"]"#));
    assert_eq!(*run, tenant.run(&of_gone.id).await.unwrap());
    let events = tenant.events(&of_gone.id, 0, 10).await.unwrap();
    assert_eq!(events, std::slice::from_ref(event));
    for run in [&of_here, &of_any] {
        let now = tenant.run(&run.id).await.unwrap();
        assert_eq!(now.state, RunState::Queued);
    }
    assert_eq!(place.give_up("here").await, []);
    // The project can be used: a run can be asked for, and is not waited for in vain either.
    let again = tenant.start_run(&of_gone.project, &Json::object()).await;
    let again = again.unwrap().run().id.clone();
    assert_ne!(again, of_gone.id);
    assert_eq!(place.give_up("here").await[0].run.id, again);
    tenant.delete_project(&of_gone.project).await.unwrap();
}

async fn a_run_that_a_host_was_working_on_when_it_went_is_failed_too(place: Place) {
    let tenant = place.tenant(10).await;
    let run = queued(&place.on("gone", &tenant).await).await;
    place.see("gone").await;
    place.see("here").await;
    let claimed = place.claim("gone").await.unwrap();
    assert_eq!(claimed.run.id, run.id);
    place.pass(600, &["here"]).await;
    // It still is its host's until the lease is known to be over.
    assert_eq!(place.give_up("here").await, []);
    let recovery = Recovery {
        attempts: 3,
        grace: Duration::from_secs(2),
    };
    let operator = place.operator();
    let taken = operator.recover(&recovery, &describe).await.unwrap();
    assert_eq!(taken[0].run.state, RunState::Queued);
    assert_eq!(place.give_up("here").await[0].run.id, run.id);
    // The host was only cut off, and goes on where it was.
    let lease = &claimed.lease;
    assert!(operator.renew(lease, LEASE).await.unwrap().is_err());
    let said = quarry_store::Append::events(lease.clone(), vec![json("{}")]);
    assert!(operator.append(&[said]).await.unwrap()[0].is_err());
    place.see("gone").await;
    assert!(place.claim("gone").await.is_none());
    let now = tenant.run(&run.id).await.unwrap();
    assert_eq!(now.state, RunState::Failed);
    // And what is asked for from now on it works on.
    let again = tenant.start_run(&run.project, &Json::object()).await;
    let again = again.unwrap().run().id.clone();
    assert_eq!(place.give_up("here").await, []);
    assert_eq!(place.claim("gone").await.unwrap().run.id, again);
}

async fn only_a_host_that_was_there_all_the_while_says_that_another_was_not(place: Place) {
    let tenant = place.tenant(10).await;
    let run = queued(&place.on("away", &tenant).await).await;
    place.see("away").await;
    place.see("here").await;
    // Nobody was there: the first that is back must not judge the others.
    place.advance(3_600_000);
    place.see("here").await;
    assert_eq!(place.give_up("here").await, []);
    place.pass(595, &["here"]).await;
    assert_eq!(place.give_up("here").await, []);
    // One that did not say for a while that it is there may not have been, and the same goes for one that never did.
    place.advance(25_000);
    assert_eq!(place.give_up("here").await, []);
    place.see("here").await;
    place.see("new").await;
    place.pass(595, &["here", "new"]).await;
    for host in ["here", "new", "unknown"] {
        assert_eq!(place.give_up(host).await, []);
    }
    place.pass(5, &["here", "new"]).await;
    assert_eq!(place.give_up("unknown").await, []);
    assert_eq!(place.give_up("new").await[0].run.id, run.id);
}

async fn a_host_that_was_never_seen_is_from_before_and_has_as_long_as_others(place: Place) {
    let tenant = place.tenant(10).await;
    let run = queued(&place.on("old", &tenant).await).await;
    place.see("here").await;
    place.pass(595, &["here"]).await;
    assert_eq!(place.give_up("here").await, []);
    place.pass(5, &["here"]).await;
    assert_eq!(place.give_up("here").await[0].run.id, run.id);
}

async fn of_two_hosts_that_give_a_run_up_one_does(place: Place) {
    let tenant = place.tenant(10).await;
    let run = queued(&place.on("gone", &tenant).await).await;
    place.see("one").await;
    place.see("two").await;
    place.pass(600, &["one", "two"]).await;
    let (one, two) = tokio::join!(place.give_up("one"), place.give_up("two"));
    assert_eq!(one.len() + two.len(), 1);
    let events = tenant.events(&run.id, 0, 10).await.unwrap();
    assert_eq!(events.len(), 1);
}

async fn an_upload_to_a_host_that_is_gone_is_failed_and_cannot_be_completed(place: Place) {
    let tenant = place.tenant(10).await;
    let upload = async |host| {
        let received = place.on(host, &tenant).await;
        received.create_knowledge_base(base()).await.unwrap().id
    };
    let (lost, going) = (upload("gone").await, upload("here").await);
    place.see("gone").await;
    place.see("here").await;
    place.pass(600, &["here"]).await;
    let failure = Failure::new(name("upload-interrupted"), "send it again");
    let operator = place.operator();
    let fail = async || {
        let absence = absence("here");
        let failed = operator.fail_knowledge_bases_of_gone_hosts(&absence, &failure);
        failed.await.unwrap()
    };
    assert_eq!(fail().await, [(tenant.id().clone(), lost.clone())]);
    assert_eq!(fail().await, []);
    let now = tenant.knowledge_base(&lost).await.unwrap();
    assert_eq!(now.state, KnowledgeBaseState::Failed);
    assert_eq!(now.failure, Some(failure.clone()));
    // The host was only cut off, and has all of it now.
    let contents = Contents::default();
    let late = tenant.complete_knowledge_base(&lost, &contents).await;
    assert!(matches!(late, Err(StoreError::State { .. })), "{late:?}");
    tenant
        .complete_knowledge_base(&going, &contents)
        .await
        .unwrap();
    // Or it begins anew, and has files to remove.
    let gone = name("gone");
    let left = operator.fail_knowledge_bases_of(&gone, &failure).await;
    assert_eq!(left.unwrap(), [(tenant.id().clone(), lost)]);
}

on_both!(
    runs_that_wait_for_a_host_that_is_gone_are_failed_and_no_others,
    a_run_that_a_host_was_working_on_when_it_went_is_failed_too,
    only_a_host_that_was_there_all_the_while_says_that_another_was_not,
    a_host_that_was_never_seen_is_from_before_and_has_as_long_as_others,
    of_two_hosts_that_give_a_run_up_one_does,
    an_upload_to_a_host_that_is_gone_is_failed_and_cannot_be_completed,
);
