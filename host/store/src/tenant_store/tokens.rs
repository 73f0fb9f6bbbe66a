//! A tenant's tokens and tickets.

use super::{TenantStore, unless_missing};
use crate::error::{Kind, StoreError};
use crate::id::{TicketId, TokenId};
use crate::model::{NewToken, TicketScope, Token};
use crate::page::{Listed, Page};
use crate::rows::{self, token_columns};
use crate::scope::Scoped;
use crate::secret::{Form, Secret};
use crate::time::Timestamp;
use std::time::Duration;

/// How long a ticket is good for: a browser opens its connection right away.
const TICKET: Duration = Duration::from_secs(60);

impl TenantStore {
    /// Makes a token. Its secret is returned this once.
    ///
    /// # Errors
    ///
    /// When there is no such tenant, or the database fails.
    pub async fn create_token(&self, new: NewToken) -> Result<(Token, Secret), StoreError> {
        let token = Token {
            id: TokenId::random()?,
            tenant: self.id().clone(),
            name: new.name,
            scopes: new.scopes,
            created_at: self.database.now(),
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        let (secret, hash) = Form::Token.issue(token.id.digits())?;
        const INSERT: Scoped = Scoped::new(
            "INSERT INTO tokens (tenant, id, name, hash, scopes, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let query = self
            .scope
            .query(&INSERT)
            .bind(token.id.as_str())
            .bind(token.name.as_str())
            .bind(hash);
        let query = query
            .bind(token.scopes.to_column())
            .bind(token.created_at.milliseconds());
        let query = query.bind(token.expires_at.map(Timestamp::milliseconds));
        let mut writing = self.database.begin().await?;
        let inserted = query.execute(&mut *writing).await;
        inserted.map_err(|error| unless_missing(error, Kind::Tenant, self.id()))?;
        writing.commit().await?;
        Ok((token, secret))
    }

    /// The tokens, also those that were revoked.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn tokens(&self, page: &Page) -> Result<Listed<Token>, StoreError> {
        const LIST: Scoped = Scoped::new(concat!(
            "SELECT ",
            token_columns!(),
            " FROM tokens WHERE tenant = $1 AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4"
        ));
        self.list(&LIST, page, rows::token, |token| {
            (token.created_at, token.id.as_str())
        })
        .await
    }

    /// One token.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn token(&self, id: &TokenId) -> Result<Token, StoreError> {
        const FIND: Scoped = Scoped::new(concat!(
            "SELECT ",
            token_columns!(),
            " FROM tokens WHERE tenant = $1 AND id = $2"
        ));
        self.find(
            self.scope.query(&FIND).bind(id.as_str()),
            rows::token,
            Kind::Token,
            id,
        )
        .await
    }

    /// Revokes a token, and its tickets with it. Doing so again changes nothing.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn revoke_token(&self, id: &TokenId) -> Result<Token, StoreError> {
        const REVOKE: Scoped = Scoped::new(concat!(
            "UPDATE tokens SET revoked_at = COALESCE(revoked_at, $3) WHERE tenant = $1 AND id = $2 RETURNING ",
            token_columns!()
        ));
        let query = self
            .scope
            .query(&REVOKE)
            .bind(id.as_str())
            .bind(self.database.now().milliseconds());
        let changed = self.database.change(query).await?;
        let row = changed.first();
        rows::token(row.ok_or_else(|| StoreError::not_found(Kind::Token, id))?)
    }

    /// Makes a ticket for whoever was let in with a token: a secret that opens the same once, for a minute, and that may
    /// therefore stand in a URL.
    ///
    /// # Errors
    ///
    /// When there is no such token, project or run, the token is revoked, or the database fails.
    pub async fn create_ticket(
        &self,
        token: &TokenId,
        bound: &TicketScope,
    ) -> Result<Secret, StoreError> {
        let owner = self.token(token).await?;
        let now = self.database.now();
        if owner.revoked_at.is_some() || owner.expires_at.is_some_and(|end| end <= now) {
            let state = if owner.revoked_at.is_some() {
                "revoked"
            } else {
                "expired"
            };
            return Err(StoreError::State {
                kind: Kind::Token,
                id: token.to_string(),
                state,
            });
        }
        let (project, run) = match bound {
            TicketScope::Tenant => (None, None),
            TicketScope::Project(id) => (Some(self.project(id).await?.id.to_string()), None),
            TicketScope::Run(id) => (None, Some(self.run(id).await?.id.to_string())),
        };
        let id = TicketId::random()?;
        let (secret, hash) = Form::Ticket.issue(id.digits())?;
        const INSERT: Scoped = Scoped::new(
            "INSERT INTO tickets (tenant, id, token, hash, project, run, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        );
        let query = self
            .scope
            .query(&INSERT)
            .bind(id.as_str())
            .bind(token.as_str())
            .bind(hash);
        let query = query
            .bind(project)
            .bind(run)
            .bind(now.after(TICKET).milliseconds());
        let mut writing = self.database.begin().await?;
        let inserted = query.execute(&mut *writing).await;
        inserted.map_err(|error| unless_missing(error, Kind::Token, token))?;
        writing.commit().await?;
        Ok(secret)
    }
}
