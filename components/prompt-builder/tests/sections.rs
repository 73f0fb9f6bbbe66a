//! What the sections beside the schema say.

mod support;

use quarry_component_prompt_builder::build;
use quarry_component_prompt_builder::facts::{Connection, ElementForm, Scope, Severity};
use quarry_component_prompt_builder::prompt::{Advice, BuildError, Input, Need};
use support::{context, diagnostic, element, empty, four_bytes, origin, shop, variable};

/// The document of an input in a budget.
fn within(input: &Input, budget: u32) -> String {
    let mut input = input.clone();
    input.budget = budget;
    build(&input, &four_bytes).unwrap().files.swap_remove(0).1
}

/// The shortest document of an input.
fn floor(input: &Input) -> String {
    let mut input = input.clone();
    input.budget = 0;
    match build(&input, &four_bytes) {
        Err(BuildError::OverBudget(floor)) => within(&input, floor.tokens),
        other => panic!("{other:?}"),
    }
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
    for budget in 430..800 {
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

#[test]
fn a_long_statement_and_a_long_text_keep_nothing_else_out() {
    let mut input = shop();
    let call = format!(
        "Declare(1, ...\n{}\t2)\nDone()\n",
        "\t\"…\", ...\n".repeat(100)
    );
    input.facts.initialization_blocks[0].code = call;
    let mut other = input.facts.notes[0].clone();
    other.title = "Receipt".to_owned();
    other.text = "A6, one column".to_owned();
    input.facts.notes[0].text = "a line of the layout\n".repeat(200);
    input.facts.notes.push(other);
    let cut = (1_000..3_500).step_by(50).find_map(|budget| {
        let document = within(&input, budget);
        let is_cut = document.contains("\n\nCut inside of a statement: the last ");
        (is_cut && document.contains("\nDelete(gCart)\n")).then_some(document)
    });
    assert!(cut.unwrap().contains("Declare(1, ...\n"));
    let whole = context(&input);
    assert!(!whole.contains("Cut") && whole.contains("A6, one column"));
    let texts = (1_500..3_500).step_by(50).find_map(|budget| {
        let document = within(&input, budget);
        let is_cut = document.contains("Cut: lines 41 to 200.");
        is_cut.then_some(document)
    });
    assert!(texts.is_some());
}

#[test]
fn every_section_says_how_much_of_it_is_shown() {
    let mut input = shop();
    let mut other = input.diagnostics[1].clone();
    other.code = "other".to_owned();
    input.diagnostics.push(other);
    let floor = floor(&input);
    for sentence in [
        "0 of 3 codes shown",
        "0 of 1 note of extractors shown. All: ",
        "0 of 3 groups shown",
        "0 of 2 blocks and 0 of 3 lines shown",
        "0 of 9 entries shown",
    ] {
        assert!(floor.contains(sentence), "{sentence}: {floor}");
    }
    let whole = context(&input);
    for sentence in [
        "1 error and 6 warnings; 3 of 3 codes shown",
        "1 of 1 note of extractors shown. All: ",
        "3 of 3 groups shown",
        "2 of 2 blocks and 3 of 3 lines shown",
    ] {
        assert!(whole.contains(sentence), "{sentence}: {whole}");
    }
    assert!(!whole.contains("entries shown"));
    let named = (1_010..1_800).find_map(|budget| {
        let document = within(&input, budget);
        document
            .contains(
                "- `Shop`, block 1: 2 lines, `Shop.wwp:218`, digest `9bc78c66`, in `context/initialization/Shop-1.wl`",
            )
            .then_some(())
    });
    assert!(named.is_some());
}

#[test]
fn of_a_message_the_first_sentence_is_shown() {
    let mut input = empty();
    input.diagnostics = vec![diagnostic(Severity::Warning, "binary-file", "a.wwh")];
    input.diagnostics[0].message =
        "the file is binary. To read it, open the tab \"SCM\".".to_owned();
    let document = context(&input);
    assert!(
        document.contains("1 warning: the file is binary; at `a.wwh:1`\n"),
        "{document}"
    );
}

#[test]
fn of_a_stack_only_what_the_project_needs_is_said() {
    let mut input = shop();
    let needed = |name: &str, needs| Advice {
        name: name.to_owned(),
        value: "belongs here".to_owned(),
        needs: Some(needs),
    };
    let lines = [needed("db/", Need::Tables), needed("boot/", Need::Startup)];
    input.stack.file_structure.extend(lines);
    let first = |what: &str| (1_000..2_000).find(|budget| within(&input, *budget).contains(what));
    let (startup, types) = (
        first("- Initialization code belongs in: "),
        first("- Types of columns"),
    );
    assert!(
        startup.is_some() && startup <= types,
        "{startup:?}, {types:?}"
    );
    let document = context(&input);
    assert!(document.contains(
        "- Files: `app/main.py` the application; `db/` belongs here; `boot/` belongs here\n"
    ));
    input.facts.tables.clear();
    let document = context(&input);
    assert!(document.contains("- Files: `app/main.py` the application; `boot/` belongs here\n"));
    input.facts.initialization_blocks.clear();
    let document = context(&input);
    assert!(document.contains("- Files: `app/main.py` the application\n"));
}

#[test]
fn types_are_told_as_the_stack_calls_them_and_those_without_a_word_by_name() {
    let mut input = shop();
    let document = context(&input);
    let line =
        "`currency` `Numeric(23, 6)`\n- Types that the stack has no word for: `unknown-77`\n";
    assert!(document.contains(line), "{document}");
    input.stack.types[0].automatic = true;
    let document = context(&input);
    assert!(
        document.contains("the size: `auto int64` `BigInteger`; `string` "),
        "{document}"
    );
    assert!(document.contains("no word for: `int64`; `unknown-77`\n"));
}
