//! Every rule finds what its examples mark, and nothing else.

use super::examples::Example;
use crate::rule::{Rule, Scope};
use crate::{Context, Options, Redactor, rules};
use regex::{Regex, RegexSet};
use std::collections::HashSet;

fn context(rule: &Rule) -> Context<'_> {
    Context {
        language: rule.languages().first().map(String::as_str),
        ..Context::of_file("example")
    }
}

#[test]
fn every_rule_has_a_name_of_its_own_and_examples_of_both_sorts() {
    let mut ids = HashSet::new();
    for rule in rules() {
        let id = rule.id();
        assert!(ids.insert(id), "{id} is there twice");
        assert!(
            !rule.examples.positive.is_empty(),
            "{id} has no positive example"
        );
        assert!(
            !rule.examples.negative.is_empty(),
            "{id} has no negative example"
        );
        assert!(!rule.keywords.is_empty(), "{id} has no keyword");
        assert!(rule.description().len() > 10, "{id} has no description");
        for name in [id, rule.kind()] {
            let plain =
                |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            assert!(
                name.bytes().all(plain),
                "{name} is no name of a rule or a kind"
            );
        }
    }
}

#[test]
fn every_pattern_compiles() {
    for rule in rules() {
        let id = rule.id();
        if let Err(error) = Regex::new(&rule.pattern) {
            panic!("{id}: {error}");
        }
        if let Err(error) = RegexSet::new(&rule.allow) {
            panic!("{id}: {error}");
        }
    }
}

#[test]
fn every_rule_finds_exactly_what_its_positive_examples_mark() {
    let mut wrong = Vec::new();
    for (rule, template, example) in examples(|rule| &rule.examples.positive) {
        let mut found = Vec::new();
        for window in windows(rule, &example.text) {
            rule.search(window, |range| found.push(&window[range]));
        }
        if found != example.secrets {
            wrong.push(format!("{}: {template} → {found:?}", rule.id()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_rules_together_replace_every_secret_of_a_positive_example() {
    let mut wrong = Vec::new();
    for (rule, template, example) in examples(|rule| &rule.examples.positive) {
        assert!(
            !example.secrets.is_empty(),
            "nothing is marked in {template}"
        );
        let text = example.text.replace("\r\n", "\n");
        let lines = format!("\n{text}\nend\n");
        for text in [lines.replace('\n', "\r\n"), lines, text] {
            let mut redactor = Redactor::new(Options::default());
            let redacted = redactor.redact(&text, &context(rule));
            let stands = |secret: &String| redacted.contains(secret.as_str());
            if example.secrets.iter().any(stands)
                || redacted.lines().count() != text.lines().count()
                || !redactor.leaks(&redacted).is_empty()
            {
                wrong.push(format!("{}: {template} → {redacted}", rule.id()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn all_rules_together_leave_negative_examples_untouched() {
    let mut wrong = Vec::new();
    for (rule, template, example) in examples(|rule| &rule.examples.negative) {
        let mut redactor = Redactor::new(Options::default());
        let redacted = redactor.redact(&example.text, &context(rule));
        if redacted != example.text {
            let found = redactor.findings()[0].rule;
            wrong.push(format!("{}: {template} → {redacted} ({found})", rule.id()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_has_a_negative_example_that_wakes_it() {
    let wakes = |rule: &Rule, text: &str| {
        let text = text.to_lowercase();
        let mut keywords = rule.keywords.iter();
        keywords.any(|keyword| text.contains(&keyword.to_lowercase()))
    };
    let asleep: Vec<&str> = rules()
        .iter()
        .filter(|rule| {
            let mut negative = rule.examples.negative.iter();
            !negative.any(|template| wakes(rule, &Example::new(template).text))
        })
        .map(Rule::id)
        .collect();
    assert!(asleep.is_empty(), "{asleep:?}");
}

fn examples(
    of: impl Fn(&'static Rule) -> &'static Vec<String>,
) -> Vec<(&'static Rule, &'static str, Example)> {
    rules()
        .iter()
        .flat_map(|rule| of(rule).iter().map(move |template| (rule, template)))
        .map(|(rule, template)| (rule, template.as_str(), Example::new(template)))
        .collect()
}

fn windows<'t>(rule: &Rule, text: &'t str) -> Vec<&'t str> {
    match rule.scope {
        Scope::Line => text.split('\n').collect(),
        Scope::Text => vec![text],
    }
}
