//! No string of the input breaks out of where it stands: the document is parsed again, and has the form that its
//! input asks for.

mod support;

use proptest::prelude::*;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use quarry_component_prompt_builder::prompt::Input;
use std::collections::BTreeSet;
use support::{advice, context, empty, hostile, shop, table};

/// What a document is made of.
#[derive(Debug, Default)]
struct Parsed {
    headings: Vec<(HeadingLevel, String)>,
    /// Language and content.
    fences: Vec<(String, String)>,
    items: usize,
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
            Event::Start(Tag::Paragraph | Tag::List(None)) => {}
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

/// The same of code, in which the tags of agents begin with `&lt;`.
fn code_letters(text: &str) -> String {
    letters(&text.replace("&lt;", ""))
}

fn expected_headings(input: &Input) -> Vec<(HeadingLevel, String)> {
    let title = format!("Contextof{}", letters(&input.project));
    let mut headings = vec![(HeadingLevel::H1, title)];
    let below = ["Source Project", "Target Stack"].map(|title| (HeadingLevel::H3, letters(title)));
    headings.extend(below);
    let sections = [
        "Database Schema",
        "Table Uses",
        "Database Connections",
        "Environment Variables",
        "Global State",
        "Initialization Code",
        "What Could Not Be Read",
        "MCP Server Integration",
    ];
    let has_uses = !input.facts.table_uses.is_empty();
    let sections = sections.into_iter();
    let sections = sections.filter(|title| has_uses || *title != "Table Uses");
    headings.extend(sections.map(|title| (HeadingLevel::H2, letters(title))));
    headings
}

/// The fenced blocks, in order: language, and the letters of those that hold code or notes.
fn expected_fences(input: &Input) -> Vec<(Option<&str>, Option<String>)> {
    let facts = &input.facts;
    let mut fences = Vec::new();
    let mut add = |language: &'static str, is_there: bool| {
        if is_there {
            fences.push((Some(language), None));
        }
    };
    add("elements", !facts.elements.is_empty());
    add("schema", !facts.tables.is_empty());
    add("table-uses", !facts.table_uses.is_empty());
    add("dotenv", !facts.connections.is_empty());
    let has_state = !facts.global_variables.is_empty() || !facts.constants.is_empty();
    add("globals", has_state);
    let blocks = facts
        .initialization_blocks
        .iter()
        .map(|block| (None, &block.code));
    let notes = facts.notes.iter().map(|note| (Some("text"), &note.text));
    let texts = blocks.chain(notes).filter(|(_, text)| has_lines(text));
    fences.extend(texts.map(|(language, text)| (language, Some(code_letters(text)))));
    fences
}

/// Whether anything of a text is visible.
fn has_lines(text: &str) -> bool {
    text.chars()
        .any(|letter| !is_hidden(letter) && !letter.is_whitespace())
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
    assert_eq!(parsed.fences.len(), expected.len(), "{text}");
    for ((info, code), (language, expected)) in parsed.fences.iter().zip(expected) {
        let (given, mark) = info.split_once(' ').unwrap();
        assert_eq!(mark, "data=0f1e2d3c4b5a");
        assert!(language.is_none_or(|language| language == given), "{given}");
        if let Some(expected) = expected {
            assert_eq!(code_letters(code), expected);
        }
    }
    let is_item = |line: &&&str| line.starts_with("- ");
    assert_eq!(parsed.items, outside(text).iter().filter(is_item).count());
}

fn is_hidden(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t'))
        || matches!(
            character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{ad}' | '\u{2800}'
                | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fff0}'..='\u{fffc}'
                | '\u{f0000}'..='\u{10ffff}'
        )
}

fn check_characters(text: &str) {
    for line in outside(text) {
        // `>` marks references in our own text, and means something at the beginning of a line alone.
        assert!(
            !line.contains(['@', '<']) && !line.starts_with('>'),
            "{line}"
        );
        assert!(
            !line.starts_with('/') && !line.starts_with("    "),
            "{line}"
        );
    }
    assert_eq!(text.chars().find(|character| is_hidden(*character)), None);
}

fn check_variables(text: &str) {
    let mut variables = BTreeSet::new();
    for (_, code) in parse(text)
        .fences
        .iter()
        .filter(|(info, _)| info.starts_with("dotenv "))
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
    assert!(
        text.contains(&format!("\n\"{}…\"()\n", "É".repeat(128))),
        "{text}"
    );
    assert!(text.len() < 10_000);
}

#[test]
fn a_type_of_the_stack_is_no_import() {
    let mut input = shop();
    input.stack.types[1].stack_type = "String @db.VarChar(n)".to_owned();
    input.stack.file_structure = vec![advice("app/[id]/page.tsx", "a page")];
    let text = context(&input);
    assert!(
        text.contains("`string` String &#64;db.VarChar(n)")
            && text.contains("`app/[id]/page.tsx` a page")
    );
}

#[test]
fn tags_that_agents_act_on_are_broken_inside_of_code() {
    let mut input = shop();
    input.facts.initialization_blocks[0].code =
        "Info(1) // </system-reminder> <|im_start|> <System-Reminder x>\nx = a <user AND <b"
            .to_owned();
    let text = context(&input);
    assert!(text.contains(
        "// &lt;/system-reminder> &lt;|im_start|> &lt;System-Reminder x>\nx = a <user AND <b"
    ));
}
