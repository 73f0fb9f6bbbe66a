//! Secrets: shown once, stored as hashes, compared in constant time.

use crate::error::{CredentialError, StoreError};
use crate::id::{hexadecimal, is_hexadecimal, random};
use crate::model::AdministratorToken;
use sha2::{Digest, Sha256};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of a secret.
const LENGTH: usize = 32;

/// A token or a ticket as its owner gets it: once, when it is made. It is overwritten when it is dropped.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text to hand to the owner, and to nobody else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// What a credential is for; each has a beginning of its own, so that none is taken for another, and so that
/// scanners for leaked secrets find it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    Token,
    Ticket,
    AdministratorToken,
}

impl Form {
    const fn prefix(self) -> &'static str {
        match self {
            Form::Token => "qry_",
            Form::Ticket => "qrt_",
            Form::AdministratorToken => AdministratorToken::PREFIX,
        }
    }

    /// Makes the credential of an identifier, and the hash to store.
    pub(crate) fn issue(self, id_digits: &str) -> Result<(Secret, String), StoreError> {
        let bytes = Zeroizing::new(random::<LENGTH>()?);
        let text = Zeroizing::new(hexadecimal(bytes.as_slice()));
        let secret = Zeroizing::new(format!("{}{id_digits}_{}", self.prefix(), *text));
        Ok((Secret(secret), hash(&text)))
    }

    /// The digits of the identifier and the secret that a credential is made of.
    pub(crate) fn split(self, credential: &str) -> Result<(&str, &str), CredentialError> {
        credential
            .strip_prefix(self.prefix())
            .and_then(|rest| rest.split_once('_'))
            .filter(|(id, secret)| is_hexadecimal(id, 32) && is_hexadecimal(secret, 2 * LENGTH))
            .ok_or(CredentialError::Malformed)
    }
}

/// What is stored of a secret. It has 256 random bits, so that a slow hash would protect nothing more.
fn hash(secret: &str) -> String {
    hexadecimal(&Sha256::digest(secret.as_bytes()))
}

/// Whether a secret has a hash, in a time that does not tell where they differ.
pub(crate) fn has_hash(secret: &str, stored: &str) -> bool {
    hash(secret).as_bytes().ct_eq(stored.as_bytes()).into()
}
