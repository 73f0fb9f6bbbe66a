//! Reads the compact lines of the schema back.

use std::collections::BTreeMap;

/// A table as a line tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// The heading of its group, without the number: `in full`.
    pub level: String,
    /// How many columns it has, when the line says no more than that.
    pub count: Option<usize>,
    /// Its columns: name, and what stands behind it.
    pub columns: Vec<(String, String)>,
    /// Tables that it refers to.
    pub references: Vec<String>,
    /// How many columns are left out.
    pub cut: usize,
    /// The connection, where it is not the usual one.
    pub connection: Option<String>,
}

/// The lines of a document by table, and the heading of the convention on keys: prefix, if there is one.
pub fn read(document: &str) -> BTreeMap<String, Line> {
    let prefix = document
        .split("the PK, called `")
        .nth(1)
        .and_then(|rest| rest.split('`').next());
    let start = document.find("```schema data=").expect("a block of tables");
    let block = document[start..].split("\n```\n").next().unwrap();
    let mut level = String::new();
    let mut lines = BTreeMap::new();
    for line in block.lines().skip(1) {
        if let Some(heading) = line.strip_prefix("# ") {
            level = heading.split_once(": ").unwrap().1.to_owned();
        } else if level == "names alone" {
            for name in Words(line) {
                assert!(
                    lines
                        .insert(
                            name,
                            Line {
                                level: level.clone(),
                                ..Line::default()
                            }
                        )
                        .is_none()
                );
            }
        } else {
            let (name, read) = table(line, &level, prefix);
            assert!(
                lines.insert(name.clone(), read).is_none(),
                "{name} comes twice"
            );
        }
    }
    lines
}

fn table(line: &str, level: &str, prefix: Option<&str>) -> (String, Line) {
    let (name, rest) = word(line);
    let mut read = Line {
        level: level.to_owned(),
        ..Line::default()
    };
    let Some(rest) = rest.strip_prefix('(') else {
        let (rest, connection) = on(rest);
        read.connection = connection;
        let mut words = rest.trim_start().split(" >");
        read.count = Some(words.next().unwrap().parse().unwrap());
        read.references = words
            .map(|name| word(name.trim_start_matches('~')).0)
            .collect();
        return (name, read);
    };
    let end = rest.rfind(')').unwrap();
    read.connection = on(&rest[end..]).1;
    for part in parts(&rest[..end]) {
        if let Some(cut) = part.strip_prefix('+') {
            read.cut = cut.parse().unwrap();
        } else if part == "*" || part == "no PK" || is_key(&part) {
        } else if let Some(reference) = part.strip_prefix('>') {
            let (target, rest) = word(reference.trim_start_matches('~'));
            read.columns.push((
                format!("{}{target}", prefix.unwrap()),
                rest.trim().to_owned(),
            ));
            read.references.push(target);
        } else {
            let (column, rest) = word(&part);
            if let Some(reference) = rest.strip_prefix('>') {
                let (target, rest) = word(reference.trim_start_matches('~'));
                read.references.push(target);
                read.columns.push((column, rest.trim().to_owned()));
            } else {
                read.columns.push((column, rest.trim().to_owned()));
            }
        }
    }
    (name, read)
}

/// What stands in front of ` on CONNECTION`, and the connection.
fn on(text: &str) -> (&str, Option<String>) {
    match text.split_once(" on ") {
        Some((before, "no connection")) => (before, Some("no connection".to_owned())),
        Some((before, connection)) => (before, Some(word(connection).0)),
        None => (text, None),
    }
}

/// A key, index or reference of several columns.
fn is_key(part: &str) -> bool {
    ["PK(", "unique(", "index(", "("]
        .iter()
        .any(|start| part.starts_with(start))
}

/// What stands between commas, but not those inside of quotes or parentheses.
fn parts(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let (mut depth, mut is_quoted, mut is_escaped) = (0, false, false);
    for character in text.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth += 1,
            ')' if !is_quoted => depth -= 1,
            ',' if !is_quoted && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            _ => {}
        }
        parts.last_mut().unwrap().push(character);
    }
    let parts = parts.into_iter().map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
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
    (text[..end].to_owned(), &text[end..])
}

struct Words<'t>(&'t str);

impl Iterator for Words<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let rest = self.0.trim_start();
        if rest.is_empty() {
            return None;
        }
        let (name, rest) = word(rest);
        self.0 = rest;
        Some(name)
    }
}
