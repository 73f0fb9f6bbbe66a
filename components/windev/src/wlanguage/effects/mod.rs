//! What initialisation code does beyond computing, in the order of the code.

mod kind;
mod targets;

pub use kind::EffectKind;

use super::functions::{effect_of, is_pure};
use super::keywords::{is_procedure, is_reserved, is_verb};
use super::lexer::TokenKind;
use super::statements::{Program, Statement};
use super::usage::{Globals, begins_part, is_member};
use crate::position::Code;
use std::collections::HashSet;
use targets::{Path, argument, path};

/// Something that code does to the world around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// What it does.
    pub kind: EffectKind,
    /// What it does that to, where the code names it: never a text.
    pub target: Option<String>,
    /// How often it does that in a row.
    pub count: u32,
    /// The line of the first time.
    pub line: u32,
}

/// The names that stand for something of the code itself, in lower case.
#[derive(Debug, Default)]
pub(super) struct Locals {
    /// Variables and internal procedures.
    pub(super) names: HashSet<String>,
    /// Those of the variables that are connections.
    pub(super) connections: HashSet<String>,
}

/// The effects of some statements.
pub(super) fn effects(
    code: &Code,
    program: &Program<'_>,
    statements: &[&Statement],
    globals: &Globals<'_>,
    locals: &Locals,
) -> Vec<Effect> {
    let reader = Reader {
        program,
        globals,
        locals,
    };
    let mut effects = Vec::new();
    for statement in statements {
        for index in statement.tokens.clone() {
            if !program.is_kind(index, TokenKind::Word) {
                continue;
            }
            let found = reader.word(statement.tokens.start, index);
            if let (Some((kind, target)), Some(token)) = (found, program.tokens.get(index)) {
                let line = || code.span(token.start..token.end).line;
                add(&mut effects, kind, target, line);
            }
        }
    }
    effects
}

/// Adds an effect, or counts it with one that it repeats.
fn add(
    effects: &mut Vec<Effect>,
    kind: EffectKind,
    target: Option<String>,
    line: impl Fn() -> u32,
) {
    /// A connection is described out of few sources.
    const ALTERNATING: usize = 4;
    let is_same = |effect: &&mut Effect| effect.kind == kind && effect.target == target;
    let mut last = effects.iter_mut().rev();
    let repeated = if kind.is_preparation() {
        let mut row = last.take(ALTERNATING);
        let mut row = row
            .by_ref()
            .take_while(|effect| effect.kind.is_preparation());
        row.find(is_same)
    } else {
        last.next().filter(is_same)
    };
    match repeated {
        Some(effect) => effect.count = effect.count.saturating_add(1),
        None => effects.push(Effect {
            kind,
            target,
            count: 1,
            line: line(),
        }),
    }
}

type Found = (EffectKind, Option<String>);

struct Reader<'r, 'a> {
    program: &'r Program<'a>,
    globals: &'r Globals<'r>,
    locals: &'r Locals,
}

impl Reader<'_, '_> {
    /// What the word at `index` does, in the statement that begins at `start`.
    fn word(&self, start: usize, index: usize) -> Option<Found> {
        let program = self.program;
        let word = program.folded(index);
        if is_member(program, start, index) {
            return self.property(start, index);
        }
        if matches!(word, "when" | "quand") && program.folded(index + 1) == "exception" {
            return Some((EffectKind::SetsErrorHandler, None));
        }
        // At the end of the code: `CASE ERROR:`.
        if matches!(word, "case" | "cas")
            && matches!(program.folded(index + 1), "exception" | "error" | "erreur")
            && program.text(index + 2) == ":"
        {
            return Some((EffectKind::SetsErrorHandler, None));
        }
        // `FOR i = 1 À (n)`.
        if is_reserved(word) || word == "a" || self.is_declared(start, index) {
            return None;
        }
        let begins = begins_part(program, start, index);
        if matches!(program.text(index + 1), "." | "::") {
            return self.member_call(begins, index);
        }
        let is_call = program.text(index + 1) == "(";
        let is_alone =
            begins && (program.tokens.get(index + 1).is_none() || self.begins_line(index + 1));
        let is_value = matches!(word, "commandline" | "lignecommande") && !self.is_variable(index);
        if is_call || is_alone || is_value {
            self.call(index, is_call)
        } else {
            None
        }
    }

    /// Whether the word is what a procedure is called here, or the type of a variable: `PROCEDURE INTERNE p()`,
    /// `x is Thing(1)`.
    fn is_declared(&self, start: usize, index: usize) -> bool {
        let before = |count: usize| match index.checked_sub(count) {
            Some(before) if before >= start => self.program.folded(before),
            _ => "",
        };
        let one = before(1);
        is_verb(one)
            || is_procedure(one)
            || matches!(one, "interne" | "internal")
            || matches!(one, "un" | "une" | "a" | "an") && is_verb(before(2))
    }

    fn call(&self, index: usize, is_call: bool) -> Option<Found> {
        let word = self.program.folded(index);
        let name = self.program.text(index);
        if self.globals.has_procedure(name) {
            return Some((EffectKind::CallsProcedure, Some(name.to_owned())));
        }
        if let Some((kind, target)) = effect_of(word) {
            let target = target.filter(|_| is_call);
            return Some((
                kind,
                target.and_then(|at| argument(self.program, index, at)),
            ));
        }
        let is_unknown = is_call
            && !is_pure(word)
            && !is_of_hfsql(name)
            && !self.locals.names.contains(&name.to_lowercase());
        is_unknown.then(|| (EffectKind::CallsUnknown, Some(name.to_owned())))
    }

    /// `Set.Procedure(…)`, or a method of something nobody knows. Those of variables belong to their values.
    fn member_call(&self, begins: bool, index: usize) -> Option<Found> {
        let Path { text, end, words } = path(self.program, index)?;
        if self.program.text(end) != "(" {
            return None;
        }
        if words == 2 && self.globals.has_element(self.program.text(index)) {
            return Some((EffectKind::CallsProcedure, Some(text)));
        }
        (begins && !self.is_variable(index)).then_some((EffectKind::CallsUnknown, Some(text)))
    }

    fn is_variable(&self, index: usize) -> bool {
        let name = self.program.text(index);
        self.globals.find(name).is_some() || self.locals.names.contains(&name.to_lowercase())
    }

    /// Whether the path that ends at `end` is assigned and not compared: a statement begins with it.
    fn is_assigned(&self, start: usize, end: usize) -> bool {
        let program = self.program;
        let mut first = end;
        while first >= start + 2
            && matches!(program.text(first - 1), "." | ".." | "::")
            && program.is_kind(first - 2, TokenKind::Word)
        {
            first -= 2;
        }
        match program.is_kind(first, TokenKind::Word) {
            true => begins_part(program, start, first),
            // `connections[1]..Server = …`
            false => !is_reserved(program.folded(start)),
        }
    }

    /// The token at `index` begins another line.
    fn begins_line(&self, index: usize) -> bool {
        let tokens = &self.program.tokens;
        let (Some(before), Some(token)) = (tokens.get(index - 1), tokens.get(index)) else {
            return true;
        };
        let between = self.program.code.get(before.end..token.start);
        between.unwrap_or_default().contains('\n')
    }

    /// `connection..Server = …`: the properties that say where a database is and who connects to it. A row of a table
    /// may have a column `Password`, too; only a connection has all of them.
    fn property(&self, start: usize, index: usize) -> Option<Found> {
        if !matches!(self.program.text(index + 1), "=" | "<-") {
            return None;
        }
        let name = index.checked_sub(2).filter(|name| *name >= start)?;
        let is_named = self.program.is_kind(name, TokenKind::Word);
        if !self.is_assigned(start, name) {
            return None;
        }
        let text = self.program.text(name);
        let is_connection = is_named
            && (self.globals.has_connection(text)
                || self.locals.connections.contains(&text.to_lowercase()));
        let is_certain = is_connection || is_of_connection(self.program.folded(index));
        let target = is_named.then(|| text.to_owned());
        is_certain.then_some((EffectKind::DescribesConnection, target))
    }
}

/// Whether a property is one that nothing but a connection has.
fn is_of_connection(folded: &str) -> bool {
    matches!(
        folded,
        "server"
            | "serveur"
            | "database"
            | "basededonnees"
            | "provider"
            | "extendedinfo"
            | "infosetendues"
    )
}

/// `HInfoUser`, `hListeFichier`: the functions of the database are all called like this, and there are hundreds.
fn is_of_hfsql(name: &str) -> bool {
    let mut characters = name.chars();
    matches!(characters.next(), Some('h' | 'H'))
        && characters.next().is_some_and(char::is_uppercase)
}
