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

/// Whether the source of such a connection is a file.
pub(crate) fn is_file(kind: &str) -> bool {
    matches!(
        kind,
        "hfsql-classic" | "xml-native-access" | "sqlite" | "ms-access" | "excel" | "dbase"
    )
}
