//! Administrators' tokens, and suspended tenants.

use crate::support::{Place, name, queued};
use quarry_store::{
    AdministratorTokenId, CredentialError, Kind, NewAdministratorToken, NewToken, Page, Scopes,
    StoreError, TicketScope,
};
use std::time::Duration;

fn token() -> NewToken {
    NewToken {
        name: name("laptop"),
        scopes: Scopes::all(),
        expires_at: None,
    }
}

fn administrator() -> NewAdministratorToken {
    NewAdministratorToken {
        name: name("root"),
        expires_at: None,
    }
}

async fn an_administrators_token_and_a_tenants_open_each_their_own_alone(place: Place) {
    let (made, secret) = place
        .operator()
        .create_administrator_token(administrator())
        .await
        .unwrap();
    let secret = secret.expose();
    assert!(secret.starts_with("qra_"));
    let found = place.store.authenticate_administrator(secret).await;
    assert_eq!(found.unwrap().id, made.id);
    let refused = place.store.authenticate(secret).await;
    assert!(
        matches!(refused, Err(CredentialError::Malformed)),
        "{refused:?}"
    );
    let (_, of_tenant) = place.tenant(1).await.create_token(token()).await.unwrap();
    let of_tenant = of_tenant.expose();
    // Also with the other's beginning: the secrets are not in the same table.
    for (text, other) in [
        (of_tenant.to_owned(), "as it is"),
        (of_tenant.replacen("qry_", "qra_", 1), "renamed"),
    ] {
        let refused = place.store.authenticate_administrator(&text).await;
        assert!(
            matches!(
                refused,
                Err(CredentialError::Malformed | CredentialError::Unknown)
            ),
            "{other}: {refused:?}"
        );
    }
    let renamed = secret.replacen("qra_", "qry_", 1);
    let refused = place.store.authenticate(&renamed).await;
    assert!(
        matches!(refused, Err(CredentialError::Unknown)),
        "{refused:?}"
    );
}

async fn an_administrators_token_ends_when_it_is_revoked_or_expires(place: Place) {
    let operator = place.operator();
    let (made, secret) = operator
        .create_administrator_token(administrator())
        .await
        .unwrap();
    let expires_at = Some(made.created_at.after(Duration::from_millis(10)));
    let (_, short) = operator
        .create_administrator_token(NewAdministratorToken {
            expires_at,
            ..administrator()
        })
        .await
        .unwrap();
    let open = async |secret: &str| place.store.authenticate_administrator(secret).await;
    open(short.expose()).await.unwrap();
    place.advance(10);
    let refused = open(short.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Expired)),
        "{refused:?}"
    );
    open(secret.expose()).await.unwrap();
    let revoked = operator.revoke_administrator_token(&made.id).await.unwrap();
    assert!(revoked.revoked_at.is_some() && revoked.last_used_at.is_some());
    let refused = open(secret.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Revoked)),
        "{refused:?}"
    );
    let listed = operator.administrator_tokens(&Page::first()).await.unwrap();
    assert_eq!(listed.items.len(), 2);
    let nobody: AdministratorTokenId = format!("adm_{}", "f".repeat(32)).parse().unwrap();
    let missing = operator.revoke_administrator_token(&nobody).await;
    assert!(
        matches!(
            missing,
            Err(StoreError::NotFound {
                kind: Kind::AdministratorToken,
                ..
            })
        ),
        "{missing:?}"
    );
}

async fn an_administrators_secret_with_one_other_digit_opens_nothing(place: Place) {
    let (_, secret) = place
        .operator()
        .create_administrator_token(administrator())
        .await
        .unwrap();
    let (start, last) = secret.expose().split_at(secret.expose().len() - 1);
    let other = if last == "0" { "1" } else { "0" };
    let wrong = format!("{start}{other}");
    let refused = place.store.authenticate_administrator(&wrong).await;
    assert!(
        matches!(refused, Err(CredentialError::Unknown)),
        "{refused:?}"
    );
}

async fn a_suspended_tenant_is_not_let_in_and_its_runs_wait_until_it_is_resumed(place: Place) {
    let tenant = place.tenant(4).await;
    let (made, secret) = tenant.create_token(token()).await.unwrap();
    let ticket = tenant
        .create_ticket(&made.id, &TicketScope::Tenant)
        .await
        .unwrap();
    let waiting = queued(&tenant).await;
    let suspended = place.operator().suspend_tenant(tenant.id()).await.unwrap();
    assert!(suspended.suspended_at.is_some());
    place.advance(5);
    let again = place.operator().suspend_tenant(tenant.id()).await.unwrap();
    assert_eq!(again, suspended, "the first time counts");
    let refused = place.store.authenticate(secret.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Suspended)),
        "{refused:?}"
    );
    let refused = place.store.consume_ticket(ticket.expose()).await;
    assert!(
        matches!(refused, Err(CredentialError::Suspended)),
        "{refused:?}"
    );
    assert!(place.claim("one").await.is_none());
    let other = place.tenant(4).await;
    let of_other = queued(&other).await;
    assert_eq!(place.claim("one").await.unwrap().run.id, of_other.id);
    let resumed = place.operator().resume_tenant(tenant.id()).await.unwrap();
    assert_eq!(resumed.suspended_at, None);
    place.store.authenticate(secret.expose()).await.unwrap();
    assert_eq!(place.claim("one").await.unwrap().run.id, waiting.id);
}

on_both!(
    an_administrators_token_and_a_tenants_open_each_their_own_alone,
    an_administrators_token_ends_when_it_is_revoked_or_expires,
    an_administrators_secret_with_one_other_digit_opens_nothing,
    a_suspended_tenant_is_not_let_in_and_its_runs_wait_until_it_is_resumed,
);
