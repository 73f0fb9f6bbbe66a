//! What a declaration event declares: global variables, constants and types.

use super::blocks::{Block, Role, TypeKind};
use super::keywords::{is_constant, is_extern, is_let, is_procedure, is_verb};
use super::lexer::TokenKind;
use super::mask::mask_range;
use super::modifiers::{Modifiers, Scope, Visibility};
use super::parts::{self, Initializer};
use super::statements::{Program, Statement};
use super::types::{inferred_type, normalized_type};
use crate::position::{Code, Span};
use std::ops::Range;

/// What a declaration event declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Declarations {
    /// The global variables, in source order.
    pub variables: Vec<Variable>,
    /// The constants, in source order.
    pub constants: Vec<Constant>,
    /// The types, in source order.
    pub types: Vec<TypeDefinition>,
}

/// A global variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name as declared.
    pub name: String,
    /// Its type as written, with the article; `let` or `soit` where none is written.
    pub declared_type: String,
    /// Its type in English, whichever the language of the code.
    pub normalized_type: String,
    /// Its initial value, masked.
    pub default_value: Option<String>,
    /// Who may use it.
    pub visibility: Visibility,
    /// The compile condition under which it exists, masked.
    pub condition: Option<String>,
    /// Where its name stands.
    pub span: Span,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    /// Its name as declared.
    pub name: String,
    /// Its value, masked.
    pub value: Option<String>,
    /// Who may use it.
    pub visibility: Visibility,
    /// The compile condition under which it exists, masked.
    pub condition: Option<String>,
    /// Where its name stands.
    pub span: Span,
}

/// A type that the event defines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeDefinition {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TypeKind,
    /// Where its name stands.
    pub span: Span,
}

/// What the declaration event `code` declares. What a `LOCAL` section, a control block or an internal procedure
/// declares is left out, and so are the members of types.
pub fn declarations(code: &Code) -> Declarations {
    let program = Program::new(code.text());
    let mut reader = Reader {
        code,
        program: &program,
        sections: Sections::default(),
        found: Declarations::default(),
        in_constants: None,
    };
    for statement in &program.statements {
        reader.statement(statement);
    }
    reader.found
}

/// What the section lines said that were passed.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sections {
    pub(super) scope: Scope,
    visibility: Visibility,
}

/// What a statement outside all blocks is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    /// `GLOBAL`, `PRIVATE`, … on a line of its own.
    Section,
    /// `PROCEDURE MyWindow(…)`, the header of the code itself.
    Header,
    /// `EXTERN …`.
    Extern,
    /// Variables of this scope.
    Variables(Scope),
    /// A constant on one line.
    Constant,
    /// A type, a record variable or a block of constants begins.
    Definition,
    /// `END`, or a directive.
    Frame,
    /// Code.
    Code,
}

impl Sections {
    /// Takes note of a statement outside all blocks and says what it is.
    pub(super) fn read(&mut self, program: &Program<'_>, statement: &Statement) -> Kind {
        let range = &statement.tokens;
        let modifiers = Modifiers::read(program, range);
        match statement.role {
            Role::Closes | Role::Directive => return Kind::Frame,
            Role::Opens(Block::Record) => {
                self.scope = modifiers.scope.unwrap_or(self.scope);
                return Kind::Definition;
            }
            Role::Opens(Block::Type(_) | Block::Constants) => return Kind::Definition,
            Role::Opens(Block::Choice | Block::Control) => return Kind::Code,
            Role::Opens(Block::Procedure) | Role::Plain => {}
        }
        self.scope = modifiers.scope.unwrap_or(self.scope);
        if modifiers.end == range.end {
            self.visibility = modifiers.visibility.unwrap_or(self.visibility);
            return Kind::Section;
        }
        let first = program.folded(modifiers.end);
        if parts::variable_names(program, modifiers.end..range.end).is_some() {
            Kind::Variables(self.scope)
        } else if is_constant(first) {
            Kind::Constant
        } else if is_extern(first) {
            Kind::Extern
        } else if is_procedure(first) && statement.role == Role::Plain {
            Kind::Header
        } else {
            Kind::Code
        }
    }

    fn visibility(&self, modifiers: &Modifiers) -> Visibility {
        modifiers.visibility.unwrap_or(self.visibility)
    }
}

struct Reader<'p, 'a> {
    code: &'p Code,
    program: &'p Program<'a>,
    sections: Sections,
    found: Declarations,
    /// The visibility of the block of constants that is being read.
    in_constants: Option<Visibility>,
}

impl Reader<'_, '_> {
    fn statement(&mut self, statement: &Statement) {
        let range = statement.tokens.clone();
        if statement.depth > 0 {
            if let (Some(visibility), 1, Role::Plain) =
                (self.in_constants, statement.depth, statement.role)
            {
                self.constants(statement, range, visibility);
            }
            return;
        }
        self.in_constants = None;
        let modifiers = Modifiers::read(self.program, &range);
        let rest = modifiers.end..range.end;
        let visibility = |sections: &Sections| sections.visibility(&modifiers);
        match self.sections.read(self.program, statement) {
            Kind::Variables(Scope::Global) => {
                let visibility = visibility(&self.sections);
                self.variables(statement, rest, visibility);
            }
            Kind::Constant => {
                let visibility = visibility(&self.sections);
                self.constants(statement, rest.start + 1..rest.end, visibility);
            }
            Kind::Definition => {
                let visibility = visibility(&self.sections);
                self.definition(statement, rest, visibility);
            }
            Kind::Variables(Scope::Local)
            | Kind::Section
            | Kind::Header
            | Kind::Extern
            | Kind::Frame
            | Kind::Code => {}
        }
    }

    fn span(&self, index: usize) -> Span {
        let token = self.program.tokens.get(index);
        token.map_or_else(Span::default, |token| {
            self.code.span(token.start..token.end)
        })
    }

    fn condition(&self, statement: &Statement) -> Option<String> {
        self.program.condition(statement).map(str::to_owned)
    }

    fn definition(&mut self, statement: &Statement, rest: Range<usize>, visibility: Visibility) {
        match statement.opens() {
            Some(Block::Type(kind)) => self.found.types.push(TypeDefinition {
                name: self.program.text(rest.start).to_owned(),
                kind,
                span: self.span(rest.start),
            }),
            Some(Block::Constants) => self.in_constants = Some(visibility),
            Some(Block::Record) if self.sections.scope == Scope::Global => {
                let written = parts::declared_type(self.program, rest.start + 2..rest.end);
                self.found.variables.push(Variable {
                    name: self.program.text(rest.start).to_owned(),
                    declared_type: mask_range(self.program, written),
                    normalized_type: "record".to_owned(),
                    default_value: None,
                    visibility,
                    condition: self.condition(statement),
                    span: self.span(rest.start),
                });
            }
            _ => {}
        }
    }

    fn variables(&mut self, statement: &Statement, rest: Range<usize>, visibility: Visibility) {
        let Some(names) = parts::variable_names(self.program, rest.clone()) else {
            return;
        };
        let verb = names.end;
        let (declared_type, normalized, initializer) = if names.is_let {
            let initializer = Initializer::read(self.program, verb, rest.end);
            let normalized = initializer
                .value
                .clone()
                .map_or("inferred", |value| inferred_type(self.program, value));
            let written = self.program.text(rest.start).to_owned();
            (written, normalized.to_owned(), initializer)
        } else {
            let written = parts::declared_type(self.program, verb + 1..rest.end);
            let initializer = Initializer::read(self.program, written.end, rest.end);
            let normalized = normalized_type(self.program, written.clone());
            (
                parts::masked_type(self.program, written),
                normalized,
                initializer,
            )
        };
        let values = initializer.values(self.program, names.names.len());
        let values: Vec<String> = values
            .into_iter()
            .map(|value| parts::shortened(mask_range(self.program, value), names.names.len()))
            .collect();
        for (position, name) in names.names.iter().enumerate() {
            self.found.variables.push(Variable {
                name: self.program.text(*name).to_owned(),
                declared_type: declared_type.clone(),
                normalized_type: normalized.clone(),
                default_value: values.get(position).or(values.first()).cloned(),
                visibility,
                condition: self.condition(statement),
                span: self.span(*name),
            });
        }
    }

    /// `name = value`, and more of them behind commas.
    fn constants(&mut self, statement: &Statement, range: Range<usize>, visibility: Visibility) {
        let modifiers = Modifiers::read(self.program, &range);
        let visibility = modifiers.visibility.unwrap_or(visibility);
        for (name, value) in parts::constants(self.program, modifiers.end..range.end) {
            if !self.program.is_kind(name, TokenKind::Word)
                || is_verb(self.program.folded(name))
                || is_let(self.program.folded(name))
            {
                continue;
            }
            self.found.constants.push(Constant {
                name: self.program.text(name).to_owned(),
                value: value.map(|value| mask_range(self.program, value)),
                visibility,
                condition: self.condition(statement),
                span: self.span(name),
            });
        }
    }
}
