//! The code of an initialisation without its declarations, cut into blocks.

use super::blocks::{Block, Role};
use super::declarations::{Kind, Sections};
use super::effects::{Effect, Locals, effects};
use super::keywords::is_verb;
use super::lexer::TokenKind;
use super::listing::listing;
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
    /// The lines from the first statement to the last as they stand in the file, masked.
    pub listing: String,
    /// Its place among the blocks, from 0.
    pub order: usize,
    /// Where it stands.
    pub span: Span,
    /// The globals that it reads, as they are declared.
    pub reads: Vec<String>,
    /// The globals that it assigns, as they are declared.
    pub writes: Vec<String>,
    /// What it does to the world, in source order.
    pub effects: Vec<Effect>,
    /// The compile condition under which it is carried out, masked.
    pub condition: Option<String>,
}

/// The statements of `code` that are no declarations, in source order. A new block begins where a global
/// declaration stands between, where the compile condition changes, and at a paragraph of a long block.
/// `globals` is what is known of the project.
pub fn initialization_blocks(code: &Code, globals: &Globals<'_>) -> Vec<InitializationBlock> {
    let program = Program::new(code.text());
    let mut cutter = Cutter {
        code,
        program: &program,
        globals,
        sections: Sections::default(),
        kind: Kind::Code,
        hidden: HashSet::new(),
        locals: Locals::default(),
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
    hidden: HashSet<usize>,
    /// What the code itself declares.
    locals: Locals,
    /// The statements of the block that is being gathered.
    pending: Vec<&'p Statement>,
    blocks: Vec<InitializationBlock>,
}

impl<'p> Cutter<'p, '_> {
    fn statement(&mut self, statement: &'p Statement) {
        self.note_procedure(statement);
        if statement.role == Role::Directive && statement.depth == 0 {
            // What the directive changes is seen in the condition of the next statement.
            return;
        }
        if statement.depth > 0 || statement.role == Role::Closes {
            if self.kind == Kind::Code {
                self.note_locals(statement);
                self.pending.push(statement);
            }
            return;
        }
        self.kind = self.sections.read(self.program, statement);
        if self.kind == Kind::Variables(Scope::Local) {
            self.note_locals(statement);
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
    fn note_locals(&mut self, statement: &Statement) {
        let program = self.program;
        let Some(VariableNames { names, end, .. }) = self.names(statement) else {
            return;
        };
        let is_connection =
            is_verb(program.folded(end)) && parts::is_connection_type(program, end + 1);
        for name in names {
            let name = program.text(name);
            self.hidden.extend(self.globals.find(name));
            let folded = name.to_lowercase();
            if is_connection {
                self.locals.connections.insert(folded.clone());
            }
            self.locals.names.insert(folded);
        }
    }

    /// `PROCEDURE INTERNE name()`: calls of it do what stands in it.
    fn note_procedure(&mut self, statement: &Statement) {
        let name = statement.tokens.start + 2;
        if statement.role == Role::Opens(Block::Procedure)
            && self.program.is_kind(name, TokenKind::Word)
        {
            let name = self.program.text(name).to_lowercase();
            self.locals.names.insert(name);
        }
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
        let usage = Usage::read(self.program, &pending, self.globals, &self.hidden);
        self.blocks.push(InitializationBlock {
            code: mask_statements(self.program, pending.iter().copied(), Some(self.globals)),
            listing: listing(
                self.program,
                first.tokens.start..last.tokens.end,
                self.globals,
            ),
            order: self.blocks.len(),
            span: match (start, end) {
                (Some(start), Some(end)) => self.code.span(start.start..end.end),
                _ => Span::default(),
            },
            reads: usage.reads,
            writes: usage.writes,
            effects: effects(
                self.code,
                self.program,
                &pending,
                self.globals,
                &self.locals,
            ),
            condition: self.program.condition(first).map(str::to_owned),
        });
    }
}
