//! One rule: what a kind of secret looks like and where it stands.

use crate::harmless::{Place, is_harmless};
use crate::strength;
use regex::{Regex, RegexSet};
use serde::Deserialize;
use std::fmt;
use std::ops::Range;
use std::sync::OnceLock;

/// How sure a rule is that what it finds is a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// The place or the look of the value suggests it.
    Medium,
    /// The place or the look of the value proves it.
    High,
}

impl fmt::Display for Confidence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

/// How much of a text a pattern sees at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Scope {
    /// The line in which a keyword stands.
    #[default]
    Line,
    /// Everything from the line of the first keyword on.
    Text,
}

/// Texts that show what a rule finds and what it leaves alone: see the head of `rules.rs`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "read by the tests of the rules")
)]
pub(crate) struct Examples {
    pub(crate) positive: Vec<String>,
    pub(crate) negative: Vec<String>,
}

/// What a kind of secret looks like.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) description: String,
    pub(crate) keywords: Vec<String>,
    pub(crate) pattern: String,
    #[serde(default)]
    pub(crate) entropy: f64,
    #[serde(default)]
    pub(crate) allow: Vec<String>,
    #[serde(default)]
    pub(crate) languages: Vec<String>,
    pub(crate) confidence: Confidence,
    #[serde(default)]
    pub(crate) scope: Scope,
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "read by the tests of the rules")
    )]
    pub(crate) examples: Examples,
    #[serde(skip)]
    compiled: OnceLock<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    pattern: Regex,
    allow: RegexSet,
}

impl Rule {
    /// The rule's name, unique among all rules: `github-personal-token`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The word that stands in a placeholder: `token`.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What the rule finds, in one sentence.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// How sure the rule is.
    pub fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// The languages to whose texts the rule is restricted; empty for a rule that holds for every text.
    pub fn languages(&self) -> &[String] {
        &self.languages
    }

    pub(crate) fn applies_to(&self, language: Option<&str>) -> bool {
        let of = |rule: &String| language.is_some_and(|text| text.eq_ignore_ascii_case(rule));
        self.languages.is_empty() || self.languages.iter().any(of)
    }

    /// Tells `found` the byte ranges of the secrets in `window`.
    pub(crate) fn search(&self, window: &str, mut found: impl FnMut(Range<usize>)) {
        let pattern = &self.compiled().pattern;
        let mut at = 0;
        // Most windows hold no match, which is told much faster without groups.
        while pattern.is_match_at(window, at)
            && let Some(captures) = pattern.captures_at(window, at)
        {
            let whole = captures.get_match();
            let secret = captures.iter().skip(1).flatten().next().unwrap_or(whole);
            // What is refused may hide the beginning of another match, so the search goes on within it.
            at = if self.is_secret(secret.as_str(), is_quoted(window, &secret.range())) {
                found(secret.range());
                secret.end()
            } else if secret.start() > whole.start() {
                secret.start()
            } else {
                whole.end()
            };
            if whole.is_empty() {
                break;
            }
        }
    }

    fn is_secret(&self, value: &str, is_quoted: bool) -> bool {
        let place = Place {
            is_quoted,
            confidence: self.confidence,
        };
        !is_harmless(value, place)
            && (self.entropy == 0.0 || strength::entropy(value) >= self.entropy)
            && !self.compiled().allow.is_match(value)
    }

    fn compiled(&self) -> &Compiled {
        self.compiled.get_or_init(|| {
            // The patterns are part of the program, and a test compiles every one.
            self.compile()
                .expect("the pattern of an embedded rule is valid")
        })
    }

    fn compile(&self) -> Result<Compiled, regex::Error> {
        Ok(Compiled {
            pattern: Regex::new(&self.pattern)?,
            allow: RegexSet::new(&self.allow)?,
        })
    }
}

/// Whether a part of a text stands between two quotes.
fn is_quoted(text: &str, range: &Range<usize>) -> bool {
    const QUOTES: [char; 6] = ['"', '\'', '`', '“', '”', '‘'];
    let before = text[..range.start].ends_with(QUOTES);
    let behind = text[range.end..].trim_start_matches('\\');
    before && behind.starts_with(QUOTES)
}
