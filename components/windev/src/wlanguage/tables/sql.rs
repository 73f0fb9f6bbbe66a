//! Tables in the text of SQL statements.
//!
//! A literal is SQL when it begins with a verb of SQL, or with one of the clauses that name tables when another literal
//! of the same code began with a verb: code puts statements together from pieces.

use super::Access;
use super::code::Found;
use super::names::TableNames;
use std::ops::Range;

/// What is remembered from one literal to the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Sql {
    /// A literal of the code began a statement.
    seen: bool,
    /// A literal of the same WLanguage statement is SQL, so the next one goes on with it.
    goes_on: bool,
    clause: Clause,
    /// The lists in which the parentheses stand that are open.
    outer: Vec<Option<Access>>,
    /// The table of an `UPDATE` whose `SET` has not come yet: `"Update Customer"` may be the caption of a button.
    update: Option<(usize, Range<usize>)>,
}

/// What the words that come next are.
#[derive(Debug, Clone, Copy, Default)]
struct Clause {
    /// The next name is a table.
    expects: Option<Access>,
    /// A comma brings another table of the same list.
    list: Option<Access>,
    verb: Verb,
    /// The table that is expected is that of an `UPDATE`.
    is_update: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Verb {
    #[default]
    None,
    /// `DELETE` before its table.
    Delete,
    /// `MERGE`, whose `USING` names a table.
    Merge,
    /// `CREATE`, `ALTER`, `DROP`, `TRUNCATE`: `TABLE` names one.
    Define,
    Other,
}

impl Sql {
    /// A statement of WLanguage ends.
    pub(super) fn end_statement(&mut self) {
        self.goes_on = false;
        self.update = None;
    }

    /// Finds the tables of a literal, given with its quotes or brackets and the place where it begins.
    pub(super) fn read(
        &mut self,
        literal: &str,
        start: usize,
        names: &TableNames,
        found: &mut Found<'_>,
    ) {
        let mut words = Words {
            text: literal,
            at: literal.len() - literal.trim_start_matches(['[', '%', '"']).len(),
        };
        let Some(Word::Name(first)) = words.clone().next() else {
            return;
        };
        let begins = is_verb(&literal[first.clone()]);
        if begins {
            self.clause = Clause::default();
            self.outer.clear();
            self.update = None;
        } else if !(self.goes_on || self.seen && is_clause(&literal[first])) {
            return;
        }
        self.seen |= begins;
        self.goes_on = true;
        let mut before = "";
        while let Some(word) = words.next() {
            let Word::Name(range) = word else {
                self.punctuation(&word);
                before = "";
                continue;
            };
            // Of `database.schema.table` the last is the table.
            if self.clause.expects.is_some() && words.skip_dot() {
                continue;
            }
            let text = &literal[range.clone()];
            if text.eq_ignore_ascii_case("set")
                && let Some((table, range)) = self.update.take()
            {
                found(table, Access::Write, range);
            }
            // Where a table is expected, `Order` is one if the project has it, not the keyword.
            let table = self.clause.expects.and(names.find_in_sql(text));
            match (self.clause.expects, table) {
                (Some(access), Some(table)) => {
                    self.clause.expects = None;
                    let range = start + range.start..start + range.end;
                    if self.clause.is_update {
                        self.update = Some((table, range));
                    } else {
                        found(table, access, range);
                    }
                }
                _ => self.clause.read(text, before),
            }
            before = text;
        }
    }

    fn punctuation(&mut self, word: &Word) {
        let clause = &mut self.clause;
        match word {
            Word::Comma => clause.expects = clause.list,
            // `FROM (Customer JOIN …`: a table is expected as before.
            Word::Open => self.outer.push(clause.list),
            Word::Close => {
                clause.expects = None;
                clause.list = self.outer.pop().flatten();
            }
            Word::Name(_) | Word::Other => clause.expects = None,
        }
    }
}

impl Clause {
    /// Takes in a word that is no table of the project.
    fn read(&mut self, text: &str, before: &str) {
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        let is_after = |words: &[&str]| words.iter().any(|word| before.eq_ignore_ascii_case(word));
        if is("from") {
            let deletes = self.verb == Verb::Delete;
            self.expect_list(if deletes { Access::Write } else { Access::Read });
            if deletes {
                self.verb = Verb::Other;
            }
        } else if is("join") {
            self.expect_list(Access::Read);
        } else if is("into") || (is("update") && !is_after(&["for", "on", "key"])) {
            self.expects = Some(Access::Write);
            self.list = None;
            self.is_update = is("update");
        } else if is("using") {
            self.expects = (self.verb == Verb::Merge).then_some(Access::Read);
            self.is_update = false;
        } else if is("table") {
            self.expects = (self.verb == Verb::Define).then_some(Access::Write);
            self.is_update = false;
        } else if ends_list(text) {
            self.expects = None;
            self.list = None;
            self.verb = verb(text, self.verb);
        } else if !["only", "if", "not", "exists", "as", "lateral"]
            .into_iter()
            .any(is)
        {
            // Those stand between a clause and its table: `FROM ONLY x`, `DROP TABLE IF EXISTS x`.
            self.expects = None;
        }
    }

    fn expect_list(&mut self, access: Access) {
        self.expects = Some(access);
        self.list = Some(access);
        self.is_update = false;
    }
}

/// Words after which a list of tables is over.
fn ends_list(word: &str) -> bool {
    const WORDS: [&str; 22] = [
        "select", "insert", "delete", "merge", "replace", "create", "alter", "drop", "truncate",
        "with", "where", "group", "order", "having", "union", "set", "values", "on", "limit",
        "when", "and", "or",
    ];
    WORDS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn verb(word: &str, before: Verb) -> Verb {
    let is = |known: &str| known.eq_ignore_ascii_case(word);
    if is("delete") {
        Verb::Delete
    } else if is("merge") {
        Verb::Merge
    } else if ["create", "alter", "drop", "truncate"].into_iter().any(is) {
        Verb::Define
    } else if ["select", "insert", "replace"].into_iter().any(is) {
        Verb::Other
    } else {
        before
    }
}

fn is_verb(word: &str) -> bool {
    const VERBS: [&str; 11] = [
        "select", "insert", "update", "delete", "merge", "replace", "with", "create", "alter",
        "drop", "truncate",
    ];
    VERBS.iter().any(|verb| verb.eq_ignore_ascii_case(word))
}

fn is_clause(word: &str) -> bool {
    const CLAUSES: [&str; 8] = [
        "from", "join", "inner", "left", "right", "full", "cross", "into",
    ];
    CLAUSES
        .iter()
        .any(|clause| clause.eq_ignore_ascii_case(word))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Word {
    Name(Range<usize>),
    Comma,
    Open,
    Close,
    /// Anything that is neither part of a list of tables nor white space.
    Other,
}

/// The words of SQL: without texts, comments, and the editor's marks at the end of lines.
#[derive(Debug, Clone)]
struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl Words<'_> {
    /// Passes over a dot that comes next.
    fn skip_dot(&mut self) -> bool {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        // `[dbo].[Client]`, `""dbo"".""Client""`.
        let quotes = rest
            .iter()
            .take_while(|byte| matches!(byte, b'"' | b']' | b'`'))
            .count();
        let is_dot = rest.get(quotes) == Some(&b'.');
        if is_dot {
            self.at += quotes + 1;
        }
        is_dot
    }

    /// Passes over what stands until `end`, and that; all that is left when it does not come.
    fn skip_past(&mut self, head: usize, end: &str) {
        let from = self.at + head;
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        let found = memchr::memmem::find(rest, end.as_bytes());
        self.at = found.map_or(self.text.len(), |at| from + at + end.len());
    }
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        loop {
            let rest = self.text.get(self.at..)?;
            let first = *rest.as_bytes().first()?;
            match first {
                b'_' | b'a'..=b'z' | b'A'..=b'Z' | 0x80.. if !rest.starts_with('§') => {
                    let length = rest
                        .bytes()
                        .take_while(|byte| {
                            matches!(byte, b'_' | b'$' | b'#' | 0x80..)
                                || byte.is_ascii_alphanumeric()
                        })
                        .count();
                    let start = self.at;
                    self.at += length;
                    return Some(Word::Name(start..self.at));
                }
                b'\'' => {
                    self.skip_past(1, "'");
                    return Some(Word::Other);
                }
                b'-' if rest.starts_with("--") => self.skip_past(2, "\n"),
                b'/' if rest.starts_with("/*") => self.skip_past(2, "*/"),
                b'<' if rest.starts_with("<§") => self.skip_past("<§".len(), "§>"),
                b'"' | b'[' | b']' | b'`' => self.at += 1,
                byte if byte.is_ascii_whitespace() => self.at += 1,
                b',' | b'(' | b')' => {
                    self.at += 1;
                    return Some(match first {
                        b',' => Word::Comma,
                        b'(' => Word::Open,
                        _ => Word::Close,
                    });
                }
                _ => {
                    self.at += rest.chars().next().map_or(1, char::len_utf8);
                    return Some(Word::Other);
                }
            }
        }
    }
}
