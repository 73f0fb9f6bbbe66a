//! Tokens, tickets, and what they open.

use crate::error::StoreError;
use crate::id::{ProjectId, RunId, TenantId, TokenId};
use crate::text::Name;
use crate::time::Timestamp;

words! {
    /// What a token may be used for.
    Scope, "scopes" {
        /// Reading what the tenant has.
        Read = "read",
        /// Making and removing knowledge bases and output projects.
        Write = "write",
        /// Starting and cancelling runs.
        Run = "run",
        /// Making tokens of the tenant, and revoking those of others.
        Admin = "admin",
    }
}

/// A set of scopes. None includes another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes([bool; 4]);

impl Scopes {
    /// All of them.
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// Whether a scope is in the set.
    pub fn has(self, scope: Scope) -> bool {
        self.0[scope as usize]
    }

    /// Those in the set.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL
            .iter()
            .copied()
            .filter(move |scope| self.has(*scope))
    }

    /// The first of its scopes that another set has not.
    pub fn beyond(self, other: Self) -> Option<Scope> {
        self.iter().find(|scope| !other.has(*scope))
    }

    pub(crate) fn to_column(self) -> String {
        let words: Vec<&str> = self.iter().map(Scope::as_str).collect();
        words.join(" ")
    }

    pub(crate) fn stored(column: &str) -> Result<Self, StoreError> {
        column.split_whitespace().map(Scope::stored).collect()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        let mut set = Self::default();
        scopes
            .into_iter()
            .for_each(|scope| set.0[scope as usize] = true);
        set
    }
}

/// A token, without its secret: that is not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Its identifier, which is no secret.
    pub id: TokenId,
    /// Whose it is.
    pub tenant: TenantId,
    /// What its owner calls it.
    pub name: Name,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
    /// When it was revoked, if it was.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute: not every request writes.
    pub last_used_at: Option<Timestamp>,
}

/// A token to make.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What its owner calls it.
    pub name: Name,
    /// What it may be used for.
    pub scopes: Scopes,
    /// When it ends, if it does.
    pub expires_at: Option<Timestamp>,
}

/// What a ticket is good for, within the scopes of the token it was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TicketScope {
    /// All that the token may.
    Tenant,
    /// One output project.
    Project(ProjectId),
    /// One run.
    Run(RunId),
}

/// What a credential opens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Whose it is.
    pub tenant: TenantId,
    /// The token, also behind a ticket.
    pub token: TokenId,
    /// What it may be used for.
    pub scopes: Scopes,
    /// What it is bound to; a token is bound to nothing but its tenant.
    pub bound: TicketScope,
}
