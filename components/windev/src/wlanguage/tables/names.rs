//! The names of a project's tables, found word by word.

use std::collections::{HashMap, HashSet};

/// The longest name that is found, in bytes.
const LONGEST: usize = 256;

/// The tables of a project: their names, and those of their columns, without regard to case.
#[derive(Debug, Clone)]
pub struct TableNames {
    by_name: HashMap<Box<str>, usize>,
    /// The names in the database, which SQL may use.
    by_physical_name: HashMap<Box<str>, usize>,
    columns: Vec<HashSet<Box<str>>>,
    filter: Filter,
}

impl Default for TableNames {
    fn default() -> Self {
        TableNames {
            by_name: HashMap::new(),
            by_physical_name: HashMap::new(),
            columns: Vec::new(),
            filter: Filter {
                lengths: [0; 256],
                beyond_ascii: false,
            },
        }
    }
}

impl TableNames {
    /// Adds a table and gives its number: tables count from 0 in the order in which they are added. Of two tables of
    /// one name the first is found.
    pub fn add<'c>(
        &mut self,
        name: &str,
        physical_name: &str,
        columns: impl IntoIterator<Item = &'c str>,
    ) -> usize {
        let table = self.columns.len();
        let physical_name = match physical_name.rsplit_once('.') {
            Some((stem, extension)) if extension.eq_ignore_ascii_case("fic") => stem,
            _ => physical_name,
        };
        for (names, name) in [
            (&mut self.by_name, name),
            (&mut self.by_physical_name, physical_name),
        ] {
            if !name.is_empty() && name.len() <= LONGEST {
                self.filter.add(name);
                names.entry(name.to_lowercase().into()).or_insert(table);
            }
        }
        let columns = columns.into_iter().map(|name| name.to_lowercase().into());
        self.columns.push(columns.collect());
        table
    }

    /// Whether there is no table.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The table that the project calls so.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.look_up(name, |folded| self.by_name.get(folded).copied())
    }

    /// The table that SQL calls so: by its name in the project, else by its name in the database.
    pub(super) fn find_in_sql(&self, name: &str) -> Option<usize> {
        self.look_up(name, |folded| {
            let by_name = self.by_name.get(folded);
            by_name
                .or_else(|| self.by_physical_name.get(folded))
                .copied()
        })
    }

    /// Whether the table has a column of that name.
    pub(super) fn has_column(&self, table: usize, column: &str) -> bool {
        let columns = self.columns.get(table);
        columns.is_some_and(|columns| columns.contains(column.to_lowercase().as_str()))
    }

    fn look_up(&self, name: &str, find: impl Fn(&str) -> Option<usize>) -> Option<usize> {
        if !self.filter.may_hold(name) {
            return None;
        }
        if !name.is_ascii() {
            return find(&name.to_lowercase());
        }
        let mut folded = [0; LONGEST];
        let folded = folded.get_mut(..name.len())?;
        folded.copy_from_slice(name.as_bytes());
        folded.make_ascii_lowercase();
        find(std::str::from_utf8(folded).ok()?)
    }
}

/// Tells of most words that they are no table, by their first letter and their length: code is full of words.
#[derive(Debug, Clone)]
struct Filter {
    /// For each first letter, in lower case, the lengths of the names, as a set of bits.
    lengths: [u64; 256],
    /// Whether a name is not ASCII. In another case such a name may have another length.
    beyond_ascii: bool,
}

impl Filter {
    fn add(&mut self, name: &str) {
        if let Some(first) = name.bytes().next() {
            self.lengths[usize::from(first.to_ascii_lowercase())] |= Self::bit(name);
        }
        self.beyond_ascii |= !name.is_ascii();
    }

    fn may_hold(&self, name: &str) -> bool {
        let Some(first) = name.bytes().next().filter(|_| name.len() <= LONGEST) else {
            return false;
        };
        self.lengths[usize::from(first.to_ascii_lowercase())] & Self::bit(name) != 0
            || (self.beyond_ascii && !name.is_ascii())
    }

    fn bit(name: &str) -> u64 {
        1 << name.len().min(63)
    }
}
