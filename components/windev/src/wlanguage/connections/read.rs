//! The descriptions of connections in the code of one file.

use super::calls;
use super::literals::{Resources, Value, is_private_name};
use super::merge::{Declared, Description, Part};
use super::{ConnectionCode, kinds, may_describe_connections};
use crate::analysis::endpoint;
use crate::code_items::{
    CLASS_DECLARATION, CodeItem, PAGE_DECLARATION, PROCEDURE_SET_DECLARATION,
    PROJECT_INITIALIZATION, REPORT_OPENING, WINDOW_DECLARATION, all_code_items, owner,
};
use crate::position::Span;
use crate::text::Document;
use crate::wlanguage::Program;
use crate::wlanguage::keywords::{is_else, is_procedure, is_verb};
use crate::wlanguage::lexer::TokenKind;
use crate::wlanguage::parts::is_connection_type;
use crate::wlanguage::usage::begins_part;
use std::collections::HashMap;
use std::ops::Range;

/// One event or procedure.
pub(super) struct Item<'p, 'a> {
    pub(super) number: usize,
    pub(super) item: &'a CodeItem,
    pub(super) program: &'p Program<'a>,
    pub(super) resources: &'p Resources,
}

impl Item<'_, '_> {
    /// Where a token stands; a literal without its quotes.
    pub(super) fn span(&self, index: usize) -> Span {
        let quotes = usize::from(self.program.text(index).starts_with('"'));
        let token = self.program.tokens.get(index);
        token.map_or_else(Span::default, |token| {
            let code = &self.item.code;
            code.span(token.start + quotes..token.end - quotes)
        })
    }
}

pub(super) fn file(code: &mut ConnectionCode, document: &Document<'_>) {
    let items = all_code_items(document);
    let read: Vec<(usize, Program<'_>)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.is_wlanguage() && is_wanted(item))
        .map(|(number, item)| (number, Program::new(item.code.text())))
        .collect();
    let resources = Resources::read(document);
    for (_, program) in &read {
        code.literals.learn(program, &resources);
    }
    for (number, program) in &read {
        let Some(item) = items.get(*number) else {
            continue;
        };
        let item = Item {
            number: *number,
            item,
            program,
            resources: &resources,
        };
        declare(&mut code.declared, code.files, &item);
        assignments(code, &item);
        calls::read(code, &item);
    }
}

fn is_wanted(item: &CodeItem) -> bool {
    matches!(reach(item), Reach::Project | Reach::File)
        || may_describe_connections(item.code.text().as_bytes())
}

/// Who sees what an item declares.
enum Reach {
    Item,
    File,
    Project,
}

fn reach(item: &CodeItem) -> Reach {
    match (item.owner_type_code, item.event) {
        (_, PROJECT_INITIALIZATION | PROCEDURE_SET_DECLARATION) => Reach::Project,
        (_, CLASS_DECLARATION | PAGE_DECLARATION | REPORT_OPENING)
        | (owner::WINDOW | owner::INTERNAL_WINDOW, WINDOW_DECLARATION) => Reach::File,
        _ => Reach::Item,
    }
}

/// Takes note of `a, b are Connections` and of parameters such as `(a is Connection)`.
fn declare(declared: &mut Declared, file: usize, item: &Item<'_, '_>) {
    let program = item.program;
    for statement in &program.statements {
        let start = statement.tokens.start;
        let is_header = is_procedure(program.folded(start));
        for verb in statement.tokens.clone() {
            if !is_verb(program.folded(verb)) || !is_connection_type(program, verb + 1) {
                continue;
            }
            let mut name = verb;
            while name > start && program.is_kind(name - 1, TokenKind::Word) {
                name -= 1;
                let folded = program.text(name).to_lowercase();
                match reach(item.item) {
                    Reach::Project if !is_header => {
                        declared.project.insert(folded);
                    }
                    Reach::File if !is_header => {
                        declared.files.insert((file, folded));
                    }
                    _ => {
                        declared.items.insert((file, item.number, folded));
                    }
                }
                if is_header || name <= start || program.text(name - 1) != "," {
                    break;
                }
                name -= 1;
            }
        }
    }
}

/// A property that says something of a connection.
#[derive(Debug, Clone, Copy)]
enum Property {
    Server,
    Database,
    Provider,
    Details,
    User,
    Password,
}

fn property(folded: &str) -> Option<Property> {
    Some(match folded {
        "server" | "serveur" | "source" => Property::Server,
        "database" | "basededonnees" => Property::Database,
        "provider" | "fournisseur" => Property::Provider,
        "extendedinfo" | "infosetendues" => Property::Details,
        "user" | "utilisateur" => Property::User,
        "password" | "motdepasse" => Property::Password,
        _ => return None,
    })
}

/// Reads `a..Server = …`.
fn assignments(code: &mut ConnectionCode, item: &Item<'_, '_>) {
    let program = item.program;
    let mut open: HashMap<String, Description> = HashMap::new();
    for statement in &program.statements {
        for index in statement.tokens.clone() {
            let Some((name, property)) = assigned(program, statement.tokens.start, index) else {
                continue;
            };
            let value = index + 2..end_of_part(program, index + 2, statement.tokens.end);
            let key = program.text(name).to_lowercase();
            let description = open
                .entry(key)
                .or_insert_with(|| begin(code.files, item, name));
            if let Some(before) = assign(code, item, description, property, value, name) {
                code.descriptions.push(before);
            }
        }
    }
    let mut rest: Vec<Description> = open.into_values().collect();
    rest.sort_by_key(|description| description.span);
    code.descriptions.extend(rest);
}

fn begin(file: usize, item: &Item<'_, '_>, name: usize) -> Description {
    Description {
        name: item.program.text(name).to_owned(),
        file,
        item: item.number,
        span: item.span(name),
        ..Description::default()
    }
}

/// The name and the property that are assigned where the property is the token at `index`.
fn assigned(program: &Program<'_>, start: usize, index: usize) -> Option<(usize, Property)> {
    let is_assigned = index >= start + 2
        && matches!(program.text(index + 1), "=" | "<-" | ":=")
        && matches!(program.text(index - 1), ".." | ".")
        && program.is_kind(index - 2, TokenKind::Word);
    if !is_assigned {
        return None;
    }
    let property = property(program.folded(index))?;
    let name = index - 2;
    // `SET_Data.gcnx..Server`, `:m_cnx..Server`. Nobody nests deeper.
    let mut first = name;
    for _ in 0..4 {
        if first > start && matches!(program.text(first - 1), "." | ".." | "::" | ":") {
            let is_owned = first > start + 1 && program.is_kind(first - 2, TokenKind::Word);
            let is_case = program.text(first - 1) == ":" && begins_part(program, start, first);
            if is_owned && !is_case {
                first -= 2;
            } else if first - 1 == start {
                first = start;
            }
        }
    }
    begins_part(program, start, first).then_some((name, property))
}

fn end_of_part(program: &Program<'_>, start: usize, end: usize) -> usize {
    let is_end = |index: &usize| program.text(*index) == ";" || is_else(program.folded(*index));
    // `SINON` of a conditional expression stands in parentheses.
    let mut depth = 0_usize;
    for index in start..end {
        match program.text(index) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ if depth == 0 && is_end(&index) => return index,
            _ => {}
        }
    }
    end
}

/// Adds to a description; what it was before, when the property has another value already.
fn assign(
    code: &mut ConnectionCode,
    item: &Item<'_, '_>,
    description: &mut Description,
    property: Property,
    value: Range<usize>,
    name: usize,
) -> Option<Description> {
    let mut new = begin(code.files, item, name);
    read_property(code, item, &mut new, property, value);
    let differs = |contradicts: bool| contradicts.then(|| begin(code.files, item, name));
    let next = differs(
        contradicts(&description.kind, &new.kind)
            || contradicts(&description.place, &new.place)
            || contradicts(&description.database, &new.database),
    );
    let before = next.map(|next| std::mem::replace(description, next));
    add(description, new);
    before
}

fn contradicts<T: PartialEq>(old: &Part<T>, new: &Part<T>) -> bool {
    !matches!(old, Part::Unset) && !matches!(new, Part::Unset) && old != new
}

fn add(description: &mut Description, new: Description) {
    if new.kind != Part::Unset {
        description.kind = new.kind;
    }
    if new.place != Part::Unset {
        description.place = new.place;
    }
    if new.database != Part::Unset {
        description.database = new.database;
    }
    if new.details.0 != (None, None) {
        description.details.0 = new.details.0;
    }
    description.details.1 = new.details.1.or(description.details.1.take());
    description.has_user |= new.has_user;
    description.has_password |= new.has_password;
}

fn read_property(
    code: &mut ConnectionCode,
    item: &Item<'_, '_>,
    new: &mut Description,
    property: Property,
    value: Range<usize>,
) {
    match property {
        Property::User => new.has_user = credential(code, item, value),
        Property::Password => new.has_password = credential(code, item, value),
        Property::Provider => new.kind = provider(item, value),
        Property::Server => source(code, item, new, value),
        Property::Details => details(code, item, new, value),
        Property::Database => new.database = database(code, item, value),
    }
}

/// Whether the source holds the user or the password in `range`; its literals are told nowhere.
pub(super) fn credential(
    code: &mut ConnectionCode,
    item: &Item<'_, '_>,
    range: Range<usize>,
) -> bool {
    let (held, others) = code
        .literals
        .credentials(item.program, range, item.resources);
    let is_held = !held.is_empty();
    let texts = held.into_iter().chain(others);
    code.credentials
        .extend(texts.map(|text| text.trim().to_lowercase()));
    is_held
}

pub(super) fn provider(item: &Item<'_, '_>, range: Range<usize>) -> Part<&'static str> {
    let text = super::literals::literal(item.program, range.clone(), item.resources);
    let kind = match text {
        Some(text) if text.trim().is_empty() => return Part::Unset,
        Some(text) => kinds::of_text(text.trim()),
        None if range.len() == 1 => kinds::of_constant(item.program.text(range.start)),
        None => None,
    };
    kind.map_or(Part::Computed, Part::Known)
}

/// Reads the place of a database.
fn source(code: &ConnectionCode, item: &Item<'_, '_>, new: &mut Description, range: Range<usize>) {
    new.place = match code.literals.value(item.program, range, item.resources) {
        Value::Computed => Part::Computed,
        Value::Text(text) if text.trim().is_empty() => Part::Unset,
        Value::Text(text) => {
            let found = endpoint::source(&text);
            new.has_user |= found.has_user;
            new.has_password |= found.has_password;
            new.details.1 = found.database;
            Part::Known((found.host, found.port))
        }
    };
}

/// Reads extended information, or a connection string.
pub(super) fn details(
    code: &ConnectionCode,
    item: &Item<'_, '_>,
    new: &mut Description,
    range: Range<usize>,
) {
    if let Value::Text(text) = code.literals.value(item.program, range, item.resources) {
        let found = endpoint::connection_string(&text);
        new.has_user |= found.has_user;
        new.has_password |= found.has_password;
        new.details = ((found.host, found.port), found.database);
    }
}

pub(super) fn database(
    code: &ConnectionCode,
    item: &Item<'_, '_>,
    range: Range<usize>,
) -> Part<String> {
    match code.literals.value(item.program, range, item.resources) {
        Value::Computed => Part::Computed,
        Value::Text(text) if text.trim().is_empty() => Part::Unset,
        Value::Text(text) => endpoint::database(&text).map_or(Part::Computed, Part::Known),
    }
}

/// A name in the place of a connection's: that of a variable, unless it promises a credential.
pub(super) fn is_connection_name(name: &str) -> bool {
    !name.is_empty() && !is_private_name(name)
}
