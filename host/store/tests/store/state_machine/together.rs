//! Steps of both hosts at the same time.

use super::{RECOVERY, Step, World};
use crate::leases::finish;
use crate::support::{LEASE, json, name};
use quarry_store::{Append, Json, Lease, Outcome, RunId, TenantStore};

impl World {
    /// Makes steps at the same time. Which comes first is not known, and so not what each of them does: only what holds
    /// afterwards is checked, after looking up which leases are current.
    pub(super) async fn make_together(&mut self, steps: &[Step]) {
        let mut making = tokio::task::JoinSet::new();
        for step in steps.iter().cloned() {
            let (host, operator) = match step {
                Step::Claim(host) | Step::Recover(host) => (host, self.hosts[host].operator()),
                _ => (0, self.place.operator()),
            };
            match step {
                Step::Start(project) => {
                    let (tenant, project) = self.projects[project].clone();
                    making.spawn(async move {
                        let started = tenant.start_run(&project, &Json::object()).await.unwrap();
                        Made {
                            run: Some((tenant, started.run().id.clone())),
                            lease: None,
                        }
                    });
                }
                Step::Cancel(index) => {
                    let Some(index) = index.checked_rem(self.runs.len()) else {
                        continue;
                    };
                    let (tenant, run) = self.runs[index].clone();
                    making.spawn(async move {
                        tenant.request_cancel(&run, &json("0")).await.unwrap();
                        Made::default()
                    });
                }
                Step::Claim(_) => {
                    making.spawn(async move {
                        let claimed = operator.claim(&name("any"), LEASE).await.unwrap();
                        Made {
                            run: None,
                            lease: claimed.map(|claimed| (host, claimed.lease)),
                        }
                    });
                }
                Step::Recover(_) => {
                    making.spawn(async move {
                        operator.recover(&RECOVERY, &|_| json("0")).await.unwrap();
                        Made::default()
                    });
                }
                Step::Pass(milliseconds) => self.place.advance(milliseconds),
                Step::Renew(host, lease)
                | Step::Append(host, lease, _)
                | Step::Finish(host, lease)
                | Step::Release(host, lease) => {
                    let Some((lease, _)) = self.lease(host, lease) else {
                        continue;
                    };
                    let operator = self.hosts[host].operator();
                    making.spawn(async move {
                        write_anyhow(&operator, &step, &lease).await;
                        Made::default()
                    });
                }
            }
        }
        for made in making.join_all().await {
            self.note(made);
        }
        self.look().await;
    }

    fn note(&mut self, made: Made) {
        if let Some((tenant, run)) = made.run
            && !self.runs.iter().any(|(_, known)| *known == run)
        {
            self.runs.push((tenant, run));
        }
        if let Some((host, lease)) = made.lease {
            assert!(
                !self.leases.iter().flatten().any(|known| *known == lease),
                "no claim is given twice"
            );
            self.leases[host].push(lease);
        }
    }

    /// Takes over from the store which leases are current: they must be some that a host got.
    async fn look(&mut self) {
        self.current.clear();
        for (tenant, id) in &self.runs {
            let run = tenant.run(id).await.unwrap();
            if let Some(until) = run.lease_expires_at {
                let lease = Lease {
                    run: id.clone(),
                    fence: run.fence,
                };
                assert!(
                    self.leases.iter().flatten().any(|known| *known == lease),
                    "somebody has it"
                );
                self.current
                    .insert(id.clone(), (lease, until.milliseconds()));
            }
        }
    }
}

/// What a step that was made at the same time as others brought.
#[derive(Default)]
struct Made {
    run: Option<(TenantStore, RunId)>,
    lease: Option<(usize, Lease)>,
}

async fn write_anyhow(operator: &quarry_store::Operator, step: &Step, lease: &Lease) {
    match *step {
        Step::Renew(..) => drop(operator.renew(lease, LEASE).await.unwrap()),
        Step::Append(_, _, events) => {
            let append = Append::events(lease.clone(), vec![json("1"); events]);
            operator.append(&[append]).await.unwrap();
        }
        Step::Finish(..) => drop(
            operator
                .finish(lease, &finish(Outcome::Succeeded))
                .await
                .unwrap(),
        ),
        _ => drop(operator.release(lease, &json("0")).await.unwrap()),
    }
}
