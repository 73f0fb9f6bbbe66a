//! What the values in code are, as far as they are written down.

use crate::text::{Document, Node};
use crate::wlanguage::credentials::is_credential_name;
use crate::wlanguage::keywords::{fold, is_constant};
use crate::wlanguage::lexer::TokenKind;
use crate::wlanguage::modifiers::Modifiers;
use crate::wlanguage::parts::{self, Initializer};
use crate::wlanguage::{Block, Program, Role, Statement};
use std::collections::HashMap;
use std::ops::Range;

/// Longer values are no names of servers.
const LONGEST: usize = 1024;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text, which may be empty.
    Text(String),
    /// Only the running program knows it.
    Computed,
}

/// The names that stand for literals.
#[derive(Debug, Default)]
pub(super) struct Literals {
    /// None for a name with several values.
    constants: HashMap<String, Option<String>>,
    /// Variables that begin as a literal: enough to tell that the source holds it.
    variables: HashMap<String, String>,
}

impl Literals {
    /// Takes note of the constants and variables that code gives a literal.
    pub(super) fn learn(&mut self, program: &Program<'_>, resources: &Resources) {
        let mut in_constants: Option<usize> = None;
        for statement in &program.statements {
            in_constants = in_constants.filter(|depth| statement.depth > *depth);
            let range = statement.tokens.clone();
            let start = Modifiers::read(program, &range).end;
            if statement.role == Role::Opens(Block::Constants) {
                in_constants = Some(statement.depth);
            } else if is_constant(program.folded(start)) {
                self.learn_constants(program, start + 1..range.end, resources);
            } else if in_constants.is_some() && statement.role == Role::Plain {
                self.learn_constants(program, start..range.end, resources);
            } else {
                self.learn_variables(program, statement, start, resources);
            }
        }
    }

    fn learn_constants(
        &mut self,
        program: &Program<'_>,
        range: Range<usize>,
        resources: &Resources,
    ) {
        if range.is_empty() {
            return;
        }
        for (name, value) in parts::constants(program, range) {
            let text = value.and_then(|value| literal(program, value, resources));
            let known = self.constants.entry(key(program.text(name)));
            known
                .and_modify(|known| {
                    *known = known.take().filter(|known| Some(known) == text.as_ref())
                })
                .or_insert(text);
        }
    }

    fn learn_variables(
        &mut self,
        program: &Program<'_>,
        statement: &Statement,
        start: usize,
        resources: &Resources,
    ) {
        let end = statement.tokens.end;
        let Some(found) = parts::variable_names(program, start..end) else {
            return;
        };
        let from = if found.is_let {
            found.end
        } else {
            parts::declared_type(program, found.end + 1..end).end
        };
        let values = Initializer::read(program, from, end).values(program, found.names.len());
        for (name, value) in found.names.iter().zip(values) {
            if let Some(text) = literal(program, value, resources) {
                self.variables.insert(key(program.text(*name)), text);
            }
        }
    }

    /// The value of an expression that says where something is.
    pub(super) fn value(
        &self,
        program: &Program<'_>,
        range: Range<usize>,
        resources: &Resources,
    ) -> Value {
        let text = literal(program, range.clone(), resources).or_else(|| {
            let name = only_word(program, range)?;
            if is_private_name(name) {
                return None;
            }
            self.constants.get(&key(name))?.clone()
        });
        text.map_or(Value::Computed, Value::Text)
    }

    /// The literals that an expression in the place of a user or a password consists of: first those that the source
    /// holds as its value, then those that may be anything.
    pub(super) fn credentials(
        &self,
        program: &Program<'_>,
        range: Range<usize>,
        resources: &Resources,
    ) -> (Vec<String>, Vec<String>) {
        let (mut held, mut others) = (Vec::new(), Vec::new());
        let mut depth = 0_usize;
        for index in range {
            match program.text(index) {
                "(" | "[" | "{" => depth += 1,
                ")" | "]" | "}" => depth = depth.saturating_sub(1),
                _ => {}
            }
            let single = index..index + 1;
            let text = literal(program, single.clone(), resources).or_else(|| {
                let name = key(only_word(program, single)?);
                let constant = self.constants.get(&name).cloned().flatten();
                constant.or_else(|| self.variables.get(&name).cloned())
            });
            let Some(text) = text.filter(|text| !text.is_empty()) else {
                continue;
            };
            if depth == 0 {
                held.push(text);
            } else {
                others.push(text);
            }
        }
        (held, others)
    }
}

fn key(name: &str) -> String {
    fold(name).into_owned()
}

fn only_word<'a>(program: &Program<'a>, range: Range<usize>) -> Option<&'a str> {
    let is_word = range.len() == 1 && program.is_kind(range.start, TokenKind::Word);
    is_word.then(|| program.text(range.start))
}

/// Whether a name promises a user, a password, or the like.
pub(super) fn is_private_name(name: &str) -> bool {
    const USERS: [&str; 7] = [
        "user", "login", "utilisat", "usuario", "usager", "uid", "ident",
    ];
    let folded = fold(name);
    is_credential_name(name) || USERS.iter().any(|user| folded.contains(user))
}

/// The text of an expression that is one literal.
pub(super) fn literal(
    program: &Program<'_>,
    range: Range<usize>,
    resources: &Resources,
) -> Option<String> {
    if range.len() != 1 || !program.is_kind(range.start, TokenKind::Text) {
        return None;
    }
    let text = program.text(range.start);
    if text.len() > LONGEST {
        return None;
    }
    if let Some(inside) = text.strip_prefix('"') {
        return Some(inside.strip_suffix('"')?.replace("\"\"", "\""));
    }
    let reference = text.strip_prefix("<§@")?.strip_suffix("§>")?;
    resources.text(reference)
}

/// The texts that the editor took out of the code of a file: `<§@…§>` stands for them, with 16 hexadecimal digits of
/// the resource's identifier and 4 of the text's number.
#[derive(Debug, Default)]
pub(super) struct Resources {
    texts: HashMap<(u64, u64), Option<String>>,
}

impl Resources {
    pub(super) fn read(document: &Document<'_>) -> Self {
        let mut resources = Resources::default();
        let Some(all) = document.get("resources") else {
            return resources;
        };
        for strings in all
            .children()
            .filter(|node| node.key() == Some("string_res"))
        {
            let identifier = strings.get("identifier").and_then(Node::number);
            let Some((identifier, list)) = identifier.zip(strings.get("strings")) else {
                continue;
            };
            for string in list.children() {
                let number = string.get("index").and_then(Node::number).unwrap_or(0);
                resources
                    .texts
                    .insert((identifier, number), string.get("text").and_then(one_text));
            }
        }
        resources
    }

    fn text(&self, reference: &str) -> Option<String> {
        let (identifier, number) = reference.split_at_checked(16)?;
        let identifier = u64::from_str_radix(identifier, 16).ok()?;
        let number = u64::from_str_radix(number, 16).ok()?;
        self.texts.get(&(identifier, number))?.clone()
    }
}

/// The text that a string has in all languages; none when they differ.
fn one_text(text: Node<'_>) -> Option<String> {
    if let Some(text) = text.text() {
        return Some(text.into_owned());
    }
    let mut texts = text.children().map(|language| language.text());
    let first = texts.next()??;
    texts
        .all(|other| other.as_ref() == Some(&first))
        .then(|| first.into_owned())
}
