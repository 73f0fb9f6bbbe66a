//! Which literals of a code may be credentials because of what they are assigned to, compared with or
//! handed to.

use super::credentials::{is_credential_call, is_credential_name, names_credential};
use super::keywords::{is_else, is_then};
use super::lexer::TokenKind;
use super::statements::{Program, Statement};

/// Texts longer than this are prose or data, and no name of a setting.
const LONGEST_NAME: usize = 40;

/// For each token whether it is a literal in company of a credential. One name makes all the literals of its
/// statement suspect.
pub(super) fn secret_literals(program: &Program<'_>) -> Vec<bool> {
    let mut secret = vec![false; program.tokens.len()];
    let mut choice: Option<usize> = None;
    for statement in &program.statements {
        choice = choice.filter(|depth| statement.depth > *depth);
        let first = program.folded(statement.tokens.start);
        let is_choice = matches!(first, "switch" | "selon");
        if !is_choice && !has_literal(program, statement) {
            continue;
        }
        let is_secret = mark_statement(program, statement, choice.is_some(), &mut secret);
        // The cases of a choice by a password name passwords.
        if is_secret && choice.is_none() && is_choice {
            choice = Some(statement.depth);
        }
    }
    secret
}

fn has_literal(program: &Program<'_>, statement: &Statement) -> bool {
    let tokens = program.statement_tokens(statement);
    let mut kinds = tokens.iter().map(|token| token.kind);
    kinds.any(|kind| matches!(kind, TokenKind::Text | TokenKind::Number))
}

/// Marks the literals of one statement; whether it holds a credential.
fn mark_statement(
    program: &Program<'_>,
    statement: &Statement,
    in_choice: bool,
    secret: &mut [bool],
) -> bool {
    let mut found = false;
    let mut start = statement.tokens.start;
    let mut suspect = in_choice;
    for index in statement.tokens.clone() {
        if separates(program, index) {
            mark(program, start..index, suspect, secret);
            start = index;
            suspect = in_choice;
        }
        let names_credential = is_suspect(program, index);
        suspect |= names_credential;
        found |= names_credential;
    }
    mark(program, start..statement.tokens.end, suspect, secret);
    found
}

/// `THEN`, `ELSE` and `;`, which stand between parts of a line that have nothing to do with one another.
fn separates(program: &Program<'_>, index: usize) -> bool {
    let word = program.folded(index);
    is_then(word) || is_else(word) || program.text(index) == ";"
}

/// Whether a token names a credential, or a function that takes one.
fn is_suspect(program: &Program<'_>, index: usize) -> bool {
    let text = program.text(index);
    match program.tokens.get(index).map(|token| token.kind) {
        Some(TokenKind::Word) => {
            let folded = program.folded(index);
            names_credential(text, folded) || is_credential_call(folded)
        }
        // `"ADMIN_PASSWORD"` as the name of a setting.
        Some(TokenKind::Text) => text.len() <= LONGEST_NAME && is_credential_name(text),
        _ => false,
    }
}

fn mark(program: &Program<'_>, range: std::ops::Range<usize>, suspect: bool, secret: &mut [bool]) {
    for index in range.filter(|_| suspect) {
        let literal = matches!(
            program.tokens.get(index).map(|token| token.kind),
            Some(TokenKind::Text | TokenKind::Number)
        );
        if let Some(secret) = secret.get_mut(index) {
            *secret = literal;
        }
    }
}
