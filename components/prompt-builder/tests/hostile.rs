//! No string of the input breaks out of where it stands: the document is parsed again, and has the form that its
//! input asks for.

mod support;

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use quarry_component_prompt_builder::prompt::Input;
use std::collections::BTreeSet;
use support::{attribute, context, empty, hostile, shop, table};

/// What a document is made of.
#[derive(Debug, Default)]
struct Parsed {
    headings: Vec<(HeadingLevel, String)>,
    /// Language and content.
    fences: Vec<(String, String)>,
    items: usize,
    rows: usize,
    /// Whatever a document must not hold.
    foreign: Vec<String>,
}

fn parse(text: &str) -> Parsed {
    // Every extension may be that of some reader. These two rewrite or swallow our own text.
    let mut options = Options::all();
    options.remove(Options::ENABLE_SMART_PUNCTUATION);
    options.remove(Options::ENABLE_OLD_FOOTNOTES);
    let mut parsed = Parsed::default();
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                parsed.headings.push((level, String::new()))
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                parsed.fences.push((language.to_string(), String::new()));
            }
            Event::Start(Tag::Item) => parsed.items += 1,
            Event::Start(Tag::TableRow) => parsed.rows += 1,
            Event::Start(
                Tag::Paragraph | Tag::List(None) | Tag::Table(_) | Tag::TableHead | Tag::TableCell,
            ) => {}
            Event::End(TagEnd::CodeBlock | TagEnd::Heading(_)) => parsed_end(&mut parsed),
            Event::End(_) => {}
            Event::Text(text) | Event::Code(text) => parsed_text(&mut parsed, &text),
            other => parsed.foreign.push(format!("{other:?}")),
        }
    }
    for (_, heading) in &mut parsed.headings {
        *heading = heading.trim_end_matches('\0').to_owned();
    }
    parsed
}

/// Text belongs to the block that is open: `\0` closes one.
fn parsed_text(parsed: &mut Parsed, text: &str) {
    let headings = parsed.headings.iter_mut().map(|(_, heading)| heading);
    let fences = parsed.fences.iter_mut().map(|(_, code)| code);
    for block in headings
        .chain(fences)
        .filter(|block| !block.ends_with('\0'))
    {
        block.push_str(text);
    }
}

fn parsed_end(parsed: &mut Parsed) {
    parsed_text(parsed, "\0");
}

/// The lines outside of fences, found without the parser.
fn outside(text: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let backticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if backticks.len() >= 3 => fence = Some(backticks),
            None => lines.push(line),
        }
    }
    assert_eq!(fence, None, "an open fence");
    lines
}

/// What is left of a text when all that may be escaped, dropped or joined is left out.
fn letters(text: &str) -> String {
    let is_filler = |letter| {
        matches!(
            letter,
            '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{34f}'
        )
    };
    let letters = text
        .chars()
        .filter(|letter| letter.is_alphanumeric() && !is_filler(*letter));
    letters.collect()
}

fn expected_headings(input: &Input) -> Vec<(HeadingLevel, String)> {
    let facts = &input.facts;
    let mut headings = vec![(
        HeadingLevel::H1,
        format!("Contextof{}", letters(&input.project)),
    )];
    let mut add = |level, title: &str| headings.push((level, letters(title)));
    for title in ["Source Project", "Target Stack", "What Could Not Be Read"] {
        add(HeadingLevel::H3, title);
    }
    if !facts.notes.is_empty() {
        add(HeadingLevel::H3, "Notes of Extractors");
    }
    add(HeadingLevel::H2, "Database Schema");
    for table in &facts.tables {
        add(HeadingLevel::H3, &format!("Table {}", table.name));
    }
    add(HeadingLevel::H2, "Database Connections");
    add(HeadingLevel::H2, "Environment Variables");
    add(HeadingLevel::H2, "Global State");
    use quarry_component_prompt_builder::facts::Scope::{App, Module, Request};
    for (scope, title) in [
        (App, "Application Scope"),
        (Module, "Module Scope"),
        (Request, "Request Scope"),
    ] {
        if facts
            .global_variables
            .iter()
            .any(|variable| variable.scope == scope)
        {
            add(HeadingLevel::H3, title);
        }
    }
    if !facts.constants.is_empty() {
        add(HeadingLevel::H3, "Constants");
    }
    add(HeadingLevel::H2, "Initialization Code");
    for block in &facts.initialization_blocks {
        add(
            HeadingLevel::H3,
            &format!("Start of {}, block {}", block.element, block.order),
        );
    }
    add(HeadingLevel::H2, "MCP Server Integration");
    headings
}

/// The code that stands in fences, in order; nothing for the block of variables.
fn expected_fences(input: &Input) -> Vec<Option<String>> {
    let facts = &input.facts;
    let notes = facts
        .notes
        .iter()
        .map(|note| &note.text)
        .filter(|text| !text.trim().is_empty());
    let mut fences: Vec<Option<String>> = notes.map(|text| Some(letters(text))).collect();
    fences.extend((!facts.connections.is_empty()).then_some(None));
    fences.extend(
        facts
            .initialization_blocks
            .iter()
            .map(|block| Some(letters(&block.code))),
    );
    fences
}

fn expected_rows(input: &Input) -> usize {
    let facts = &input.facts;
    let kinds: BTreeSet<_> = facts.elements.iter().map(|element| &element.kind).collect();
    let columns: usize = facts.tables.iter().map(|table| table.columns.len()).sum();
    kinds.len()
        + columns
        + facts.connections.len()
        + facts.global_variables.len()
        + facts.constants.len()
}

fn check_structure(input: &Input, text: &str) {
    let parsed = parse(text);
    assert_eq!(parsed.foreign, Vec::<String>::new());
    let headings = parsed.headings.iter();
    // A name of which nothing is visible is `(empty)`.
    let headings: Vec<_> = headings
        .map(|(level, title)| (*level, letters(&title.replace("(empty)", ""))))
        .collect();
    assert_eq!(headings, expected_headings(input));
    let expected = expected_fences(input);
    assert_eq!(parsed.fences.len(), expected.len());
    for ((language, code), expected) in parsed.fences.iter().zip(expected) {
        match expected {
            Some(expected) => assert_eq!(letters(code), expected),
            None => assert_eq!(language, "dotenv"),
        }
    }
    assert_eq!(parsed.rows, expected_rows(input));
    let is_item = |line: &&&str| line.starts_with("- ") || line.starts_with("  - ");
    assert_eq!(parsed.items, outside(text).iter().filter(is_item).count());
}

fn check_rows(text: &str) {
    let mut columns = None;
    for line in outside(text) {
        if !line.starts_with('|') {
            columns = None;
            continue;
        }
        let cells = line.matches('|').count();
        assert!(line.ends_with('|') && !line.contains("\\|"), "{line}");
        assert_eq!(*columns.get_or_insert(cells), cells, "{line}");
    }
}

fn check_characters(text: &str) {
    for line in outside(text) {
        assert!(!line.contains(['@', '<', '>']), "{line}");
        assert!(
            !line.starts_with('/') && !line.starts_with("    "),
            "{line}"
        );
    }
    let is_hidden = |character: char| {
        (character.is_control() && !matches!(character, '\n' | '\t'))
            || matches!(
                character,
                '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                    | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{ad}'
            )
    };
    assert_eq!(text.chars().find(|character| is_hidden(*character)), None);
}

fn check_variables(text: &str) {
    let mut variables = BTreeSet::new();
    for (_, code) in parse(text)
        .fences
        .iter()
        .filter(|(language, _)| language == "dotenv")
    {
        let code = code.trim_end_matches('\0');
        for line in code
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with("# "))
        {
            let (name, value) = line.split_once('=').unwrap();
            assert!(
                name.starts_with(|first: char| first.is_ascii_uppercase()),
                "{line}"
            );
            assert!(
                name.bytes()
                    .all(|byte| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'_')),
                "{line}"
            );
            assert!(variables.insert(name.to_owned()), "{line}");
            let inner = value
                .strip_prefix('\'')
                .and_then(|value| value.strip_suffix('\''))
                .unwrap_or(value);
            assert!(!inner.contains(['\'', '"', '`', '$']), "{line}");
            assert!(
                inner.len() < value.len() || !value.contains([' ', '#', '\\']),
                "{line}"
            );
        }
    }
}

proptest! {
    #[test]
    fn no_string_breaks_out_of_its_place(input in hostile::input()) {
        let text = context(&input);
        check_structure(&input, &text);
        check_rows(&text);
        check_characters(&text);
        check_variables(&text);
        prop_assert_eq!(&text, &context(&input));
    }
}

#[test]
fn the_checks_hold_for_harmless_input() {
    for input in [empty(), shop()] {
        let text = context(&input);
        check_structure(&input, &text);
        check_rows(&text);
        check_characters(&text);
        check_variables(&text);
    }
}

#[test]
fn an_endless_name_is_cut() {
    let mut input = empty();
    let name = "É".repeat(100_000);
    input.facts.tables = vec![table(&name, Vec::new(), 1)];
    let text = context(&input);
    assert!(text.contains(&format!("### Table `{}…`\n", "É".repeat(200))));
    assert!(text.len() < 10_000);
}

#[test]
fn a_type_of_the_stack_is_no_import() {
    let mut input = shop();
    input.stack.types[1].stack_type = "String @db.VarChar(n)".to_owned();
    input.stack.file_structure = vec![attribute("app/[id]/page.tsx", "a page")];
    let text = context(&input);
    assert!(
        text.contains("| String &#64;db.VarChar(50) |")
            && text.contains("`app/[id]/page.tsx`: a page")
    );
}
