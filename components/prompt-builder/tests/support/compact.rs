//! Reads the compact lines of the schema back, by what the document says of them.

use std::collections::BTreeMap;

/// A table as a line tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The heading of its group, without the number: `in full`.
    pub level: String,
    /// How many columns it has, when the line says no more than that.
    pub count: Option<usize>,
    /// Its columns, without those that conventions leave out.
    pub columns: Vec<Column>,
    /// What it refers to, by a column of its own or by several.
    pub references: Vec<Reference>,
    /// Keys and indexes of several columns: the word, and the columns as they are written.
    pub keys: Vec<(String, Vec<String>)>,
    /// Whether it has the common columns.
    pub has_common: bool,
    /// Whether it has no primary key although others have.
    pub has_no_key: bool,
    /// How many columns are left out.
    pub cut: usize,
    /// The connection, where it is not the usual one.
    pub connection: Option<String>,
    /// The name in the database, where it is another.
    pub physical_name: Option<String>,
}

/// A column as a line tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// With its size.
    pub type_name: Option<String>,
    /// `?` or `!`.
    pub nullability: Option<char>,
    /// `PK`, `unique`, `index`, `auto`, `computed`.
    pub words: Vec<String>,
    pub array: Option<u32>,
    pub default: Option<String>,
}

/// A reference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// None where the line says no more than that there is one.
    pub columns: Vec<String>,
    pub table: String,
    /// The columns that it refers to, where that is not the primary key.
    pub to: Vec<String>,
    pub is_guess: bool,
}

/// The lines of a document by table.
pub fn read(document: &str) -> BTreeMap<String, Line> {
    let lines = in_order(document);
    let count = lines.len();
    let lines: BTreeMap<String, Line> = lines.into_iter().collect();
    assert_eq!(lines.len(), count, "a table comes twice");
    lines
}

/// The lines of a document in their order, each with its table.
pub fn in_order(document: &str) -> Vec<(String, Line)> {
    let key = Key::of(document);
    let start = document.find("schema data=").expect("a block of tables");
    let block = document[start..].split("\n```").next().unwrap();
    let mut level = String::new();
    let mut announced = 0;
    let mut lines = Vec::new();
    for line in block.lines().skip(1) {
        if let Some(heading) = line.strip_prefix("# ") {
            assert_eq!(announced, lines.len(), "as many as the heading says");
            let (count, what) = heading.split_once(" tables: ").unwrap();
            announced += count.parse::<usize>().unwrap();
            level = what.to_owned();
        } else if level == "names alone" {
            lines.extend(names(line).map(|name| (name, at(&level))));
        } else {
            lines.push(table(line, &level, &key));
        }
    }
    assert_eq!(announced, lines.len());
    lines
}

/// The common columns, and their types.
pub fn common(document: &str) -> BTreeMap<String, String> {
    let sentence = document
        .split("`*` stands for: ")
        .nth(1)
        .unwrap_or_default();
    let spans = sentence.lines().next().unwrap_or_default().split('`');
    let columns = spans.skip(1).step_by(2).filter_map(|span| {
        let (name, typed) = span.split_once(' ')?;
        let typed = typed.trim_end_matches(" auto").trim_end_matches(['?', '!']);
        Some((name.to_owned(), typed.to_owned()))
    });
    columns.collect()
}

fn at(level: &str) -> Line {
    Line {
        level: level.to_owned(),
        ..Line::default()
    }
}

/// How the primary keys are called that lines leave out.
enum Key {
    Unusual,
    Prefixed(String),
    Suffixed(String),
    Same(String),
}

impl Key {
    fn of(document: &str) -> Self {
        let Some(sentence) = document
            .split("Left out everywhere: the PK, called ")
            .nth(1)
        else {
            return Key::Unusual;
        };
        let word = |text: &str| text.split('`').nth(1).unwrap().to_owned();
        match sentence.strip_prefix("the table's name + ") {
            Some(suffix) => Key::Suffixed(word(suffix)),
            None if sentence[1..].split_once('`').unwrap().1.starts_with(" + ") => {
                Key::Prefixed(word(sentence))
            }
            None => Key::Same(word(sentence)),
        }
    }

    fn name(&self, table: &str) -> String {
        match self {
            Key::Unusual => panic!("a reference that is called like no key"),
            Key::Prefixed(prefix) => format!("{prefix}{table}"),
            Key::Suffixed(suffix) => format!("{table}{suffix}"),
            Key::Same(name) => name.clone(),
        }
    }
}

fn table(line: &str, level: &str, key: &Key) -> (String, Line) {
    let (name, rest) = word(line);
    let mut read = at(level);
    let Some(inner) = rest.strip_prefix('(') else {
        let rest = rest.strip_prefix(' ').unwrap();
        let end = rest.find(' ').unwrap_or(rest.len());
        read.count = Some(rest[..end].parse().unwrap());
        let mut rest = &rest[end..];
        while let Some(target) = rest.strip_prefix(" >") {
            let (reference, after) = reference(target);
            read.references.push(reference);
            rest = after;
        }
        suffix(rest, &mut read);
        return (name, read);
    };
    let (inner, rest) = closed(inner);
    suffix(rest, &mut read);
    for part in parts(inner) {
        if let Some(cut) = part.strip_prefix('+') {
            read.cut = cut.parse().unwrap();
        } else if part == "*" {
            read.has_common = true;
        } else if part == "no PK" {
            read.has_no_key = true;
        } else if let Some((word, columns)) = several(part) {
            if word.is_empty() {
                let (columns, rest) = columns;
                let (mut reference, rest) = reference(rest.strip_prefix('>').unwrap());
                let (to, rest) = closed(rest.strip_prefix('(').unwrap());
                assert_eq!(rest, "");
                reference.to = list(to);
                reference.columns = list(columns);
                read.references.push(reference);
            } else {
                assert_eq!(columns.1, "");
                read.keys.push((word.to_owned(), list(columns.0)));
            }
        } else {
            column(part, key, &mut read);
        }
    }
    (name, read)
}

/// ` on CONNECTION as NAME`, each if it is there.
fn suffix(text: &str, read: &mut Line) {
    let mut rest = text;
    if let Some(connection) = rest.strip_prefix(" on ") {
        let (name, after) = match connection.strip_prefix("no connection") {
            Some(after) => ("no connection".to_owned(), after),
            None => word(connection),
        };
        (read.connection, rest) = (Some(name), after);
    }
    if let Some(name) = rest.strip_prefix(" as ") {
        let (name, after) = word(name);
        (read.physical_name, rest) = (Some(name), after);
    }
    assert_eq!(rest, "");
}

/// `~TABLE.COLUMN`, and what follows it.
fn reference(text: &str) -> (Reference, &str) {
    let (table, rest) = word(text.trim_start_matches('~'));
    let mut reference = Reference {
        table,
        is_guess: text.starts_with('~'),
        ..Reference::default()
    };
    let Some(to) = rest.strip_prefix('.') else {
        return (reference, rest);
    };
    let (to, rest) = word(to);
    reference.to = vec![to];
    (reference, rest)
}

/// `unique(A, B desc)` as the word, what is in the parentheses, and what follows.
fn several(part: &str) -> Option<(&str, (&str, &str))> {
    let words = ["PK", "unique", "index", ""];
    words.into_iter().find_map(|word| {
        let inner = part.strip_prefix(word)?.strip_prefix('(')?;
        Some((word, closed(inner)))
    })
}

fn column(part: &str, key: &Key, read: &mut Line) {
    let mut column = Column::default();
    let mut rest = part;
    if !part.starts_with('>') {
        (column.name, rest) = word(part);
    }
    if let Some(target) = rest.strip_prefix('>') {
        let (mut reference, after) = reference(target);
        rest = after;
        if column.name.is_empty() {
            column.name = key.name(&reference.table);
        }
        reference.columns = vec![column.name.clone()];
        read.references.push(reference);
    }
    rest = nullability(rest, &mut column);
    let words = ["PK", "unique", "index", "auto", "computed", "array", "="];
    let next = |rest: &str| {
        rest.trim_start()
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    if !rest.is_empty() && !words.contains(&&*next(rest)) {
        rest = type_name(rest.trim_start(), &words, &mut column);
        rest = nullability(rest, &mut column);
    }
    while !rest.is_empty() {
        let mark = next(rest);
        rest = &rest.trim_start()[mark.len()..];
        match &*mark {
            "array" => {
                let length = next(rest);
                rest = &rest.trim_start()[length.len()..];
                column.array = Some(length.parse().unwrap());
            }
            "=" => {
                column.default = Some(unquoted(rest.trim_start()));
                rest = "";
            }
            known => {
                assert!(words.contains(&known), "{known} in {part}");
                column.words.push(mark);
            }
        }
    }
    read.columns.push(column);
}

fn nullability<'t>(rest: &'t str, column: &mut Column) -> &'t str {
    match rest.chars().next() {
        Some(mark @ ('?' | '!')) => {
            column.nullability = Some(mark);
            &rest[1..]
        }
        _ => rest,
    }
}

/// The words of a type, with its size.
fn type_name<'t>(text: &'t str, marks: &[&str], column: &mut Column) -> &'t str {
    if text.starts_with('"') {
        let (name, rest) = word(text);
        let size = rest.find(|letter| !matches!(letter, '(' | ')' | '0'..='9'));
        let end = size.unwrap_or(rest.len());
        column.type_name = Some(format!("{name}{}", &rest[..end]));
        return &rest[end..];
    }
    let mut end = 0;
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 && marks.contains(&word) {
            break;
        }
        end += word.len() + usize::from(index > 0);
    }
    let name = text[..end].trim_end_matches(['?', '!']);
    column.type_name = Some(name.to_owned());
    &text[name.len()..]
}

fn unquoted(text: &str) -> String {
    serde_json::from_str(text).unwrap_or_else(|_| text.to_owned())
}

fn list(text: &str) -> Vec<String> {
    let parts = parts(text).into_iter();
    parts
        .map(|part| {
            let (name, rest) = word(part);
            format!("{name}{rest}")
        })
        .collect()
}

/// What stands in front of the parenthesis that closes, and what behind it.
fn closed(text: &str) -> (&str, &str) {
    let end = split(text, |letter, depth| letter == ')' && depth == 0)
        .next()
        .unwrap();
    (&text[..end], &text[end + 1..])
}

/// What stands between commas, but not those inside of quotes or parentheses.
fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for end in split(text, |letter, depth| letter == ',' && depth == 0).chain([text.len()]) {
        parts.push(text[start..end].trim());
        start = (end + 1).min(text.len());
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// Where letters outside of strings are, that are told with how many parentheses are open.
fn split(text: &str, is_it: fn(char, i32) -> bool) -> impl Iterator<Item = usize> {
    let (mut depth, mut is_quoted, mut is_escaped) = (0, false, false);
    text.char_indices().filter_map(move |(index, letter)| {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            other if is_it(other, depth) => return Some(index),
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        None
    })
}

/// The first name, and what follows it.
fn word(text: &str) -> (String, &str) {
    if text.starts_with('"') {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
        let name = values.next().unwrap().unwrap();
        return (name, &text[values.byte_offset()..]);
    }
    let is_end =
        |character: char| !character.is_alphanumeric() && !matches!(character, '_' | '$' | '-');
    let end = text.find(is_end).unwrap_or(text.len());
    assert!(end > 0, "a name at {text:?}");
    (text[..end].to_owned(), &text[end..])
}

/// Names separated by blanks.
fn names(line: &str) -> impl Iterator<Item = String> + '_ {
    let mut rest = line.trim();
    std::iter::from_fn(move || {
        let (name, after) = (!rest.is_empty()).then(|| word(rest))?;
        rest = after.trim_start();
        Some(name)
    })
}
