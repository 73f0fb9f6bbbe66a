//! Runs under random interleavings of two hosts.

mod together;

use crate::leases::finish;
use crate::support::{LEASE, Place, json, name, project};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use quarry_store::{
    Append, Cancelled, Json, Lease, Location, Outcome, Page, ProjectId, Recovery, RunId, RunState,
    Started, Store, TenantStore,
};
use std::collections::HashMap;
use std::time::Duration;

/// What a host, a client or the time does. Which run it is about is an index into what there is.
#[derive(Debug, Clone)]
enum Step {
    Start(usize),
    Cancel(usize),
    Claim(usize),
    Renew(usize, usize),
    Append(usize, usize, usize),
    Finish(usize, usize),
    Release(usize, usize),
    Recover(usize),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let (host, lease) = (0..2_usize, 0..8_usize);
    prop_oneof![
        4 => (0..3_usize).prop_map(Step::Start),
        1 => (0..8_usize).prop_map(Step::Cancel),
        4 => host.clone().prop_map(Step::Claim),
        2 => (host.clone(), lease.clone()).prop_map(|(host, lease)| Step::Renew(host, lease)),
        4 => (host.clone(), lease.clone(), 0..5_usize).prop_map(|(host, lease, n)| Step::Append(host, lease, n)),
        2 => (host.clone(), lease.clone()).prop_map(|(host, lease)| Step::Finish(host, lease)),
        1 => (host.clone(), lease).prop_map(|(host, lease)| Step::Release(host, lease)),
        2 => host.prop_map(Step::Recover),
        2 => (1..20_000_u64).prop_map(Step::Pass),
    ]
}

/// What should be so, kept beside the store.
struct World {
    place: Place,
    hosts: [Store; 2],
    projects: Vec<(TenantStore, ProjectId)>,
    runs: Vec<(TenantStore, RunId)>,
    /// All leases that each host ever got: it does not know which are over.
    leases: [Vec<Lease>; 2],
    /// The lease of every run that runs, with the time at which it expires.
    current: HashMap<RunId, (Lease, i64)>,
    /// The fence and the last number of every run when it was last looked at.
    fences: HashMap<RunId, (u64, u64)>,
}

const RECOVERY: Recovery = Recovery {
    attempts: 2,
    grace: Duration::ZERO,
};

impl World {
    async fn new(place: Place, second: Store) -> Self {
        clear(&place).await;
        let (one, two) = (place.tenant(2).await, place.tenant(1).await);
        let mut projects = Vec::new();
        for tenant in [&one, &one, &two] {
            projects.push((tenant.clone(), project(tenant).await.id));
        }
        let hosts = [place.store.clone(), second];
        let (runs, leases) = (Vec::new(), [Vec::new(), Vec::new()]);
        Self {
            place,
            hosts,
            projects,
            runs,
            leases,
            current: HashMap::new(),
            fences: HashMap::new(),
        }
    }

    fn now(&self) -> i64 {
        quarry_store::Clock::now(&*self.place.clock).milliseconds()
    }

    /// One of the leases that a host ever had, and whether it is current.
    fn lease(&self, host: usize, index: usize) -> Option<(Lease, bool)> {
        let leases = &self.leases[host];
        let lease = leases.get(index.checked_rem(leases.len())?)?.clone();
        let current = self
            .current
            .get(&lease.run)
            .is_some_and(|(current, _)| *current == lease);
        Some((lease, current))
    }

    async fn make(&mut self, step: &Step) {
        match *step {
            Step::Start(project) => self.start(project).await,
            Step::Cancel(run) => self.cancel(run).await,
            Step::Claim(host) => self.claim(host).await,
            Step::Recover(host) => self.recover(host).await,
            Step::Pass(milliseconds) => self.place.advance(milliseconds),
            Step::Renew(host, lease)
            | Step::Append(host, lease, _)
            | Step::Finish(host, lease)
            | Step::Release(host, lease) => {
                if let Some((lease, current)) = self.lease(host, lease) {
                    let done = self.write(step, host, &lease).await;
                    assert_eq!(done, current, "{step:?} with {lease:?}");
                }
            }
        }
    }

    async fn start(&mut self, project: usize) {
        let (tenant, project) = &self.projects[project];
        let live = tenant.live_run(project).await.unwrap();
        match tenant.start_run(project, &Json::object()).await.unwrap() {
            Started::New(run) => {
                assert_eq!(live, None);
                self.runs.push((tenant.clone(), run.id));
            }
            Started::Joined(run) => assert_eq!(live, Some(run)),
        }
    }

    async fn cancel(&mut self, index: usize) {
        let Some(index) = index.checked_rem(self.runs.len()) else {
            return;
        };
        let (tenant, run) = &self.runs[index];
        let running = self.current.contains_key(run);
        match tenant.request_cancel(run, &json("0")).await.unwrap() {
            Cancelled::Ended(..) | Cancelled::Already(_) => assert!(!running),
            Cancelled::Requested(_) => assert!(running),
        }
    }

    async fn claim(&mut self, host: usize) {
        let owner = name(["one", "two"][host]);
        let Some(claimed) = self.hosts[host]
            .operator()
            .claim(&owner, LEASE)
            .await
            .unwrap()
        else {
            return;
        };
        let until = claimed.run.lease_expires_at.unwrap().milliseconds();
        let before = self
            .current
            .insert(claimed.run.id.clone(), (claimed.lease.clone(), until));
        assert_eq!(before, None, "nobody had it");
        self.leases[host].push(claimed.lease);
    }

    async fn recover(&mut self, host: usize) {
        let now = self.now();
        let recovered = self.hosts[host]
            .operator()
            .recover(&RECOVERY, &|_| json("0"))
            .await
            .unwrap();
        let mut found: Vec<RunId> = recovered
            .into_iter()
            .map(|recovered| recovered.run.id)
            .collect();
        let expired = self.current.extract_if(|_, (_, until)| *until <= now);
        let mut expected: Vec<RunId> = expired.map(|(run, _)| run).collect();
        found.sort();
        expected.sort();
        assert_eq!(found, expected);
    }

    /// Writes with a lease, and tells whether that was allowed.
    async fn write(&mut self, step: &Step, host: usize, lease: &Lease) -> bool {
        let operator = self.hosts[host].operator();
        match *step {
            Step::Renew(..) => {
                let renewed = operator.renew(lease, LEASE).await.unwrap();
                if let (Ok(renewed), Some((_, until))) =
                    (&renewed, self.current.get_mut(&lease.run))
                {
                    *until = renewed.expires_at.milliseconds();
                }
                renewed.is_ok()
            }
            Step::Append(_, _, events) => {
                let append = Append::events(lease.clone(), vec![json("1"); events]);
                operator.append(&[append]).await.unwrap()[0].is_ok()
            }
            Step::Finish(..) => {
                let done = operator
                    .finish(lease, &finish(Outcome::Succeeded))
                    .await
                    .unwrap()
                    .is_ok();
                self.give_up(lease, done)
            }
            _ => {
                let done = operator.release(lease, &json("0")).await.unwrap().is_ok();
                self.give_up(lease, done)
            }
        }
    }

    fn give_up(&mut self, lease: &Lease, done: bool) -> bool {
        if done {
            self.current.remove(&lease.run);
        }
        done
    }

    /// What holds at any time.
    async fn check(&mut self) {
        let mut live = HashMap::new();
        for tenant in self.tenants() {
            let mut running = 0;
            for run in tenant.runs(&Page::first()).await.unwrap().items {
                running += u32::from(run.state == RunState::Running);
                if run.state.is_live() {
                    *live.entry(run.project.clone()).or_insert(0) += 1;
                }
                assert_eq!(run.state.is_live(), run.ended_at.is_none());
                let lease = self.current.get(&run.id).map(|(lease, _)| lease.fence);
                let expected = (run.state == RunState::Running).then_some(run.fence);
                assert_eq!(lease, expected);
                let before = self
                    .fences
                    .insert(run.id.clone(), (run.fence, run.last_seq));
                let before = before.unwrap_or_default();
                assert!(
                    before.0 <= run.fence && before.1 <= run.last_seq,
                    "both only grow"
                );
            }
            let allowed = tenant.tenant().await.unwrap().limits.concurrent_runs;
            assert!(running <= allowed);
        }
        assert!(
            live.values().all(|runs| *runs == 1),
            "never two live runs of a project"
        );
    }

    fn tenants(&self) -> Vec<TenantStore> {
        // The first two projects have the same tenant.
        self.projects[1..]
            .iter()
            .map(|(tenant, _)| tenant.clone())
            .collect()
    }

    async fn check_events(&self) {
        for (tenant, id) in &self.runs {
            let run = tenant.run(id).await.unwrap();
            let events = tenant.events(id, 0, 10_000).await.unwrap();
            assert!(
                events.iter().map(|event| event.seq).eq(1..=run.last_seq),
                "no gap"
            );
        }
    }

    /// After every lease has expired, nothing runs; in the end all runs have ended.
    async fn end(&mut self) {
        for _ in 0..10 {
            self.place.clock.advance(LEASE);
            self.recover(0).await;
            assert_eq!(
                self.place.operator().totals().await.unwrap().running_runs,
                0
            );
            while self.current.len() < 3 {
                let before = self.current.len();
                self.claim(1).await;
                if self.current.len() == before {
                    break;
                }
            }
        }
        self.check().await;
        self.check_events().await;
        assert_eq!(self.place.operator().totals().await.unwrap().queued_runs, 0);
    }
}

async fn two_hosts_in_any_order_keep_runs_whole(place: Place) {
    random(place, |steps| {
        steps.into_iter().map(|step| vec![step]).collect()
    })
    .await;
}

async fn two_hosts_at_the_same_time_keep_runs_whole(place: Place) {
    random(place, |steps| {
        steps.chunks(4).map(<[Step]>::to_vec).collect()
    })
    .await;
}

/// Makes random steps, in groups of which each is made at the same time.
async fn random(place: Place, group: fn(Vec<Step>) -> Vec<Vec<Step>>) {
    let runtime = tokio::runtime::Handle::current();
    // Every commit to PostgreSQL waits for the disk.
    let cases = if matches!(place.location, Location::Directory(_)) {
        64
    } else {
        12
    };
    let second = place.another_host().await;
    let done = second.clone();
    let test = move || {
        // The same store for all cases: runs that have ended are in nobody's way.
        let mut runner = TestRunner::new(Config {
            cases,
            max_shrink_iters: 200,
            failure_persistence: None,
            ..Config::default()
        });
        runner.run(&prop::collection::vec(step(), 1..50), |steps| {
            let (place, second) = (place.clone(), second.clone());
            let groups = group(steps);
            let outcome = runtime.block_on(tokio::spawn(async move {
                let mut world = World::new(place, second).await;
                for steps in groups {
                    match &*steps {
                        [step] => world.make(step).await,
                        steps => world.make_together(steps).await,
                    }
                    world.check().await;
                }
                world.end().await;
            }));
            outcome.map_err(|error| TestCaseError::fail(error.to_string()))
        })
    };
    tokio::task::spawn_blocking(test).await.unwrap().unwrap();
    done.close().await;
}

/// Ends what a case that failed has left, so that a smaller one can be tried.
async fn clear(place: &Place) {
    place.clock.advance(LEASE);
    let recovery = Recovery {
        attempts: 0,
        ..RECOVERY
    };
    place
        .operator()
        .recover(&recovery, &|_| json("0"))
        .await
        .unwrap();
    while let Some(claimed) = place.claim("any").await {
        let finish = finish(Outcome::Cancelled);
        place
            .operator()
            .finish(&claimed.lease, &finish)
            .await
            .unwrap()
            .unwrap();
    }
}

on_both!(
    two_hosts_in_any_order_keep_runs_whole,
    two_hosts_at_the_same_time_keep_runs_whole
);
