//! What one tenant has, another does not find.

use crate::support::{Place, base, json, name, project, queued};
use quarry_store::{
    Contents, Failure, Json, Kind, NewProject, NewToken, Page, Scopes, StoreError, TenantId,
    TenantStore, TicketScope,
};
use std::fmt::Debug;

/// Every function of [`TenantStore`] that takes an identifier, called with those of another tenant.
struct Walk {
    walked: Vec<&'static str>,
}

impl Walk {
    fn not_found<T: Debug>(
        &mut self,
        function: &'static str,
        kind: Kind,
        answer: Result<T, StoreError>,
    ) {
        let found =
            matches!(&answer, Err(StoreError::NotFound { kind: said, .. }) if *said == kind);
        assert!(found, "{function}: {answer:?}");
        self.walked.push(function);
    }

    fn nothing<T: Debug>(&mut self, function: &'static str, listed: quarry_store::Listed<T>) {
        assert!(
            listed.items.is_empty() && listed.next.is_none(),
            "{function}: {listed:?}"
        );
        self.walked.push(function);
    }
}

/// The functions that the source declares.
fn declared() -> Vec<&'static str> {
    let sources = [
        include_str!("../../src/tenant_store/mod.rs"),
        include_str!("../../src/tenant_store/tokens.rs"),
        include_str!("../../src/tenant_store/knowledge_bases.rs"),
        include_str!("../../src/tenant_store/projects.rs"),
        include_str!("../../src/tenant_store/runs.rs"),
    ];
    let lines = sources.into_iter().flat_map(str::lines);
    let functions = lines.filter_map(|line| line.trim_start().strip_prefix("pub async fn "));
    let mut names: Vec<_> = functions
        .map(|rest| rest.split('(').next().unwrap())
        .collect();
    names.sort();
    names
}

async fn every_function_finds_nothing_of_another_tenant(place: Place) {
    let (owner, other) = (place.tenant(4).await, place.tenant(4).await);
    let (token, _) = owner
        .create_token(NewToken {
            name: name("t"),
            scopes: Scopes::all(),
            expires_at: None,
        })
        .await
        .unwrap();
    let own = NewToken {
        name: name("t"),
        scopes: Scopes::all(),
        expires_at: None,
    };
    let (own, _) = other.create_token(own).await.unwrap();
    let received = owner.create_knowledge_base(base()).await.unwrap();
    let run = queued(&owner).await;
    let project = owner.project(&run.project).await.unwrap();
    let before = snapshot(&owner).await;
    let revoked = other.revoke_token(&own.id).await.unwrap();
    assert!(revoked.revoked_at.is_some());
    let own = NewToken {
        name: name("t"),
        scopes: Scopes::all(),
        expires_at: None,
    };
    let (own, _) = other.create_token(own).await.unwrap();

    let mut walk = Walk { walked: Vec::new() };
    walk.not_found("token", Kind::Token, other.token(&token.id).await);
    walk.not_found(
        "revoke_token",
        Kind::Token,
        other.revoke_token(&token.id).await,
    );
    let all = TicketScope::Tenant;
    walk.not_found(
        "create_ticket",
        Kind::Token,
        other.create_ticket(&token.id, &all).await,
    );
    let bound = TicketScope::Project(project.id.clone());
    walk.not_found(
        "create_ticket",
        Kind::Project,
        other.create_ticket(&own.id, &bound).await,
    );
    let bound = TicketScope::Run(run.id.clone());
    walk.not_found(
        "create_ticket",
        Kind::Run,
        other.create_ticket(&own.id, &bound).await,
    );

    let base = &received.id;
    let failure = Failure::new(name("gone"), "gone");
    walk.not_found(
        "knowledge_base",
        Kind::KnowledgeBase,
        other.knowledge_base(base).await,
    );
    let completed = other
        .complete_knowledge_base(base, &Contents::default())
        .await;
    walk.not_found("complete_knowledge_base", Kind::KnowledgeBase, completed);
    walk.not_found(
        "fail_knowledge_base",
        Kind::KnowledgeBase,
        other.fail_knowledge_base(base, &failure).await,
    );
    walk.not_found(
        "delete_knowledge_base",
        Kind::KnowledgeBase,
        other.delete_knowledge_base(base).await,
    );

    let new = NewProject {
        knowledge_base: base.clone(),
        name: name("p"),
        stack: name("s"),
        configuration: None,
    };
    walk.not_found(
        "create_project",
        Kind::KnowledgeBase,
        other.create_project(new).await,
    );
    walk.not_found("project", Kind::Project, other.project(&project.id).await);
    walk.not_found(
        "rename_project",
        Kind::Project,
        other.rename_project(&project.id, &name("x")).await,
    );
    walk.not_found(
        "delete_project",
        Kind::Project,
        other.delete_project(&project.id).await,
    );

    walk.not_found(
        "start_run",
        Kind::Project,
        other.start_run(&project.id, &Json::object()).await,
    );
    walk.not_found("run", Kind::Run, other.run(&run.id).await);
    walk.not_found(
        "runs_of_project",
        Kind::Project,
        other.runs_of_project(&project.id, &Page::first()).await,
    );
    walk.not_found("live_run", Kind::Project, other.live_run(&project.id).await);
    walk.not_found(
        "request_cancel",
        Kind::Run,
        other.request_cancel(&run.id, &json("{}")).await,
    );
    walk.not_found("events", Kind::Run, other.events(&run.id, 0, 10).await);

    other.revoke_token(&own.id).await.unwrap();
    walk.nothing(
        "knowledge_bases",
        other.knowledge_bases(&Page::first()).await.unwrap(),
    );
    walk.nothing("projects", other.projects(&Page::first()).await.unwrap());
    walk.nothing("runs", other.runs(&Page::first()).await.unwrap());
    let tokens = other.tokens(&Page::first()).await.unwrap();
    assert!(tokens.items.iter().all(|token| token.tenant == *other.id()));
    walk.walked.push("tokens");
    assert_eq!(other.usage().await.unwrap(), Default::default());
    walk.walked.push("usage");

    assert_eq!(snapshot(&owner).await, before, "nothing was changed either");
    walk_without_tenant(&place, &mut walk).await;
    walk.walked.sort();
    walk.walked.dedup();
    assert_eq!(
        walk.walked,
        declared(),
        "each function of the handle is walked"
    );
}

/// What needs no identifier needs a tenant.
async fn walk_without_tenant(place: &Place, walk: &mut Walk) {
    let nobody: TenantId = format!("ten_{}", "f".repeat(32)).parse().unwrap();
    let nobody = place.store.tenant(nobody);
    walk.not_found("tenant", Kind::Tenant, nobody.tenant().await);
    let token = NewToken {
        name: name("t"),
        scopes: Scopes::all(),
        expires_at: None,
    };
    walk.not_found(
        "create_token",
        Kind::Tenant,
        nobody.create_token(token).await,
    );
    walk.not_found(
        "create_knowledge_base",
        Kind::Tenant,
        nobody.create_knowledge_base(base()).await,
    );
    walk.not_found(
        "receive_knowledge_base",
        Kind::Tenant,
        nobody.receive_knowledge_base(base(), &name("one")).await,
    );
}

async fn snapshot(tenant: &TenantStore) -> String {
    let page = Page::first();
    let tokens = tenant.tokens(&page).await.unwrap();
    let bases = tenant.knowledge_bases(&page).await.unwrap();
    let projects = tenant.projects(&page).await.unwrap();
    let runs = tenant.runs(&page).await.unwrap();
    format!("{tokens:?} {bases:?} {projects:?} {runs:?}")
}

async fn a_cursor_of_another_tenant_shows_nothing_of_it(place: Place) {
    let (owner, other) = (place.tenant(4).await, place.tenant(4).await);
    for _ in 0..3 {
        project(&owner).await;
        place.advance(1);
    }
    let own = project(&other).await;
    let page = owner.projects(&Page::first().limit(1)).await.unwrap();
    let rest = other
        .projects(&Page::after(page.next.unwrap()))
        .await
        .unwrap();
    assert!(rest.items.iter().all(|project| project.id == own.id));
}

on_both!(
    every_function_finds_nothing_of_another_tenant,
    a_cursor_of_another_tenant_shows_nothing_of_it
);
