//! The parts of one declaration: names, type, attributes, initial value.

use super::keywords::{is_let, is_verb};
use super::lexer::TokenKind;
use super::mask::masked_token;
use super::statements::Program;
use std::ops::Range;

/// Several names share one value or one type; the text that each of them gets is no longer than this.
const LONGEST_SHARED: usize = 400;

/// The names that a statement declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct VariableNames {
    /// Their tokens.
    pub(super) names: Vec<usize>,
    /// The verb, or the `=` behind `LET`.
    pub(super) end: usize,
    /// `LET` or `SOIT` in place of a type.
    pub(super) is_let: bool,
}

/// The names in `a, b is int` or `LET a = 1`, if that is what the tokens are.
pub(super) fn variable_names(program: &Program<'_>, range: Range<usize>) -> Option<VariableNames> {
    let is_let = is_let(program.folded(range.start)) && !is_verb(program.folded(range.start + 1));
    let mut at = range.start + usize::from(is_let);
    let parenthesis = usize::from(is_let && program.text(at) == "(");
    at += parenthesis;
    let mut names = Vec::new();
    loop {
        if at >= range.end || !program.is_kind(at, TokenKind::Word) {
            return None;
        }
        names.push(at);
        at += 1;
        if at >= range.end || program.text(at) != "," {
            break;
        }
        at += 1;
    }
    at += parenthesis;
    let names_type = is_verb(program.folded(at)) && begins_type(program, at + 1);
    let declares = names_type || (is_let && matches!(program.text(at), "=" | "<-" | ":="));
    let is_let = is_let && !names_type;
    (at < range.end && declares && (is_let || at + 1 < range.end)).then_some(VariableNames {
        names,
        end: at,
        is_let,
    })
}

fn begins_type(program: &Program<'_>, index: usize) -> bool {
    program.is_kind(index, TokenKind::Word) || program.is_kind(index, TokenKind::Number)
}

/// The tokens of the type at the beginning of `range`: up to an attribute or an initial value.
pub(super) fn declared_type(program: &Program<'_>, range: Range<usize>) -> Range<usize> {
    let mut depth = 0_usize;
    for index in range.clone() {
        match program.text(index) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            "=" | "<-" | ":=" | "<" if depth == 0 => return range.start..index,
            _ => {}
        }
    }
    range
}

/// Whether the type that begins at a token is that of a connection.
pub(super) fn is_connection_type(program: &Program<'_>, start: usize) -> bool {
    let article = matches!(program.folded(start), "a" | "an" | "un" | "une" | "des");
    matches!(
        program.folded(start + usize::from(article)),
        "connection" | "connections" | "connexion" | "connexions"
    )
}

/// A type as written, its literals masked. A size such as `8 bytes` stays even beside a suspicious name.
pub(super) fn masked_type(program: &Program<'_>, range: Range<usize>) -> String {
    let mut text = String::new();
    let mut before: Option<usize> = None;
    let mut depth = 0_usize;
    for index in range {
        let Some(token) = program.tokens.get(index) else {
            break;
        };
        if before.is_some_and(|end| end < token.start) {
            text.push(' ');
        }
        before = Some(token.end);
        let written = token.text(program.code);
        match written {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let is_size = token.kind == TokenKind::Number && depth == 0 && written.len() <= 2;
        if is_size {
            text.push_str(written);
        } else {
            text.push_str(&masked_token(program, index, None));
        }
    }
    shortened(text, 2)
}

/// A text that `sharers` declarations will have.
pub(super) fn shortened(mut text: String, sharers: usize) -> String {
    if sharers > 1
        && let Some((end, _)) = text.char_indices().nth(LONGEST_SHARED)
    {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// What stands behind the type.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Initializer {
    /// The tokens of the initial value.
    pub(super) value: Option<Range<usize>>,
}

impl Initializer {
    /// Reads what stands behind the type, from `start` on: attributes and `= value`.
    pub(super) fn read(program: &Program<'_>, start: usize, end: usize) -> Self {
        let mut at = start;
        while at < end && program.text(at) == "<" {
            while at < end && !matches!(program.text(at), ">" | ">=") {
                at += 1;
            }
            if program.text(at) == ">=" {
                break;
            }
            at += 1;
        }
        let assigns = at < end && matches!(program.text(at), "=" | "<-" | ":=" | ">=");
        let value = at + 1..without_attribute(program, at + 1, end);
        Initializer {
            value: (assigns && !value.is_empty()).then_some(value),
        }
    }

    /// The values of `count` names: one each where a list of that length in parentheses stands there.
    pub(super) fn values(&self, program: &Program<'_>, count: usize) -> Vec<Range<usize>> {
        let Some(value) = self.value.clone() else {
            return Vec::new();
        };
        if count > 1 && program.text(value.start) == "(" && program.text(value.end - 1) == ")" {
            let values = split_list(program, value.start + 1..value.end - 1);
            if values.len() == count {
                return values;
            }
        }
        vec![value]
    }
}

/// Where a value ends behind which an attribute may stand: no expression ends with `>`.
fn without_attribute(program: &Program<'_>, start: usize, end: usize) -> usize {
    if end <= start || program.text(end - 1) != ">" {
        return end;
    }
    let opening = (start..end)
        .rev()
        .find(|index| program.text(*index) == "<" && program.is_kind(index + 1, TokenKind::Word));
    opening.unwrap_or(end)
}

/// The parts between the commas outside parentheses.
fn split_list(program: &Program<'_>, range: Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut depth = 0_usize;
    let mut start = range.start;
    for index in range.clone() {
        match program.text(index) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                parts.push(start..index);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(start..range.end);
    parts
}

/// The constants in `a = 1, b = 2`: the token of each name and the tokens of its value.
pub(super) fn constants(
    program: &Program<'_>,
    range: Range<usize>,
) -> Vec<(usize, Option<Range<usize>>)> {
    let mut constants: Vec<(usize, Option<Range<usize>>)> = Vec::new();
    for part in split_list(program, range) {
        let written = declared_type(program, part.clone());
        let assigns = written.end < part.end && program.text(written.end) != "<";
        if assigns && program.is_kind(part.start, TokenKind::Word) {
            let value = written.end + 1..part.end;
            constants.push((part.start, (!value.is_empty()).then_some(value)));
        } else if let Some((_, Some(value))) = constants.last_mut() {
            // A comma that belongs to the value before it.
            value.end = part.end;
        }
    }
    constants
}
