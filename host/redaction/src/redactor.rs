//! One run of redaction over many texts.

use crate::edits::Edits;
use crate::known::{KnownSecrets, SecretId};
use crate::placeholder::placeholders;
use crate::position::Positions;
use crate::rule::Confidence;
use crate::scan::{self, Match};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::ops::Range;

/// What was replaced may have hidden another secret, so a text is searched until nothing more is found: twice for
/// most texts with secrets. The limit only stops a text that was made to be searched for ever.
const ROUNDS: usize = 16;

/// Says the line and the column of a value, both from 1, the column in characters.
pub type Locate<'l> = dyn Fn(&str) -> (u32, u32) + 'l;

/// Where a text begins in the file that it was taken from, and what else is known of it.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The file's path, as findings shall name it.
    pub path: &'a str,
    /// The line of the text's first character, from 1.
    pub line: u32,
    /// The column of the text's first character, in characters from 1.
    pub column: u32,
    /// The text's language (`wlanguage`), for the rules that hold for one language only.
    pub language: Option<&'a str>,
    /// Says where a value stands, for a text that is not in the file as it is.
    pub locate: Option<&'a Locate<'a>>,
    /// Names of things. A value that is made of them alone is no secret because of what stands beside it.
    pub names: Option<&'a HashSet<String>>,
    /// Whether weak values that are [pursued](Redactor::pursue) are replaced.
    pub is_pursued: bool,
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Context")
            .field("path", &self.path)
            .field("line", &self.line)
            .field("column", &self.column)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

impl<'a> Context<'a> {
    /// A whole file in no particular language.
    pub fn of_file(path: &'a str) -> Self {
        Self {
            path,
            line: 1,
            column: 1,
            language: None,
            locate: None,
            names: None,
            is_pursued: false,
        }
    }

    fn is_made_of_names(&self, value: &str) -> bool {
        let is_mark = |character: char| !character.is_alphanumeric() && character != '_';
        self.names.is_some_and(|names| {
            let mut parts = value.split(is_mark).filter(|part| !part.is_empty());
            parts.all(|part| names.contains(part))
        })
    }
}

/// What a run is told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Fingerprints of findings that are no secrets.
    pub allowed: HashSet<String>,
}

/// A secret that was found at a place. It never holds the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The identifier of the rule that found it, or that found the same value elsewhere.
    pub rule: &'static str,
    /// The kind of secret: `password`.
    pub kind: &'static str,
    /// How sure the rule is.
    pub confidence: Confidence,
    /// The file's path.
    pub path: String,
    /// The line, from 1.
    pub line: u32,
    /// The column of the secret's first character, in characters from 1.
    pub column: u32,
    /// What [`Options::allowed`] takes: `path:line:column:rule`, and `:2` and so on behind it if another value had the
    /// same. It says where the secret stands and nothing of its value: even a salted hash could be compared with
    /// guesses of a weak password.
    pub fingerprint: String,
    /// What stands in place of the value, or would stand there if it were not allowed.
    pub placeholder: String,
    /// Whether it was declared to be no secret, so that it was not replaced.
    pub allowed: bool,
}

/// A known value that still stands in a text. It never holds the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// The identifier of the rule that found the value.
    pub rule: &'static str,
    /// What should stand there.
    pub placeholder: String,
    /// The line, from 1.
    pub line: u32,
    /// The column, in characters from 1.
    pub column: u32,
}

/// Finds and replaces secrets; one for a run, since it numbers them. See the crate's documentation.
#[derive(Default)]
pub struct Redactor {
    allowed: HashSet<String>,
    known: KnownSecrets,
    findings: Vec<Finding>,
    /// The secrets found at each place by each rule, and which of them each is there, from 1.
    places: HashMap<String, HashMap<SecretId, usize>>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Redactor")
            .field("secrets", &self.known.len())
            .field("findings", &self.findings.len())
            .finish_non_exhaustive()
    }
}

impl Redactor {
    /// Begins a run that knows no secrets yet.
    pub fn new(options: Options) -> Self {
        Self {
            allowed: options.allowed,
            ..Self::default()
        }
    }

    /// Searches a text with all rules and for the distinctive values found before, and replaces what is found. A text
    /// without secrets comes back as it is; the number of lines stays the same.
    pub fn redact<'t>(&mut self, text: &'t str, context: &Context<'_>) -> Cow<'t, str> {
        self.redact_part(text, 0..text.len(), context)
    }

    /// Searches a text for the secrets of one part of it, and gives that part back. What stands around it says what the
    /// part is, and is left alone: `password = "` before a value, which the context describes.
    pub fn redact_part<'t>(
        &mut self,
        text: &'t str,
        part: Range<usize>,
        context: &Context<'_>,
    ) -> Cow<'t, str> {
        let mut edits = Edits::new(text);
        let mut current = Cow::Borrowed(text);
        let mut settled = HashSet::new();
        let before = self.findings.len();
        for _ in 0..ROUNDS {
            let mut found = self.search(&current, context);
            let ranges = edits.to_original(found.iter().map(|found| found.range.clone()));
            for (found, range) in found.iter_mut().zip(ranges) {
                found.range = range.start.max(part.start)..range.end.min(part.end);
            }
            found.retain(|found| !found.range.is_empty() && settled.insert(found.range.clone()));
            if found.is_empty() {
                break;
            }
            let replacements = self.settle(text, part.start, context, found);
            if replacements.is_empty() {
                break;
            }
            edits.add(replacements);
            current = Cow::Owned(edits.apply());
        }
        self.findings[before..].sort_by_key(|finding| (finding.line, finding.column));
        let end = current.len() - (text.len() - part.end);
        match current {
            Cow::Borrowed(whole) => Cow::Borrowed(&whole[part]),
            Cow::Owned(whole) => Cow::Owned(whole[part.start..end].to_owned()),
        }
    }

    /// From now on the secrets of some of [`Self::findings`] are replaced as words, even if they are weak, in texts whose
    /// [context](Context::is_pursued) says so.
    ///
    /// # Panics
    ///
    /// When there are not so many findings.
    pub fn pursue(&mut self, which: Range<usize>) {
        for finding in &self.findings[which] {
            self.known.pursue(&finding.placeholder);
        }
    }

    /// Takes back some of [`Self::findings`], because the texts that they were found in are discarded. What is known of
    /// the secrets stays.
    ///
    /// # Panics
    ///
    /// When there are not so many.
    pub fn retract(&mut self, which: Range<usize>) {
        for finding in self.findings.drain(which) {
            let Finding {
                rule,
                path,
                line,
                column,
                ..
            } = finding;
            self.places.remove(&place(&path, line, column, rule));
        }
    }

    /// Which of [`Options::allowed`] are the fingerprint of nothing that was found so far.
    pub fn unknown_allowed(&self) -> Vec<&str> {
        let found: HashSet<&str> = self
            .findings
            .iter()
            .map(|found| &*found.fingerprint)
            .collect();
        let allowed = self.allowed.iter().map(String::as_str);
        let mut unknown: Vec<&str> = allowed.filter(|allowed| !found.contains(allowed)).collect();
        unknown.sort_unstable();
        unknown
    }

    /// Replaces the distinctive values found before, wherever they stand, without searching for others: for texts that
    /// were made of redacted ones.
    pub fn replace_known<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut edits = Edits::new(text);
        let found = self.occurrences(text);
        edits.add(
            found
                .into_iter()
                .filter_map(|found| Some((found.secret?, found.range)))
                .map(|(secret, range)| {
                    let replacement = self.replacement(secret, &text[range.clone()]);
                    (range, replacement)
                })
                .collect(),
        );
        if edits.is_empty() {
            Cow::Borrowed(text)
        } else {
            Cow::Owned(edits.apply())
        }
    }

    /// Distinctive values found before that still stand in `text`. Weak values are not looked for: see the crate's
    /// documentation.
    pub fn leaks(&self, text: &str) -> Vec<Leak> {
        let mut positions = Positions::new(text, &Context::of_file(""));
        self.occurrences(text)
            .into_iter()
            .map(|found| {
                let (line, column) = positions.of(found.range.start);
                Leak {
                    rule: found.rule.id(),
                    placeholder: found.secret.map_or_else(String::new, |secret| {
                        self.known.placeholder(secret).to_owned()
                    }),
                    line,
                    column,
                }
            })
            .collect()
    }

    /// All that was found so far: the texts in the order of [`Self::redact`], each from its beginning.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    fn search(&self, text: &str, context: &Context<'_>) -> Vec<Match> {
        let placeholders = placeholders(text);
        let mut found = scan::matches(text, context.language, &placeholders);
        found.retain(|found| !context.is_made_of_names(&text[found.range.clone()]));
        found.extend(self.known.occurrences(text, &placeholders));
        if context.is_pursued {
            found.extend(self.known.pursued(text, &placeholders));
        }
        scan::merge(found)
    }

    fn occurrences(&self, text: &str) -> Vec<Match> {
        scan::merge(self.known.occurrences(text, &placeholders(text)))
    }

    /// Records what was found in `text` from `start` on, in order, and says what shall stand there.
    fn settle(
        &mut self,
        text: &str,
        start: usize,
        context: &Context<'_>,
        found: Vec<Match>,
    ) -> Vec<(Range<usize>, String)> {
        let mut positions = Positions::new(&text[start..], context);
        let mut replacements = Vec::new();
        for Match {
            range,
            rule,
            secret,
            is_wider,
        } in found
        {
            let value = &text[range.clone()];
            let secret = secret
                .filter(|_| !is_wider)
                .unwrap_or_else(|| self.known.learn(value, rule));
            let (line, column) = match context.locate {
                Some(locate) => locate(value),
                None => positions.of(range.start - start),
            };
            let place = place(context.path, line, column, rule.id());
            let (fingerprint, is_new) = self.fingerprint(place, secret);
            let allowed = self.allowed.contains(&fingerprint) || self.known.is_allowed(value);
            if allowed {
                self.known.allow(value);
            } else {
                replacements.push((range, self.replacement(secret, value)));
            }
            if is_new {
                self.findings.push(Finding {
                    rule: rule.id(),
                    kind: rule.kind(),
                    confidence: rule.confidence(),
                    path: context.path.to_owned(),
                    line,
                    column,
                    fingerprint,
                    placeholder: self.known.placeholder(secret).to_owned(),
                    allowed,
                });
            }
        }
        replacements
    }

    /// A fingerprint that no other secret has, and whether it is the first time that it is given.
    fn fingerprint(&mut self, place: String, secret: SecretId) -> (String, bool) {
        let there = self.places.entry(place.clone()).or_default();
        let next = there.len() + 1;
        let number = *there.entry(secret).or_insert(next);
        let fingerprint = match number {
            1 => place,
            _ => format!("{place}:{number}"),
        };
        (fingerprint, number == next)
    }

    /// The placeholder, and the line ends of the value, so that the lines that follow keep their numbers.
    fn replacement(&self, secret: SecretId, value: &str) -> String {
        let mut replacement = self.known.placeholder(secret).to_owned();
        replacement.extend(
            value
                .chars()
                .filter(|character| matches!(character, '\r' | '\n')),
        );
        replacement
    }
}

fn place(path: &str, line: u32, column: u32, rule: &str) -> String {
    format!("{path}:{line}:{column}:{rule}")
}
