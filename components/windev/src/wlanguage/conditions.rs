//! Compile directives: under which condition a statement is part of the program.

use super::keywords::{fold, is_else, is_end, is_if};
use super::mask;

/// Conditions of more than this are cut.
const LONGEST: usize = 300;

/// The compile conditions of one code.
#[derive(Debug, Clone, Default)]
pub(super) struct Conditions {
    texts: Vec<Text>,
    open: Vec<Frame>,
}

/// A condition with those around it.
#[derive(Debug, Clone, Default)]
struct Text {
    /// The condition itself, where there is no other.
    alone: Option<String>,
    /// All of them, each in parentheses.
    joined: String,
}

/// A directive that a closer will close.
#[derive(Debug, Clone, Default)]
struct Frame {
    /// The conditions of the branches before this one.
    earlier: Vec<String>,
    /// The condition of this branch; `ELSE` has none.
    condition: Option<String>,
    /// The index of the condition that holds in this branch, with those around it.
    text: Option<usize>,
}

/// What a directive does.
#[derive(Debug, PartialEq, Eq)]
enum Directive<'a> {
    If(&'a str),
    ElseIf(&'a str),
    Else,
    End,
    /// `<MAPPING>`: a region with a closer of its own.
    Region,
    Other,
}

impl Conditions {
    /// The condition with this index.
    pub(super) fn text(&self, index: usize) -> Option<&str> {
        let text = self.texts.get(index)?;
        Some(text.alone.as_deref().unwrap_or(&text.joined))
    }

    /// The condition that holds here.
    pub(super) fn current(&self) -> Option<usize> {
        self.open.last().and_then(|frame| frame.text)
    }

    /// Takes note of a directive.
    pub(super) fn directive(&mut self, text: &str) {
        match read(text) {
            Directive::If(condition) => {
                let condition = Some(mask::mask_line(condition));
                self.push(Vec::new(), condition);
            }
            Directive::ElseIf(condition) => {
                let condition = Some(mask::mask_line(condition));
                self.branch(condition);
            }
            Directive::Else => self.branch(None),
            Directive::End => {
                self.open.pop();
            }
            Directive::Region => self.open.push(Frame {
                text: self.current(),
                ..Frame::default()
            }),
            Directive::Other => {}
        }
    }

    /// The next branch of the innermost directive.
    fn branch(&mut self, condition: Option<String>) {
        let Some(before) = self.open.pop() else {
            return;
        };
        let mut earlier = before.earlier;
        earlier.extend(before.condition);
        self.push(earlier, condition);
    }

    fn push(&mut self, earlier: Vec<String>, condition: Option<String>) {
        let around = self.current().and_then(|index| self.texts.get(index));
        let mut joined = around.map(|text| text.joined.clone()).unwrap_or_default();
        let not = earlier.iter().map(|condition| ("NOT (", condition));
        for (opening, part) in not.chain(condition.iter().map(|condition| ("(", condition))) {
            if joined.len() > LONGEST {
                break;
            }
            let joint = if joined.is_empty() { "" } else { " AND " };
            joined.push_str(joint);
            joined.push_str(opening);
            joined.extend(part.chars().take(LONGEST));
            joined.push(')');
        }
        let alone = around.is_none() && earlier.is_empty();
        self.texts.push(Text {
            alone: condition.clone().filter(|_| alone),
            joined,
        });
        self.open.push(Frame {
            earlier,
            condition,
            text: Some(self.texts.len() - 1),
        });
    }
}

fn read(text: &str) -> Directive<'_> {
    let text = text.strip_prefix('<').unwrap_or(text);
    let text = text.strip_suffix('>').unwrap_or(text);
    let (first, rest) = first_word(text);
    let (second, after) = first_word(rest);
    let (first, second) = (fold(first), fold(second));
    match &*first {
        "compile" if is_if(&second) => Directive::If(condition(after)),
        "compile" => Directive::If(condition(rest)),
        "mapping" => Directive::Region,
        "elseif" | "sinonsi" => Directive::ElseIf(condition(rest)),
        first if is_if(first) => Directive::If(condition(rest)),
        first if is_else(first) && is_if(&second) => Directive::ElseIf(condition(after)),
        first if is_else(first) => Directive::Else,
        first if is_end(first) => Directive::End,
        _ => Directive::Other,
    }
}

fn first_word(text: &str) -> (&str, &str) {
    let text = text.trim();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    text.split_at(end)
}

/// A condition without white space around it and without a `THEN` at its end.
fn condition(text: &str) -> &str {
    let text = text.trim();
    let last = text.rfind(char::is_whitespace).unwrap_or(0);
    match &*fold(text[last..].trim()) {
        "then" | "alors" => text[..last].trim_end(),
        _ => text,
    }
}
