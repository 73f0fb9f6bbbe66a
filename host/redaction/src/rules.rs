//! All rules: the files under `rules/`, one a theme, embedded.
//!
//! A rule is data:
//!
//! | field | meaning |
//! |---|---|
//! | `id` | its name, unique |
//! | `kind` | the word in the placeholder: `[REDACTED:kind#1]` |
//! | `description` | what it finds |
//! | `confidence` | `high`: the look or the place of the value proves it; `medium`: they suggest it |
//! | `keywords` | the pattern is tried only where one of these stands, in any case |
//! | `pattern` | a regular expression; the first of its groups that takes part is the secret, else the whole match |
//! | `scope` | `line` (the default): the pattern sees the keyword's line; `text`: from there to the end of the text |
//! | `entropy` | the least Shannon entropy of the secret, in bits a character |
//! | `allow` | patterns of values that are no secrets (besides `rules/harmless.toml`, which holds for every rule) |
//! | `languages` | the rule holds only for texts of these languages |
//! | `examples` | `positive` and `negative`: at least one of each |
//!
//! Parts that patterns share are in `rules/fragments.toml`: `{{name}}` in a pattern stands for the fragment `name`.
//!
//! The tests run all examples. In a positive one `«` and `»` stand around every secret. So that no example looks like a
//! live key, values are written as fillers, which the tests expand into the same pseudo-random characters each time:
//! `{alnum:36}`, `{lower:8}`, `{upper:8}`, `{letters:8}`, `{digits:12}`, `{hex:32}`, `{HEX:32}`, `{lowernum:10}`,
//! `{uppernum:16}`, `{base64:40}`, `{base64url:43}`, `{password:12}`, and `{dash:5}` for `-----`.

use crate::rule::Rule;
use aho_corasick::AhoCorasick;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

macro_rules! files {
    ($($theme:literal),* $(,)?) => {
        &[$(($theme, include_str!(concat!("../rules/", $theme, ".toml")))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "ai",
    "authorization",
    "cloud",
    "command-line",
    "database",
    "generic",
    "keys",
    "messaging",
    "monitoring",
    "payment",
    "service",
    "source-control",
    "wlanguage",
];

const FRAGMENTS: &str = include_str!("../rules/fragments.toml");

/// Every rule there is, in the order of the files.
pub fn rules() -> &'static [Rule] {
    &rule_set().rules
}

/// The rules and the automaton that says which of them a text may concern.
pub(crate) struct RuleSet {
    pub(crate) rules: Vec<Rule>,
    /// Over the distinct keywords of all rules.
    pub(crate) keywords: AhoCorasick,
    /// For each keyword the indices of the rules that it wakes.
    pub(crate) woken: Vec<Vec<usize>>,
}

/// The rules, read when they are needed first.
pub(crate) fn rule_set() -> &'static RuleSet {
    static RULES: OnceLock<RuleSet> = OnceLock::new();
    RULES.get_or_init(|| {
        // The files are part of the program, and every test of a rule reads them.
        RuleSet::new(FILES).unwrap_or_else(|error| panic!("{error}"))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<Rule>,
}

/// A file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RuleError {
    #[error("rules/{theme}.toml: {source}")]
    Syntax {
        theme: &'static str,
        source: toml::de::Error,
    },
    #[error(
        "rules/{theme}.toml: the pattern of {rule} names a fragment that rules/fragments.toml does not have"
    )]
    Fragment { theme: &'static str, rule: String },
    #[error("the keywords of the rules make no automaton: {0}")]
    Keywords(#[from] aho_corasick::BuildError),
}

impl RuleSet {
    pub(crate) fn new(files: &[(&'static str, &str)]) -> Result<Self, RuleError> {
        let theme = "fragments";
        let fragments =
            toml::from_str(FRAGMENTS).map_err(|source| RuleError::Syntax { theme, source })?;
        let mut rules = Vec::new();
        for (theme, text) in files {
            rules.extend(read(theme, text, &fragments)?);
        }
        let mut woken: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, rule) in rules.iter().enumerate() {
            for keyword in &rule.keywords {
                woken.entry(keyword.to_lowercase()).or_default().push(index);
            }
        }
        let keywords = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(aho_corasick::AhoCorasickKind::DFA))
            .build(woken.keys())?;
        Ok(Self {
            rules,
            keywords,
            woken: woken.into_values().collect(),
        })
    }
}

fn read(
    theme: &'static str,
    text: &str,
    fragments: &BTreeMap<String, String>,
) -> Result<Vec<Rule>, RuleError> {
    let mut file: File =
        toml::from_str(text).map_err(|source| RuleError::Syntax { theme, source })?;
    for rule in &mut file.rule {
        // A fragment may name others.
        for _ in 0..=fragments.len() {
            for (name, fragment) in fragments {
                rule.pattern = rule.pattern.replace(&format!("{{{{{name}}}}}"), fragment);
            }
            if !rule.pattern.contains("{{") {
                break;
            }
        }
        if rule.pattern.contains("{{") {
            let rule = rule.id.clone();
            return Err(RuleError::Fragment { theme, rule });
        }
    }
    Ok(file.rule)
}
