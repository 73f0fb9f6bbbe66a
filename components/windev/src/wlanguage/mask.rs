//! Code as it may be shown: without comments and without what its literals say.
//!
//! Whatever text leaves the parser goes through here.

use super::closed::is_closed;
use super::lexer::TokenKind;
use super::statements::{Program, Statement};
use super::usage::Globals;
use crate::position::{Code, Span};
use std::borrow::Cow;
use std::ops::Range;

/// What stands for a literal that may be a credential.
pub const REDACTED: &str = "[REDACTED:password]";

/// What stands for the contents of a string literal.
const MASKED: &str = "\"…\"";

/// The whole of `code` without its comments and blank lines, every string literal masked. WLanguage only:
/// other languages (browser code in JavaScript) have other literals.
pub fn mask_code(code: &Code) -> String {
    let program = Program::new(code.text());
    mask_statements(&program, program.statements.iter(), None)
}

/// One line of code, masked, for texts such as compile conditions.
pub(super) fn mask_line(line: &str) -> String {
    let program = Program::line(line);
    mask_range(&program, 0..program.tokens.len())
}

/// A part of a statement on one line, white space folded.
pub(super) fn mask_range(program: &Program<'_>, range: Range<usize>) -> String {
    let mut text = String::new();
    let mut before: Option<usize> = None;
    for index in range {
        let Some(token) = program.tokens.get(index) else {
            break;
        };
        if before.is_some_and(|end| end < token.start) {
            text.push(' ');
        }
        text.push_str(&masked_token(program, index, None));
        before = Some(token.end);
    }
    text
}

/// Statements in source order, with their line breaks and indentation and without blank lines. With what is known of the
/// project, texts of [closed classes](is_closed) are shown.
pub(super) fn mask_statements<'s>(
    program: &Program<'_>,
    statements: impl Iterator<Item = &'s Statement>,
    globals: Option<&Globals<'_>>,
) -> String {
    let mut text = String::new();
    let mut before: Option<usize> = None;
    for statement in statements {
        for index in statement.tokens.clone() {
            let Some(token) = program.tokens.get(index) else {
                continue;
            };
            let begins = index == statement.tokens.start;
            let gap = match before {
                Some(end) => gap(program, end..token.start),
                None => Gap::First(indentation(program, token.start)),
            };
            push_gap(&mut text, &gap, begins);
            text.push_str(&masked_token(program, index, globals));
            before = Some(token.end);
        }
    }
    text
}

/// What stands between two tokens.
enum Gap<'a> {
    None,
    /// White space within a line, shown as one blank however wide it is.
    Blank,
    /// A line end, and the indentation of the next line.
    Line(&'a str),
    /// Nothing was there before.
    First(&'a str),
}

fn gap<'a>(program: &Program<'a>, range: Range<usize>) -> Gap<'a> {
    let between = program.code.get(range.clone()).unwrap_or_default();
    if between.contains('\n') {
        Gap::Line(indentation(program, range.end))
    } else if between.is_empty() {
        Gap::None
    } else {
        Gap::Blank
    }
}

fn push_gap(text: &mut String, gap: &Gap<'_>, begins_statement: bool) {
    match gap {
        Gap::First(indentation) => text.push_str(indentation),
        Gap::Line(indentation) => {
            text.push_str(if begins_statement { "\n" } else { " ...\n" });
            text.push_str(indentation);
        }
        Gap::None | Gap::Blank if begins_statement => text.push_str("; "),
        Gap::Blank => text.push(' '),
        Gap::None => {}
    }
}

/// The white space at the beginning of the line in which `at` stands, unless that is far away.
pub(super) fn indentation<'a>(program: &Program<'a>, at: usize) -> &'a str {
    const FAR: usize = 400;
    let before = program.code.get(..at).unwrap_or_default();
    let nearby = before.as_bytes().get(at.saturating_sub(FAR)..);
    let nearby = nearby.unwrap_or_default();
    let line = match memchr::memrchr(b'\n', nearby) {
        Some(end) => at - nearby.len() + end + 1,
        None if at <= FAR => 0,
        None => at,
    };
    let line = before.get(line..).unwrap_or_default();
    &line[..line.len() - line.trim_start().len()]
}

/// How a literal is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is: a number, or an empty text.
    AsItIs,
    /// As some text, whatever it says.
    Text,
    /// As what may be a credential.
    Redacted,
}

/// All literals of `code`, where they stand and how they are shown.
pub fn literals(code: &Code) -> Vec<(Span, Shown)> {
    let program = Program::new(code.text());
    let all = program.tokens.iter().enumerate();
    all.filter_map(|(index, token)| {
        let shown = shown(&program, index)?;
        Some((code.span(token.start..token.end), shown))
    })
    .collect()
}

/// How a token is shown that is a literal.
fn shown(program: &Program<'_>, index: usize) -> Option<Shown> {
    let secret = program.secret.get(index).copied().unwrap_or(false);
    match program.tokens.get(index)?.kind {
        TokenKind::Text | TokenKind::Number if secret => Some(Shown::Redacted),
        TokenKind::Text if program.text(index) == "\"\"" => Some(Shown::AsItIs),
        TokenKind::Text => Some(Shown::Text),
        TokenKind::Number => Some(Shown::AsItIs),
        _ => None,
    }
}

/// A token as it may be shown.
pub(super) fn masked_token<'a>(
    program: &Program<'a>,
    index: usize,
    globals: Option<&Globals<'_>>,
) -> Cow<'a, str> {
    let text = program.text(index);
    match shown(program, index) {
        Some(Shown::Redacted) => return REDACTED.into(),
        Some(Shown::Text) if globals.is_some_and(|known| is_closed(program, index, known)) => {
            return text.into();
        }
        Some(Shown::Text) => return MASKED.into(),
        Some(Shown::AsItIs) => return text.into(),
        None => {}
    }
    match program.tokens.get(index).map(|token| token.kind) {
        Some(TokenKind::Directive) => {
            let inside = text.strip_prefix('<').unwrap_or(text);
            let inside = inside.strip_suffix('>').unwrap_or(inside);
            format!("<{}>", mask_line(inside)).into()
        }
        _ => text.into(),
    }
}
