//! What effects are done to, as code names it.

use super::super::keywords::is_reserved;
use super::super::lexer::TokenKind;
use super::super::statements::Program;

/// A name with what it is looked up in: `Set.Procedure`.
pub(super) struct Path {
    /// As the code writes it.
    pub(super) text: String,
    /// The token behind it.
    pub(super) end: usize,
    /// How many words it has.
    pub(super) words: usize,
}

/// The path that begins at a word.
pub(super) fn path(program: &Program<'_>, start: usize) -> Option<Path> {
    /// No path that names something is longer.
    const LONGEST: usize = 4;
    let is_word = |index: usize| program.is_kind(index, TokenKind::Word);
    if !is_word(start) || is_reserved(program.folded(start)) {
        return None;
    }
    let mut path = Path {
        text: program.text(start).to_owned(),
        end: start + 1,
        words: 1,
    };
    while matches!(program.text(path.end), "." | "::") && is_word(path.end + 1) {
        if path.words == LONGEST {
            return None;
        }
        path.text.push_str(program.text(path.end));
        path.text.push_str(program.text(path.end + 1));
        path.end += 2;
        path.words += 1;
    }
    Some(path)
}

/// The argument with a number, from 0, of the call of the name at `index`, where it is nothing but a name.
pub(super) fn argument(program: &Program<'_>, index: usize, number: usize) -> Option<String> {
    let start = argument_start(program, index + 2, number)?;
    let path = path(program, start)?;
    matches!(program.text(path.end), "," | ")").then_some(path.text)
}

/// The first token of an argument. Calls stand within calls, so that none is searched to its end.
fn argument_start(program: &Program<'_>, first: usize, number: usize) -> Option<usize> {
    const FAR: usize = 64;
    let mut depth = 0_usize;
    let mut left = number;
    for index in first..first + FAR {
        if left == 0 {
            return Some(index);
        }
        match program.text(index) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.checked_sub(1)?,
            "," if depth == 0 => left -= 1,
            "" => return None,
            _ => {}
        }
    }
    None
}
