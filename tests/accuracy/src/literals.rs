//! How many literals of what is shown of code are left out as what may be a credential. Those that are none are lost for
//! nothing, and only a person can tell them: each is listed by its place and as it is shown, never by its text.

use crate::repository::{Extractor, Repository, RepositoryError};
use quarry_sdk::facts::{FactSet, InitializationBlock};
use quarry_windev::code_items::declaration_code_items;
use quarry_windev::text::parse;
use quarry_windev::wlanguage::{REDACTED, Shown, TokenKind, literals, tokens};
use std::collections::HashSet;
use std::fmt;
use std::ops::AddAssign;
use std::path::Path;

/// The literals of values and code, by how they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Literals {
    /// Texts, as `"…"`.
    pub texts: usize,
    /// As they are: numbers, and texts that cannot be a secret.
    pub shown: usize,
    /// As what may be a credential: where, and the line that it is shown in.
    pub redacted: Vec<(String, String)>,
}

impl Literals {
    /// How many literals there are.
    pub fn total(&self) -> usize {
        self.texts + self.shown + self.redacted.len()
    }

    /// Counts what a value or code is shown as, apart from what is redacted.
    fn add(&mut self, shown: &str) {
        // In brackets as it is, it would be taken for an index.
        let shown = shown.replace(REDACTED, "redacted");
        for token in tokens(&shown) {
            match (token.kind, token.text(&shown)) {
                (TokenKind::Text, "\"…\"") => self.texts += 1,
                (TokenKind::Text | TokenKind::Number, _) => self.shown += 1,
                _ => {}
            }
        }
    }
}

impl AddAssign for Literals {
    fn add_assign(&mut self, other: Self) {
        self.texts += other.texts;
        self.shown += other.shown;
        self.redacted.extend(other.redacted);
    }
}

/// What a person says of the literals that are redacted.
#[derive(Debug)]
pub struct Judged<'l> {
    literals: &'l Literals,
    /// The places of real secrets, as `FILE:LINE`.
    secrets: HashSet<&'l str>,
}

impl<'l> Judged<'l> {
    /// Judges literals by a list of the places of secrets, one `FILE:LINE` on a line.
    pub fn new(literals: &'l Literals, secrets: &'l str) -> Self {
        let lines = secrets.lines().map(str::trim);
        Judged {
            literals,
            secrets: lines
                .filter(|line| !line.is_empty() && !line.starts_with('#'))
                .collect(),
        }
    }

    /// How many literals are redacted that are no secrets.
    pub fn harmless(&self) -> usize {
        let redacted = self.literals.redacted.iter();
        redacted
            .filter(|(place, _)| !self.secrets.contains(&**place))
            .count()
    }

    /// Their share of all literals that are no secrets.
    pub fn share(&self) -> f64 {
        let secrets = self.literals.redacted.len() - self.harmless();
        self.harmless() as f64 / (self.literals.total() - secrets).max(1) as f64
    }
}

impl fmt::Display for Judged<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, shown) in &self.literals.redacted {
            let verdict = match self.secrets.contains(&**place) {
                true => "secret",
                false => "harmless",
            };
            writeln!(formatter, "{verdict} {place}: {shown}")?;
        }
        let Literals {
            texts,
            shown,
            redacted,
        } = self.literals;
        writeln!(
            formatter,
            "{} of {} literals are redacted; {texts} are shown as \"…\", {shown} as they are",
            redacted.len(),
            self.literals.total()
        )?;
        writeln!(
            formatter,
            "{} of the redacted are harmless: {:.2} % of the harmless literals",
            self.harmless(),
            100.0 * self.share()
        )
    }
}

/// Counts the literals of what is shown of the selected project of every repository in a directory.
///
/// # Errors
///
/// When a directory or a file cannot be read.
pub fn count(corpus: &Path) -> Result<Literals, RepositoryError> {
    let unreadable = |error| RepositoryError::Unreadable {
        path: corpus.to_owned(),
        error,
    };
    let mut names = Vec::new();
    for entry in std::fs::read_dir(corpus).map_err(unreadable)? {
        names.push(entry.map_err(unreadable)?.file_name());
    }
    names.sort();
    let mut all = Literals::default();
    for name in names.iter().filter(|name| corpus.join(name).is_dir()) {
        let mut repository = Repository::open(&corpus.join(name))?;
        let Some(project) = repository.selected().map(str::to_owned) else {
            continue;
        };
        let facts = repository.facts(Extractor::GlobalState, &project)?.clone();
        all += of_facts(&facts, &repository, &name.to_string_lossy())?;
    }
    Ok(all)
}

fn of_facts(
    facts: &FactSet,
    repository: &Repository,
    name: &str,
) -> Result<Literals, RepositoryError> {
    let mut found = Literals::default();
    let variables = facts.global_variables.iter();
    let variables = variables.map(|fact| (&fact.name, &fact.default_value, &fact.origin));
    let constants = facts.constants.iter();
    let constants = constants.map(|fact| (&fact.name, &fact.value, &fact.origin));
    for (variable, value, origin) in variables.chain(constants) {
        let Some(value) = value else {
            continue;
        };
        found.add(value);
        let place = format!("{name}/{}:{}", origin.path, origin.line);
        let shown = format!("{variable} = {value}");
        let redacted = value.matches(REDACTED);
        found
            .redacted
            .extend(redacted.map(|_| (place.clone(), shown.clone())));
    }
    for block in &facts.initialization_blocks {
        found.add(&block.code);
        if block.code.contains(REDACTED) {
            let lines = redacted_lines(block, repository)?.into_iter();
            let shown = block.code.lines().flat_map(|line| {
                let line = line.trim();
                line.matches(REDACTED).map(move |_| line)
            });
            found.redacted.extend(shown.zip(lines).map(|(shown, line)| {
                let place = format!("{name}/{}:{line}", block.origin.path);
                (place, shown.to_owned())
            }));
        }
    }
    Ok(found)
}

/// The lines of the literals of a block that are redacted, in order.
fn redacted_lines(
    block: &InitializationBlock,
    repository: &Repository,
) -> Result<Vec<u32>, RepositoryError> {
    let bytes = repository.read(&block.origin.path)?;
    let document = parse(&bytes);
    let range = block.origin.offset..block.origin.offset + block.origin.length;
    let items = declaration_code_items(&document);
    let all = items.iter().flat_map(|item| literals(&item.code));
    let redacted =
        all.filter(|(span, shown)| *shown == Shown::Redacted && range.contains(&span.offset));
    Ok(redacted.map(|(span, _)| span.line).collect())
}
