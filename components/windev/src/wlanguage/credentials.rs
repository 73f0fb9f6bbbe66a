//! Names that promise a credential.

use super::keywords::fold;

/// Words of a name that say that its value is a credential.
const WORDS: [&str; 47] = [
    "pass",
    "passe",
    "passwd",
    "passw",
    "password",
    "passwords",
    "passwort",
    "passphrase",
    "pwd",
    "pswd",
    "psw",
    "pw",
    "mdp",
    "motdepasse",
    "kennwort",
    "senha",
    "clave",
    "secret",
    "secrets",
    "secrete",
    "secreto",
    "segredo",
    "token",
    "tokens",
    "jeton",
    "pin",
    "pins",
    "pincode",
    "otp",
    "cvv",
    "credential",
    "credentials",
    "bearer",
    "authorization",
    "authorisation",
    "autorisation",
    "licence",
    "licences",
    "license",
    "licenses",
    "licencia",
    "licenca",
    "serial",
    "salt",
    "apikey",
    "passkey",
    "signature",
];

/// What gives a credential away wherever it stands in a name (compared without `_` and digits).
const SUBSTRINGS: [&str; 33] = [
    "password",
    "passwd",
    "passwort",
    "passphrase",
    "motdepasse",
    "motsdepasse",
    "motpasse",
    "mdp",
    "pwd",
    "senha",
    "contrasen",
    "apikey",
    "keyapi",
    "cleapi",
    "apicle",
    "secret",
    "segredo",
    "token",
    "credential",
    "privatekey",
    "secretkey",
    "accesskey",
    "accountkey",
    "authkey",
    "cleprivee",
    "cledelicence",
    "clelicence",
    "licensekey",
    "licencekey",
    "activationkey",
    "activationcode",
    "codeactivation",
    "encrypt",
];

/// Beginnings of words that speak of encryption.
const BEGINNINGS: [&str; 9] = [
    "crypt", "cript", "encript", "encrypt", "decrypt", "dechiffr", "chiffr", "licen", "contrase",
];

/// Procedures that take a user and a password, or that make a connection out of their arguments.
const CALLS: [&str; 25] = [
    "hpass",
    "hpasse",
    "hopenconnection",
    "houvreconnexion",
    "hdescribeconnection",
    "hdecritconnexion",
    "hchangeconnection",
    "hchangeconnexion",
    "sqlconnect",
    "sqlconnecte",
    "ftpconnect",
    "ftpconnecte",
    "sshconnect",
    "ldapconnect",
    "ldapconnecte",
    "emailstartsession",
    "emailouvresession",
    "emailstartimapsession",
    "httprequest",
    "httprequete",
    "rasconnect",
    "netuse",
    "gpwlogin",
    "authidentify",
    "authidentifie",
];

/// Whether a name looks like that of a password, a key, a token, or the like.
pub fn is_credential_name(name: &str) -> bool {
    let folded = fold(name);
    let squashed: String = folded.chars().filter(|c| c.is_alphabetic()).collect();
    SUBSTRINGS.iter().any(|part| squashed.contains(part)) || words(name).any(|word| is_word(&word))
}

/// Whether a call of this name has credentials among its arguments.
pub(super) fn is_credential_call(folded: &str) -> bool {
    CALLS.contains(&folded)
}

fn is_word(word: &str) -> bool {
    WORDS.contains(&word)
        || BEGINNINGS
            .iter()
            .any(|beginning| word.starts_with(beginning))
        || word.ends_with("pass")
        || word.ends_with("passe")
}

/// The words of a name, folded: cut where the case changes and at what is not a letter.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    let mut characters = name.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map_or(' ', |(_, next)| *next);
        let begins = !before.is_alphabetic()
            || !character.is_alphabetic()
            || (character.is_uppercase() && (before.is_lowercase() || next.is_lowercase()));
        if begins {
            words.push(&name[start..at]);
            start = at;
        }
        before = character;
    }
    words.push(&name[start..]);
    words.into_iter().map(|word| fold(word).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials_are_known_in_several_languages() {
        for name in [
            "gsPassword",
            "sMDP",
            "MotDePasse",
            "PARAM_PWD",
            "SENHA_BANCO",
            "sClave",
            "sContraseña",
            "API_KEY",
            "gsApiKey",
            "CléSecrète",
            "nPIN",
            "sTokenAcces",
            "LicenceKey",
            "gsmdp",
            "EncryptionKey",
            "SENHAENCRIPTACAO",
            "sPasse",
            "FTPPass",
            "mot_de_passe",
            "XSecret",
            "CryptKey",
            "HPass",
            "m_sMotPasse",
            "sAuthorization",
        ] {
            assert!(is_credential_name(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not_taken_for_credentials() {
        for name in [
            "gsUser",
            "nPinceau",
            "sPassage",
            "KEY_FORUM_INDEX",
            "nCompteur",
            "EMPRESA_ID",
            "sPassenger",
            "gnQtéStock",
            "Mapping",
            "",
        ] {
            assert!(!is_credential_name(name), "{name}");
        }
    }
}
