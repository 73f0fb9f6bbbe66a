//! Tenants, knowledge bases and output projects.

use crate::support::{Place, base, json, name, project, queued};
use quarry_store::{
    Contents, Failure, Json, Kind, KnowledgeBaseState, Limits, LimitsChange, NewKnowledgeBase,
    NewProject, NewToken, Origin, ProjectStatus, Scopes, StoreError, TenantChange, TenantId,
    Timestamp, Usage,
};

async fn the_single_user_tenant_is_made_once(place: Place) {
    let operator = place.operator();
    let first = operator.single_user_tenant().await.unwrap();
    place.advance(1);
    let again = place.another_host().await;
    assert_eq!(again.operator().single_user_tenant().await.unwrap(), first);
    assert_eq!(first.id, TenantId::single_user());
    again.close().await;
}

async fn a_tenant_keeps_its_limits_however_large(place: Place) {
    let operator = place.operator();
    let most = Limits {
        concurrent_runs: u32::MAX,
        storage_bytes: u64::MAX,
        upload_bytes: i64::MAX as u64,
        run_seconds: u32::MAX,
        requests_per_minute: 0,
    };
    let made = operator
        .create_tenant(&name("Größe 'x'; --"), &most)
        .await
        .unwrap();
    let read = operator.tenant(&made.id).await.unwrap();
    assert_eq!(read.name, made.name);
    // What a database cannot count is as good as no limit.
    assert_eq!(
        read.limits,
        Limits {
            storage_bytes: i64::MAX as u64,
            ..most
        }
    );
}

async fn a_tenant_is_changed_in_what_is_named_and_in_nothing_else(place: Place) {
    let operator = place.operator();
    let made = operator
        .create_tenant(&name("Shop"), &Limits::default())
        .await
        .unwrap();
    let change = TenantChange {
        limits: LimitsChange {
            upload_bytes: Some(7),
            ..LimitsChange::default()
        },
        ..TenantChange::default()
    };
    let changed = operator.update_tenant(&made.id, &change).await.unwrap();
    let limits = Limits {
        upload_bytes: 7,
        ..Limits::default()
    };
    assert_eq!(
        (changed.limits, changed.name.as_str(), changed.created_at),
        (limits, "Shop", made.created_at)
    );
    let change = TenantChange {
        name: Some(name("Other")),
        ..TenantChange::default()
    };
    let changed = operator.update_tenant(&made.id, &change).await.unwrap();
    assert_eq!((changed.limits, changed.name.as_str()), (limits, "Other"));
    assert_eq!(operator.tenant(&made.id).await.unwrap(), changed);
}

async fn a_tenant_goes_with_all_that_it_has_once_nothing_of_it_is_going_on(place: Place) {
    let tenant = place.tenant(1).await;
    let token = NewToken {
        name: name("t"),
        scopes: Scopes::all(),
        expires_at: None,
    };
    let (token, _) = tenant.create_token(token).await.unwrap();
    tenant
        .create_ticket(&token.id, &quarry_store::TicketScope::Tenant)
        .await
        .unwrap();
    let (other, of_other) = (place.tenant(1).await, project(&place.tenant(1).await).await);
    let run = queued(&tenant).await;
    let receiving = tenant.create_knowledge_base(base()).await.unwrap();
    let refused = async || {
        let refused = place.operator().delete_tenant(tenant.id()).await;
        let Err(StoreError::InUse { kind, by, .. }) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(kind, Kind::Tenant);
        assert!(by.contains("run") && by.contains("upload"), "{by}");
        tenant
            .token(&token.id)
            .await
            .expect("nothing of it is gone");
    };
    refused().await;
    let project = tenant.project(&run.project).await.unwrap();
    tenant.request_cancel(&run.id, &json("{}")).await.unwrap();
    refused().await;
    for id in [&project.knowledge_base, &receiving.id] {
        tenant
            .complete_knowledge_base(id, &Contents::default())
            .await
            .unwrap();
    }
    place.operator().delete_tenant(tenant.id()).await.unwrap();
    assert_eq!(tenant.usage().await.unwrap(), Usage::default());
    assert!(tenant.run(&run.id).await.is_err());
    other.tenant().await.expect("others stay");
    let of_other = place
        .store
        .tenant(of_other.tenant.clone())
        .project(&of_other.id)
        .await;
    of_other.expect("others keep what they have");
    let gone = place.operator().delete_tenant(tenant.id()).await;
    assert!(
        matches!(
            gone,
            Err(StoreError::NotFound {
                kind: Kind::Tenant,
                ..
            })
        ),
        "{gone:?}"
    );
}

async fn a_knowledge_base_is_received_and_then_ready(place: Place) {
    let tenant = place.tenant(1).await;
    let origin = Origin::Directory("/srv/Größe".to_owned());
    let made = tenant
        .create_knowledge_base(NewKnowledgeBase {
            name: name("Shop"),
            origin,
        })
        .await
        .unwrap();
    assert_eq!(tenant.knowledge_base(&made.id).await.unwrap(), made);
    assert_eq!(made.state, KnowledgeBaseState::Receiving);
    let contents = Contents {
        files: 3,
        bytes: 5_000_000_000,
        digest: Some("sha256:00".to_owned()),
    };
    let ready = tenant
        .complete_knowledge_base(&made.id, &contents)
        .await
        .unwrap();
    assert_eq!(
        (ready.state, &ready.contents),
        (KnowledgeBaseState::Ready, &contents)
    );
    let again = tenant.complete_knowledge_base(&made.id, &contents).await;
    assert!(
        matches!(again, Err(StoreError::State { state: "ready", .. })),
        "{again:?}"
    );
    let failed = tenant
        .fail_knowledge_base(&made.id, &Failure::new(name("late"), "late"))
        .await;
    assert!(
        matches!(failed, Err(StoreError::State { state: "ready", .. })),
        "{failed:?}"
    );
    assert_eq!(tenant.knowledge_base(&made.id).await.unwrap(), ready);
}

async fn a_knowledge_base_that_failed_says_why(place: Place) {
    let tenant = place.tenant(1).await;
    let made = tenant.create_knowledge_base(base()).await.unwrap();
    let failure = Failure::new(name("zip-bomb"), "entry \0 is too large");
    let failed = tenant
        .fail_knowledge_base(&made.id, &failure)
        .await
        .unwrap();
    assert_eq!(failed.state, KnowledgeBaseState::Failed);
    assert_eq!(
        failed.failure.unwrap().message,
        "entry \u{fffd} is too large"
    );
}

async fn knowledge_bases_do_not_exceed_the_storage_together(place: Place) {
    let limits = Limits {
        storage_bytes: 100,
        ..Limits::default()
    };
    let tenant = place
        .operator()
        .create_tenant(&name("Small"), &limits)
        .await
        .unwrap();
    let tenant = place.store.tenant(tenant.id);
    let mut uploads = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let tenant = tenant.clone();
        uploads.spawn(async move {
            let made = tenant.create_knowledge_base(base()).await.unwrap();
            let contents = Contents {
                bytes: 40,
                ..Contents::default()
            };
            tenant.complete_knowledge_base(&made.id, &contents).await
        });
    }
    let answers = uploads.join_all().await;
    let (ready, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!(ready.len(), 2);
    for answer in refused {
        assert!(
            matches!(
                answer,
                Err(StoreError::StorageFull {
                    used: 80,
                    needed: 40,
                    allowed: 100
                })
            ),
            "{answer:?}"
        );
    }
    let usage = tenant.usage().await.unwrap();
    assert_eq!((usage.stored_bytes, usage.knowledge_bases), (80, 8));
    let first = ready.into_iter().next().unwrap().unwrap();
    tenant.delete_knowledge_base(&first.id).await.unwrap();
    assert_eq!(tenant.usage().await.unwrap().stored_bytes, 40);
}

async fn a_knowledge_base_that_a_project_uses_stays(place: Place) {
    let tenant = place.tenant(1).await;
    let project = project(&tenant).await;
    let refused = tenant.delete_knowledge_base(&project.knowledge_base).await;
    assert!(
        matches!(
            refused,
            Err(StoreError::InUse {
                kind: Kind::KnowledgeBase,
                ..
            })
        ),
        "{refused:?}"
    );
    tenant.delete_project(&project.id).await.unwrap();
    tenant
        .delete_knowledge_base(&project.knowledge_base)
        .await
        .unwrap();
}

async fn knowledge_bases_whose_upload_died_are_failed(place: Place) {
    let (tenant, other) = (place.tenant(1).await, place.tenant(1).await);
    let old = tenant.create_knowledge_base(base()).await.unwrap();
    let done = tenant.create_knowledge_base(base()).await.unwrap();
    tenant
        .complete_knowledge_base(&done.id, &Contents::default())
        .await
        .unwrap();
    place.advance(1000);
    let new = other.create_knowledge_base(base()).await.unwrap();
    let failure = Failure::new(
        name("interrupted"),
        "the server was restarted during the upload",
    );
    let failed = place
        .operator()
        .fail_abandoned_knowledge_bases(new.created_at, &failure)
        .await
        .unwrap();
    assert_eq!(failed, [(tenant.id().clone(), old.id.clone())]);
    assert_eq!(
        tenant.knowledge_base(&old.id).await.unwrap().failure,
        Some(failure)
    );
    assert_eq!(
        other.knowledge_base(&new.id).await.unwrap().state,
        KnowledgeBaseState::Receiving
    );
}

async fn a_project_is_what_it_was_made_of(place: Place) {
    let tenant = place.tenant(1).await;
    let made = project(&tenant).await;
    assert_eq!(tenant.project(&made.id).await.unwrap(), made);
    assert_eq!(made.status, ProjectStatus::Created);
    let new = NewProject {
        knowledge_base: made.knowledge_base.clone(),
        name: name("Second"),
        stack: name("go"),
        configuration: None,
    };
    let second = tenant.create_project(new).await.unwrap();
    assert_eq!(
        tenant.project(&second.id).await.unwrap().configuration,
        None
    );
    place.advance(7);
    let renamed = tenant
        .rename_project(&made.id, &name("Third"))
        .await
        .unwrap();
    assert_eq!(renamed.name.as_str(), "Third");
    assert!(renamed.updated_at > renamed.created_at);
}

async fn a_project_goes_with_its_runs_once_none_is_live(place: Place) {
    let tenant = place.tenant(4).await;
    let run = queued(&tenant).await;
    let refused = tenant.delete_project(&run.project).await;
    assert!(
        matches!(
            refused,
            Err(StoreError::InUse {
                kind: Kind::Project,
                ..
            })
        ),
        "{refused:?}"
    );
    tenant.request_cancel(&run.id, &json("{}")).await.unwrap();
    let next = tenant
        .start_run(&run.project, &Json::object())
        .await
        .unwrap()
        .run()
        .clone();
    let claimed = place.claim("one").await.unwrap();
    assert_eq!(claimed.run.id, next.id);
    let refused = tenant.delete_project(&run.project).await;
    assert!(
        matches!(
            refused,
            Err(StoreError::InUse {
                kind: Kind::Project,
                ..
            })
        ),
        "{refused:?}"
    );
    assert_eq!(
        tenant.events(&run.id, 0, 10).await.unwrap().len(),
        1,
        "what had ended is still there"
    );
    tenant.request_cancel(&next.id, &json("{}")).await.unwrap();
    let finish = crate::leases::finish(quarry_store::Outcome::Cancelled);
    place
        .operator()
        .finish(&claimed.lease, &finish)
        .await
        .unwrap()
        .unwrap();
    tenant.delete_project(&run.project).await.unwrap();
    assert!(matches!(
        tenant.run(&run.id).await,
        Err(StoreError::NotFound { .. })
    ));
    assert!(matches!(
        tenant.events(&run.id, 0, 10).await,
        Err(StoreError::NotFound { .. })
    ));
}

async fn usage_counts_what_is_there(place: Place) {
    let (tenant, other) = (place.tenant(1).await, place.tenant(4).await);
    for _ in 0..3 {
        let run = queued(&tenant).await;
        let base = tenant.project(&run.project).await.unwrap().knowledge_base;
        let contents = Contents {
            files: 1,
            bytes: 1 << 40,
            digest: None,
        };
        let allowed = tenant
            .complete_knowledge_base(
                &base,
                &Contents {
                    bytes: 7,
                    ..contents.clone()
                },
            )
            .await;
        allowed.unwrap();
        place.advance(1);
    }
    queued(&other).await;
    place.claim("one").await.unwrap();
    let usage = Usage {
        stored_bytes: 21,
        knowledge_bases: 3,
        projects: 3,
        queued_runs: 2,
        running_runs: 1,
    };
    assert_eq!(tenant.usage().await.unwrap(), usage);
    let totals = place.operator().totals().await.unwrap();
    assert_eq!(
        (totals.tenants, totals.projects, totals.stored_bytes),
        (2, 4, 21)
    );
    assert_eq!((totals.queued_runs, totals.running_runs), (3, 1));
    let queues = place.operator().queues().await.unwrap();
    let own = queues
        .iter()
        .find(|queue| queue.tenant == *tenant.id())
        .unwrap();
    assert_eq!((own.queued, own.running), (2, 1));
    let since = other.tenant().await.unwrap().created_at;
    assert!(
        own.waiting_since.is_some_and(
            |waiting| waiting > since && waiting < Timestamp::from_milliseconds(i64::MAX)
        )
    );
    assert_eq!(queues.len(), 2);
}

on_both!(
    the_single_user_tenant_is_made_once,
    a_tenant_keeps_its_limits_however_large,
    a_tenant_is_changed_in_what_is_named_and_in_nothing_else,
    a_tenant_goes_with_all_that_it_has_once_nothing_of_it_is_going_on,
    a_knowledge_base_is_received_and_then_ready,
    a_knowledge_base_that_failed_says_why,
    knowledge_bases_do_not_exceed_the_storage_together,
    a_knowledge_base_that_a_project_uses_stays,
    knowledge_bases_whose_upload_died_are_failed,
    a_project_is_what_it_was_made_of,
    a_project_goes_with_its_runs_once_none_is_live,
    usage_counts_what_is_there,
);
