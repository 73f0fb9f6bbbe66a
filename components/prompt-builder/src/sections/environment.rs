//! The variables that connections and masked values need, as an `.env.example`.

use super::beginning::FENCE;
use crate::budget::{About, Costs, Section, Shown};
use crate::facts::{Connection, FactSet};
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
    costs: Costs,
}

impl<'i> Environment<'i> {
    pub(crate) fn new(source: &'i Source<'i>, tokenizer: &dyn Tokenizer) -> Self {
        let blocks = variables(&source.input.facts);
        let mut costs = Costs::new(source.input.budget);
        for block in &blocks {
            if !costs.has_room() {
                break;
            }
            let fence = if costs.as_slice().is_empty() {
                FENCE
            } else {
                0
            };
            costs.push(tokenizer.count(&format!("\n{block}")) + fence);
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
        self.costs.as_slice()
    }

    fn write(&self, taken: usize, document: &mut Document) -> Shown {
        document.heading(2, Inline::ours(ABOUT.title));
        let all = self.blocks.len();
        if all == 0 {
            let no =
                "No variables: no address of a database and no masked value of a global was found";
            document.paragraph(self.source.not_found(no));
            return Shown::default();
        }
        let shown = Inline::new().number(taken as u64).and(" of ");
        document.paragraph(shown.count(all, "group shown.", "groups shown.").and(
            " What the sources say of host, port and database; what is empty, and every masked value, is to be filled \
             in outside of version control. All: `context/env.example`.",
        ));
        if taken > 0 {
            let blocks = self.blocks.get(..taken).unwrap_or(&self.blocks);
            let revision = &self.source.input.revision;
            document.data("dotenv", revision, &blocks.join("\n"));
        }
        Shown::of(taken, all)
    }
}

/// The lines of an `.env.example` for each connection of which the sources say anything, and for each global variable
/// and constant whose value is masked.
pub(crate) fn variables(facts: &FactSet) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let connections = facts.connections.iter().zip(prefixes(&facts.connections));
    let mut blocks: Vec<String> = connections
        .filter(|(connection, _)| has_variables(connection))
        .map(|(connection, prefix)| of_connection(connection, &prefix, &mut taken))
        .collect();
    let mut numbers = BTreeMap::new();
    for (name, element) in masked(facts) {
        let variable = unique(&upper_snake(name), &mut taken, &mut numbers);
        let comment = text::line(&format!("{name} of {element}"), text::LONGEST_NAME);
        blocks.push(format!("# {comment}\n{variable}=\n"));
    }
    blocks
}

/// Whether the sources say of a connection what a variable is for.
pub(super) fn has_variables(connection: &Connection) -> bool {
    connection.host.is_some()
        || connection.port.is_some()
        || connection.database.is_some()
        || connection.has_user
        || connection.has_password
}

/// Name and element of what is declared with a secret.
fn masked(facts: &FactSet) -> impl Iterator<Item = (&str, &str)> {
    let variables = facts.global_variables.iter().map(|variable| {
        let value = variable.default_value.as_deref();
        (value, &*variable.name, &*variable.element)
    });
    let constants = facts.constants.iter().map(|constant| {
        let value = constant.value.as_deref();
        (value, &*constant.name, &*constant.element)
    });
    let declared = variables.chain(constants);
    declared
        .filter(|(value, ..)| value.is_some_and(is_masked))
        .map(|(_, name, element)| (name, element))
}

/// Whether a secret was in a value: `[REDACTED:password]`, `[REDACTED:api-key#2]`.
fn is_masked(value: &str) -> bool {
    let mut masks = value.split("[REDACTED:").skip(1);
    let is_kind =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    masks.any(|mask| {
        let kind = mask.trim_start_matches(is_kind);
        let number = kind.strip_prefix('#').unwrap_or(kind);
        kind.len() < mask.len()
            && number
                .trim_start_matches(|digit: char| digit.is_ascii_digit())
                .starts_with(']')
    })
}

fn of_connection(connection: &Connection, prefix: &str, taken: &mut BTreeSet<String>) -> String {
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
        let variable = format!("{prefix}_{suffix}");
        let value = value.unwrap_or_default();
        match quoted(value) {
            Some(value) => lines.push_str(&format!("{variable}={value}\n")),
            None => lines.push_str(&format!(
                "# Not a plain value, see the connection.\n{variable}=\n"
            )),
        }
        taken.insert(variable);
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
    let mut numbers = BTreeMap::new();
    let prefixes = connections.iter().map(|connection| {
        let name = upper_snake(&connection.name);
        unique(&name, &mut taken, &mut numbers)
    });
    prefixes.collect()
}

/// A name, with the next number behind it that makes it one of its own.
fn unique(
    name: &str,
    taken: &mut BTreeSet<String>,
    numbers: &mut BTreeMap<String, usize>,
) -> String {
    let mut unique = name.to_owned();
    let number = numbers.entry(unique.clone()).or_insert(1);
    while !taken.insert(unique.clone()) {
        *number += 1;
        unique = format!("{name}_{number}");
    }
    unique
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
        None => "VARIABLE".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("VARIABLE_{snake}"),
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
        assert_eq!(upper_snake("2024"), "VARIABLE_2024");
        assert_eq!(upper_snake("名前\n"), "VARIABLE");
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
