//! Tenants, their source trees and output projects.

use load::Failure;
use load::client::Client;
use load::process::{Program, Server};
use load::sources::archive;
use quarry_store::{Limits, Location, NewToken, Options, Scopes, Store};
use std::path::PathBuf;

/// A tenant with a source tree.
#[derive(Clone)]
pub struct Tenant {
    pub client: Client,
    pub base: String,
    /// Which of the trees it uploaded.
    pub tree: usize,
}

/// Makes tenants that may send as many requests as they like, and returns their tokens.
pub async fn tenants(program: &Program, count: usize) -> Result<Vec<String>, Failure> {
    let location = match &program.database {
        Some(url) => Location::Postgres(url.parse()?),
        None => Location::Directory(program.data.clone()),
    };
    let store = Store::open(&location, Options::default()).await?;
    let limits = Limits {
        requests_per_minute: 1_000_000,
        ..Limits::default()
    };
    let mut tokens = Vec::new();
    for number in 0..count {
        let name = format!("tenant {number}").parse()?;
        let tenant = store.operator().create_tenant(&name, &limits).await?;
        let new = NewToken {
            name,
            scopes: Scopes::all(),
            expires_at: None,
        };
        let (_, secret) = store.tenant(tenant.id).create_token(new).await?;
        tokens.push(secret.expose().to_owned());
    }
    store.close().await;
    Ok(tokens)
}

/// Uploads a tree for each of the tenants.
pub fn upload(
    server: &Server,
    tokens: Vec<String>,
    trees: &[PathBuf],
) -> Result<Vec<Tenant>, Failure> {
    let tokens = tokens.into_iter().enumerate();
    tokens
        .map(|(number, token)| {
            let tree = number % trees.len();
            let client = Client {
                address: server.address.clone(),
                token,
            };
            let base = client.upload("tree", &mut &*archive(&trees[tree])?)?;
            Ok(Tenant { client, base, tree })
        })
        .collect()
}

/// Makes so many output projects of a tenant's tree.
pub fn projects(tenant: &Tenant, count: usize) -> Result<Vec<String>, Failure> {
    (0..count)
        .map(|_| tenant.client.project(&tenant.base))
        .collect()
}
