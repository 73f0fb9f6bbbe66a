use super::*;
use jsonc_parser::json;
use proptest::prelude::*;
use serde_json::Value as Json;

/// As `.gemini/settings.json` is to be.
fn wanted() -> CstInputValue {
    json!({
        "mcpServers": {"quarry": {
            "httpUrl": "http://localhost/mcp",
            "headers": {"Authorization": "Bearer ${QUARRY_TOKEN}"},
        }},
    })
}

/// The members of ours, by their path.
const OURS: [&[&str]; 2] = [
    &["mcpServers", "quarry", "httpUrl"],
    &["mcpServers", "quarry", "headers", "Authorization"],
];

fn parsed(text: &str) -> Json {
    let text = text.trim_start_matches('\u{feff}');
    parse(text).unwrap().to_serde_value().unwrap()
}

/// A value without the members of ours, and without objects that hold nothing else.
fn foreign(mut value: Json) -> Json {
    fn remove(value: &mut Json, path: &[&str]) {
        let Some(object) = value.as_object_mut() else {
            return;
        };
        let emptied = match path {
            [] => false,
            [_] => true,
            [key, rest @ ..] => object.get_mut(*key).is_some_and(|value| {
                remove(value, rest);
                value.as_object().is_some_and(serde_json::Map::is_empty)
            }),
        };
        if emptied {
            object.remove(path[0]);
        }
    }
    for path in OURS {
        remove(&mut value, path);
    }
    value
}

#[test]
fn format_and_comments_of_a_file_are_kept() {
    let text = "{\r\n\t// mine\r\n\t\"theme\": \"dark\", /* why */\r\n\t\"mcpServers\": {\r\n\t\t\"other\": {\"command\": \"x\"}, // last\r\n\t},\r\n}\r\n";
    let merged = merge(text, &wanted()).unwrap();
    insta::assert_snapshot!(merged.replace('\r', "␍").replace('\t', "→"));
    assert_eq!(merge(&merged, &wanted()), Ok(merged));
}

#[test]
fn an_empty_file_gets_what_a_new_one_gets() {
    let new = merge("", &wanted()).unwrap();
    insta::assert_snapshot!(new);
    assert_eq!(merge(" \n", &wanted()), Ok(new.clone()));
    assert_eq!(merge("\u{feff}", &wanted()), Ok(format!("\u{feff}{new}")));
}

#[test]
fn members_beside_ours_are_kept_and_ours_are_renewed() {
    let text = r#"{"mcpServers": {"quarry": {"trust": true, "httpUrl": "http://old/", "headers": {"X": "y"}}}}"#;
    let server = &parsed(&merge(text, &wanted()).unwrap())["mcpServers"]["quarry"];
    assert_eq!(server["trust"], true);
    assert_eq!(server["headers"]["X"], "y");
    assert_eq!(server["httpUrl"], "http://localhost/mcp");
}

#[test]
fn what_cannot_be_merged_is_named_with_its_line() {
    let cases = [
        (
            "{\n\"a\": }",
            "it is not JSON: Unexpected close brace on line 2 column 6",
        ),
        (
            "{'a': 1}",
            "it is not JSON: Single-quoted strings are not allowed on line 1 column 2",
        ),
        ("// nothing", "it holds comments alone"),
        ("\n[1]", "line 1: the whole is not an object"),
        (
            "{\n\n\"mcpServers\": 1}",
            "line 3: mcpServers is not an object",
        ),
        (
            "{\"mcpServers\": {\"quarry\": {\n\"httpUrl\": {}}}}",
            "line 2: mcpServers.quarry.httpUrl is not a string",
        ),
        (
            "{\"mcpServers\": {},\n\"mcpServers\": {}}",
            "line 1: mcpServers stands there more than once",
        ),
        (
            "{\"mcpServers\": {\n\"quarry\": {\"command\": \"x\"}}}",
            "line 2: mcpServers.quarry starts a program, which is not replaced by an address",
        ),
    ];
    for (text, reason) in cases {
        assert_eq!(merge(text, &wanted()), Err(reason.to_owned()), "{text}");
    }
}

#[test]
fn deeply_nested_lists_are_refused() {
    let text = format!("{{\"a\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000));
    assert!(merge(&text, &wanted()).is_err());
}

#[test]
fn what_is_to_be_added_by_hand_is_what_is_merged() {
    let merged = parsed(&merge("", &wanted()).unwrap());
    assert_eq!(parsed(&by_hand(&wanted())), merged);
}

/// Any value, whose objects have keys of ours now and then.
fn value(keys: &'static str) -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        ".{0,8}".prop_map(Json::from),
    ];
    leaf.prop_recursive(4, 32, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            members(keys, inner),
        ]
    })
}

fn members(keys: &'static str, value: impl Strategy<Value = Json>) -> impl Strategy<Value = Json> {
    prop::collection::btree_map(keys, value, 0..5).prop_map(|members| {
        members
            .into_iter()
            .collect::<serde_json::Map<_, _>>()
            .into()
    })
}

/// A value as a text with comments at the ends of lines.
fn written(value: &Json, comments: u32, windows: bool) -> String {
    let text = serde_json::to_string_pretty(value).unwrap();
    let lines = text
        .lines()
        .enumerate()
        .map(|(at, line)| match comments >> (at % 32) & 1 {
            0 => format!("{line}\n"),
            _ => format!("{line} // note\n"),
        });
    let text: String = lines.collect();
    match windows {
        true => text.replace('\n', "\r\n"),
        false => text,
    }
}

fn check(text: &str, merged: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(foreign(parsed(text)), foreign(parsed(merged)));
    prop_assert_eq!(
        text.matches("// note").count(),
        merged.matches("// note").count()
    );
    for path in OURS {
        let found = path
            .iter()
            .try_fold(&parsed(merged), |value, key| value.get(key))
            .cloned();
        prop_assert!(found.is_some_and(|found| found.is_string()));
    }
    prop_assert_eq!(merge(merged, &wanted()), Ok(merged.to_owned()));
    if text.contains("\r\n") {
        prop_assert_eq!(merged.matches('\n').count(), merged.matches("\r\n").count());
    }
    Ok(())
}

const FOREIGN: &str = "[a-z \u{e9}\"\\\\]{0,6}";
const ANY: &str = "[a-z]{0,3}|mcpServers|quarry|httpUrl|headers|Authorization";

proptest! {
    #[test]
    fn any_object_of_the_users_is_merged_with_and_kept(
        value in members(FOREIGN, value(FOREIGN)),
        comments in any::<u32>(),
        windows in any::<bool>(),
    ) {
        let text = written(&value, comments, windows);
        check(&text, &merge(&text, &wanted()).unwrap())?;
    }

    #[test]
    fn an_object_that_has_keys_of_ours_is_kept_or_left_alone(
        value in members(ANY, value(ANY)),
        comments in any::<u32>(),
    ) {
        let text = written(&value, comments, false);
        if let Ok(merged) = merge(&text, &wanted()) {
            check(&text, &merged)?;
        }
    }

    #[test]
    fn any_text_is_merged_with_or_refused(text in "[\\[\\]{}:,\"a1/* \n\\\\]{0,24}") {
        if let Ok(merged) = merge(&text, &wanted()) {
            prop_assert_eq!(merge(&merged, &wanted()), Ok(merged));
        }
    }
}
