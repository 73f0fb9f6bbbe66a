//! The kinds of databases, by the constants of WLanguage that name their providers.

use crate::wlanguage::keywords::fold;

/// The kind that a provider constant names: `hAccessHFClientServer`, `hAccèsNatifMySQL`, `hODBC`, `hOledbSQLServer`.
/// None for a word that is no such constant.
pub(super) fn of_constant(word: &str) -> Option<&'static str> {
    let folded = fold(word);
    if folded == "hodbc" {
        return Some("odbc");
    }
    let beginnings = [
        "hnativeaccess",
        "haccesnatif",
        "haccess",
        "hacces",
        "holedb",
    ];
    let product = beginnings
        .iter()
        .find_map(|beginning| folded.strip_prefix(beginning))?;
    of_product(product)
}

/// The kind that a literal names in place of a constant: `"MySQL"`, `"ODBC"`, or an OLE DB provider.
pub(super) fn of_text(text: &str) -> Option<&'static str> {
    let folded = fold(text);
    match &*folded {
        "odbc" | "msdasql" => Some("odbc"),
        "sqloledb" | "sqlncli" | "msoledbsql" => Some("sql-server"),
        "msdaora" => Some("oracle"),
        _ => of_product(&folded),
    }
}

fn of_product(folded: &str) -> Option<&'static str> {
    Some(match folded {
        "hfclientserver" | "hfclientserveur" | "hfsqlclientserver" | "hfsqlclientserveur" => {
            "hfsql-client-server"
        }
        "hf7" | "hfclassic" | "hfsqlclassic" => "hfsql-classic",
        "mysql" => "mysql",
        "mariadb" => "mariadb",
        "postgresql" => "postgresql",
        "oracle" | "oraclelite" => "oracle",
        "sqlserver" | "sqlserveur" | "sqlservermobile" | "sqlserveurmobile" => "sql-server",
        "sqlite" => "sqlite",
        "sqlazure" => "sql-server",
        "db2" => "db2",
        "as400" => "as400",
        "sybase" => "sybase",
        "informix" => "informix",
        "progress" => "progress",
        "firebird" => "firebird",
        "xml" => "xml-native-access",
        "access" | "access97" | "access2000" => "ms-access",
        "excel" | "excel97" | "excel2000" => "excel",
        "dbase" | "dbase3" | "dbase4" | "dbase5" => "dbase",
        _ => return None,
    })
}
