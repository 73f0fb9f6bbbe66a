//! Which arguments of WLanguage's own functions are credentials, and which are keys under which a value is kept.

use std::ops::Range;

/// What the arguments of a function are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Arguments {
    /// Those of this range are users, passwords and the like; the others are not.
    Credentials(Range<usize>),
    /// Keys come first, then this one, the value that is read or written, then files and the like.
    Keyed(usize),
}

const NONE: Range<usize> = 0..0;
const ALL: Range<usize> = 0..usize::MAX;
const BEHIND_FIRST: Range<usize> = 1..usize::MAX;

/// What the arguments of the function with this folded name are, counted from 0, as the documentation of WLanguage has
/// them. A function that takes its user and password in other places depending on its version has them in all.
pub(super) fn arguments(folded: &str) -> Option<Arguments> {
    let credentials = match folded {
        // A file, its password, and whether it is encrypted.
        "hpass" | "hpasse" => BEHIND_FIRST,
        // A connection, user, password, source, database, …
        "hopenconnection" | "houvreconnexion" | "hdescribeconnection" | "hdecritconnexion" => 1..3,
        // A file and a connection.
        "hchangeconnection" | "hchangeconnexion" => NONE,
        // A file, and its password there or behind an alias.
        "hopen" | "houvre" => 1..3,
        // A server, user, password, database, …
        "sqlconnect" | "sqlconnecte" => 1..3,
        "ftpconnect" | "ftpconnecte" | "sshconnect" | "ldapconnect" | "ldapconnecte"
        | "rasconnect" => BEHIND_FIRST,
        // An address, the program's name, headers, the message, its type, user, password.
        "httprequest" | "httprequete" => 5..7,
        "emailstartsession"
        | "emailouvresession"
        | "emailstartimapsession"
        | "netuse"
        | "gpwlogin"
        | "authidentify"
        | "authidentifie" => ALL,
        // Section, key, value, file.
        "iniread" | "inilit" | "iniwrite" | "iniecrit" => return Some(Arguments::Keyed(2)),
        // Name, value.
        "loadparameter" | "chargeparametre" | "saveparameter" | "sauveparametre" => {
            return Some(Arguments::Keyed(1));
        }
        // Key, name, value.
        "registryquery" | "registreinterroge" | "registryset" | "registreecrit" => {
            return Some(Arguments::Keyed(2));
        }
        _ => return None,
    };
    Some(Arguments::Credentials(credentials))
}
