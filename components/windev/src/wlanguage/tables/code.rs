//! Tables in WLanguage code: one pass over the tokens.

use super::Access;
use super::functions::{Arguments, file_function, function};
use super::names::TableNames;
use super::sql::Sql;
use crate::wlanguage::keywords::{fold, is_for, is_procedure, is_verb};
use crate::wlanguage::lexer::{Token, TokenKind, tokens};
use std::collections::HashSet;
use std::ops::Range;

/// What is told of each table that is found: its number, what is done to it, and where in the code.
pub(super) type Found<'f> = dyn FnMut(usize, Access, Range<usize>) + 'f;

/// Reports every table that code names.
pub(super) fn scan(code: &str, names: &TableNames, found: &mut Found<'_>) {
    let mut tokens = tokens(code);
    tokens.retain(|token| !matches!(token.kind, TokenKind::Comment | TokenKind::Continuation));
    let mut scanner = Scanner {
        code,
        tokens: &tokens,
        names,
        found,
        open: Vec::new(),
        hidden: HashSet::new(),
        in_header: false,
        begins: true,
        sql: Sql::default(),
    };
    for (index, token) in tokens.iter().enumerate() {
        scanner.token(index, token);
    }
}

/// A parenthesis or bracket that is open.
#[derive(Debug, Clone, Copy)]
struct Open {
    /// The token before it: of a call, the function's name.
    before: Option<usize>,
    /// Commas that were read in it.
    argument: usize,
}

struct Scanner<'a, 'f> {
    code: &'a str,
    tokens: &'a [Token],
    names: &'a TableNames,
    found: &'f mut Found<'f>,
    open: Vec<Open>,
    /// Tables whose name is that of a variable or parameter of the code: `name.column` is a member of that.
    hidden: HashSet<usize>,
    /// The head of a procedure is being read.
    in_header: bool,
    /// The next token begins a statement.
    begins: bool,
    sql: Sql,
}

impl Scanner<'_, '_> {
    fn token(&mut self, index: usize, token: &Token) {
        let begins = std::mem::take(&mut self.begins);
        match token.kind {
            TokenKind::NewLine | TokenKind::Directive => {
                // `sQuery =` goes on where the next line opens a multi-line string.
                self.open.clear();
                self.in_header = false;
                self.begins = true;
                self.sql.end_statement();
            }
            TokenKind::Operator => self.operator(index, token),
            TokenKind::Word => {
                if begins {
                    self.in_header = is_procedure(&fold(token.text(self.code)));
                }
                self.word(index, token);
            }
            TokenKind::Text => self.literal(index, token),
            TokenKind::Number | TokenKind::Comment | TokenKind::Continuation => {}
        }
    }

    fn operator(&mut self, index: usize, token: &Token) {
        match token.text(self.code) {
            "(" | "[" | "{" => self.open.push(Open {
                before: index.checked_sub(1),
                argument: 0,
            }),
            ")" | "]" | "}" => {
                self.open.pop();
            }
            "," => {
                if let Some(open) = self.open.last_mut() {
                    open.argument += 1;
                }
            }
            _ => {}
        }
    }

    fn word(&mut self, index: usize, token: &Token) {
        let Some(table) = self.names.find(token.text(self.code)) else {
            return;
        };
        let next = self.text(index + 1);
        if self.in_header || is_verb(&fold(next)) {
            self.hidden.insert(table);
            return;
        }
        let access = self
            .argument(index)
            .or_else(|| self.loop_over(index))
            .or_else(|| self.member(index, table))
            .or_else(|| self.mapping(index));
        if let Some(access) = access {
            (self.found)(table, access, token.start..token.end);
        }
    }

    /// What the function does whose argument the token is, and nothing but it.
    fn argument(&self, index: usize) -> Option<Access> {
        let open = self.open.last()?;
        let is_alone = matches!(self.text(index.checked_sub(1)?), "(" | ",")
            && matches!(self.text(index + 1), ")" | ",");
        let name = self.tokens.get(open.before.filter(|_| is_alone)?)?;
        if name.kind != TokenKind::Word {
            return None;
        }
        let (arguments, access) = function(&fold(name.text(self.code)))?;
        Arguments::include(arguments, open.argument).then_some(access)
    }

    /// `FOR EACH Customer`, `POUR TOUT Client SUR Nom`; not `FOR EACH customer OF array`.
    fn loop_over(&self, index: usize) -> Option<Access> {
        let each = fold(self.text(index.checked_sub(1)?));
        let begins = is_for(&fold(self.text(index.checked_sub(2)?)));
        let is_each = matches!(
            &*each,
            "each" | "all" | "tout" | "toute" | "tous" | "toutes" | "chaque"
        );
        let is_variable = matches!(
            &*fold(self.text(index + 1)),
            "of" | "de" | "d" | "des" | "du" | "in" | "dans" | ","
        );
        (begins && is_each && !is_variable).then_some(Access::Read)
    }

    /// `Customer.Name`, a column, which stands in the record buffer, or `Customer.ReadFirst(…)`, a function.
    fn member(&self, index: usize, table: usize) -> Option<Access> {
        let is_member = index > 0 && matches!(self.text(index - 1), "." | ".." | "::" | ":");
        let is_word = |index| {
            self.tokens
                .get(index)
                .is_some_and(|token: &Token| token.kind == TokenKind::Word)
        };
        if is_member || !matches!(self.text(index + 1), "." | ":") || !is_word(index + 2) {
            return None;
        }
        let name = self.text(index + 2);
        if self.text(index + 3) == "(" {
            return file_function(&fold(name)).map(|(_, access)| access);
        }
        let is_column = !self.hidden.contains(&table) && self.names.has_column(table, name);
        is_column.then_some(Access::Read)
    }

    /// `<mapping=Customer>`: a class whose objects are records of the table.
    fn mapping(&self, index: usize) -> Option<Access> {
        let word = fold(self.text(index.checked_sub(2)?));
        let is_mapping = word == "mapping" && self.text(index - 1) == "=";
        let holder = index.checked_sub(4).map(|index| fold(self.text(index)))?;
        (is_mapping && matches!(&*holder, "class" | "classe")).then_some(Access::Read)
    }

    /// A literal: the name of a data file in quotes, or SQL.
    fn literal(&mut self, index: usize, token: &Token) {
        let text = token.text(self.code);
        let name = text
            .strip_prefix('"')
            .and_then(|text| text.strip_suffix('"'))
            .unwrap_or_default();
        if let (Some(table), Some(access)) = (self.names.find(name), self.argument(index)) {
            let start = token.start + 1;
            return (self.found)(table, access, start..start + name.len());
        }
        self.sql.read(text, token.start, self.names, self.found);
    }

    fn text(&self, index: usize) -> &str {
        self.tokens
            .get(index)
            .map_or("", |token| token.text(self.code))
    }
}
