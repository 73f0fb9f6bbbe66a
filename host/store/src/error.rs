//! What goes wrong.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file or directory of the store cannot be used.
    #[error("{path}: {action}: {error}", path = path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What was tried, as the beginning of a sentence.
        action: &'static str,
        /// What the system said.
        #[source]
        error: io::Error,
    },
    /// The path cannot be given to SQLite.
    #[error("{path}: the path is not UTF-8; choose another data directory", path = .0.display())]
    Path(PathBuf),
    /// The file may only be read.
    #[error(
        "{store}: it is read-only; make it writable for this user, or choose another data directory"
    )]
    ReadOnly {
        /// The file, or the database without its password.
        store: String,
    },
    /// The file is no database, or a damaged one.
    #[error(
        "{store}: this is no SQLite database, or a damaged one: {reason}; restore it from a backup, or move it away to begin anew"
    )]
    Damaged {
        /// The file.
        store: String,
        /// What the database said.
        reason: String,
    },
    /// A newer version of Quarry wrote the database.
    #[error(
        "{store}: its schema has version {found}, and this program knows {known}; use a newer one, or a backup"
    )]
    TooNew {
        /// The file, or the database without its password.
        store: String,
        /// The version of the database.
        found: i64,
        /// The newest version that is known here.
        known: i64,
    },
    /// A step of the schema is not what it was when it was applied.
    #[error(
        "{store}: step {step} of its schema is not the one this program knows; use the program that made it"
    )]
    Foreign {
        /// The file, or the database without its password.
        store: String,
        /// The step.
        step: i64,
    },
    /// Anything else that the database said.
    #[error("{store}: {action}: {error}")]
    Database {
        /// The file, or the database without its password.
        store: String,
        /// What was tried, as the beginning of a sentence.
        action: &'static str,
        /// What the database said.
        #[source]
        error: sqlx::Error,
    },
}

/// A text does not say where a PostgreSQL database is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LocationError {
    /// It is no URL.
    #[error("the database's URL cannot be read: {0}; write postgres://USER:PASSWORD@HOST/DATABASE")]
    Url(url::ParseError),
    /// It is the URL of something else. The text itself may hold a password and is not shown.
    #[error("the database's URL begins with {0:?}; only postgres:// is known here")]
    Scheme(String),
}

/// Something that has an identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A tenant.
    Tenant,
    /// A token.
    Token,
    /// An administrator's token.
    AdministratorToken,
    /// A knowledge base.
    KnowledgeBase,
    /// An output project.
    Project,
    /// A run.
    Run,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Kind::Tenant => "tenant",
            Kind::Token => "token",
            Kind::AdministratorToken => "administrator's token",
            Kind::KnowledgeBase => "knowledge base",
            Kind::Project => "output project",
            Kind::Run => "run",
        })
    }
}

/// The store did not do what was asked for; it is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is none, or it belongs to another tenant: which of the two is not told.
    #[error("there is no {kind} {id}")]
    NotFound {
        /// What was looked for.
        kind: Kind,
        /// Its identifier.
        id: String,
    },
    /// It is needed by something else.
    #[error("the {kind} {id} is still used by {by}; remove or end that first")]
    InUse {
        /// What should be removed.
        kind: Kind,
        /// Its identifier.
        id: String,
        /// By what.
        by: &'static str,
    },
    /// It is not in a state in which this can be done.
    #[error("the {kind} {id} is {state}, so that this cannot be done")]
    State {
        /// What is in a state.
        kind: Kind,
        /// Its identifier.
        id: String,
        /// The state.
        state: &'static str,
    },
    /// Others changed the same thing at the same time, again and again.
    #[error("the {kind} {id} was changed by others each time this was tried; try again")]
    Contended {
        /// What was changed.
        kind: Kind,
        /// Its identifier.
        id: String,
    },
    /// The tenant's storage would be exceeded.
    #[error(
        "{needed} bytes are needed, {used} of {allowed} are in use; remove a knowledge base first"
    )]
    StorageFull {
        /// Bytes that are stored.
        used: u64,
        /// Bytes that would be added.
        needed: u64,
        /// Bytes that the tenant may store.
        allowed: u64,
    },
    /// A row holds what this program does not write.
    #[error(
        "the database holds {found:?} as {column}, which this program never writes; was it changed by hand?"
    )]
    Unreadable {
        /// The column.
        column: &'static str,
        /// Its value.
        found: String,
    },
    /// The database file is damaged.
    #[error("the database is damaged: {0}; stop the server and restore a backup")]
    Damaged(String),
    /// The system gives no random numbers.
    #[error("the system gives no random numbers: {0}")]
    Random(String),
    /// Anything else that the database said.
    #[error("the database failed: {0}")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    pub(crate) fn not_found(kind: Kind, id: &impl fmt::Display) -> Self {
        StoreError::NotFound {
            kind,
            id: id.to_string(),
        }
    }

    pub(crate) fn in_use(kind: Kind, id: &impl fmt::Display, by: &'static str) -> Self {
        StoreError::InUse {
            kind,
            id: id.to_string(),
            by,
        }
    }

    /// Whether PostgreSQL undid the transaction because another one waited for it.
    pub(crate) fn is_deadlock(&self) -> bool {
        let StoreError::Database(sqlx::Error::Database(error)) = self else {
            return false;
        };
        error.code().is_some_and(|code| code == "40P01")
    }

    /// Whether the same call may succeed in a while: the database was busy or out of reach.
    pub fn is_temporary(&self) -> bool {
        let error = match self {
            StoreError::Contended { .. } => return true,
            StoreError::Database(error) => error,
            _ => return false,
        };
        match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| is_temporary(&code)),
            _ => false,
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let error = match &error {
            sqlx::Error::Database(said) if said.code().is_some_and(|code| is_damage(&code)) => {
                StoreError::Damaged(said.message().to_owned())
            }
            _ => StoreError::Database(error),
        };
        let count = match error.is_temporary() {
            true => &TEMPORARY,
            false => &LASTING,
        };
        count.fetch_add(1, Ordering::Relaxed);
        error
    }
}

static TEMPORARY: AtomicU64 = AtomicU64::new(0);
static LASTING: AtomicU64 = AtomicU64::new(0);

/// How often databases have failed since the process began, also where the call was tried again and succeeded then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// Those that [`StoreError::is_temporary`] calls so.
    pub temporary: u64,
    /// All others.
    pub lasting: u64,
}

impl Failures {
    /// Those up to now.
    pub fn so_far() -> Self {
        Self {
            temporary: TEMPORARY.load(Ordering::Relaxed),
            lasting: LASTING.load(Ordering::Relaxed),
        }
    }
}

/// The primary code of SQLite's extended ones. PostgreSQL's have five characters, SQLite's are numbers.
pub(crate) fn sqlite_code(code: &str) -> Option<u32> {
    let extended: u32 = code.parse().ok()?;
    (code.len() < 5).then_some(extended & 0xff)
}

/// `SQLITE_CORRUPT` and `SQLITE_NOTADB`.
pub(crate) fn is_damage(code: &str) -> bool {
    matches!(sqlite_code(code), Some(11 | 26))
}

/// `SQLITE_BUSY` and `SQLITE_LOCKED`; PostgreSQL's deadlocks, failed serializations, lost connections and shutdowns.
fn is_temporary(code: &str) -> bool {
    matches!(sqlite_code(code), Some(5 | 6))
        || matches!(code, "40001" | "40P01" | "57P01" | "57P02" | "57P03")
        || (code.len() == 5 && code.starts_with("08"))
}

/// A token or a ticket opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// It does not have the form of one.
    #[error(
        "this is no credential of Quarry that opens this; a token begins with `qry_`, a ticket with `qrt_`, an administrator's token with `qra_`"
    )]
    Malformed,
    /// There is none with this secret.
    #[error("this credential is not known; it was removed, used before, or never made")]
    Unknown,
    /// It was revoked.
    #[error("the token was revoked; make a new one")]
    Revoked,
    /// It has expired.
    #[error("the credential has expired; make a new one")]
    Expired,
    /// Its tenant is suspended.
    #[error("the tenant is suspended; ask the administrator of this server")]
    Suspended,
    /// It could not be looked up.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A text cannot be a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidText {
    /// It has no visible character.
    #[error("the name is empty; write at least one character")]
    Empty,
    /// It is too long.
    #[error(
        "the name has more than {} characters; write a shorter one",
        crate::Name::CHARACTERS
    )]
    TooLong,
    /// It holds a line break or another control character.
    #[error("the name holds a control character; write it on one line without any")]
    Control,
}
