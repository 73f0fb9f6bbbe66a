//! Tokens and tickets.

use crate::support::{Place, name, project, queued};
use quarry_store::{
    CredentialError, Kind, NewToken, Scope, Scopes, StoreError, TicketScope, Timestamp, TokenId,
};
use std::time::Duration;

fn token(expires_at: Option<Timestamp>) -> NewToken {
    NewToken {
        name: name("laptop"),
        scopes: [Scope::Read, Scope::Run].into_iter().collect(),
        expires_at,
    }
}

async fn a_token_opens_its_tenant_with_its_scopes(place: Place) {
    let tenant = place.tenant(1).await;
    let (made, secret) = tenant.create_token(token(None)).await.unwrap();
    let access = place.store.authenticate(secret.expose()).await.unwrap();
    assert_eq!((&access.tenant, &access.token), (tenant.id(), &made.id));
    assert_eq!(access.bound, TicketScope::Tenant);
    assert!(access.scopes.has(Scope::Read) && access.scopes.has(Scope::Run));
    assert!(!access.scopes.has(Scope::Write) && !access.scopes.has(Scope::Admin));
    assert_ne!(access.scopes, Scopes::all());
}

async fn a_secret_is_not_stored_and_not_shown(place: Place) {
    let tenant = place.tenant(1).await;
    let (made, secret) = tenant.create_token(token(None)).await.unwrap();
    let digits = secret.expose().rsplit('_').next().unwrap();
    assert_eq!(digits.len(), 64, "256 bits");
    assert!(secret.expose().starts_with("qry_"));
    assert!(!format!("{secret:?} {made:?} {:?}", place.store).contains(digits));
    if let quarry_store::Location::Directory(directory) = &place.location {
        place.store.close().await;
        let file = std::fs::read(directory.join("quarry.db")).unwrap();
        assert!(
            file.windows(made.id.as_str().len())
                .any(|bytes| bytes == made.id.as_str().as_bytes())
        );
        assert!(
            !file
                .windows(digits.len())
                .any(|bytes| bytes == digits.as_bytes())
        );
    }
}

async fn a_token_that_was_revoked_opens_nothing(place: Place) {
    let tenant = place.tenant(1).await;
    let (made, secret) = tenant.create_token(token(None)).await.unwrap();
    let (_, other) = tenant.create_token(token(None)).await.unwrap();
    let revoked = tenant.revoke_token(&made.id).await.unwrap();
    place.advance(5);
    assert_eq!(
        tenant.revoke_token(&made.id).await.unwrap(),
        revoked,
        "the first time counts"
    );
    let refused = place.store.authenticate(secret.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Revoked)),
        "{refused:?}"
    );
    place.store.authenticate(other.expose()).await.unwrap();
}

async fn of_many_tokens_those_that_open_nothing_any_more_are_told_with_the_reason(place: Place) {
    let (tenant, other) = (place.tenant(1).await, place.tenant(1).await);
    let end = tenant.tenant().await.unwrap().created_at;
    let end = end.after(Duration::from_millis(10));
    let mut tokens = Vec::new();
    for number in 0..21 {
        let expires_at = (number == 3).then_some(end);
        let made = tenant.create_token(token(expires_at)).await.unwrap();
        tokens.push(made.0.id);
    }
    let (of_other, _) = other.create_token(token(None)).await.unwrap();
    let unknown: TokenId = format!("{}{}", TokenId::PREFIX, "f".repeat(32))
        .parse()
        .unwrap();
    tokens.extend([of_other.id.clone(), unknown.clone()]);
    tenant.revoke_token(&tokens[7]).await.unwrap();
    let refused = async || {
        let refused = place.store.refused(&tokens).await.unwrap();
        let words = refused.into_iter().map(|(id, error)| match error {
            CredentialError::Revoked => (id, "revoked"),
            CredentialError::Expired => (id, "expired"),
            CredentialError::Suspended => (id, "suspended"),
            CredentialError::Unknown => (id, "unknown"),
            error => panic!("{error}"),
        });
        words.collect::<Vec<_>>()
    };
    let mut expected = vec![(tokens[7].clone(), "revoked"), (unknown, "unknown")];
    assert_eq!(refused().await, expected);
    place.advance(10);
    place.operator().suspend_tenant(other.id()).await.unwrap();
    expected.insert(0, (tokens[3].clone(), "expired"));
    expected.insert(2, (of_other.id, "suspended"));
    assert_eq!(refused().await, expected);
    place.operator().resume_tenant(other.id()).await.unwrap();
    expected.remove(2);
    assert_eq!(refused().await, expected);
}

async fn a_token_that_has_expired_opens_nothing(place: Place) {
    let tenant = place.tenant(1).await;
    let created = tenant.tenant().await.unwrap().created_at;
    let (_, secret) = tenant
        .create_token(token(Some(created.after(Duration::from_millis(10)))))
        .await
        .unwrap();
    place.advance(9);
    place.store.authenticate(secret.expose()).await.unwrap();
    place.advance(1);
    let refused = place.store.authenticate(secret.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Expired)),
        "{refused:?}"
    );
}

async fn a_secret_with_one_other_digit_opens_nothing(place: Place) {
    let tenant = place.tenant(1).await;
    let (_, secret) = tenant.create_token(token(None)).await.unwrap();
    let (start, last) = secret.expose().split_at(secret.expose().len() - 1);
    let other = if last == "0" { "1" } else { "0" };
    let refused = place.store.authenticate(&format!("{start}{other}")).await;
    assert!(
        matches!(refused, Err(CredentialError::Unknown)),
        "{refused:?}"
    );
}

async fn what_has_not_the_form_of_a_credential_is_refused(place: Place) {
    let secret = "0".repeat(64);
    let unknown = format!("qry_{}_{secret}", "0".repeat(32));
    assert!(matches!(
        place.store.authenticate(&unknown).await,
        Err(CredentialError::Unknown)
    ));
    let wrong = [
        "",
        "qry_",
        "qry__",
        "Bearer",
        "qry_0_0",
        "qry_\0_\0",
        "qry_%_%",
        &unknown.replace("qry", "qrt"),
        &unknown.to_uppercase(),
        &format!("{unknown}0"),
        &format!(" {unknown}"),
    ];
    for text in wrong {
        let refused = place.store.authenticate(text).await;
        assert!(
            matches!(refused, Err(CredentialError::Malformed)),
            "{text}: {refused:?}"
        );
    }
    assert!(matches!(
        place.store.consume_ticket(&unknown).await,
        Err(CredentialError::Malformed)
    ));
}

async fn the_last_use_of_a_token_is_noted_to_the_minute(place: Place) {
    let tenant = place.tenant(1).await;
    let (made, secret) = tenant.create_token(token(None)).await.unwrap();
    let mut used = Vec::new();
    for _ in 0..3 {
        place.store.authenticate(secret.expose()).await.unwrap();
        used.push(tenant.token(&made.id).await.unwrap().last_used_at.unwrap());
        place.advance(30_000);
    }
    assert_eq!(used[0], used[1]);
    assert_eq!(used[0].after(Duration::from_secs(60)), used[2]);
}

async fn a_ticket_opens_what_it_is_bound_to_once(place: Place) {
    let tenant = place.tenant(1).await;
    let (made, _) = tenant.create_token(token(None)).await.unwrap();
    let run = queued(&tenant).await;
    let bounds = [
        TicketScope::Tenant,
        TicketScope::Project(run.project.clone()),
        TicketScope::Run(run.id.clone()),
    ];
    for bound in bounds {
        let ticket = tenant.create_ticket(&made.id, &bound).await.unwrap();
        let access = place.store.consume_ticket(ticket.expose()).await.unwrap();
        assert_eq!(access.bound, bound);
        assert_eq!(
            (&access.tenant, &access.token, access.scopes),
            (tenant.id(), &made.id, made.scopes)
        );
        let again = place.store.consume_ticket(ticket.expose()).await;
        assert!(matches!(again, Err(CredentialError::Unknown)), "{again:?}");
    }
}

async fn a_ticket_is_good_for_a_minute(place: Place) {
    let tenant = place.tenant(1).await;
    let (made, _) = tenant.create_token(token(None)).await.unwrap();
    let early = tenant
        .create_ticket(&made.id, &TicketScope::Tenant)
        .await
        .unwrap();
    let late = tenant
        .create_ticket(&made.id, &TicketScope::Tenant)
        .await
        .unwrap();
    let never = tenant
        .create_ticket(&made.id, &TicketScope::Tenant)
        .await
        .unwrap();
    place.advance(59_999);
    assert_eq!(place.operator().remove_expired_tickets().await.unwrap(), 0);
    place.store.consume_ticket(early.expose()).await.unwrap();
    place.advance(1);
    let refused = place.store.consume_ticket(late.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Expired)),
        "{refused:?}"
    );
    assert_eq!(place.operator().remove_expired_tickets().await.unwrap(), 1);
    let refused = place.store.consume_ticket(never.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Unknown)),
        "{refused:?}"
    );
}

async fn a_ticket_ends_with_its_token(place: Place) {
    let tenant = place.tenant(1).await;
    let (made, _) = tenant.create_token(token(None)).await.unwrap();
    let ticket = tenant
        .create_ticket(&made.id, &TicketScope::Tenant)
        .await
        .unwrap();
    tenant.revoke_token(&made.id).await.unwrap();
    let refused = place.store.consume_ticket(ticket.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Revoked)),
        "{refused:?}"
    );
    let refused = tenant.create_ticket(&made.id, &TicketScope::Tenant).await;
    assert!(
        matches!(
            refused,
            Err(StoreError::State {
                kind: Kind::Token,
                ..
            })
        ),
        "{refused:?}"
    );
}

async fn a_wrong_secret_does_not_use_up_a_ticket(place: Place) {
    let tenant = place.tenant(1).await;
    let (made, _) = tenant.create_token(token(None)).await.unwrap();
    let bound = TicketScope::Project(project(&tenant).await.id);
    let ticket = tenant.create_ticket(&made.id, &bound).await.unwrap();
    let (id, _) = ticket.expose().rsplit_once('_').unwrap();
    let refused = place
        .store
        .consume_ticket(&format!("{id}_{}", "0".repeat(64)))
        .await;
    assert!(
        matches!(refused, Err(CredentialError::Unknown)),
        "{refused:?}"
    );
    place.store.consume_ticket(ticket.expose()).await.unwrap();
}

on_both!(
    a_token_opens_its_tenant_with_its_scopes,
    a_secret_is_not_stored_and_not_shown,
    a_token_that_was_revoked_opens_nothing,
    of_many_tokens_those_that_open_nothing_any_more_are_told_with_the_reason,
    a_token_that_has_expired_opens_nothing,
    a_secret_with_one_other_digit_opens_nothing,
    what_has_not_the_form_of_a_credential_is_refused,
    the_last_use_of_a_token_is_noted_to_the_minute,
    a_ticket_opens_what_it_is_bound_to_once,
    a_ticket_is_good_for_a_minute,
    a_ticket_ends_with_its_token,
    a_wrong_secret_does_not_use_up_a_ticket,
);
