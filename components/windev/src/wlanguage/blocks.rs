//! Which statements open and close blocks.

use super::keywords::{
    is_constant, is_else, is_end, is_if, is_loop_or_switch, is_procedure, is_then, is_verb,
};
use super::lexer::TokenKind;
use super::modifiers::Modifiers;
use super::statements::Program;
use std::ops::Range;

/// What a type definition defines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TypeKind {
    /// `x is Structure`.
    Structure,
    /// `x is Class`.
    Class,
    /// `x is Enumeration`.
    Enumeration,
    /// `x is Combination`.
    Combination,
    /// `x is Interface`.
    Interface,
}

/// A block, which an `END` closes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// `IF`.
    Choice,
    /// A loop, `SWITCH` or `WHEN EXCEPTION`.
    Control,
    /// An internal or an anonymous procedure.
    Procedure,
    /// The members of a type.
    Type(TypeKind),
    /// `composé de`: the members of one record variable.
    Record,
    /// `CONSTANT` on a line of its own.
    Constants,
}

/// What a statement does to the blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Nothing.
    Plain,
    /// It opens a block.
    Opens(Block),
    /// It closes a block.
    Closes,
    /// It is a directive and not a statement.
    Directive,
}

/// The blocks that are open.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    open: Vec<Block>,
    /// The last statement was an `IF … THEN …` that needs no `END`.
    after_one_line_if: bool,
}

impl Blocks {
    /// How many are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len()
    }

    /// Takes note of one statement: its depth and its role.
    pub(super) fn statement(
        &mut self,
        program: &Program<'_>,
        range: Range<usize>,
    ) -> (usize, Role) {
        let after_one_line_if = std::mem::take(&mut self.after_one_line_if);
        if closes_block(program, &range) {
            self.open.pop();
            return (self.depth(), Role::Closes);
        }
        let depth = self.depth();
        let first = program.folded(range.start);
        let opened = if is_if(first) && !is_assigned(program, range.start) {
            let opens = if_opens(program, &range);
            self.after_one_line_if = !opens;
            opens.then_some(Block::Choice)
        } else if is_else(first) {
            // `SINON` alone behind a one-line `SI`: the block begins here.
            let reopens =
                range.len() == 1 && self.open.last() != Some(&Block::Choice) && after_one_line_if;
            reopens.then_some(Block::Choice)
        } else {
            opened_block(program, &range)
        };
        match opened {
            Some(block) => {
                self.open.push(block);
                (depth, Role::Opens(block))
            }
            None => (depth, Role::Plain),
        }
    }
}

/// Whether the word at `index` is a name that is assigned, declared or looked into here.
fn is_assigned(program: &Program<'_>, index: usize) -> bool {
    is_verb(program.folded(index + 1))
        || (program.is_kind(index + 1, TokenKind::Operator)
            && matches!(
                program.text(index + 1),
                "=" | "<-"
                    | ":="
                    | "+="
                    | "-="
                    | "*="
                    | "/="
                    | "++"
                    | "--"
                    | "."
                    | ".."
                    | ","
                    | "["
            ))
}

/// `END`, or the `À FAIRE TANTQUE` that ends a loop in its place.
fn closes_block(program: &Program<'_>, range: &Range<usize>) -> bool {
    let first = program.folded(range.start);
    if is_end(first) {
        // `END:` is a label.
        let is_name =
            is_assigned(program, range.start) || matches!(program.text(range.start + 1), "(" | ":");
        return range.len() == 1 || !is_name;
    }
    let second = || program.folded(range.start + 1);
    let third = || program.folded(range.start + 2);
    (first == "a" && second() == "faire" && third() == "tantque")
        || (first == "to" && second() == "do" && third() == "while")
}

/// `IF` without anything behind `THEN` or a last `ELSE` needs an `END`. `THEN` itself may be left out.
fn if_opens(program: &Program<'_>, range: &Range<usize>) -> bool {
    let Some(last) = range.clone().next_back() else {
        return false;
    };
    let last = program.folded(last);
    if is_then(last) || is_else(last) {
        return true;
    }
    let mut words = range.clone().map(|index| program.folded(index));
    !words.any(is_then) && !goes_on_behind_condition(program, range)
}

/// `IF condition statement`: behind an operand comes what can only begin a statement.
fn goes_on_behind_condition(program: &Program<'_>, range: &Range<usize>) -> bool {
    let mut depth = 0_usize;
    let mut after_operand = false;
    for index in range.start + 1..range.end {
        let word = program.folded(index);
        let is_word = !word.is_empty();
        match program.text(index) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                after_operand = true;
                continue;
            }
            _ if depth > 0 => {}
            _ if is_infix(word) && (after_operand || word != "a") => after_operand = false,
            _ if is_word && after_operand && begins_statement(program, index, range.end) => {
                return true;
            }
            _ if is_word => after_operand = true,
            _ => after_operand = !program.is_kind(index, TokenKind::Operator),
        }
    }
    false
}

/// Words that join or change operands.
fn is_infix(folded: &str) -> bool {
    is_verb(folded)
        || matches!(
            folded.trim_matches('_'),
            "and"
                | "et"
                | "or"
                | "ou"
                | "not"
                | "pas"
                | "in"
                | "dans"
                | "to"
                | "a"
                | "modulo"
                | "xor"
        )
}

fn begins_statement(program: &Program<'_>, index: usize, end: usize) -> bool {
    let leaves = matches!(
        program.folded(index),
        "return" | "renvoyer" | "retour" | "result" | "sortir" | "break" | "continue" | "continuer"
    );
    let next = index + 1;
    leaves
        || (next < end
            && matches!(
                program.text(next),
                "(" | "=" | "." | ".." | "[" | "<-" | "+=" | "-=" | "++" | "--"
            ))
}

fn opened_block(program: &Program<'_>, range: &Range<usize>) -> Option<Block> {
    let first = program.folded(range.start);
    if is_loop_or_switch(first) {
        return (!is_assigned(program, range.start)).then_some(Block::Control);
    }
    if matches!(first, "when" | "quand") && program.folded(range.start + 1) == "exception" {
        return Some(Block::Control);
    }
    let start = Modifiers::read(program, range).end;
    if opens_internal_procedure(program, range, start) {
        return Some(Block::Procedure);
    }
    if is_constant(program.folded(start)) && start + 1 == range.end {
        return Some(Block::Constants);
    }
    type_block(program, start, range.end)
}

/// An internal procedure, or an anonymous one among the arguments: `f(PROCEDURE() … END)`.
fn opens_internal_procedure(program: &Program<'_>, range: &Range<usize>, start: usize) -> bool {
    let (first, second) = (program.folded(start), program.folded(start + 1));
    let is_internal = |word: &str| matches!(word, "interne" | "internal");
    if (is_procedure(first) && is_internal(second) && program.is_kind(start + 2, TokenKind::Word))
        || (is_internal(first) && is_procedure(second))
    {
        return true;
    }
    let anonymous = (range.start + 1..range.end).rev().find(|index| {
        matches!(program.text(index - 1), "=" | "(" | "," | "<-")
            && program.text(index + 1) == "("
            && is_procedure(program.folded(*index))
    });
    anonymous.is_some_and(|index| {
        let mut after = index..range.end;
        !after.any(|index| program.text(index) == "=>")
            && !ends_block_inside(program, index..range.end)
    })
}

/// The procedure that begins in `range` also ends there.
fn ends_block_inside(program: &Program<'_>, range: Range<usize>) -> bool {
    range.into_iter().any(|index| is_end(program.folded(index)))
}

/// `name is Structure`, `name est composé de`.
fn type_block(program: &Program<'_>, start: usize, end: usize) -> Option<Block> {
    if !program.is_kind(start, TokenKind::Word) || !is_verb(program.folded(start + 1)) {
        return None;
    }
    let words = (start + 2..end.min(start + 6)).map(|index| program.folded(index));
    let words: Vec<_> = words.take_while(|word| !word.is_empty()).collect();
    let words = match words.split_first() {
        Some((article, rest)) if is_article(article) => rest,
        _ => &words,
    };
    let is_qualifier = |word: &str| matches!(word, "abstract" | "base" | "final" | "generic");
    let words = match words.split_first() {
        Some((qualifier, rest)) if is_qualifier(qualifier) => rest,
        _ => words,
    };
    let first: &str = words.first().map_or("", |word| word);
    let second: &str = words.get(1).map_or("", |word| word);
    if matches!(first, "compose" | "composee" | "composed" | "made")
        && matches!(second, "de" | "of")
    {
        return Some(Block::Record);
    }
    let kind = type_kind(first)?;
    // `x is Structure dynamique` is a variable of a class called Structure, if anything.
    let defines = matches!(
        second,
        "" | "inherits"
            | "herite"
            | "abstraite"
            | "abstract"
            | "implements"
            | "implemente"
            | "from"
    );
    defines.then_some(Block::Type(kind))
}

/// The kind of type that a word defines.
pub(super) fn type_kind(folded: &str) -> Option<TypeKind> {
    Some(match folded {
        "structure" => TypeKind::Structure,
        "class" | "classe" => TypeKind::Class,
        "enumeration" | "enum" => TypeKind::Enumeration,
        "combination" | "combinaison" => TypeKind::Combination,
        "interface" => TypeKind::Interface,
        _ => return None,
    })
}

/// `un`, `an`, `des`.
pub(super) fn is_article(folded: &str) -> bool {
    matches!(folded, "un" | "une" | "des" | "a" | "an" | "the")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wlanguage::keywords::fold;

    #[test]
    fn a_word_that_defines_a_type_is_known_in_both_languages() {
        assert_eq!(type_kind(&fold("Énumération")), Some(TypeKind::Enumeration));
        assert_eq!(type_kind("class"), Some(TypeKind::Class));
        assert_eq!(type_kind("string"), None);
    }
}
