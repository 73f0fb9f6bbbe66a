//! What a connection says about where its database is, without anything that says who may use it.

use std::net::Ipv6Addr;

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Endpoint {
    pub(crate) host: Option<String>,
    pub(crate) port: Option<u16>,
    pub(crate) database: Option<String>,
    /// Whether a connection string names a user or a password. Their values are dropped.
    pub(crate) has_user: bool,
    pub(crate) has_password: bool,
}

/// Files of databases: `stock.mdb` has the form of a host name.
const FILE_EXTENSIONS: [&str; 14] = [
    "xml", "mdb", "accdb", "xls", "xlsx", "dbf", "fic", "csv", "txt", "db", "sqlite", "sqlite3",
    "fdb", "gdb",
];

/// The longest name of a database that is shown.
const LONGEST_NAME: usize = 128;

/// Reads the source of a connection: `host`, `host:port`, `host,port`, `SERVER\INSTANCE`, a URL, or a connection
/// string. Anything else, above all a path, says nothing.
pub(crate) fn source(source: &str) -> Endpoint {
    let source = source.trim();
    if source.contains('=') && !source.contains("://") {
        return connection_string(source);
    }
    let (host, port) = address(source);
    Endpoint {
        host,
        port,
        ..Endpoint::default()
    }
}

/// Reads `key=value` pairs: a connection string, or the extended information of a connection
/// (`;Cryptage = …;Initial Catalog=…;Compression=…`).
pub(crate) fn connection_string(text: &str) -> Endpoint {
    let mut endpoint = Endpoint::default();
    for (key, value) in pairs(text) {
        let key: String = key
            .chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect();
        match key.as_str() {
            "server" | "serveur" | "host" | "hostname" | "datasource" | "addr" | "address"
            | "networkaddress" => {
                let (host, port) = address(value);
                endpoint.host = endpoint.host.or(host);
                endpoint.port = endpoint.port.or(port);
            }
            "port" => endpoint.port = endpoint.port.or(value.parse().ok()),
            "database" | "initialcatalog" | "dbname" | "db" => {
                endpoint.database = endpoint.database.or_else(|| database(value));
            }
            "uid" | "user" | "userid" | "username" | "login" => {
                endpoint.has_user |= !value.is_empty()
            }
            "pwd" | "password" | "passwd" | "motdepasse" => {
                endpoint.has_password |= !value.is_empty()
            }
            _ => {}
        }
    }
    endpoint
}

/// A database's name as it is shown: of a file its name only, of a connection string its database.
pub(crate) fn database(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains('=') {
        // One level: the database of a connection string is no connection string again.
        let mut found = pairs(text).filter(|(key, _)| {
            let key = key.to_lowercase();
            matches!(key.trim(), "database" | "initial catalog" | "dbname")
        });
        return found.next().and_then(|(_, value)| file_or_name(value));
    }
    file_or_name(text)
}

fn file_or_name(text: &str) -> Option<String> {
    let is_path = text.contains('\\')
        || text.as_bytes().get(1) == Some(&b':')
        || ["/", "./", "../"]
            .iter()
            .any(|start| text.starts_with(start));
    let name = if is_path {
        text.rsplit(['\\', '/', ':']).next()?
    } else {
        text
    };
    // `user/password` and `user@host` are ways to name a database, too.
    let is_name = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.contains(['/', '@', '=', ';', '"', '\'', ':'])
        && !name.chars().any(char::is_control);
    is_name.then(|| name.to_owned())
}

/// The pairs of a connection string. A value in quotes or braces may hold `;`.
fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|character: char| {
                character == ';' || character.is_whitespace()
            });
            if rest.is_empty() {
                return None;
            }
            let Some((key, after)) = rest.split_once('=') else {
                rest = "";
                continue;
            };
            // `a;b=c`: a word without a value stands before the pair.
            let key = key.rsplit(';').next().unwrap_or(key).trim();
            let (value, end) = value(after);
            rest = after.get(end..).unwrap_or_default();
            return Some((key, value));
        }
    })
}

/// The value that a text begins with, and where it ends.
fn value(text: &str) -> (&str, usize) {
    let start = text.len() - text.trim_start().len();
    let close = match text[start..].chars().next() {
        Some('"') => '"',
        Some('\'') => '\'',
        Some('{') => '}',
        _ => {
            let end = text.find(';').unwrap_or(text.len());
            return (text[..end].trim(), end);
        }
    };
    let inner = &text[start + 1..];
    let length = quoted_length(inner, close);
    (&inner[..length], (start + 1 + length + 1).min(text.len()))
}

/// Length of a text up to the mark that closes it; a doubled mark stands for itself. Without its end, all that
/// follows belongs to the value: it may be a password.
fn quoted_length(text: &str, close: char) -> usize {
    let mut marks = text.match_indices(close).map(|(at, _)| at).peekable();
    while let Some(at) = marks.next() {
        if marks.next_if_eq(&(at + 1)).is_none() {
            return at;
        }
    }
    text.len()
}

/// The host and port of an address; nothing when it is none.
fn address(text: &str) -> (Option<String>, Option<u16>) {
    const NONE: (Option<String>, Option<u16>) = (None, None);
    let Some(text) = authority(text.trim()) else {
        return NONE;
    };
    let text = text.strip_prefix("tcp:").unwrap_or(text);
    if text.parse::<Ipv6Addr>().is_ok() {
        return (Some(text.to_owned()), None);
    }
    let (host, port) = match text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        Some((host, port)) if host.parse::<Ipv6Addr>().is_ok() => (host, port.strip_prefix(':')),
        Some(_) => return NONE,
        None => match text.rsplit_once([':', ',']) {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        },
    };
    let port = match port.map(|port| port.trim().parse()) {
        Some(Ok(port)) => Some(port),
        Some(Err(_)) => return NONE,
        None => None,
    };
    if host.is_empty() {
        return (None, port);
    }
    let is_address = host.contains(':') || is_host(host);
    if is_address {
        (Some(host.to_owned()), port)
    } else {
        NONE
    }
}

/// The `host:port` of a URL, or of a text that is no URL. Nothing when it cannot be told from user and password.
fn authority(text: &str) -> Option<&str> {
    let Some((_, rest)) = text.split_once("://") else {
        return (!text.contains('@')).then_some(text);
    };
    let end = rest.find(['/', '?', '#', ';']).unwrap_or(rest.len());
    if rest[end..].contains('@') {
        return None;
    }
    rest[..end].rsplit('@').next()
}

/// Whether a text has the form of a host name, an IPv4 address, or `SERVER\INSTANCE`.
fn is_host(text: &str) -> bool {
    let (host, instance) = match text.split_once('\\') {
        Some((host, instance)) => (host, Some(instance)),
        None => (text, None),
    };
    let is_label = |label: &str| {
        let is_part =
            |character: char| character.is_alphanumeric() || matches!(character, '-' | '_');
        !label.is_empty() && label.len() <= 63 && label.chars().all(is_part)
    };
    let is_file = host.rsplit_once('.').is_some_and(|(_, extension)| {
        FILE_EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    });
    let is_name = host == "." || host == "(local)" || host.split('.').all(is_label);
    let is_instance = |instance: &str| {
        let is_part =
            |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '$');
        !instance.is_empty() && instance.len() <= 63 && instance.chars().all(is_part)
    };
    host.len() <= 253 && !is_file && is_name && instance.is_none_or(is_instance)
}
