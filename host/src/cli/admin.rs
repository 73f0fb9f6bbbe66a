//! `quarry admin`

use super::failure::Failure;
use super::serve::settings::Place;
use crate::server::ServeError;
use clap::{Args, Subcommand};
use quarry_store::{
    AdministratorToken, Clock, InvalidId, InvalidText, NewAdministratorToken, Page, Store,
    SystemClock,
};
use serde_json::{Value, json};
use std::io::{Write, stdout};
use std::time::Duration;

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Administrators {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a token for an administrator and print it as JSON; the token is shown this once. It opens /api/admin and
    /// nothing of a tenant
    CreateToken {
        /// What the token is called, such as the administrator's name
        name: String,
        /// In how many days the token ends; without it only when it is revoked
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36500))]
        expires_in_days: Option<u32>,
    },
    /// Print the administrators' tokens as JSON, one a line, without their secrets
    ListTokens,
    /// Revoke a token of an administrator, by its identifier
    RevokeToken {
        /// The identifier, `adm_…`
        id: String,
    },
}

impl Administrators {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let file = self.place.file()?;
        self.place.with(&file, async |store| match &self.action {
            Action::CreateToken {
                name,
                expires_in_days,
            } => create(store, name, *expires_in_days).await,
            Action::ListTokens => list(store).await,
            Action::RevokeToken { id } => revoke(store, id).await,
        })
    }
}

async fn create(store: &Store, name: &str, days: Option<u32>) -> Result<(), Failure> {
    let invalid = |error: InvalidText| Failure::Usage(error.to_string());
    let new = NewAdministratorToken {
        name: name.parse().map_err(invalid)?,
        expires_at: days.map(|days| {
            let days = Duration::from_secs(u64::from(days) * 24 * 60 * 60);
            SystemClock.now().after(days)
        }),
    };
    let made = store.operator().create_administrator_token(new).await;
    let (token, secret) = made.map_err(ServeError::from)?;
    let mut line = view(&token);
    line["token"] = secret.expose().into();
    Ok(writeln!(stdout(), "{line}")?)
}

async fn list(store: &Store) -> Result<(), Failure> {
    let mut page = Page::first();
    loop {
        let listed = store.operator().administrator_tokens(&page).await;
        let listed = listed.map_err(ServeError::from)?;
        for token in &listed.items {
            writeln!(stdout(), "{}", view(token))?;
        }
        match listed.next {
            Some(next) => page = Page::after(next),
            None => return Ok(()),
        }
    }
}

async fn revoke(store: &Store, id: &str) -> Result<(), Failure> {
    let invalid = |error: InvalidId| Failure::Usage(error.to_string());
    let id = id.parse().map_err(invalid)?;
    let revoked = store.operator().revoke_administrator_token(&id).await;
    let token = revoked.map_err(ServeError::from)?;
    Ok(writeln!(stdout(), "{}", view(&token))?)
}

/// Times are milliseconds since 1970, as everywhere.
fn view(token: &AdministratorToken) -> Value {
    json!({
        "token_id": token.id,
        "name": token.name,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
    })
}
