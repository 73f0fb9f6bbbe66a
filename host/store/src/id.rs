//! Identifiers: 128 random bits as text that needs no escaping in a URL, with a prefix that says what it names.

use crate::error::StoreError;
use std::fmt;
use std::str::FromStr;

/// Hexadecimal digits of 128 bits.
const DIGITS: usize = 32;

/// A text is not an identifier of the kind that is needed. No query is made with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is not the identifier of {what}: one begins with `{prefix}`, and {DIGITS} of 0-9 and a-f follow"
)]
pub struct InvalidId {
    what: &'static str,
    prefix: &'static str,
}

macro_rules! identifiers {
    ($($(#[$documentation:meta])* $name:ident, $prefix:literal, $what:literal;)*) => {$(
        $(#[$documentation])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Box<str>);

        impl $name {
            /// What every such identifier begins with.
            pub const PREFIX: &str = $prefix;

            /// A new one, of the system's random numbers.
            pub(crate) fn random() -> Result<Self, StoreError> {
                Ok(Self(format!("{}{}", Self::PREFIX, hexadecimal(&random::<16>()?)).into()))
            }

            /// The text without its beginning.
            #[allow(dead_code, reason = "only the identifiers of secrets are taken apart")]
            pub(crate) fn digits(&self) -> &str {
                &self.0[Self::PREFIX.len()..]
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                match text.strip_prefix(Self::PREFIX) {
                    Some(digits) if is_hexadecimal(digits, DIGITS) => Ok(Self(text.into())),
                    _ => Err(InvalidId { what: $what, prefix: Self::PREFIX }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;

            fn try_from(text: String) -> Result<Self, InvalidId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0.into()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    )*};
}

identifiers! {
    /// Names a tenant.
    TenantId, "ten_", "a tenant";
    /// Names a token; it is no secret.
    TokenId, "tok_", "a token";
    /// Names an administrator's token; it is no secret.
    AdministratorTokenId, "adm_", "an administrator's token";
    /// Names a ticket; it is no secret.
    TicketId, "tic_", "a ticket";
    /// Names a knowledge base.
    KnowledgeBaseId, "kb_", "a knowledge base";
    /// Names an output project.
    ProjectId, "op_", "an output project";
    /// Names a run.
    RunId, "run_", "a run";
}

impl TenantId {
    /// The tenant of the single-user mode. Random identifiers never are this one.
    pub fn single_user() -> Self {
        Self(format!("{}{}", Self::PREFIX, "0".repeat(DIGITS)).into())
    }
}

/// Random bytes of the system.
pub(crate) fn random<const LENGTH: usize>() -> Result<[u8; LENGTH], StoreError> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Random(error.to_string()))?;
    Ok(bytes)
}

/// Bytes as text, in lower case.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing into a text cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

/// Whether a text is so many hexadecimal digits, in lower case.
pub(crate) fn is_hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
