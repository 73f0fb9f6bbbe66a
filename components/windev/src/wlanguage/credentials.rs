//! Names that promise a credential.

use super::keywords::fold;
use std::borrow::Cow;

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
    holds_substring(squashed.as_bytes()) || words(name).any(|word| is_word(&word))
}

/// Whether one of [`SUBSTRINGS`] is in a text. All code is full of names, and `str::contains` prepares a search for each
/// of the substrings: here two letters tell that nearly no place begins one.
fn holds_substring(text: &[u8]) -> bool {
    (1..text.len()).any(|at| {
        let (first, second) = (letter(text[at - 1]), letter(text[at]));
        BEGINNING_LETTERS[first] >> second & 1 == 1
            && SUBSTRINGS
                .iter()
                .any(|part| text[at - 1..].starts_with(part.as_bytes()))
    })
}

/// For each first letter of [`SUBSTRINGS`] the set of second letters.
const BEGINNING_LETTERS: [u32; 27] = {
    let mut letters = [0; 27];
    let mut index = 0;
    while index < SUBSTRINGS.len() {
        let part = SUBSTRINGS[index].as_bytes();
        letters[letter(part[0])] |= 1 << letter(part[1]);
        index += 1;
    }
    letters
};

/// The place of a letter from `a` to `z`; 26 for anything else.
const fn letter(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => (byte - b'a') as usize,
        _ => 26,
    }
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
fn words(name: &str) -> impl Iterator<Item = Cow<'_, str>> {
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
    words.into_iter().map(fold)
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
