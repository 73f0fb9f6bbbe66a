//! Administrators: whose credentials belong to no tenant.

use crate::id::AdministratorTokenId;
use crate::text::Name;
use crate::time::Timestamp;

/// An administrator's token, without its secret: that is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdministratorToken {
    /// Its identifier, which is no secret.
    pub id: AdministratorTokenId,
    /// What its owner calls it.
    pub name: Name,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl AdministratorToken {
    /// What the secret of every administrator's token begins with.
    pub const PREFIX: &str = "qra_";
}

/// An administrator's token to make.
#[derive(Debug, Clone)]
pub struct NewAdministratorToken {
    /// What its owner calls it.
    pub name: Name,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}
