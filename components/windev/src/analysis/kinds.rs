//! The kinds of databases, in kebab-case.

use super::types::short;

/// The kind of a database that nothing names.
pub const UNKNOWN: &str = "unknown";

/// The kind of the file's number for it (`Type` of `CONNEXION`): `hfsql-client-server`, …, or `unknown-7`.
pub(super) fn of_number(number: &str) -> String {
    let kind = match number {
        "3" | "19" => "sql-server",
        "6" => "mysql",
        "11" => "hfsql-client-server",
        "12" => "xml-native-access",
        "15" => "postgresql",
        "16" => "hfsql-classic",
        "" => UNKNOWN,
        other => return format!("{UNKNOWN}-{}", short(other)),
    };
    kind.to_owned()
}

/// The kind of a database that is a file, by the file's name. It stands in for a number that is not known: connections of
/// type 1 of PC SOFT's sample `WD-Pilotage-de-Excel` are to `.MDB` files.
pub(super) fn of_file(source: &str) -> Option<&'static str> {
    let (_, extension) = source.rsplit_once('.')?;
    match extension.to_ascii_lowercase().as_str() {
        "mdb" | "accdb" => Some("ms-access"),
        "xls" | "xlsx" => Some("excel"),
        "dbf" => Some("dbase"),
        "sqlite" | "sqlite3" => Some("sqlite"),
        _ => None,
    }
}

/// Whether a kind is none that is known.
pub(super) fn is_unknown(kind: &str) -> bool {
    kind.starts_with(UNKNOWN)
}

/// Whether the source of such a connection is a file.
pub(crate) fn is_file(kind: &str) -> bool {
    matches!(
        kind,
        "hfsql-classic" | "xml-native-access" | "sqlite" | "ms-access" | "excel" | "dbase"
    )
}
