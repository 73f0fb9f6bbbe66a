//! Which tables of a project code uses, and whether it reads or changes them.
//!
//! Found are the arguments of WLanguage's functions on data files, `FOR EACH` over one, its columns
//! (`Customer.Name`), classes mapped to one, and tables in the text of SQL statements. To assign a column changes the
//! record buffer and no record: it counts as reading, the function that writes the record counts as writing. `"*"` for
//! all data files names none.
//!
//! Text of literals is looked through and never given out.

mod code;
mod functions;
mod names;
mod sql;
#[cfg(test)]
mod tests;

pub use names::TableNames;

use crate::position::{Code, Span};
use std::collections::HashMap;

/// What code does to a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// It reads records, or asks about them.
    Read,
    /// It adds, changes or deletes records.
    Write,
    /// Both.
    ReadWrite,
}

impl Access {
    /// The operation as facts name it: `read-write`.
    pub fn as_str(self) -> &'static str {
        match self {
            Access::Read => "read",
            Access::Write => "write",
            Access::ReadWrite => "read-write",
        }
    }

    fn and(self, other: Access) -> Access {
        if self == other {
            self
        } else {
            Access::ReadWrite
        }
    }
}

/// The use of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableUse {
    /// The table's number in [`TableNames`].
    pub table: usize,
    /// All that is done to it.
    pub access: Access,
    /// The first place where its name stands.
    pub span: Span,
}

/// The uses of tables by one element, gathered from its code and its controls.
#[derive(Debug, Clone)]
pub struct ElementUses<'n> {
    names: &'n TableNames,
    uses: HashMap<usize, TableUse>,
}

impl<'n> ElementUses<'n> {
    /// No uses yet.
    pub fn new(names: &'n TableNames) -> Self {
        ElementUses {
            names,
            uses: HashMap::new(),
        }
    }

    /// Adds the uses in some code.
    pub fn read_code(&mut self, code: &Code) {
        let uses = &mut self.uses;
        let mut found = HashMap::new();
        code::scan(code.text(), self.names, &mut |table, access, range| {
            // The first of a text is the first in the file: one place a table and text is enough.
            let entry = found.entry(table).or_insert((access, range));
            entry.0 = entry.0.and(access);
        });
        for (table, (access, range)) in found {
            add(uses, table, access, code.span(range));
        }
    }

    /// Adds the table that a control is bound to: `Customer.Name`.
    pub fn read_binding(&mut self, binding: &str, span: Span) {
        let name = binding.split('.').next().unwrap_or_default().trim();
        if let Some(table) = self.names.find(name) {
            let length = name.len() as u64;
            add(&mut self.uses, table, Access::Read, Span { length, ..span });
        }
    }

    /// The uses, one a table, in the order of their places.
    pub fn finish(self) -> Vec<TableUse> {
        let mut uses: Vec<TableUse> = self.uses.into_values().collect();
        uses.sort_by_key(|found| found.span.offset);
        uses
    }
}

fn add(uses: &mut HashMap<usize, TableUse>, table: usize, access: Access, span: Span) {
    let known = uses.entry(table).or_insert(TableUse {
        table,
        access,
        span,
    });
    known.access = known.access.and(access);
    if span.offset < known.span.offset {
        known.span = span;
    }
}
