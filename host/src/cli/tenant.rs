//! `quarry tenant`

use super::failure::Failure;
use super::serve::settings::{Limits as Settings, Place};
use crate::server::ServeError;
use clap::{Args, Subcommand};
use quarry_store::{Limits, Name, NewToken, Page, Scopes, Store, StoreError, Tenant};
use serde_json::json;
use std::io::{Write, stdout};

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Tenants {
    #[command(subcommand)]
    action: Action,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make a tenant and a token for it, and print both as JSON; the token is shown this once
    Create {
        /// The tenant's name
        name: String,
        #[command(flatten)]
        limits: Settings,
    },
    /// Print the tenants as JSON, one a line
    List,
}

impl Tenants {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let file = self.place.file()?;
        self.place.with(&file, async |store| match &self.action {
            Action::Create { name, limits } => {
                let limits = limits.clone().or(file.limits.clone()).limits()?;
                create(store, name, &limits).await
            }
            Action::List => list(store).await,
        })
    }
}

async fn create(store: &Store, name: &str, limits: &Limits) -> Result<(), Failure> {
    let parsed = |name: &str| {
        name.parse::<Name>()
            .map_err(|error| Failure::Usage(error.to_string()))
    };
    let made = async |name: &Name| {
        let tenant = store.operator().create_tenant(name, limits).await?;
        let new = NewToken {
            name: name.clone(),
            scopes: Scopes::all(),
            expires_at: None,
        };
        let (_, secret) = store.tenant(tenant.id.clone()).create_token(new).await?;
        Ok::<_, StoreError>((tenant, secret))
    };
    let (tenant, secret) = made(&parsed(name)?).await.map_err(ServeError::from)?;
    let line = json!({ "tenant_id": tenant.id, "name": tenant.name, "token": secret.expose() });
    Ok(writeln!(stdout(), "{line}")?)
}

async fn list(store: &Store) -> Result<(), Failure> {
    let mut page = Page::first();
    loop {
        let listed = store.operator().tenants(&page).await;
        let listed = listed.map_err(ServeError::from)?;
        for tenant in &listed.items {
            let Tenant {
                id, name, limits, ..
            } = tenant;
            let line = json!({ "tenant_id": id, "name": name, "limits": limits });
            writeln!(stdout(), "{line}")?;
        }
        match listed.next {
            Some(next) => page = Page::after(next),
            None => return Ok(()),
        }
    }
}
