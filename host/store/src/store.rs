//! The store, and the secrets that open it.

use crate::connections::{Database, Writing};
use crate::database::{Location, Options};
use crate::error::{CredentialError, OpenError, StoreError};
use crate::id::{AdministratorTokenId, TenantId, TicketId, TokenId};
use crate::model::{Access, AdministratorToken, TicketScope};
use crate::operator::Operator;
use crate::rows::{self, administrator_token_columns, chunks, placeholders, token_columns};
use crate::secret::{Form, has_hash};
use crate::tenant_store::TenantStore;
use crate::time::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How exactly the last use of a token is known: writing it at every request would make each of them wait.
const LAST_USED: Duration = Duration::from_secs(60);

/// What is read of a token that somebody shows.
const TOKEN: &str = concat!(
    "SELECT hash, ",
    token_columns!(),
    ", (SELECT suspended_at FROM tenants WHERE tenants.id = tokens.tenant) AS suspended_at FROM tokens WHERE id = $1"
);

/// The store. A clone is another handle on the same one.
#[derive(Debug, Clone)]
pub struct Store {
    database: Arc<Database>,
}

impl Store {
    /// Opens the store, makes it if it is not there, and brings its schema up to date.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub async fn open(location: &Location, options: Options) -> Result<Self, OpenError> {
        let database = Arc::new(Database::open(location, options).await?);
        Ok(Self { database })
    }

    /// What one tenant has. Whether there is such a tenant, the queries tell.
    pub fn tenant(&self, id: TenantId) -> TenantStore {
        TenantStore::new(self.database.clone(), id)
    }

    /// What belongs to no tenant: never reachable with a tenant's credentials.
    pub fn operator(&self) -> Operator {
        Operator::new(self.database.clone())
    }

    /// What a token opens.
    ///
    /// # Errors
    ///
    /// See [`CredentialError`].
    pub async fn authenticate(&self, token: &str) -> Result<Access, CredentialError> {
        let (id, secret) = Form::Token.split(token)?;
        let row = self.find_credential(TOKEN, TokenId::PREFIX, id, secret);
        let row = row.await?;
        let token = rows::token(&row)?;
        let now = self.database.now();
        check_times(token.revoked_at, token.expires_at, now)?;
        check_tenant(&row)?;
        if is_worth_noting(token.last_used_at, now) {
            const NOTE: &str = "UPDATE tokens SET last_used_at = $2 WHERE id = $1";
            self.note_use(NOTE, token.id.as_str(), now).await?;
        }
        Ok(Access {
            tenant: token.tenant,
            token: token.id,
            scopes: token.scopes,
            bound: TicketScope::Tenant,
        })
    }

    /// Whose an administrator's token is. It opens what [`Store::operator`] gives, and nothing of a tenant.
    ///
    /// # Errors
    ///
    /// See [`CredentialError`].
    pub async fn authenticate_administrator(
        &self,
        token: &str,
    ) -> Result<AdministratorToken, CredentialError> {
        let (id, secret) = Form::AdministratorToken.split(token)?;
        const FIND: &str = concat!(
            "SELECT hash, ",
            administrator_token_columns!(),
            " FROM administrator_tokens WHERE id = $1"
        );
        let row = self.find_credential(FIND, AdministratorTokenId::PREFIX, id, secret);
        let row = row.await?;
        let token = rows::administrator_token(&row)?;
        let now = self.database.now();
        check_times(token.revoked_at, token.expires_at, now)?;
        if is_worth_noting(token.last_used_at, now) {
            const NOTE: &str = "UPDATE administrator_tokens SET last_used_at = $2 WHERE id = $1";
            self.note_use(NOTE, token.id.as_str(), now).await?;
        }
        Ok(token)
    }

    async fn note_use(
        &self,
        note: &'static str,
        token: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let query = sqlx::query(note)
            .bind(token.to_owned())
            .bind(now.milliseconds());
        self.database.change(query).await?;
        Ok(())
    }

    /// The row of a token that is shown, if the secret is its own.
    async fn find_credential(
        &self,
        find: &'static str,
        prefix: &str,
        id: &str,
        secret: &str,
    ) -> Result<AnyRow, CredentialError> {
        let query = sqlx::query(find).bind(format!("{prefix}{id}"));
        let row = query
            .fetch_optional(self.database.read())
            .await
            .map_err(StoreError::from)?;
        let row = row.ok_or(CredentialError::Unknown)?;
        check_secret(&row, secret)?;
        Ok(row)
    }

    /// What a ticket opens. It opens it once: of several callers with the same ticket one gets in.
    ///
    /// # Errors
    ///
    /// See [`CredentialError`]. A ticket ends with the token that it was made with.
    pub async fn consume_ticket(&self, ticket: &str) -> Result<Access, CredentialError> {
        let (id, secret) = Form::Ticket.split(ticket)?;
        let id = format!("{}{id}", TicketId::PREFIX);
        let mut writing = self.database.begin().await?;
        let ticket = take_ticket(&mut writing, &id, secret).await?;
        let row = sqlx::query(TOKEN).bind(rows::text(&ticket, "token")?);
        let row = row
            .fetch_one(&mut *writing)
            .await
            .map_err(StoreError::from)?;
        // Also a ticket that opens nothing any more is used up.
        writing.commit().await.map_err(StoreError::from)?;
        let token = rows::token(&row)?;
        let now = self.database.now();
        if rows::time(&ticket, "expires_at")? <= now {
            return Err(CredentialError::Expired);
        }
        check_times(token.revoked_at, token.expires_at, now)?;
        check_tenant(&row)?;
        Ok(Access {
            bound: bound(&ticket)?,
            tenant: token.tenant,
            token: token.id,
            scopes: token.scopes,
        })
    }

    /// Which of these tokens open nothing any more, and why: what was let in with one may last for long.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn refused(
        &self,
        tokens: &[TokenId],
    ) -> Result<Vec<(TokenId, CredentialError)>, StoreError> {
        let now = self.database.now();
        let mut refused = Vec::new();
        for chunk in chunks(tokens) {
            let mut standing = self.standing(chunk, now).await?;
            refused.extend(chunk.iter().filter_map(|id| {
                let verdict = standing.remove(id).unwrap_or(Err(CredentialError::Unknown));
                Some((id.clone(), verdict.err()?))
            }));
        }
        Ok(refused)
    }

    /// What each of some tokens that are there would be answered.
    async fn standing(
        &self,
        tokens: &[TokenId],
        now: Timestamp,
    ) -> Result<HashMap<TokenId, Result<(), CredentialError>>, StoreError> {
        let statement = format!(
            "SELECT tokens.id, revoked_at, expires_at, suspended_at
             FROM tokens JOIN tenants ON tenants.id = tokens.tenant WHERE tokens.id IN ({})",
            placeholders(tokens.len(), 1)
        );
        let mut query = sqlx::query(AssertSqlSafe(statement));
        for token in tokens {
            query = query.bind(token.as_str());
        }
        let found = query.fetch_all(self.database.read()).await?;
        let judged = found.iter().map(|row| {
            let revoked_at = rows::optional_time(row, "revoked_at")?;
            let expires_at = rows::optional_time(row, "expires_at")?;
            let times = check_times(revoked_at, expires_at, now);
            let verdict = times.and_then(|()| check_tenant(row));
            Ok((rows::parsed(row, "id")?, verdict))
        });
        judged.collect()
    }

    /// Whether other hosts may use the same database.
    pub fn is_shared(&self) -> bool {
        self.database.is_shared()
    }

    /// Whether the database answers.
    ///
    /// # Errors
    ///
    /// When it does not.
    pub async fn check(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1 FROM schema_steps WHERE step = 1")
            .fetch_one(self.database.read())
            .await?;
        Ok(())
    }

    /// Ends all connections, after the calls that use one. SQLite's log is written back into its file.
    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// Removes a ticket if the secret is its own: whoever removes it has it.
async fn take_ticket(
    writing: &mut Writing,
    id: &str,
    secret: &str,
) -> Result<AnyRow, CredentialError> {
    let find =
        sqlx::query("SELECT hash, token, project, run, expires_at FROM tickets WHERE id = $1")
            .bind(id);
    let ticket = find
        .fetch_optional(&mut **writing)
        .await
        .map_err(StoreError::from)?;
    let ticket = ticket.ok_or(CredentialError::Unknown)?;
    check_secret(&ticket, secret)?;
    let remove = sqlx::query("DELETE FROM tickets WHERE id = $1").bind(id);
    let removed = remove
        .execute(&mut **writing)
        .await
        .map_err(StoreError::from)?;
    match removed.rows_affected() {
        1 => Ok(ticket),
        _ => Err(CredentialError::Unknown),
    }
}

fn check_secret(row: &AnyRow, secret: &str) -> Result<(), CredentialError> {
    // Whoever knows an identifier and guesses its secret learns no more than one who guesses both.
    match has_hash(secret, &rows::text(row, "hash")?) {
        true => Ok(()),
        false => Err(CredentialError::Unknown),
    }
}

fn check_times(
    revoked_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    now: Timestamp,
) -> Result<(), CredentialError> {
    if revoked_at.is_some() {
        return Err(CredentialError::Revoked);
    }
    match expires_at.is_some_and(|end| end <= now) {
        true => Err(CredentialError::Expired),
        false => Ok(()),
    }
}

/// Whether the tenant of a token may use the server.
fn check_tenant(token: &AnyRow) -> Result<(), CredentialError> {
    match rows::optional_time(token, "suspended_at")? {
        Some(_) => Err(CredentialError::Suspended),
        None => Ok(()),
    }
}

fn is_worth_noting(last_used_at: Option<Timestamp>, now: Timestamp) -> bool {
    last_used_at.is_none_or(|used| used <= now.before(LAST_USED))
}

fn bound(ticket: &AnyRow) -> Result<TicketScope, StoreError> {
    let project = rows::optional_parsed(ticket, "project")?.map(TicketScope::Project);
    let run = rows::optional_parsed(ticket, "run")?.map(TicketScope::Run);
    Ok(project.or(run).unwrap_or(TicketScope::Tenant))
}
