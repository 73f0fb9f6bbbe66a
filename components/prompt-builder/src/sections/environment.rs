//! The variables that the connections need, as an `.env.example`.

use super::beginning::FENCE;
use crate::budget::{About, Section, Shown};
use crate::facts::Connection;
use crate::markdown::{Document, Inline};
use crate::text;
use crate::{Source, Tokenizer};
use std::collections::{BTreeMap, BTreeSet};

const ABOUT: About = About {
    id: "environment-variables",
    title: "Environment Variables",
    weight: 10,
};

/// The longest name of a connection in a variable, so that variables stay readable.
const LONGEST_PREFIX: usize = 60;

/// Kinds of databases that are files or named by the system: no host, port or user unless the source names them.
const SERVERLESS_KINDS: [&str; 8] = [
    "dbase",
    "excel",
    "hfsql-classic",
    "ms-access",
    "odbc",
    "paradox",
    "sqlite",
    "xml-native-access",
];

/// The section.
pub(crate) struct Environment<'i> {
    source: &'i Source<'i>,
    blocks: Vec<String>,
    costs: Vec<u32>,
}

impl<'i> Environment<'i> {
    pub(crate) fn new(source: &'i Source<'i>, tokenizer: &dyn Tokenizer) -> Self {
        let blocks = variables(&source.input.facts.connections);
        let mut costs: Vec<u32> = blocks
            .iter()
            .map(|block| tokenizer.count(&format!("\n{block}")))
            .collect();
        if let Some(first) = costs.first_mut() {
            *first += FENCE;
        }
        Environment {
            source,
            blocks,
            costs,
        }
    }
}

impl Section for Environment<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn steps(&self) -> &[u32] {
        &self.costs
    }

    fn write(&self, taken: usize, document: &mut Document) -> Shown {
        document.heading(2, Inline::ours(ABOUT.title));
        if self.blocks.is_empty() {
            let sentence = Inline::ours(
                "No environment variables are needed: no database connections were found in ",
            );
            document.paragraph(sentence.then(&self.source.subject()).and("."));
            return Shown::default();
        }
        document.paragraph(Inline::ours(
            "What the sources say of host, port and database; what is empty is to be filled in outside of version \
             control. For all connections: `context/env.example`.",
        ));
        if taken > 0 {
            let blocks = self.blocks.get(..taken).unwrap_or(&self.blocks);
            let revision = &self.source.input.revision;
            document.data("dotenv", revision, &blocks.join("\n"));
        }
        Shown::of(taken, self.blocks.len())
    }
}

/// The lines of an `.env.example` for each connection.
pub(crate) fn variables(connections: &[Connection]) -> Vec<String> {
    connections
        .iter()
        .zip(prefixes(connections))
        .map(|(connection, prefix)| of_connection(connection, &prefix))
        .collect()
}

fn of_connection(connection: &Connection, prefix: &str) -> String {
    let port = connection.port.map(|port| port.to_string());
    let is_serverless = SERVERLESS_KINDS.contains(&connection.kind.as_str());
    let variables = [
        (
            "HOST",
            connection.host.as_deref(),
            !is_serverless || connection.host.is_some(),
        ),
        ("PORT", port.as_deref(), !is_serverless || port.is_some()),
        ("DATABASE", connection.database.as_deref(), true),
        ("USER", None, !is_serverless || connection.has_user),
        ("PASSWORD", None, !is_serverless || connection.has_password),
    ];
    let comment = text::line(
        &format!("{} ({})", connection.name, connection.kind),
        text::LONGEST_NAME,
    );
    let mut lines = format!("# {comment}\n");
    for (suffix, value, _) in variables.into_iter().filter(|(_, _, is_needed)| *is_needed) {
        let value = value.unwrap_or_default();
        match quoted(value) {
            Some(value) => lines.push_str(&format!("{prefix}_{suffix}={value}\n")),
            None => lines.push_str(&format!(
                "# Not a plain value, see the connection.\n{prefix}_{suffix}=\n"
            )),
        }
    }
    lines
}

/// A value as every reader of such files reads it: they differ in what quotes, backslashes and `$` mean, and some
/// run what stands in backticks. So it is bare or in single quotes, or there is none.
fn quoted(value: &str) -> Option<String> {
    let is_bare = |character: char| {
        character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-' | ':' | '/' | ',')
    };
    if value.chars().all(is_bare) {
        return (value.len() <= text::LONGEST_NAME).then(|| value.to_owned());
    }
    // What changes when it is made one visible line is no plain value.
    let is_line = text::line(value, text::LONGEST_NAME) == value;
    let is_special = |character| matches!(character, '\'' | '"' | '`' | '$');
    // In front of a quote or of itself a backslash is an escape to some.
    let is_escape = value.contains(r"\\") || value.ends_with('\\');
    (is_line && !value.contains(is_special) && !is_escape).then(|| format!("'{value}'"))
}

/// What the variables of each connection begin with: upper snake case, ASCII, each once.
pub(super) fn prefixes(connections: &[Connection]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut numbers = BTreeMap::<String, usize>::new();
    connections
        .iter()
        .map(|connection| {
            let name = upper_snake(&connection.name);
            let mut prefix = name.clone();
            let number = numbers.entry(name.clone()).or_insert(1);
            while !taken.insert(prefix.clone()) {
                *number += 1;
                prefix = format!("{name}_{number}");
            }
            prefix
        })
        .collect()
}

fn upper_snake(name: &str) -> String {
    let mut snake = String::new();
    let mut before = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied();
        if begins_word(before, character, after) {
            snake.push('_');
        }
        for upper in character.to_uppercase() {
            match text::ascii(upper) {
                Some(letters) => snake.push_str(letters),
                None => snake.push(if upper.is_ascii_alphanumeric() {
                    upper
                } else {
                    '_'
                }),
            }
        }
        before = Some(character);
        if snake.len() > LONGEST_PREFIX {
            snake.truncate(LONGEST_PREFIX);
            break;
        }
    }
    let words: Vec<&str> = snake.split('_').filter(|word| !word.is_empty()).collect();
    let snake = words.join("_");
    match snake.chars().next() {
        None => "CONNECTION".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("CONNECTION_{snake}"),
        Some(_) => snake,
    }
}

/// Whether a word begins in the middle of `MyServer` or `SQLServer`.
fn begins_word(before: Option<char>, character: char, after: Option<char>) -> bool {
    let Some(before) = before.filter(|_| character.is_uppercase()) else {
        return false;
    };
    before.is_lowercase() || (before.is_uppercase() && after.is_some_and(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_is_named_after_its_connection_in_ascii() {
        assert_eq!(upper_snake("MyConnexion1"), "MY_CONNEXION1");
        assert_eq!(upper_snake("SQLServer été-2"), "SQL_SERVER_ETE_2");
        assert_eq!(upper_snake("2024"), "CONNECTION_2024");
        assert_eq!(upper_snake("名前\n"), "CONNECTION");
        assert_eq!(upper_snake(&"é".repeat(90)).len(), LONGEST_PREFIX);
    }

    #[test]
    fn a_value_is_plain_or_left_out() {
        assert_eq!(quoted("db.local:4900").as_deref(), Some("db.local:4900"));
        assert_eq!(quoted(r"SRV\SQL 1").as_deref(), Some(r"'SRV\SQL 1'"));
        assert_eq!(quoted("Café").as_deref(), Some("'Café'"));
        for hostile in [
            "a\nB=1",
            "a'b",
            "a\"b",
            "$HOME",
            "`id`",
            "a\u{2028}B=1",
            r"\\srv",
            "a\\",
            "a\u{202e}b",
        ] {
            assert_eq!(quoted(hostile), None, "{hostile:?}");
        }
    }
}
