//! Which literals of a code may be credentials because of what they are assigned to, compared with or
//! handed to.
//!
//! No text of a literal is ever shown; of one that may be a credential not even that it is some text. Numbers are shown,
//! so that more of them are taken for credentials: all but the smallest, wherever a credential is near.

mod arguments;
mod sides;

use super::credentials::is_credential_word;
use super::keywords::{fold, is_else, is_if, is_then};
use super::lexer::TokenKind;
use super::statements::{Program, Statement};
use arguments::{Arguments, arguments};
use sides::{Bracket, Side, Sides, cut, is_credential, may_name_credential};
use std::ops::Range;

/// For each token whether it is a literal that may be a credential.
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
            mark(program, start..index, suspect, in_choice, secret);
            start = index;
            suspect = in_choice;
        }
        let names_credential = is_suspect(program, index);
        suspect |= names_credential;
        found |= names_credential;
    }
    mark(
        program,
        start..statement.tokens.end,
        suspect,
        in_choice,
        secret,
    );
    found
}

/// `THEN`, `ELSE` and `;`, which stand between parts of a line that have nothing to do with one another.
fn separates(program: &Program<'_>, index: usize) -> bool {
    let word = program.folded(index);
    is_then(word) || is_else(word) || program.text(index) == ";"
}

/// Whether a token names a credential, or a function that takes one.
fn is_suspect(program: &Program<'_>, index: usize) -> bool {
    match program.tokens.get(index).map(|token| token.kind) {
        Some(TokenKind::Word) => is_credential(program, index),
        // `"ADMIN_PASSWORD"` as the name of a setting.
        Some(TokenKind::Text) => may_name_credential(program.text(index)),
        _ => false,
    }
}

fn mark(
    program: &Program<'_>,
    range: Range<usize>,
    suspect: bool,
    in_choice: bool,
    secret: &mut [bool],
) {
    if !suspect {
        return;
    }
    let case = if in_choice {
        case_values(program, &range)
    } else {
        0..0
    };
    let is_condition = is_condition(program, &range);
    let sides = cut(program, range, is_condition);
    let places = places(program, &sides);
    for (index, side) in &sides.literals {
        let place = match case.contains(index) {
            true => Place::Value { name: None },
            false => places.get(*side).copied().unwrap_or(Place::Elsewhere),
        };
        if let Some(secret) = secret.get_mut(*index) {
            *secret = is_secret(program, *index, place);
        }
    }
}

/// The values of `CASE 1, 2: …`.
fn case_values(program: &Program<'_>, range: &Range<usize>) -> Range<usize> {
    if !matches!(program.folded(range.start), "case" | "cas") {
        return 0..0;
    }
    let mut indices = range.clone();
    let end = indices.find(|index| program.text(*index) == ":");
    range.start..end.unwrap_or(range.end)
}

/// Whether a statement only looks at values: its `=` compares.
fn is_condition(program: &Program<'_>, range: &Range<usize>) -> bool {
    let start = range.start + usize::from(separates(program, range.start));
    let first = program.folded(start);
    is_if(first)
        || matches!(
            first,
            "case" | "cas" | "while" | "tantque" | "return" | "renvoyer" | "result" | "until"
        )
}

/// What a literal is where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Nothing that a credential would be.
    Elsewhere,
    /// The value of a credential, with the token of its name where one stands beside it.
    Value { name: Option<usize> },
    /// The value that a credential is given, or a part of it.
    Assigned { name: usize },
    /// An argument of a procedure nobody knows, whose result a credential is given.
    Within { name: usize },
}

/// The place of each side.
fn places(program: &Program<'_>, found: &Sides) -> Vec<Place> {
    let mut places: Vec<Place> = Vec::with_capacity(found.sides.len());
    for side in &found.sides {
        let place = beside(found, side).unwrap_or_else(|| {
            let Some(bracket) = side.bracket.and_then(|at| found.brackets.get(at)) else {
                return Place::Elsewhere;
            };
            let around = places.get(bracket.side).copied();
            inside(program, side, bracket, around.unwrap_or(Place::Elsewhere))
        });
        places.push(place);
    }
    places
}

/// The place of a side that is compared with a credential or assigned to it.
fn beside(found: &Sides, side: &Side) -> Option<Place> {
    let credential = |at: Option<usize>| found.sides.get(at?)?.credential;
    match credential(side.before) {
        Some(name) if side.is_assigned => Some(Place::Assigned { name }),
        Some(name) => Some(Place::Value { name: Some(name) }),
        // What is assigned to the other side stands there; this one is told of it by a comparison alone.
        None => {
            let name = credential(side.behind)?;
            let other = found.sides.get(side.behind?)?;
            (!other.is_assigned).then_some(Place::Value { name: Some(name) })
        }
    }
}

/// The place of a side between brackets that has the place `around`.
fn inside(program: &Program<'_>, side: &Side, bracket: &Bracket, around: Place) -> Place {
    let Some(name) = bracket.name else {
        return keyed(side, bracket).unwrap_or(around);
    };
    let own = Place::Value { name: None };
    match arguments(program.folded(name)) {
        Some(Arguments::Credentials(all)) if all.contains(&side.argument) => own,
        Some(Arguments::Credentials(_)) => Place::Elsewhere,
        Some(Arguments::Keyed(value)) if value == side.argument => {
            keyed(side, bracket).unwrap_or(around)
        }
        Some(Arguments::Keyed(_)) => Place::Elsewhere,
        None if program.text(name + 1) == "(" && is_credential(program, name) => own,
        None => match (keyed(side, bracket), around) {
            (Some(place), _) => place,
            (None, Place::Assigned { name }) => Place::Within { name },
            (None, around) => around,
        },
    }
}

/// The place of a side beside a text that names a credential: what follows it is the value, what comes before it a section
/// or a file.
fn keyed(side: &Side, bracket: &Bracket) -> Option<Place> {
    let (argument, _) = bracket.key?;
    Some(match side.argument > argument {
        true => Place::Value { name: None },
        false => Place::Elsewhere,
    })
}

/// Whether a literal may be a credential.
fn is_secret(program: &Program<'_>, index: usize, place: Place) -> bool {
    let text = program.text(index);
    let is_number = program.is_kind(index, TokenKind::Number);
    match place {
        Place::Assigned { name } if is_number && is_property(program, name) => true,
        // A number is shown as it is: here only one that is too short for any credential.
        Place::Elsewhere | Place::Assigned { .. } | Place::Within { .. } if is_number => {
            !is_index(text)
        }
        Place::Value { .. } if is_number => true,
        Place::Elsewhere => false,
        Place::Within { .. } if text.contains(['\\', '/']) => false,
        Place::Value { name } => !is_harmless(text, name.map(|name| program.text(name))),
        Place::Assigned { name } | Place::Within { name } => {
            !is_harmless(text, Some(program.text(name)))
        }
    }
}

/// Whether a name is that of a property: of a user or a connection, and of no list of constants.
fn is_property(program: &Program<'_>, name: usize) -> bool {
    let before = name.checked_sub(1).map(|before| program.text(before));
    before.is_some_and(|before| matches!(before, "." | ".."))
}

/// Whether a number is one of a list, such as the values of an enumeration: no credential has so few digits.
fn is_index(number: &str) -> bool {
    number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a text is empty, no more than punctuation, or the name of a credential instead of one.
fn is_harmless(text: &str, name: Option<&str>) -> bool {
    /// Whatever is longer is no name. Many literals may be the value of one.
    const LONGEST: usize = 200;
    let is_short = |text: &str| text.len() <= LONGEST;
    if !is_short(text) {
        return false;
    }
    let bare = bare(text);
    let name = name.filter(|name| is_short(name));
    bare.is_empty()
        || is_credential_word(&bare)
        || name.is_some_and(|name| self::bare(name).ends_with(&bare))
}

/// The letters and digits of a text, as names are compared.
fn bare(text: &str) -> String {
    let folded = fold(text);
    folded.chars().filter(|c| c.is_alphanumeric()).collect()
}
