//! An expression cut where its parts meet: at operators that compare or assign, at words such as `AND`, at commas and at
//! brackets. What stands on the two sides of an operator is the value of each other.

use super::super::credentials::{is_credential_call, is_credential_name, names_credential};
use super::super::lexer::TokenKind;
use super::super::statements::Program;
use std::ops::Range;

/// Longer texts are prose or data, and no name of a setting.
const LONGEST_NAME: usize = 40;

/// A stretch of one bracket's contents between two cuts.
#[derive(Debug, Clone, Default)]
pub(super) struct Side {
    /// The bracket that it stands in; none outside of all.
    pub(super) bracket: Option<usize>,
    /// Which of the bracket's arguments it belongs to, from 0.
    pub(super) argument: usize,
    /// The side before an operator that compares or assigns.
    pub(super) before: Option<usize>,
    /// The side behind such an operator.
    pub(super) behind: Option<usize>,
    /// The token of a name, or of the name of a setting between square brackets, that promises a credential.
    pub(super) credential: Option<usize>,
    /// Whether the operator before it assigns, unless the statement is a condition.
    pub(super) is_assigned: bool,
}

/// A pair of brackets.
#[derive(Debug, Clone)]
pub(super) struct Bracket {
    /// The side that it stands in.
    pub(super) side: usize,
    /// The token of the name before it: what is called, or what has an index.
    pub(super) name: Option<usize>,
    /// Which argument is a text that names a credential, and its token.
    pub(super) key: Option<(usize, usize)>,
}

/// What was cut.
#[derive(Debug, Default)]
pub(super) struct Sides {
    /// In the order in which they begin: what is around one comes before it.
    pub(super) sides: Vec<Side>,
    pub(super) brackets: Vec<Bracket>,
    /// The literals and the side that each is in.
    pub(super) literals: Vec<(usize, usize)>,
}

/// Cuts a range of tokens.
pub(super) fn cut(program: &Program<'_>, range: Range<usize>, is_condition: bool) -> Sides {
    let mut cutter = Cutter {
        program,
        start: range.start,
        is_condition,
        current: 0,
        open: Vec::new(),
        found: Sides::default(),
    };
    cutter.found.sides.push(Side::default());
    for index in range {
        cutter.token(index);
    }
    cutter.found
}

struct Cutter<'p, 'a> {
    program: &'p Program<'a>,
    start: usize,
    is_condition: bool,
    /// The side that is being read.
    current: usize,
    /// The brackets that are open.
    open: Vec<usize>,
    found: Sides,
}

impl Cutter<'_, '_> {
    fn token(&mut self, index: usize) {
        match self.program.tokens.get(index).map(|token| token.kind) {
            Some(TokenKind::Word) => self.word(index),
            Some(TokenKind::Text) => self.text(index),
            Some(TokenKind::Number) => self.found.literals.push((index, self.current)),
            _ => self.operator(index),
        }
    }

    fn word(&mut self, index: usize) {
        let folded = self.program.folded(index);
        if is_logical(folded) {
            self.separate(0);
        } else if is_credential(self.program, index) && self.ends_chain(index) {
            self.found.sides[self.current].credential = Some(index);
        }
    }

    /// Whether a word is the last of `connection..Password`: of `Password..Length` the length is told.
    fn ends_chain(&self, index: usize) -> bool {
        !matches!(self.program.text(index + 1), "." | ".." | "::")
    }

    fn text(&mut self, index: usize) {
        self.found.literals.push((index, self.current));
        let argument = self.found.sides[self.current].argument;
        if let Some(open) = self.open.last()
            && names_setting(self.program.text(index))
        {
            self.found.brackets[*open]
                .key
                .get_or_insert((argument, index));
        }
    }

    fn operator(&mut self, index: usize) {
        match self.program.text(index) {
            "(" | "[" | "{" => self.opens(index),
            ")" | "]" | "}" => self.closes(index),
            // Outside of brackets it stands between declarations, which only one value may follow.
            "," if !self.open.is_empty() => self.separate(1),
            "=" | "<>" | "~=" | "==" | "~~" | "[=" | "[~" | "[=]" | "[~]" | "<" | ">" | "<="
            | ">=" => self.meet(self.open.is_empty() && !self.is_condition),
            "<-" | ":=" | "+=" | "<=>" => self.meet(true),
            _ => {}
        }
    }

    fn opens(&mut self, index: usize) {
        let name = index.checked_sub(1).filter(|before| {
            *before >= self.start && self.program.is_kind(*before, TokenKind::Word)
        });
        self.found.brackets.push(Bracket {
            side: self.current,
            name,
            key: None,
        });
        let bracket = self.found.brackets.len() - 1;
        self.open.push(bracket);
        self.begin(Side {
            bracket: Some(bracket),
            ..Side::default()
        });
    }

    fn closes(&mut self, index: usize) {
        let Some(closed) = self.open.pop() else {
            return;
        };
        let Bracket { side, key, .. } = self.found.brackets[closed];
        self.current = side;
        // `Header["Authorization"]` is called like its key.
        if let Some((_, key)) = key
            && self.program.text(index) == "]"
        {
            self.found.sides[side].credential = Some(key);
        }
    }

    /// Begins what has nothing to do with the side before it.
    fn separate(&mut self, arguments: usize) {
        let Side {
            bracket, argument, ..
        } = self.found.sides[self.current];
        self.begin(Side {
            bracket,
            argument: argument + arguments,
            ..Side::default()
        });
    }

    /// Begins the other side of an operator.
    fn meet(&mut self, is_assigned: bool) {
        let Side {
            bracket, argument, ..
        } = self.found.sides[self.current];
        let before = self.current;
        self.begin(Side {
            bracket,
            argument,
            before: Some(before),
            is_assigned,
            ..Side::default()
        });
        self.found.sides[before].behind = Some(self.current);
    }

    fn begin(&mut self, side: Side) {
        self.current = self.found.sides.len();
        self.found.sides.push(side);
    }
}

/// Whether a word names a credential, or a function that takes one.
pub(super) fn is_credential(program: &Program<'_>, index: usize) -> bool {
    let folded = program.folded(index);
    names_credential(program.text(index), folded) || is_credential_call(folded)
}

/// Whether a text literal may be the name under which a credential is kept.
pub(super) fn may_name_credential(text: &str) -> bool {
    text.len() <= LONGEST_NAME && is_credential_name(text)
}

/// Whether a text literal is such a name and not a sentence.
fn names_setting(text: &str) -> bool {
    !text.contains(char::is_whitespace) && may_name_credential(text)
}

fn is_logical(folded: &str) -> bool {
    matches!(
        folded.trim_matches('_'),
        "and" | "et" | "or" | "ou" | "xor" | "not" | "pas"
    )
}
