//! Connections: where a database is, and nothing of who may use it.

use super::*;

fn connection(kind: u32, source: &str, database: &str, details: &str) -> Connection {
    let bytes = file(&format!(
        "<CONNEXION Nom=\"C\" Type=\"{kind}\"><SOURCE>{source}</SOURCE><USER/><MDP/><DB>{database}</DB>\
         <INFOS_ETENDUES>{details}</INFOS_ETENDUES></CONNEXION>"
    ));
    Analysis::read(&bytes).connections.remove(0)
}

fn address(source: &str) -> (Option<String>, Option<u16>) {
    let found = connection(11, source, "", "");
    (found.host, found.port)
}

#[test]
fn the_kinds_of_databases_have_words() {
    let kinds: Vec<_> = [11, 12, 6, 3, 19, 15, 16, 99]
        .map(|kind| connection(kind, "", "", "").kind)
        .into();
    assert_eq!(
        kinds,
        [
            "hfsql-client-server",
            "xml-native-access",
            "mysql",
            "sql-server",
            "sql-server",
            "postgresql",
            "hfsql-classic",
            "unknown-99"
        ]
    );
}

#[test]
fn a_file_tells_what_an_unknown_number_does_not() {
    for (number, source, kind) in [
        (1, "C:\\Data\\COMMANDE.MDB", "ms-access"),
        (1, "C:\\Data\\sales.xlsx", "excel"),
        (1, "C:\\Data\\COMMANDE", "unknown-1"),
        (6, "C:\\Data\\COMMANDE.MDB", "mysql"),
    ] {
        let found = connection(number, source, "", "");
        assert_eq!((found.kind.as_str(), found.host), (kind, None), "{source}");
    }
}

#[test]
fn empty_elements_say_nothing() {
    let bytes = file(
        "<CONNEXION Nom=\"C\" Type=\"6\"><SOURCE/><USER/><MDP/><DB/><INFOS_ETENDUES/></CONNEXION>",
    );
    let found = Analysis::read(&bytes).connections.remove(0);
    assert_eq!((found.host, found.port, found.database), (None, None, None));
    assert!(!found.has_user && !found.has_password);
}

#[test]
fn hosts_and_ports_are_split() {
    for (source, host, port) in [
        ("db.example.org:4900", Some("db.example.org"), Some(4900)),
        ("192.0.2.7", Some("192.0.2.7"), None),
        ("localhost", Some("localhost"), None),
        (":4900", None, Some(4900)),
        ("[2001:db8::1]:3306", Some("2001:db8::1"), Some(3306)),
        ("2001:db8::1", Some("2001:db8::1"), None),
        ("SERVER\\SQL2019", Some("SERVER\\SQL2019"), None),
        ("srv,1433", Some("srv"), Some(1433)),
        ("tcp:srv,1433", Some("srv"), Some(1433)),
        ("mysql://srv:3306/shop?x=1", Some("srv"), Some(3306)),
        (
            "postgresql://ann:sesame@srv:5432/shop",
            Some("srv"),
            Some(5432),
        ),
        (
            "Server=srv\\A;Port=1;Database=d;Uid=ann;Pwd=sesame",
            Some("srv\\A"),
            Some(1),
        ),
        (
            "Pwd=\"x;Server=sesame\";Data Source=srv:12",
            Some("srv"),
            Some(12),
        ),
        ("Pwd=\"x\"\";Server=sesame\";Server=srv", Some("srv"), None),
    ] {
        let expected = (host.map(str::to_owned), port);
        assert_eq!(address(source), expected, "{source}");
    }
}

#[test]
fn what_does_not_look_like_a_host_is_not_shown() {
    for source in [
        "C:\\Users\\somebody\\data",
        "\\\\server\\share\\x",
        "D:data",
        "$MAIN_HF_DIR$",
        "ann@srv",
        "ann:sesame@srv",
        "x://ann:12/sesame@srv",
        "/var/lib/db",
        "stock.mdb",
        "srv:99999",
        "a b c",
        "Pwd={x;Server=sesame",
        "[srv]",
        "srv:",
        "http://",
        "a..b",
    ] {
        assert_eq!(address(source), (None, None), "{source}");
    }
    assert_eq!(connection(12, "data", "", "").host, None);
}

#[test]
fn the_database_is_named_without_its_directories() {
    for (database, shown) in [
        ("Shop", Some("Shop")),
        ("My shop", Some("My shop")),
        ("C:\\Users\\somebody\\shop.mdb", Some("shop.mdb")),
        ("\\\\server\\share\\shop.mdb", Some("shop.mdb")),
        ("/home/somebody/shop.db", Some("shop.db")),
        ("Server=srv;Initial Catalog=Shop;Pwd=sesame", Some("Shop")),
        ("Pwd=sesame", None),
        ("ann/sesame", None),
        ("ann/sesame@srv", None),
        ("ann:sesame", None),
        ("C:\\Users\\somebody\\", None),
        ("", None),
    ] {
        assert_eq!(
            connection(6, "", database, "").database.as_deref(),
            shown,
            "{database}"
        );
    }
    let details = ";Cryptage = x;Initial Catalog=Shop;Compression=1";
    assert_eq!(
        connection(11, "", "", details).database.as_deref(),
        Some("Shop")
    );
    let english = ";Encryption = x;Initial Catalog=Shop;Compression=1;";
    assert_eq!(
        connection(11, "srv:4900", "", english),
        Connection {
            host: Some("srv".to_owned()),
            port: Some(4900),
            ..connection(11, "", "Shop", "")
        }
    );
    assert_eq!(
        connection(11, "", "Named", details).database.as_deref(),
        Some("Named")
    );
    let source = "Server=srv;Database=C:\\Users\\somebody\\shop.mdf";
    assert_eq!(
        connection(3, source, "", "").database.as_deref(),
        Some("shop.mdf")
    );
}

#[test]
fn users_and_passwords_are_known_to_be_there_and_never_kept() {
    let connections = [
        "<SOURCE>srv</SOURCE><USER>sesame</USER><MDP>sesame</MDP><DB/>",
        "<SOURCE>Server=srv;Uid=sesame;Pwd=sesame</SOURCE>",
        "<SOURCE/><USER><![CDATA[sesame]]></USER><MDP>&#115;esame</MDP><INFOS_ETENDUES>;User Id=sesame</INFOS_ETENDUES>",
        "<INFOS_ETENDUES>;Password=sesame;User=sesame</INFOS_ETENDUES>",
    ];
    for content in connections {
        let bytes = file(&format!(
            "<CONNEXION Nom=\"C\" Type=\"6\">{content}</CONNEXION>"
        ));
        let analysis = Analysis::read(&bytes);
        assert!(
            analysis.connections[0].has_user && analysis.connections[0].has_password,
            "{content}"
        );
        assert!(!format!("{analysis:?}").contains("sesame"), "{content}");
    }
    let blank = file("<CONNEXION Nom=\"C\" Type=\"6\"><USER> </USER><MDP>\n</MDP></CONNEXION>");
    let analysis = Analysis::read(&blank);
    assert!(!analysis.connections[0].has_user && !analysis.connections[0].has_password);
}
