//! The code of an initialisation without its declarations, cut into blocks.

use super::blocks::Role;
use super::declarations::{Kind, Sections};
use super::effects::{Effect, effects};
use super::mask::mask_statements;
use super::modifiers::{Modifiers, Scope};
use super::parts::{self, Initializer, VariableNames};
use super::statements::{Program, Statement};
use super::usage::{Globals, Usage};
use crate::position::{Code, Span};
use std::collections::HashSet;

/// A block of more lines than this is cut at the next paragraph.
const LONG: usize = 40;

/// A run of statements that the initialisation carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InitializationBlock {
    /// The code, masked.
    pub code: String,
    /// Its place among the blocks, from 0.
    pub order: usize,
    /// Where it stands.
    pub span: Span,
    /// The globals that it reads, as they are declared.
    pub reads: Vec<String>,
    /// The globals that it assigns, as they are declared.
    pub writes: Vec<String>,
    /// What it does to the world, in the order of [`Effect`].
    pub effects: Vec<Effect>,
    /// The compile condition under which it is carried out, masked.
    pub condition: Option<String>,
}

/// The statements of `code` that are no declarations, in source order. A new block begins where a global
/// declaration stands between, where the compile condition changes, and at a paragraph of a long block.
/// `globals` are the known global variables.
pub fn initialization_blocks(code: &Code, globals: &Globals<'_>) -> Vec<InitializationBlock> {
    let program = Program::new(code.text());
    let mut cutter = Cutter {
        code,
        program: &program,
        globals,
        sections: Sections::default(),
        kind: Kind::Code,
        locals: HashSet::new(),
        pending: Vec::new(),
        blocks: Vec::new(),
    };
    for statement in &program.statements {
        cutter.statement(statement);
    }
    cutter.finish();
    cutter.blocks
}

struct Cutter<'p, 'a> {
    code: &'p Code,
    program: &'p Program<'a>,
    globals: &'p Globals<'p>,
    sections: Sections,
    /// What the outermost block is that is open.
    kind: Kind,
    /// The globals that a variable of the code hides, by their number.
    locals: HashSet<usize>,
    /// The statements of the block that is being gathered.
    pending: Vec<&'p Statement>,
    blocks: Vec<InitializationBlock>,
}

impl<'p> Cutter<'p, '_> {
    fn statement(&mut self, statement: &'p Statement) {
        if statement.role == Role::Directive && statement.depth == 0 {
            // What the directive changes is seen in the condition of the next statement.
            return;
        }
        if statement.depth > 0 || statement.role == Role::Closes {
            if self.kind == Kind::Code {
                self.hide_globals(statement);
                self.pending.push(statement);
            }
            return;
        }
        self.kind = self.sections.read(self.program, statement);
        if self.kind == Kind::Variables(Scope::Local) {
            self.hide_globals(statement);
        }
        match self.kind {
            Kind::Code => self.add(statement),
            Kind::Variables(Scope::Local) if self.has_value(statement) => self.add(statement),
            Kind::Variables(Scope::Global) | Kind::Constant | Kind::Definition => self.finish(),
            Kind::Variables(Scope::Local)
            | Kind::Section
            | Kind::Header
            | Kind::Extern
            | Kind::Frame => {}
        }
    }

    /// The names that a statement declares, if it does.
    fn names(&self, statement: &Statement) -> Option<VariableNames> {
        let range = &statement.tokens;
        let start = Modifiers::read(self.program, range).end;
        parts::variable_names(self.program, start..range.end)
    }

    /// A variable of the code that is called like a global of another element stands for itself.
    fn hide_globals(&mut self, statement: &Statement) {
        let names = self.names(statement).map(|names| names.names);
        let globals = names.into_iter().flatten();
        let globals = globals.filter_map(|name| self.globals.find(self.program.text(name)));
        self.locals.extend(globals);
    }

    /// Whether a declaration also gives a value.
    fn has_value(&self, statement: &Statement) -> bool {
        let range = &statement.tokens;
        let Some(names) = self.names(statement) else {
            return false;
        };
        let end = if names.is_let {
            names.end
        } else {
            parts::declared_type(self.program, names.end + 1..range.end).end
        };
        Initializer::read(self.program, end, range.end)
            .value
            .is_some()
    }

    /// Begins a top-level statement of code.
    fn add(&mut self, statement: &'p Statement) {
        let changes = self.pending.first().is_some_and(|first| {
            self.program.condition(first) != self.program.condition(statement)
        });
        if changes || (statement.begins_paragraph && self.pending.len() > LONG) {
            self.finish();
        }
        self.pending.push(statement);
    }

    fn finish(&mut self) {
        let pending = std::mem::take(&mut self.pending);
        let (Some(first), Some(last)) = (pending.first(), pending.last()) else {
            return;
        };
        let start = self.program.tokens.get(first.tokens.start);
        let end = self.program.tokens.get(last.tokens.end.saturating_sub(1));
        let usage = Usage::read(self.program, &pending, self.globals, &self.locals);
        self.blocks.push(InitializationBlock {
            code: mask_statements(self.program, pending.iter().copied()),
            order: self.blocks.len(),
            span: match (start, end) {
                (Some(start), Some(end)) => self.code.span(start.start..end.end),
                _ => Span::default(),
            },
            reads: usage.reads,
            writes: usage.writes,
            effects: effects(self.program, &pending, self.globals),
            condition: self.program.condition(first).map(str::to_owned),
        });
    }
}
