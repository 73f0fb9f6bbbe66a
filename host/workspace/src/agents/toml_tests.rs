use super::*;
use proptest::prelude::*;

fn url() -> McpUrl {
    "http://localhost/mcp".parse().unwrap()
}

fn merged(text: &str) -> Result<String, String> {
    merge(text, &url())
}

const NEW: &str = "[mcp_servers.quarry]\nurl = \"http://localhost/mcp\"\nbearer_token_env_var = \"QUARRY_TOKEN\"\n";

#[test]
fn a_table_is_added_at_the_end() {
    let text = "# mine\nmodel = 'x' # why\n\n[mcp_servers.other]\ncommand = \"y\"\n";
    assert_eq!(merged(""), Ok(NEW.to_owned()));
    assert_eq!(merged(text), Ok(format!("{text}\n{NEW}")));
    assert_eq!(
        merged(&text.replace('\n', "\r\n")),
        Ok(format!("{text}\n{NEW}").replace('\n', "\r\n"))
    );
    assert_eq!(merged("\u{feff}"), Ok(format!("\u{feff}{NEW}")));
    assert_eq!(merged("a = 1"), Ok(format!("a = 1\n\n{NEW}")));
}

#[test]
fn keys_beside_ours_are_kept_and_ours_are_renewed() {
    let text = "[mcp_servers]\nquarry.url = \"http://old/\" # mine\nquarry.timeout = 5\n";
    let expected = "[mcp_servers]\nquarry.url = \"http://localhost/mcp\" # mine\nquarry.timeout = 5\nquarry.bearer_token_env_var = \"QUARRY_TOKEN\"\n";
    assert_eq!(merged(text).as_deref(), Ok(expected));
    let inline = "mcp_servers = { other = { command = \"x\" } } # all\n";
    let done = merged(inline).unwrap();
    assert!(
        done.ends_with("} # all\n") && done.lines().count() == 1,
        "{done}"
    );
    assert_eq!(merged(&done), Ok(done.clone()));
}

#[test]
fn what_cannot_be_merged_is_named_with_its_line() {
    let cases = [
        ("a = 1\nb = \n", "it is not TOML: line 2: "),
        (
            "a = 1\nmcp_servers = 1\n",
            "line 2: mcp_servers is not a table",
        ),
        ("[[mcp_servers]]\n", "line 1: mcp_servers is not a table"),
        (
            "\n[mcp_servers]\nquarry = []\n",
            "line 3: mcp_servers.quarry is not a table",
        ),
        (
            "[mcp_servers.quarry]\nurl = 1\n",
            "line 2: mcp_servers.quarry.url is not a string",
        ),
        (
            "\n[mcp_servers.quarry]\ncommand = \"x\"\n",
            "line 2: mcp_servers.quarry starts a program, which is not replaced by an address",
        ),
        ("a = 1\r\nb = 2\n", "its lines end in two ways"),
    ];
    for (text, reason) in cases {
        let found = merged(text).unwrap_err();
        assert!(found.starts_with(reason), "{text}: {found}");
    }
}

#[test]
fn what_is_to_be_added_by_hand_is_what_is_merged() {
    let by_hand: ::toml::Table = ::toml::from_str(&by_hand(&url())).unwrap();
    assert_eq!(by_hand, ::toml::from_str(NEW).unwrap());
}

/// A value as it stands in a file.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<bool>().prop_map(|value| value.to_string()),
        "[ -~\u{e9}]{0,8}".prop_map(|text| toml_edit::Value::from(text).to_string()),
        "[a-z\n#=]{0,8}".prop_map(|text| format!("'''\n{text}'''")),
        Just("1979-05-27T07:32:00Z".to_owned()),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3)
                .prop_map(|all| format!("[ {} ]", all.join(" , "))),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..3).prop_map(|all| {
                let all: Vec<String> = all
                    .iter()
                    .map(|(key, value)| format!("{key} = {value}"))
                    .collect();
                format!("{{ {} }}", all.join(", "))
            }),
        ]
    })
}

/// A table's lines, with a comment now and then.
fn body() -> impl Strategy<Value = String> {
    prop::collection::btree_map("[a-z]{1,4}", (value(), prop::bool::ANY), 0..4).prop_map(|all| {
        let lines = all.iter().map(|(key, (value, comment))| {
            let comment = if *comment { " # note" } else { "" };
            format!("{key}  =  {value}{comment}\n")
        });
        lines.collect()
    })
}

fn document() -> impl Strategy<Value = String> {
    let header = prop_oneof![
        3 => "\\[[a-z]{1,6}\\]",
        1 => "\\[mcp_servers\\]|\\[mcp_servers.other\\]|\\[mcp_servers.quarry\\]|\\[mcp_servers.quarry.env\\]",
    ];
    (body(), prop::collection::btree_map(header, body(), 0..4)).prop_map(|(first, tables)| {
        let tables = tables
            .iter()
            .map(|(header, body)| format!("\n{header}\n{body}"));
        tables.fold(first, |text, table| text + &table)
    })
}

/// A document without our keys, and without tables that hold nothing else.
fn foreign(text: &str) -> ::toml::Table {
    let mut table: ::toml::Table = ::toml::from_str(text).unwrap();
    let mut servers = table.remove(SERVERS).unwrap_or(::toml::Table::new().into());
    if let Some(all) = servers.as_table_mut() {
        let mut server = all.remove(SERVER).unwrap_or(::toml::Table::new().into());
        if let Some(server) = server.as_table_mut() {
            server.remove(URL);
            server.remove(TOKEN);
        }
        if server.as_table().is_none_or(|server| !server.is_empty()) {
            all.insert(SERVER.to_owned(), server);
        }
    }
    if servers.as_table().is_none_or(|all| !all.is_empty()) {
        table.insert(SERVERS.to_owned(), servers);
    }
    table
}

proptest! {
    #[test]
    fn any_document_of_the_users_is_merged_with_and_kept(
        text in document(),
        windows in any::<bool>(),
    ) {
        let text = if windows { text.replace('\n', "\r\n") } else { text };
        prop_assume!(text.parse::<DocumentMut>().is_ok());
        let done = merged(&text).unwrap();
        prop_assert_eq!(foreign(&text), foreign(&done));
        let server = ::toml::from_str::<::toml::Table>(&done).unwrap()[SERVERS][SERVER].clone();
        prop_assert_eq!(server[URL].as_str(), Some("http://localhost/mcp"));
        prop_assert_eq!(server[TOKEN].as_str(), Some(TOKEN_VARIABLE));
        prop_assert_eq!(merged(&done), Ok(done.clone()));
        // Every line stays as it is, in its order.
        let mut lines = done.split_inclusive('\n');
        for line in text.split_inclusive('\n') {
            prop_assert!(lines.any(|found| found == line), "{line:?} is lost");
        }
    }

    #[test]
    fn any_text_is_merged_with_or_refused(text in "(\\[|\\]|mcp_servers|quarry|url|=|\\.|\"|'|1|#| |\n|\r\n){0,16}") {
        if let Ok(done) = merged(&text) {
            prop_assert_eq!(merged(&done), Ok(done));
        }
    }
}
