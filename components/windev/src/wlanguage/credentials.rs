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
    names_credential(name, &fold(name))
}

/// As [`is_credential_name`], for a name whose folded form is known.
pub(super) fn names_credential(name: &str, folded: &str) -> bool {
    if folded.is_ascii() && name.len() == folded.len() {
        holds_ascii_substring(folded.as_bytes()) || holds_ascii_word(name.as_bytes(), folded)
    } else {
        let squashed: String = folded.chars().filter(|c| c.is_alphabetic()).collect();
        holds_substring(squashed.as_bytes()) || words(name).any(|word| is_word(&word))
    }
}

/// Whether a folded word says that a value is a credential, and nothing else.
pub(super) fn is_credential_word(folded: &str) -> bool {
    WORDS.contains(&folded) || SUBSTRINGS.contains(&folded)
}

/// Whether one of [`SUBSTRINGS`] is in the letters of an ASCII name.
fn holds_ascii_substring(folded: &[u8]) -> bool {
    /// Nearly all names fit.
    const SHORT: usize = 64;
    if folded.iter().all(u8::is_ascii_alphabetic) {
        return holds_substring(folded);
    }
    let letters = folded.iter().copied().filter(u8::is_ascii_alphabetic);
    if folded.len() > SHORT {
        return holds_substring(&letters.collect::<Vec<u8>>());
    }
    let mut squashed = [0; SHORT];
    let mut length = 0;
    for letter in letters {
        squashed[length] = letter;
        length += 1;
    }
    holds_substring(&squashed[..length])
}

/// Whether one of [`SUBSTRINGS`] is in a text. All code is full of names, and `str::contains` prepares a search for each
/// of the substrings: here two letters tell that nearly no place begins one.
fn holds_substring(text: &[u8]) -> bool {
    const PAIRS: [u32; 27] = pairs(&SUBSTRINGS);
    (1..text.len()).any(|at| {
        let (first, second) = (letter(text[at - 1]), letter(text[at]));
        PAIRS[first] >> second & 1 == 1
            && SUBSTRINGS
                .iter()
                .any(|part| text[at - 1..].starts_with(part.as_bytes()))
    })
}

/// For each first letter of the words of a list the set of their second letters.
const fn pairs<const COUNT: usize>(words: &[&str; COUNT]) -> [u32; 27] {
    let mut letters = [0; 27];
    let mut index = 0;
    while index < COUNT {
        let word = words[index].as_bytes();
        letters[letter(word[0])] |= 1 << letter(word[1]);
        index += 1;
    }
    letters
}

/// The place of a letter from `a` to `z`; 26 for anything else.
const fn letter(byte: u8) -> usize {
    match byte {
        b'a'..=b'z' => (byte - b'a') as usize,
        _ => 26,
    }
}

/// For each first letter the lengths of the words of a list, as a set. Nearly no word has the length of one of them.
const fn lengths<const COUNT: usize>(words: &[&str; COUNT]) -> [u32; 27] {
    let mut lengths = [0; 27];
    let mut index = 0;
    while index < COUNT {
        lengths[letter(words[index].as_bytes()[0])] |= 1 << words[index].len();
        index += 1;
    }
    lengths
}

fn is_one_of(word: &str, words: &[&str], lengths: &[u32; 27]) -> bool {
    let first = word.bytes().next().map_or(26, letter);
    word.len() < 32 && lengths[first] >> word.len() & 1 == 1 && words.contains(&word)
}

/// Whether a call of this name has credentials among its arguments.
pub(super) fn is_credential_call(folded: &str) -> bool {
    const LENGTHS: [u32; 27] = lengths(&CALLS);
    is_one_of(folded, &CALLS, &LENGTHS)
}

fn is_word(word: &str) -> bool {
    const LENGTHS: [u32; 27] = lengths(&WORDS);
    const PAIRS: [u32; 27] = pairs(&BEGINNINGS);
    let [first, second, ..] = word.as_bytes() else {
        return false;
    };
    is_one_of(word, &WORDS, &LENGTHS)
        || (PAIRS[letter(*first)] >> letter(*second) & 1 == 1
            && BEGINNINGS
                .iter()
                .any(|beginning| word.starts_with(beginning)))
        || word.ends_with("pass")
        || word.ends_with("passe")
}

/// Whether one of the words of an ASCII name is that of a credential; the cuts are those of [`words`].
fn holds_ascii_word(name: &[u8], folded: &str) -> bool {
    let mut start = 0;
    let mut before = b' ';
    for (at, byte) in name.iter().copied().enumerate() {
        let next = name.get(at + 1).copied().unwrap_or(b' ');
        if begins_ascii_word(before, byte, next) {
            if is_word(&folded[start..at]) {
                return true;
            }
            start = at;
        }
        before = byte;
    }
    is_word(&folded[start..])
}

fn begins_ascii_word(before: u8, byte: u8, next: u8) -> bool {
    !before.is_ascii_alphabetic()
        || !byte.is_ascii_alphabetic()
        || (byte.is_ascii_uppercase() && (before.is_ascii_lowercase() || next.is_ascii_lowercase()))
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
    use proptest::prelude::*;

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

    proptest! {
        #[test]
        fn an_ascii_name_is_cut_into_the_same_words_as_any_other(
            pieces in prop::collection::vec(
                prop::sample::select(vec!["pin", "PIN", "Pin", "pass", "MDP", "x", "X", "_", "1", "crypt", "Licence"]),
                0..6,
            )
        ) {
            let name = pieces.concat();
            let expected = words(&name).any(|word| is_word(&word));
            prop_assert_eq!(holds_ascii_word(name.as_bytes(), &fold(&name)), expected, "{}", name);
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
