//! Forms of connections in code.

use super::{ConnectionCode, may_describe_connections};
use crate::analysis::Connection;
use crate::text::parse;

/// A procedure set with one procedure of this code.
fn file(code: &str, tail: &str) -> String {
    let mut text = String::from(
        "info :\n name : SET\ncode_elements :\n type_code : 31\n p_codes : []\n procedures :\n  -\n    name : P\n    type_code : 15\n    type : 458752\n    code : |1+\n",
    );
    for line in code.lines() {
        text.push_str("     ");
        text.push_str(line.trim());
        text.push('\n');
    }
    text.push_str(tail);
    text
}

fn found(code: &str) -> Vec<Connection> {
    let text = file(code, "");
    let mut connections = ConnectionCode::default();
    connections.add(&parse(text.as_bytes()));
    let found = connections.connections(std::iter::empty()).into_iter();
    found.map(|found| found.connection).collect()
}

/// Name, kind, host, port, database, user and password of all.
fn told(code: &str) -> Vec<String> {
    let all = found(code).into_iter();
    all.map(|one| {
        format!(
            "{} {} {} {} {} {} {}",
            one.name,
            one.kind,
            one.host.as_deref().unwrap_or("-"),
            one.port.map_or("-".to_owned(), |port| port.to_string()),
            one.database.as_deref().unwrap_or("-"),
            one.has_user,
            one.has_password
        )
    })
    .collect()
}

#[test]
fn properties_are_read_in_both_languages_and_notations() {
    let english = "cn is Connection
        cn..Provider = hAccessHFClientServer
        cn..Server = \"srv:4900\"
        cn..Database = \"shop\"
        cn..User = \"u1\"
        cn..Password = sAsked";
    assert_eq!(
        told(english),
        ["cn hfsql-client-server srv 4900 shop true false"]
    );
    let french = "cn est une Connexion
        cn.Provider = hAccèsNatifMySQL
        cn.Serveur = \"srv\" // test
        cn.BaseDeDonnées = \"shop\"
        cn.Utilisateur = sUser
        cn.MotDePasse = \"m1\" + sRest";
    assert_eq!(told(french), ["cn mysql srv - shop false true"]);
}

#[test]
fn a_name_stands_where_it_is_described_first() {
    let code = found("cn is Connection\ncn..Server = \"srv\"");
    assert_eq!((code[0].span.line, code[0].span.column), (13, 6));
    assert_eq!(code[0].span.length, 2);
    let code = found("HOpenConnection(\"CNX\", sUser, sPassword, sSource, sDatabase, hODBC)");
    assert_eq!((code[0].span.column, code[0].span.length), (23, 3));
}

#[test]
fn calls_are_read_in_both_languages() {
    for (name, function) in [
        ("HDescribeConnection", "HDescribeConnection"),
        ("HDécritConnexion", "HDescribeConnection"),
        ("HOpenConnection", "HOpenConnection"),
        ("HOuvreConnexion", "HOpenConnection"),
    ] {
        let code = format!(
            "{name}(\"CNX\", \"u1\", \"p1\", \"db.example.test:5432\", \"SHOP\", hNativeAccessPostgreSQL, hOReadWrite)"
        );
        assert_eq!(
            told(&code),
            ["CNX postgresql db.example.test 5432 SHOP true true"],
            "{function}"
        );
    }
    for name in ["SQLConnect", "SQLConnecte"] {
        let code = format!("nCnx = {name}(\"10.0.0.1\", \"\", sPwd, \"SHOP\", \"MySQL\")");
        assert_eq!(told(&code), ["nCnx mysql 10.0.0.1 - SHOP false false"]);
    }
}

#[test]
fn opening_what_is_described_elsewhere_says_nothing() {
    assert!(
        told("HOpenConnection(cn)\nHChangeConnection(\"*\", cn)\nHOuvreConnexion(\"CNX\")")
            .is_empty()
    );
    assert!(told("cn is Connection\nHOpenConnection(cn)").is_empty());
    assert!(told("PROCEDURE P(cn is Connection)\nHListFile(cn)").is_empty());
}

#[test]
fn other_objects_have_servers_too() {
    assert!(
        told("s is emailSMTPSession\ns..Server = \"mail.example.test\"\ns..Password = \"x\"")
            .is_empty()
    );
    assert!(told("IF cn..Server = \"srv\" THEN RETURN").is_empty());
    // What has a provider of databases is a connection, wherever it is declared.
    assert_eq!(
        told("cn..Provider = hODBC\ncn..Database = \"d\""),
        ["cn odbc - - d false false"]
    );
}

#[test]
fn each_server_of_a_choice_is_given() {
    let code = "cn is Connection
        cn..Provider = hAccessHFClientServer
        IF bTest THEN
        cn..Server = \"test\"
        ELSE
        cn..Server = \"live\"
        END
        cn..Database = \"shop\"";
    assert_eq!(
        told(code),
        [
            "cn hfsql-client-server test - shop false false",
            "cn hfsql-client-server live - shop false false"
        ]
    );
}

#[test]
fn a_computed_server_is_not_taken_for_the_one_that_is_written_down() {
    let code = "cn is Connection\ncn..Server = \"srv\"\ncn..Server = INIRead(\"a\", \"b\", \"c\")";
    assert_eq!(
        told(code),
        [
            "cn unknown srv - - false false",
            "cn unknown - - - false false"
        ]
    );
}

#[test]
fn constants_are_resolved_unless_their_names_are_private() {
    let code = "CONSTANT
        HOST = \"srv:3306\"
        PWD_DB = \"secret1\"
        END
        cn is Connection
        cn..Server = HOST
        cn..Database = PWD_DB
        cn..Password = PWD_DB";
    assert_eq!(told(code), ["cn unknown srv 3306 - false true"]);
}

#[test]
fn a_connection_string_gives_its_place_only() {
    let code = "cn is Connection
        cn..Provider = hOledbSQLServer
        cn..ExtendedInfo = \"Server=srv,1433;Database=shop;UID=secretuser;PWD=secret1\"";
    assert_eq!(told(code), ["cn sql-server srv 1433 shop true true"]);
}

#[test]
fn texts_in_resources_are_read() {
    let text = file(
        "cn is Connection\ncn..Server = <§@15a24ac8074d8e8e000b§>",
        "resources :\n string_res :\n  identifier : 0x15a24ac8074d8e8e\n  strings :\n   -\n     text :\n      en-GB : srv\n      fr-FR : srv\n     index : 11\n",
    );
    let mut connections = ConnectionCode::default();
    connections.add(&parse(text.as_bytes()));
    let all = connections.connections(std::iter::empty());
    assert_eq!(all[0].connection.host.as_deref(), Some("srv"));
}

/// Code in which `Fake…` stands for users and passwords, in their own places and in others.
const PLANTED: [&str; 20] = [
    "HOpenConnection(\"CNX\", \"FakeUser1\", \"FakeWord1\", \"srv\", \"db\", hODBC)",
    // Swapped with the place, rotated, and backwards.
    "HOpenConnection(\"CNX\", \"srv\", \"db\", \"FakeUser1\", \"FakeWord1\", hODBC)",
    "HOpenConnection(\"CNX\", \"db.example.test\", \"db\", \"FakeUser1\", \"FakeWord1\", hODBC)",
    "HOpenConnection(\"CNX\", sServer, sDatabase, \"FakeUser1\", \"FakeWord1\", hODBC)",
    "HOpenConnection(\"FakeUser1\", \"FakeWord1\", \"db.example.test\", \"db\", hODBC)",
    "HOpenConnection(hODBC, \"db\", \"db.example.test\", \"FakeWord1\", \"FakeUser1\", \"CNX\")",
    "HOpenConnection(\"FakeWord1\", \"FakeUser1\", \"FakeWord1\", \"db.example.test\", \"db\", hODBC)",
    "HDescribeConnection(\"F4keWord1\", sUser, \"CNX\", \"db.example.test\", \"db\", hODBC)",
    "HDécritConnexion(\"CNX\", \"FakeUser1\", \"FakeWord1\", \"db.example.test\", \"FakeWord1\", hODBC)",
    "SQLConnect(\"srv\", \"FakeUser1\", \"FakeWord1\", \"db\", \"ODBC\")",
    "SQLConnecte(\"FakeUser1\", \"FakeWord1\", \"db\", \"srv\", \"ODBC\")",
    "SQLConnect(\"FakeUser1\", \"srv\", \"FakeWord1\", \"FakeWord1\", \"MySQL\")",
    "SQLConnect(\"UID=FakeUser1;PWD=FakeWord1\", \"\", \"\", \"\", \"ODBC\")",
    "HOpenConnection(\"CNX\", \"\", \"\", \"FakeUser1:FakeWord1@db.example.test\", \"FakeUser1/FakeWord1@x\", hNativeAccessOracle)",
    "cn is Connection\ncn..Server = \"srv\"\ncn..User = \"FakeUser1\"\ncn..Password = \"FakeWord1\"",
    "cn est une Connexion\ncn.Serveur = \"srv\"\ncn.Utilisateur = \"FakeUser1\"\ncn.MotDePasse = \"FakeWord1\"",
    "cn is Connection\ncn..Server = \"srv\"\ncn..ExtendedInfo = \"UID=FakeUser1;PWD={Fake;Word1}\"",
    "cn is Connection\ncn..Server = \"FakeUser1:FakeWord1@srv\"\ncn..Database = \"FakeUser1/FakeWord1@srv\"",
    "cn is Connection\ncn..Database = \"FakeWord1\"\ncn..Server = \"FakeUser1\"\ncn..User = \"FakeUser1\"\ncn..Password = \"FakeWord1\"",
    "PWD is string = \"FakeWord1\"\ncn is Connection\ncn..Password = PWD\ncn..Server = \"FakeWord1\"",
];

#[test]
fn planted_users_and_passwords_are_not_told() {
    for code in PLANTED {
        let all = found(code);
        assert!(!all.is_empty(), "{code}");
        let told = format!("{all:?}").to_lowercase();
        assert!(
            !told.contains("fake") && !told.contains("word1") && !told.contains("f4ke"),
            "{code}: {told}"
        );
    }
}

#[test]
fn the_look_at_the_bytes_finds_words_at_any_place() {
    for word in [
        "CONNECTION",
        "HOuvreConnexion",
        "x..serveur",
        "x.BaseDe",
        "y.Provider",
    ] {
        for before in 0..20 {
            let text = format!("{}{word}", "vr.e".repeat(before)[..before].to_owned());
            assert!(may_describe_connections(text.as_bytes()), "{text}");
        }
    }
    assert!(!may_describe_connections(b"conne conn ec server . server"));
    assert!(!may_describe_connections(b""));
}

proptest::proptest! {
    #[test]
    fn any_code_is_read(parts in proptest::collection::vec(proptest::sample::select(vec![
        "cn", "..", "Server", "=", "\"a", "\"", "(", ")", ",", "HOpenConnection", "SQLConnect", "is", "Connection",
        "\n", ":", ";", "ELSE", "<§@", "§>", "[", "CONSTANT", "hODBC", " ",
    ]), 0..60)) {
        found(&parts.concat());
    }
}
