//! Which global variables code reads and assigns.

use super::keywords::{is_else, is_for, is_reserved, is_then};
use super::lexer::TokenKind;
use super::statements::{Program, Statement};
use std::collections::{HashMap, HashSet};

/// What is known of the whole project: its global variables and what else code may name, found without regard to case.
#[derive(Debug, Clone, Default)]
pub struct Globals<'a> {
    names: &'a [&'a str],
    by_name: HashMap<String, usize>,
    /// The elements that declare them, by their folded names: `COL_Tools.gsDir` is `gsDir`.
    elements: HashSet<String>,
    /// The procedures that all code may call.
    procedures: HashSet<String>,
    /// Those of the variables that are connections.
    connections: HashSet<String>,
    /// What code may name in a text: elements, as they are written.
    nameable: HashSet<String>,
}

impl<'a> Globals<'a> {
    /// An index of `names`.
    pub fn new(names: &'a [&'a str]) -> Self {
        let mut by_name = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            by_name.entry(name.to_lowercase()).or_insert(index);
        }
        Globals {
            names,
            by_name,
            ..Globals::default()
        }
    }

    /// The same with the names of the elements that declare them, by which code may qualify a variable or a procedure.
    #[must_use]
    pub fn declared_by<'e>(mut self, elements: impl IntoIterator<Item = &'e str>) -> Self {
        let names = elements.into_iter().map(str::to_lowercase);
        self.elements.extend(names);
        self
    }

    /// The same with the names of procedures that all code may call.
    #[must_use]
    pub fn with_procedures<'e>(mut self, procedures: impl IntoIterator<Item = &'e str>) -> Self {
        let names = procedures.into_iter().map(str::to_lowercase);
        self.procedures.extend(names);
        self
    }

    /// The same with the names of those variables that are connections.
    #[must_use]
    pub fn with_connections<'e>(mut self, connections: impl IntoIterator<Item = &'e str>) -> Self {
        let names = connections.into_iter().map(str::to_lowercase);
        self.connections.extend(names);
        self
    }

    /// The same with the names of elements that code may name in a text.
    #[must_use]
    pub fn with_elements<'e>(mut self, elements: impl IntoIterator<Item = &'e str>) -> Self {
        self.nameable
            .extend(elements.into_iter().map(str::to_owned));
        self
    }

    /// Whether a text is the name of such an element.
    pub(super) fn names_code(&self, text: &str) -> bool {
        self.nameable.contains(text)
    }

    /// Whether an element that declares is called like this.
    pub(super) fn has_element(&self, name: &str) -> bool {
        self.elements.contains(&name.to_lowercase())
    }

    /// Whether a procedure is.
    pub(super) fn has_procedure(&self, name: &str) -> bool {
        self.procedures.contains(&name.to_lowercase())
    }

    /// Whether a connection is.
    pub(super) fn has_connection(&self, name: &str) -> bool {
        self.connections.contains(&name.to_lowercase())
    }

    /// The token of the name itself, where `index` begins a name that the name of an element qualifies.
    fn unqualified(&self, program: &Program<'_>, index: usize) -> usize {
        let qualifies = program.text(index + 1) == "."
            && program.is_kind(index + 2, TokenKind::Word)
            && self.has_element(program.text(index));
        index + if qualifies { 2 } else { 0 }
    }

    /// The variable with this name.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&name.to_lowercase()).copied()
    }
}

/// The globals that some statements use, as they are declared, in the order in which they come up.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Usage {
    pub(super) reads: Vec<String>,
    pub(super) writes: Vec<String>,
}

impl Usage {
    /// What `statements` read and assign. The globals with the numbers `hidden` are others' there.
    pub(super) fn read(
        program: &Program<'_>,
        statements: &[&Statement],
        globals: &Globals<'_>,
        hidden: &HashSet<usize>,
    ) -> Self {
        let mut usage = Usage::default();
        let mut seen = HashMap::new();
        for statement in statements {
            let mut targets = Targets::default();
            for index in statement.tokens.clone() {
                if begins_part(program, statement.tokens.start, index) {
                    targets.find(program, globals, index, statement.tokens.end);
                }
                if !program.is_kind(index, TokenKind::Word)
                    || is_member(program, statement.tokens.start, index)
                {
                    continue;
                }
                let index = globals.unqualified(program, index);
                let global = globals.find(program.text(index));
                let Some(global) = global.filter(|global| !hidden.contains(global)) else {
                    continue;
                };
                let writes = targets.words.last() == Some(&index);
                if writes {
                    targets.words.pop();
                }
                let (new_read, new_write) = seen.entry(global).or_insert((true, true));
                let name = globals.names.get(global).copied().unwrap_or_default();
                if writes && std::mem::take(new_write) {
                    usage.writes.push(name.to_owned());
                } else if !writes && std::mem::take(new_read) {
                    usage.reads.push(name.to_owned());
                }
            }
        }
        usage
    }
}

/// Whether a statement begins at the token, be it behind `THEN` or `;` or as the variable of a loop.
pub(super) fn begins_part(program: &Program<'_>, start: usize, index: usize) -> bool {
    if index == start {
        return true;
    }
    let before = program.folded(index - 1);
    is_then(before)
        || is_else(before)
        || is_for(before)
        || matches!(before, "each" | "tout" | "toute" | "do" | "faire")
        || matches!(program.text(index - 1), ";" | ":")
}

/// Whether the word is what is looked up in something else: `x.word`, `x..word`, `x::word`.
pub(super) fn is_member(program: &Program<'_>, start: usize, index: usize) -> bool {
    index > start
        && match program.text(index - 1) {
            "." | ".." | "::" => true,
            // `CASE 1: word` is not `object:word`.
            ":" => !matches!(program.folded(start), "case" | "cas" | "other" | "autre"),
            _ => false,
        }
}

/// The words of a statement that are assigned, the next one last.
#[derive(Debug, Default)]
struct Targets {
    words: Vec<usize>,
    /// What was looked through already.
    read_to: usize,
}

impl Targets {
    /// Looks for `a = `, `a.b[1] += `, `a, b = ` from `start` on.
    fn find(&mut self, program: &Program<'_>, globals: &Globals<'_>, start: usize, end: usize) {
        if start < self.read_to {
            return;
        }
        let mut found = Vec::new();
        let mut at = start + usize::from(program.text(start) == "(");
        while at < end && program.is_kind(at, TokenKind::Word) && !is_reserved(program.folded(at)) {
            at = globals.unqualified(program, at);
            found.push(at);
            at = end_of_path(program, at + 1, end);
            at += usize::from(program.text(at) == ")" && program.text(start) == "(");
            if at >= end || program.text(at) != "," {
                break;
            }
            at += 1;
        }
        self.read_to = at;
        let assigns = at < end
            && matches!(
                program.text(at),
                "=" | "<-" | ":=" | "+=" | "-=" | "*=" | "/=" | "++" | "--"
            );
        if assigns {
            found.reverse();
            self.words = found;
        }
    }
}

/// Where `.member`, `..property`, `::member` and `[index]` behind a name end.
fn end_of_path(program: &Program<'_>, start: usize, end: usize) -> usize {
    let mut at = start;
    let mut brackets = 0_usize;
    while at < end {
        match program.text(at) {
            "[" => brackets += 1,
            "]" if brackets > 0 => brackets -= 1,
            _ if brackets > 0 => {}
            "." | ".." | "::" | ":" if program.is_kind(at + 1, TokenKind::Word) => at += 1,
            _ => return at,
        }
        at += 1;
    }
    at
}
