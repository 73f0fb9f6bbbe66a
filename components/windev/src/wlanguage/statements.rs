//! Tokens gathered into statements, and statements into the blocks and compile conditions they stand in.

use super::blocks::{Block, Blocks, Role};
use super::conditions::Conditions;
use super::keywords::{fold_into, is_if, is_then};
use super::lexer::{Token, TokenKind, line_tokens, tokens};
use super::secrets;
use std::ops::Range;

/// One statement: a line with its continuations, or a part of a line between `;`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its tokens, as indices into [`Program::tokens`]. Never empty.
    pub tokens: Range<usize>,
    /// How many blocks are open around it. What opens and what closes a block stand outside it.
    pub depth: usize,
    /// What it does to the blocks.
    pub role: Role,
    /// The compile condition, as an index for [`Program::condition`].
    pub condition: Option<usize>,
    /// A blank line or a comment stands before it.
    pub begins_paragraph: bool,
}

/// Code cut into statements.
#[derive(Debug, Clone, Default)]
pub struct Program<'a> {
    /// The text that the tokens stand in.
    pub code: &'a str,
    /// Words, numbers, literals, operators and directives: what is left without the comments and the layout.
    pub tokens: Vec<Token>,
    /// What is no part of a statement: comments, and where a statement goes on in the next line.
    pub layout: Vec<Token>,
    /// The statements in source order.
    pub statements: Vec<Statement>,
    /// For each token whether it is a literal that may be a credential.
    pub secret: Vec<bool>,
    folded: Folded,
    conditions: Conditions,
}

/// The words of a program as keywords are compared, in one text: they are asked for again and again.
#[derive(Debug, Clone, Default)]
struct Folded {
    text: String,
    /// Where the word of each token ends.
    ends: Vec<usize>,
}

impl Folded {
    fn push(&mut self, token: &Token, code: &str) {
        if token.kind == TokenKind::Word {
            fold_into(token.text(code), &mut self.text);
        }
        self.ends.push(self.text.len());
    }

    fn get(&self, index: usize) -> &str {
        let before = index
            .checked_sub(1)
            .map_or(Some(&0), |before| self.ends.get(before));
        match (before, self.ends.get(index)) {
            (Some(start), Some(end)) => self.text.get(*start..*end).unwrap_or_default(),
            _ => "",
        }
    }
}

impl<'a> Program<'a> {
    /// Reads `code`.
    pub fn new(code: &'a str) -> Self {
        Program::read(code, &tokens(code))
    }

    /// Reads a part of a line, in which there are no directives.
    pub(super) fn line(line: &'a str) -> Self {
        Program::read(line, &line_tokens(line))
    }

    fn read(code: &'a str, tokens: &[Token]) -> Self {
        let mut reader = Reader {
            program: Program {
                code,
                ..Program::default()
            },
            blocks: Blocks::default(),
            first: 0,
            one_line_if: false,
            lines: 0,
            begins_paragraph: false,
        };
        reader.read(tokens);
        let mut program = reader.program;
        program.secret = secrets::secret_literals(&program);
        program
    }

    /// The compile condition of a statement.
    pub fn condition(&self, statement: &Statement) -> Option<&str> {
        self.conditions.text(statement.condition?)
    }

    /// The tokens of a statement.
    pub fn statement_tokens(&self, statement: &Statement) -> &[Token] {
        self.tokens
            .get(statement.tokens.clone())
            .unwrap_or_default()
    }

    /// The text of the token at `index`, empty past the end.
    pub fn text(&self, index: usize) -> &'a str {
        self.tokens
            .get(index)
            .map_or("", |token| token.text(self.code))
    }

    /// Whether the token at `index` is of this kind.
    pub fn is_kind(&self, index: usize, kind: TokenKind) -> bool {
        self.tokens
            .get(index)
            .is_some_and(|token| token.kind == kind)
    }

    /// The word at `index` as keywords are compared; empty where there is no word.
    pub fn folded(&self, index: usize) -> &str {
        self.folded.get(index)
    }
}

struct Reader<'a> {
    program: Program<'a>,
    blocks: Blocks,
    /// Where the statement that is being read begins in the program's tokens.
    first: usize,
    /// It is `IF … THEN …`, of which `;` is a part.
    one_line_if: bool,
    /// Line ends since the last statement.
    lines: usize,
    begins_paragraph: bool,
}

impl Reader<'_> {
    fn read(&mut self, tokens: &[Token]) {
        for (index, token) in tokens.iter().enumerate() {
            match token.kind {
                TokenKind::NewLine => {
                    if !self.goes_on(tokens.get(index + 1)) {
                        self.finish();
                    }
                    self.lines += 1;
                }
                TokenKind::Operator if self.is_separator(token) => self.finish(),
                TokenKind::Directive => {
                    self.finish();
                    self.begin(token);
                    self.directive(token);
                }
                TokenKind::Comment | TokenKind::Continuation => self.program.layout.push(*token),
                TokenKind::Word | TokenKind::Number | TokenKind::Text | TokenKind::Operator => {
                    self.begin(token);
                }
            }
        }
        self.finish();
    }

    /// Adds a token to the statement.
    fn begin(&mut self, token: &Token) {
        if self.first == self.program.tokens.len() {
            self.begins_paragraph = self.lines > 1;
            self.lines = 0;
        }
        let index = self.program.tokens.len();
        self.program.folded.push(token, self.program.code);
        self.program.tokens.push(*token);
        if is_then(self.program.folded(index)) {
            self.one_line_if |= is_if(self.program.folded(self.first));
        }
    }

    /// `=` at the end of a line goes on where the next line opens a multi-line string.
    fn goes_on(&self, next: Option<&Token>) -> bool {
        let code = self.program.code;
        let opens_text = next
            .is_some_and(|next| next.kind == TokenKind::Text && next.text(code).starts_with('['));
        let last = self.program.tokens.len();
        opens_text
            && last > self.first
            && matches!(
                self.program.text(last - 1),
                "=" | "<-" | ":=" | "+=" | "+" | "(" | ","
            )
    }

    fn is_separator(&self, token: &Token) -> bool {
        !self.one_line_if && token.text(self.program.code) == ";"
    }

    fn finish(&mut self) {
        let range = self.first..self.program.tokens.len();
        if range.is_empty() {
            return;
        }
        let (depth, role) = self.blocks.statement(&self.program, range.clone());
        self.add(range, depth, role);
    }

    fn directive(&mut self, token: &Token) {
        let text = token.text(self.program.code);
        let range = self.first..self.program.tokens.len();
        self.program.conditions.directive(text);
        let depth = self.blocks.depth();
        self.add(range, depth, Role::Directive);
    }

    fn add(&mut self, tokens: Range<usize>, depth: usize, role: Role) {
        self.first = tokens.end;
        self.one_line_if = false;
        self.program.statements.push(Statement {
            tokens,
            depth,
            role,
            condition: self.program.conditions.current(),
            begins_paragraph: self.begins_paragraph,
        });
    }
}

impl Statement {
    /// The block that it opens.
    pub fn opens(&self) -> Option<Block> {
        match self.role {
            Role::Opens(block) => Some(block),
            Role::Plain | Role::Closes | Role::Directive => None,
        }
    }
}
