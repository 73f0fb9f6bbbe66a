//! What the sections beside the schema say.

mod support;

use quarry_component_prompt_builder::build;
use quarry_component_prompt_builder::facts::{Connection, ElementForm, Scope};
use quarry_component_prompt_builder::prompt::Input;
use support::{context, element, empty, four_bytes, origin, shop, variable};

/// The document of an input in a budget.
fn within(input: &Input, budget: u32) -> String {
    let mut input = input.clone();
    input.budget = budget;
    build(&input, &four_bytes).unwrap().files.swap_remove(0).1
}

/// A site of which nobody can read the queries, which are many.
fn site() -> Input {
    let mut input = empty();
    let elements = [
        ("QRY", "query", ElementForm::Binary, 60),
        ("PAGE", "page", ElementForm::Text, 50),
        ("PAGE_Old", "page", ElementForm::Binary, 5),
        ("COL", "procedure-set", ElementForm::Text, 17),
        ("FEN_Gone", "window", ElementForm::Missing, 1),
    ];
    for (name, kind, form, count) in elements {
        let of_kind = (0..count).map(|number| element(&format!("{name}{number}"), kind, form));
        input.facts.elements.extend(of_kind);
    }
    input
}

#[test]
fn elements_of_every_kind_are_named_in_turn_those_that_can_be_read_first() {
    let input = site();
    let mut firsts = std::collections::BTreeSet::new();
    for budget in 420..800 {
        let document = within(&input, budget);
        let Some(block) = document.split("```elements data=0f1e2d3c4b5a\n").nth(1) else {
            continue;
        };
        let block = block.split("\n```").next().unwrap();
        let of = |kind: &str| block.lines().find(|line| line.starts_with(kind));
        let pages = of("page: ").unwrap();
        // Eight of a kind, then eight of the next.
        assert!(
            !pages.contains(" PAGE8") || of("procedure-set: COL0 ").is_some(),
            "{block}"
        );
        let has_unreadable = [", binary:", ", missing:"]
            .map(|label| block.contains(label))
            .contains(&true);
        let is_all_read = pages.contains(" PAGE49") && block.contains(" COL16");
        assert!(is_all_read || !has_unreadable, "{block}");
        firsts.insert(block.lines().count());
    }
    assert!(firsts.len() >= 2, "{firsts:?}");
    let document = context(&input);
    assert!(document.contains("\npage, binary: PAGE_Old0 PAGE_Old1"));
    assert!(document.contains("\nquery, binary: QRY0 "));
    assert!(document.contains("\nwindow, missing: FEN_Gone0\n"));
    assert!(context(&shop()).contains("\nprocedure-set, left out: COL_Cart\n"));
}

#[test]
fn nothing_is_called_absent_where_elements_could_not_be_read() {
    let document = context(&site());
    for section in [
        "No database connections were found",
        "No global variables and no constants were found",
        "No initialization code was found",
    ] {
        let sentence =
            format!("{section} in the source tree; 66 of 133 elements could not be read.");
        assert!(document.contains(&sentence), "{document}");
    }
    let mut readable = site();
    readable
        .facts
        .elements
        .retain(|element| element.form == ElementForm::Text);
    assert!(context(&readable).contains("No initialization code was found in the source tree.\n"));
}

#[test]
fn masked_values_of_globals_and_constants_are_variables() {
    let mut input = empty();
    assert!(context(&input).contains("No variables: "));
    let masked = Some("[REDACTED:api-key#1]".to_owned());
    let mut token = variable("sPrintToken", Scope::App, "Shop", 9);
    token.default_value = masked.clone();
    let mut page = variable("gPage", Scope::App, "Shop", 10);
    page.default_value = Some("3".to_owned());
    input.facts.global_variables = vec![token.clone(), page, token];
    input.facts.constants = shop().facts.constants;
    input.facts.constants[0].value = masked;
    let output = build(&input, &four_bytes).unwrap();
    let expected = "# sPrintToken of Shop\nS_PRINT_TOKEN=\n\n# sPrintToken of Shop\nS_PRINT_TOKEN_2=\n\n\
                    # MAX_LIGNES of Shop\nMAX_LIGNES=\n";
    assert!(
        output.files[0]
            .1
            .contains(&format!("```dotenv data=0f1e2d3c4b5a\n{expected}```"))
    );
    let file = output
        .files
        .iter()
        .find(|(path, _)| path == "context/env.example");
    assert_eq!(file.unwrap().1, expected);
}

#[test]
fn a_connection_of_which_nothing_is_said_has_no_variables_and_no_line_of_its_own() {
    let mut input = empty();
    let silent = |name: &str| Connection {
        name: name.to_owned(),
        kind: "xml-native-access".to_owned(),
        host: None,
        port: None,
        database: None,
        has_user: false,
        has_password: false,
        origin: origin("Shop.xdd", 1, 1),
    };
    input.facts.connections = vec![silent("A"), silent("B")];
    let document = context(&input);
    assert!(document.contains("No variables: ") && !document.contains("variables `"));
    assert!(document.contains("- `A`: `xml-native-access`; no user"));
    input.facts.connections.push(silent("C"));
    let document = context(&input);
    assert!(document.contains(
        "- `xml-native-access`, without host, port, database, user or tables: `A`, `B`, `C`, all in"
    ));
    assert_eq!(document.matches("xml-native-access").count(), 1);
}

#[test]
fn a_table_counts_once_at_the_connection_of_its_own_file() {
    let mut input = shop();
    let mut archive = input.facts.connections[0].clone();
    archive.origin.path = "Archive.xdd".to_owned();
    input.facts.connections.push(archive);
    let of = |input: &Input| {
        let document = context(input);
        let items = document
            .lines()
            .filter(|line| line.starts_with("- `MainServer`"));
        let counts = items.map(|line| {
            line.split("; ")
                .find(|part| part.contains(" table"))
                .unwrap()
                .to_owned()
        });
        counts.collect::<Vec<_>>()
    };
    assert_eq!(of(&input), ["2 tables", "0 tables"]);
    input.facts.tables[1].origin.path = "Archive.xdd".to_owned();
    assert_eq!(of(&input), ["1 table", "1 table"]);
    input.facts.tables[1].origin.path = "Code.wdg".to_owned();
    assert_eq!(of(&input), ["2 tables", "0 tables"]);
}
