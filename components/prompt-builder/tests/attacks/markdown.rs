//! What a document of Markdown is made of, whatever its layout.

use super::dotenv;
use super::fields::Kind;
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use regex::Regex;
use std::sync::LazyLock;

/// A part of a document without its words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    Heading(HeadingLevel),
    /// A fenced block, as the punctuation of its lines.
    Fence(Vec<String>),
    /// A table, as the number of its columns.
    Table(usize),
    /// Any other block, and emphasis.
    Open(&'static str),
    Close,
    /// Text and code spans in a row: a name is a code span, or escaped text where it holds what has no escape in a
    /// span.
    Words,
    LineBreak,
    /// What no document holds.
    Foreign(String),
}

/// What is left of a document without its words.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Form {
    /// Its parts to a reader that knows all extensions.
    extended: Vec<Part>,
    /// Its parts to a reader that knows none.
    plain: Vec<Part>,
    /// How many angle brackets stand outside of fences: they are markup to readers that do not know code spans.
    brackets: usize,
}

impl Form {
    pub fn new(text: &str, kind: Kind) -> Self {
        let mut all = Options::all();
        // The first rewrites quotation marks; the second excludes the newer footnotes.
        all.remove(Options::ENABLE_SMART_PUNCTUATION);
        all.remove(Options::ENABLE_OLD_FOOTNOTES);
        let (lines, openings) = outside(text);
        let brackets = lines.iter().chain(&openings);
        Form {
            extended: skeleton(text, all, kind),
            plain: skeleton(text, Options::empty(), kind),
            brackets: brackets.map(|line| line.matches(['<', '>']).count()).sum(),
        }
    }

    /// Where another form first differs.
    pub fn difference(&self, found: &Form) -> String {
        let extended = self.extended.iter().zip(&found.extended);
        let mut parts = extended.chain(self.plain.iter().zip(&found.plain));
        match parts.find(|(expected, found)| expected != found) {
            Some(pair) => start(&format!("expected and found {pair:?}"), 2_000),
            None => format!("{} brackets, not {}", found.brackets, self.brackets),
        }
    }
}

fn skeleton(text: &str, options: Options, kind: Kind) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut code: Option<(String, String)> = None;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                code = Some((info.to_string(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => match code.take() {
                Some((info, lines)) => parts.push(Part::Fence(shapes(&info, &lines, kind))),
                None => parts.push(Part::Close),
            },
            Event::Text(words) | Event::Code(words) => match &mut code {
                Some((_, lines)) => lines.push_str(&words),
                None if parts.last() == Some(&Part::Words) => {}
                None => parts.push(Part::Words),
            },
            Event::SoftBreak | Event::HardBreak => parts.push(Part::LineBreak),
            Event::Start(tag) => parts.push(opened(&tag)),
            Event::End(_) => parts.push(Part::Close),
            other => parts.push(Part::Foreign(format!("{other:?}"))),
        }
    }
    parts
}

fn opened(tag: &Tag<'_>) -> Part {
    match tag {
        Tag::Heading { level, .. } => Part::Heading(*level),
        Tag::Table(columns) => Part::Table(columns.len()),
        Tag::Paragraph => Part::Open("paragraph"),
        Tag::List(None) => Part::Open("list"),
        Tag::List(Some(_)) => Part::Open("numbered list"),
        Tag::Item => Part::Open("item"),
        Tag::TableHead => Part::Open("head"),
        Tag::TableRow => Part::Open("row"),
        Tag::TableCell => Part::Open("cell"),
        Tag::Strong => Part::Open("strong"),
        Tag::Emphasis => Part::Open("emphasis"),
        other => Part::Foreign(format!("{other:?}")),
    }
}

/// The punctuation of the lines of a fence: words are `w`, and so are strings in quotation marks, so that neither a
/// name nor what it is quoted for shows. A text of several lines may be as long as it likes. A file of variables
/// has comments for values that it cannot hold.
fn shapes(info: &str, lines: &str, kind: Kind) -> Vec<String> {
    if kind == Kind::Lines {
        return Vec::new();
    }
    if info.starts_with("dotenv") {
        return match dotenv::variables(lines) {
            Ok(variables) => vec![format!("{} variables", variables.len())],
            Err(error) => vec![error],
        };
    }
    lines.lines().map(|line| shape(line, kind)).collect()
}

fn shape(line: &str, kind: Kind) -> String {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?:"(?:[^"\\]|\\.)*"|\(empty\)|[\p{Alphabetic}\p{M}\p{N}_.$…/+-])+"#).unwrap()
    });
    static WORDS: LazyLock<Regex> = LazyLock::new(|| Regex::new("w(?: +w)+").unwrap());
    let shape = QUOTED.replace_all(line, "w");
    match kind {
        Kind::Words => WORDS.replace_all(&shape, "w").into_owned(),
        Kind::Name | Kind::Lines => shape.into_owned(),
    }
}

/// The lines outside of fences, found without a parser, and those that open fences.
fn outside(text: &str) -> (Vec<&str>, Vec<&str>) {
    let (mut lines, mut openings) = (Vec::new(), Vec::new());
    let mut fence: Option<&str> = None;
    for line in text.split('\n') {
        let backticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if backticks.len() >= 3 => {
                fence = Some(backticks);
                openings.push(line);
            }
            None => lines.push(line),
        }
    }
    if fence.is_some() {
        lines.push("<a fence that nothing closes>");
    }
    (lines, openings)
}

/// What no reader may find outside of fences: markup of HTML, at signs of all widths, lines that are commands, turns
/// of a conversation.
pub fn complaints(text: &str) -> Vec<String> {
    static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^[\s*+>-]*(?:[/!]|(?:human|assistant|system|user|ai)\s*:|quarry:)")
            .unwrap()
    });
    // Agents and chat templates know no fences.
    static TAG: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)<[/\s]*(?:system|user|human|assistant|thinking|s|bos|\w+_of_turn|function_\w+|antml:\w+)[/\s]*>|<[/\s]*(?:system-|user-|user_|command-|antml:)|<[|\u{ff5c}]").unwrap()
    });
    let tag = TAG.find(text).map(|tag| format!("a tag: {}", tag.as_str()));
    let (lines, openings) = outside(text);
    let mut complaints: Vec<String> = tag.into_iter().collect();
    for line in lines.iter().chain(&openings) {
        let is_import = line.contains(['@', '\u{ff20}', '\u{fe6b}', '<']);
        if is_import || COMMAND.is_match(line) || line.starts_with("    ") {
            complaints.push(format!("outside of fences: {}", start(line, 120)));
        }
    }
    let form = Form::new(text, Kind::Lines);
    let is_heading = |part: &&Part| matches!(part, Part::Heading(_));
    let headings = form.extended.iter().filter(is_heading).count();
    let hashes = lines.iter().filter(|line| line.starts_with('#')).count();
    if headings != hashes {
        complaints.push(format!(
            "{hashes} lines begin with #, {headings} are headings"
        ));
    }
    let is_fence = |part: &&Part| matches!(part, Part::Fence(_));
    if form.extended.iter().filter(is_fence).count() != openings.len() {
        complaints.push("a reader sees other fences than there are".to_owned());
    }
    for part in form.extended.iter().chain(&form.plain) {
        if let Part::Foreign(event) = part {
            complaints.push(format!("foreign: {}", start(event, 120)));
        }
    }
    complaints
}

/// The beginning of a text, for a message.
pub fn start(text: &str, longest: usize) -> String {
    text.chars().take(longest).collect()
}

#[test]
fn what_has_no_place_in_a_document_is_found() {
    let document = "# T\n\n- `a`: b\n\n```x\n@a <b>\n# c\n```\n";
    assert_eq!(complaints(document), Vec::<String>::new());
    for broken in [
        "<b>x</b>\n",
        "![x](y)\n",
        "[x](y)\n",
        "see @x\n",
        "see \u{ff20}x\n",
        "- /clear\n",
        "!ls\n",
        "Human: go\n",
        "#tag\n",
        "x\n\n    code\n",
        "```\nx\n",
        "````\nx\n ````\ny\n````\n",
        "> x\n",
        "---\n",
        "$$x$$\n",
        "[^1]: x\n\n[^1]\n",
        "```x\n</system-reminder>\n```\n",
        "```x\n<|im_start|>\n```\n",
    ] {
        assert!(!complaints(broken).is_empty(), "{broken:?}");
    }
}

#[test]
fn names_in_a_fence_are_words_or_quoted() {
    let plain = shape("CLIENT: ID int64 PK, Nom string(50)", Kind::Name);
    assert_eq!(
        shape(r#""a, \" b": ID int64 PK, Nom string(50)"#, Kind::Name),
        plain
    );
    for broken in [
        "a, b: ID int64 PK, Nom string(50)",
        "CLIENT: I D int64 PK, Nom string(50)",
        r#""a"b": ID int64 PK, Nom string(50)"#,
    ] {
        assert_ne!(shape(broken, Kind::Name), plain, "{broken}");
    }
    assert_eq!(
        shape("a: array of string", Kind::Words),
        shape("a: int", Kind::Words)
    );
}
