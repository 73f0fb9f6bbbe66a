//! The one place that holds queries to a tenant.

use crate::id::TenantId;
use sqlx::any::AnyArguments;
use sqlx::query::Query;

/// A query on both databases.
pub(crate) type AnyQuery = Query<'static, sqlx::Any, AnyArguments>;

/// A statement about what one tenant has. Its first parameter is the tenant. That the statement uses it is checked when
/// the program is compiled.
pub(crate) struct Scoped(&'static str);

impl Scoped {
    /// Only for constants: there a panic is an error of the compiler.
    pub(crate) const fn new(statement: &'static str) -> Self {
        let restricts = holds(statement, "tenant = $1");
        let inserts = holds(statement, " (tenant, ") && holds(statement, " VALUES ($1, ");
        let is_tenant = holds(statement, "FROM tenants WHERE id = $1");
        assert!(
            restricts || inserts || is_tenant,
            "the statement does not name the tenant"
        );
        Self(statement)
    }
}

/// The tenant that a handle was made for.
#[derive(Debug, Clone)]
pub(crate) struct TenantScope(pub(crate) TenantId);

impl TenantScope {
    /// A query of the tenant; what is bound next is `$2`.
    pub(crate) fn query(&self, statement: &Scoped) -> AnyQuery {
        sqlx::query(statement.0).bind(self.0.as_str())
    }
}

const fn holds(text: &str, part: &str) -> bool {
    let (text, part) = (text.as_bytes(), part.as_bytes());
    let mut start = 0;
    while start + part.len() <= text.len() {
        let mut length = 0;
        while length < part.len() && text[start + length] == part[length] {
            length += 1;
        }
        if length == part.len() {
            return true;
        }
        start += 1;
    }
    false
}
