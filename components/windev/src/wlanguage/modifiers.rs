//! The words before a declaration: `GLOBAL`, `LOCAL`, `PRIVATE`, …

use super::keywords::{is_global, is_local, is_verb};
use super::lexer::TokenKind;
use super::statements::Program;
use std::ops::Range;

/// Who may use a variable or a constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Everyone.
    #[default]
    Public,
    /// The class and those that inherit from it.
    Protected,
    /// The class or the set alone.
    Private,
    /// The component alone (`RESTREINT`).
    Restricted,
}

/// Whether a section or a declaration is global.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Scope {
    /// What a declaration event declares, unless it says otherwise.
    #[default]
    Global,
    /// Behind `LOCAL`.
    Local,
}

/// The modifiers at the beginning of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Modifiers {
    /// `GLOBAL` or `LOCAL`, if one is there.
    pub(super) scope: Option<Scope>,
    /// `PUBLIC`, `PRIVATE`, …, if one is there.
    pub(super) visibility: Option<Visibility>,
    /// The token behind them.
    pub(super) end: usize,
}

impl Modifiers {
    /// Reads the modifiers at the beginning of the statement with the tokens `range`.
    pub(super) fn read(program: &Program<'_>, range: &Range<usize>) -> Self {
        let mut modifiers = Modifiers {
            scope: None,
            visibility: None,
            end: range.start,
        };
        while modifiers.end < range.end && modifiers.take(program, range.end) {
            modifiers.end += 1;
        }
        modifiers
    }

    fn take(&mut self, program: &Program<'_>, end: usize) -> bool {
        let next = self.end + 1;
        // `Global is int` declares a variable with that name.
        let is_last_or_before_word = next >= end
            || (program.is_kind(next, TokenKind::Word) && !is_verb(program.folded(next)));
        let word = program.folded(self.end);
        if !is_last_or_before_word {
            return false;
        }
        if is_global(word) {
            self.scope = Some(Scope::Global);
        } else if is_local(word) {
            self.scope = Some(Scope::Local);
        } else if let Some(visibility) = visibility(word) {
            self.visibility = Some(visibility);
        } else {
            return false;
        }
        true
    }
}

fn visibility(folded: &str) -> Option<Visibility> {
    Some(match folded {
        "public" | "publique" | "publics" | "publiques" => Visibility::Public,
        "protected" | "protege" | "protegee" | "proteges" | "protegees" => Visibility::Protected,
        "private" | "prive" | "privee" | "prives" | "privees" => Visibility::Private,
        "restricted" | "restreint" | "restreinte" | "restreints" | "restreintes" => {
            Visibility::Restricted
        }
        _ => return None,
    })
}
