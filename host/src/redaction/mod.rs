//! Secrets in facts and in documents.
//!
//! What position proves to be a secret, extractors have blanked. What only its value betrays is found here: in every
//! string of every fact before the prompt builder sees it, and once more in every byte that is to be published.

mod places;
#[cfg(test)]
mod tests;
mod texts;

use crate::workspace::{Documents, Walked};
use places::Files;
use quarry_redaction::{Context, Finding, Options, Redactor};
use quarry_sandbox::Extraction;
use quarry_sandbox::facts::Origin;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ops::Range;
use texts::{Role, each_text};

/// Finds secrets and numbers them, for one run.
#[derive(Debug)]
pub struct Redaction<'w> {
    redactor: Redactor,
    files: Files<'w>,
    /// Paths as findings name them: without what the rules find in the path alone.
    paths: HashMap<String, String>,
    /// The language of the sources' code.
    language: Option<String>,
    /// What the facts call things.
    names: HashSet<String>,
}

/// A text of a component's own, such as the message of a panic, without what rules take for a secret: it may quote a source.
pub fn of_component(text: &str) -> String {
    let mut redactor = Redactor::new(Options::default());
    redactor.redact(text, &Context::of_file("")).into_owned()
}

/// A place where a secret still stands after everything was replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remnant {
    /// The file.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The rule that found the secret.
    pub rule: &'static str,
}

impl<'w> Redaction<'w> {
    /// A run without any finding yet. `allowed` are fingerprints of what is no secret; in the tree's files it is looked
    /// up where secrets stand.
    pub fn new<'f>(
        allowed: impl IntoIterator<Item = &'f String>,
        walked: Option<&'w Walked>,
    ) -> Self {
        Redaction {
            redactor: Redactor::new(Options {
                allowed: allowed.into_iter().cloned().collect(),
            }),
            files: Files::new(walked),
            paths: HashMap::new(),
            language: None,
            names: HashSet::new(),
        }
    }

    /// What was found so far, in the order in which it was found. A path may hold a secret that was found later.
    pub fn findings(&self) -> Vec<Finding> {
        let found = self.redactor.findings().iter().cloned();
        found
            .map(|finding| Finding {
                path: self.known(&finding.path).into_owned(),
                fingerprint: self.known(&finding.fingerprint).into_owned(),
                ..finding
            })
            .collect()
    }

    /// Which allowed fingerprints are those of nothing that was found.
    pub fn unknown_allowed(&self) -> Vec<String> {
        let printed: HashSet<String> = self
            .findings()
            .into_iter()
            .map(|finding| finding.fingerprint)
            .collect();
        let unknown = self.redactor.unknown_allowed().into_iter();
        let unknown = unknown.filter(|fingerprint| !printed.contains(*fingerprint));
        unknown.map(str::to_owned).collect()
    }

    /// Replaces the secrets of all facts and diagnostics, and says whether there were any.
    pub fn facts(&mut self, extraction: &mut Extraction) -> bool {
        let mut blocks = extraction.facts.initialization_blocks.iter();
        self.language = blocks.next().map(|block| block.language.clone());
        let mut has_changed = false;
        each_text(extraction, &mut |text, origin, role| {
            has_changed |= self.text(text, origin, role);
        });
        self.names.clear();
        each_text(extraction, &mut |text, _, role| {
            // What was found last may stand in what was searched first.
            if let Cow::Owned(replaced) = self.redactor.replace_known(text) {
                *text = replaced;
                has_changed = true;
            }
            if matches!(role, Role::Name | Role::Path) {
                self.names.extend(words(text).map(str::to_owned));
            }
        });
        has_changed
    }

    /// A name that comes from the command line or the file system, without secrets.
    pub fn name(&mut self, name: &str) -> String {
        let clean = self.clean_path(name);
        let replaced = self.redactor.redact(name, &Context::of_file(&clean));
        replaced.into_owned()
    }

    /// Replaces the secrets of documents, and says whether there were any. In a document stands beside a text what the
    /// prompt builder puts there, so what facts call things is no secret for that reason.
    pub fn documents(&mut self, documents: &mut Documents) -> bool {
        let mut has_changed = false;
        for (path, text) in documents.iter_mut() {
            let context = Context {
                language: self.language.as_deref(),
                names: Some(&self.names),
                is_pursued: true,
                ..Context::of_file(path)
            };
            if let Cow::Owned(replaced) = self.redactor.redact(text, &context) {
                *text = replaced;
                has_changed = true;
            }
        }
        has_changed
    }

    /// How many findings there are.
    pub fn count(&self) -> usize {
        self.redactor.findings().len()
    }

    /// Replaces what was found in documents in the facts: what is distinctive everywhere, what is weak as a word in
    /// texts, code and values. Says whether any fact held it. From now on it is also replaced in all documents alike.
    pub fn pursue(&mut self, found: Range<usize>, extraction: &mut Extraction) -> bool {
        self.redactor.pursue(found);
        self.facts(extraction)
    }

    /// Takes back findings, those of documents that are discarded.
    pub fn discard(&mut self, found: Range<usize>) {
        self.redactor.retract(found);
    }

    /// The first place in documents where a value that was found still stands.
    pub fn leak(&self, documents: &Documents) -> Option<Remnant> {
        documents.iter().find_map(|(path, text)| {
            let leaks = self.redactor.leaks(text);
            let leak = leaks.first()?;
            Some(Remnant {
                path: path.to_owned(),
                line: leak.line,
                rule: leak.rule,
            })
        })
    }

    /// The first place in facts and diagnostics where a value that was found still stands.
    pub fn leak_of_facts(&self, extraction: &mut Extraction) -> Option<Remnant> {
        let mut first = None;
        each_text(extraction, &mut |text, origin, _| {
            if first.is_none()
                && let Some(leak) = self.redactor.leaks(text).first()
            {
                first = Some(Remnant {
                    path: origin
                        .map_or_else(String::new, |origin| self.known(&origin.path).into_owned()),
                    line: origin.map_or(1, |origin| origin.line),
                    rule: leak.rule,
                });
            }
        });
        first
    }

    fn known<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.redactor.replace_known(text)
    }

    /// Replaces the secrets of one string, and says whether there were any.
    fn text(&mut self, text: &mut String, origin: Option<&Origin>, role: Role<'_>) -> bool {
        let path = self.clean_path(origin.map_or("", |origin| &origin.path));
        let is_own_path =
            matches!(role, Role::Path) && origin.is_some_and(|origin| origin.path == *text);
        if is_own_path && path == *text {
            // It was searched when it was cleaned.
            return false;
        }
        let files = &self.files;
        let locate = |value: &str| match origin {
            Some(origin) if !is_own_path => files.locate(origin, value),
            _ => (1, 1),
        };
        let mut context = Context {
            locate: Some(&locate),
            language: self.language.as_deref(),
            is_pursued: !matches!(role, Role::Name | Role::Path),
            ..Context::of_file(&path)
        };
        let replaced = match role {
            Role::Value(name) => {
                let (before, behind) = assignment(name, text);
                let whole = format!("{before}{text}{behind}");
                let part = before.len()..before.len() + text.len();
                match self.redactor.redact_part(&whole, part, &context) {
                    Cow::Owned(replaced) => Some(replaced),
                    Cow::Borrowed(_) => None,
                }
            }
            Role::Code(language) => {
                context.language = Some(language);
                owned(self.redactor.redact(text, &context))
            }
            Role::Name | Role::Text | Role::Path => owned(self.redactor.redact(text, &context)),
        };
        let has_changed = replaced.is_some();
        if let Some(replaced) = replaced {
            *text = replaced;
        }
        has_changed
    }

    /// A path as findings may name it. What the rules find in it is numbered for the path alone, so that it does not
    /// depend on what was found before.
    fn clean_path(&mut self, path: &str) -> String {
        if let Some(clean) = self.paths.get(path) {
            return clean.clone();
        }
        let mut alone = Redactor::new(Options::default());
        let clean = alone.redact(path, &Context::of_file("")).into_owned();
        self.paths.insert(path.to_owned(), clean.clone());
        clean
    }
}

fn owned(text: Cow<'_, str>) -> Option<String> {
    match text {
        Cow::Owned(text) => Some(text),
        Cow::Borrowed(_) => None,
    }
}

/// What stands before and behind a value in code that assigns it: `password = "` and `"`. A value that is a literal or
/// a call stands there as it is.
fn assignment(name: &str, value: &str) -> (String, &'static str) {
    let begin = value.trim_start().chars().next();
    let is_literal = begin.is_some_and(|first| "\"'`“[{".contains(first));
    let quote = if is_literal || value.contains('(') {
        ""
    } else {
        ["\"", "'", "`"]
            .into_iter()
            .find(|quote| !value.contains(quote))
            .unwrap_or_default()
    };
    (format!("{name} = {quote}"), quote)
}

/// The words of a name or a path.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_mark = |character: char| !character.is_alphanumeric() && character != '_';
    text.split(is_mark).filter(|word| !word.is_empty())
}
