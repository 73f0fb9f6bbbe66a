//! Administrators' tokens.

use super::Operator;
use crate::error::{Kind, StoreError};
use crate::id::AdministratorTokenId;
use crate::model::{AdministratorToken, NewAdministratorToken};
use crate::page::{Listed, Page};
use crate::rows::{self, administrator_token_columns};
use crate::secret::{Form, Secret};
use crate::time::Timestamp;

impl Operator {
    /// Makes an administrator's token. Its secret is returned this once.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn create_administrator_token(
        &self,
        new: NewAdministratorToken,
    ) -> Result<(AdministratorToken, Secret), StoreError> {
        let token = AdministratorToken {
            id: AdministratorTokenId::random()?,
            name: new.name,
            created_at: self.database.now(),
            expires_at: new.expires_at,
            revoked_at: None,
            last_used_at: None,
        };
        let (secret, hash) = Form::AdministratorToken.issue(token.id.digits())?;
        const INSERT: &str =
            "INSERT INTO administrator_tokens (id, name, hash, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5)";
        let query = sqlx::query(INSERT)
            .bind(token.id.as_str())
            .bind(token.name.as_str())
            .bind(hash);
        let query = query
            .bind(token.created_at.milliseconds())
            .bind(token.expires_at.map(Timestamp::milliseconds));
        self.database.change(query).await?;
        Ok((token, secret))
    }

    /// The administrators' tokens, also those that were revoked.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub async fn administrator_tokens(
        &self,
        page: &Page,
    ) -> Result<Listed<AdministratorToken>, StoreError> {
        const LIST: &str = concat!(
            "SELECT ",
            administrator_token_columns!(),
            " FROM administrator_tokens WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3"
        );
        let found = page
            .bind(sqlx::query(LIST))
            .fetch_all(self.database.read())
            .await?;
        let items = found.iter().map(rows::administrator_token);
        let items = items.collect::<Result<_, _>>()?;
        Ok(Listed::cut(items, page, |token: &AdministratorToken| {
            (token.created_at, token.id.as_str())
        }))
    }

    /// Revokes an administrator's token. Doing so again changes nothing.
    ///
    /// # Errors
    ///
    /// When there is none, or the database fails.
    pub async fn revoke_administrator_token(
        &self,
        id: &AdministratorTokenId,
    ) -> Result<AdministratorToken, StoreError> {
        const REVOKE: &str = concat!(
            "UPDATE administrator_tokens SET revoked_at = COALESCE(revoked_at, $2) WHERE id = $1 RETURNING ",
            administrator_token_columns!()
        );
        let query = sqlx::query(REVOKE)
            .bind(id.as_str())
            .bind(self.database.now().milliseconds());
        let changed = self.database.change(query).await?;
        let row = changed.first();
        let row = row.ok_or_else(|| StoreError::not_found(Kind::AdministratorToken, id))?;
        rows::administrator_token(row)
    }
}
