//! Initialization code: where it runs, which global variables it reads and writes, and what it does in which order.

use super::{Corpus, note};
use crate::event::{EventCode, event};
use crate::labels::{Effect, Initialization};
use crate::repository::{Extractor, Repository, RepositoryError};
use crate::tally::Scores;
use quarry_windev::wlanguage::{Globals, declarations, initialization_blocks};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A block that was found in a labelled event.
struct Found {
    /// None when the file was read by itself.
    element: Option<String>,
    /// Its first line in the file.
    line: u32,
    reads: Vec<String>,
    writes: Vec<String>,
    /// With lines of the file.
    effects: Vec<Effect>,
}

/// Scores the labels, event by event: a block that begins in none of an event's labelled runs is a false one.
pub(super) fn score(
    labels: &[Initialization],
    corpus: &mut Corpus,
    scores: &mut Scores,
) -> Result<(), RepositoryError> {
    let mut events: BTreeMap<(&str, &str), Vec<&Initialization>> = BTreeMap::new();
    for label in labels {
        let event = (label.file.as_str(), label.context.as_str());
        events.entry(event).or_default().push(label);
    }
    for ((file, context), labels) in events {
        let Some((repository, path)) = corpus.locate(file, scores)? else {
            continue;
        };
        let bytes = repository.read(path)?;
        let code = event(context).and_then(|event| EventCode::read(&bytes, event));
        let Some(code) = code else {
            for label in labels {
                scores
                    .kind("initialization: runs of code")
                    .missed(format!("{file}:? {}", label.element));
            }
            continue;
        };
        let project = repository.project_of_code(path);
        note(scores, repository, file, project.as_deref());
        let found = match project {
            Some(project) => of_project(repository, &project, path, &code)?,
            None => alone(&code),
        };
        score_event(file, &labels, found, &code, scores);
    }
    Ok(())
}

fn of_project(
    repository: &mut Repository,
    project: &str,
    path: &str,
    code: &EventCode,
) -> Result<Vec<Found>, RepositoryError> {
    let facts = repository.facts(Extractor::GlobalState, project)?;
    let blocks = facts.initialization_blocks.iter();
    Ok(blocks
        .filter(|block| block.origin.path == path && code.holds(block.origin.line))
        .map(|block| Found {
            element: Some(block.element.clone()),
            line: block.origin.line,
            reads: block.reads.clone(),
            writes: block.writes.clone(),
            effects: block
                .effects
                .iter()
                .map(|effect| Effect {
                    line: effect.line,
                    kind: kebab(effect.kind),
                    target: effect.target.clone(),
                    count: effect.count,
                })
                .collect(),
        })
        .collect())
}

/// What the parser finds in the event of a file that no project lists: its own global variables are all there are.
fn alone(code: &EventCode) -> Vec<Found> {
    let declared = declarations(&code.code);
    let names: Vec<&str> = declared
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    let blocks = initialization_blocks(&code.code, &Globals::new(&names)).into_iter();
    blocks
        .map(|block| Found {
            element: None,
            line: block.span.line,
            reads: block.reads,
            writes: block.writes,
            effects: block
                .effects
                .into_iter()
                .map(|effect| Effect {
                    line: effect.line,
                    kind: kebab(effect.kind),
                    target: effect.target,
                    count: effect.count,
                })
                .collect(),
        })
        .collect()
}

/// A kind of effect as the contract calls it: both enumerations have its names, in camel case.
fn kebab(kind: impl fmt::Debug) -> String {
    let mut kebab = String::new();
    let name = format!("{kind:?}");
    // The contract's bindings write the name of the enumeration, too.
    for character in name.rsplit("::").next().unwrap_or(&name).chars() {
        if character.is_ascii_uppercase() && !kebab.is_empty() {
            kebab.push('-');
        }
        kebab.push(character.to_ascii_lowercase());
    }
    kebab
}

fn score_event(
    file: &str,
    labels: &[&Initialization],
    mut found: Vec<Found>,
    code: &EventCode,
    scores: &mut Scores,
) {
    for label in labels {
        let lines = code.file_line(label.first_line)..=code.file_line(label.last_line);
        let place = format!("{file}:{}", lines.start());
        let (within, rest): (Vec<Found>, Vec<Found>) = found
            .into_iter()
            .partition(|found| lines.contains(&found.line));
        found = rest;
        let Some(first) = within.first() else {
            scores
                .kind("initialization: runs of code")
                .missed(format!("{place} {}", label.element));
            continue;
        };
        scores.kind("initialization: runs of code").right();
        if let Some(element) = &first.element {
            let is_same = *element == label.element;
            scores
                .kind("initialization: element")
                .property(is_same, || format!("{place} {}", label.element));
        }
        let reads = within.iter().flat_map(|found| &found.reads);
        score_names("initialization: reads", &label.reads, reads, &place, scores);
        let writes = within.iter().flat_map(|found| &found.writes);
        score_names(
            "initialization: writes",
            &label.writes,
            writes,
            &place,
            scores,
        );
        if let Some(labelled) = &label.effects {
            let found = within.into_iter().flat_map(|found| found.effects);
            score_effects(file, labelled, found.collect(), code, scores);
        }
    }
    for found in found {
        scores
            .kind("initialization: runs of code")
            .wrong(format!("{file}:{}", found.line));
    }
}

/// Scores effects by line, kind, target and count, and whether their order is the labelled one.
fn score_effects(
    file: &str,
    labelled: &[Effect],
    found: Vec<Effect>,
    code: &EventCode,
    scores: &mut Scores,
) {
    let labelled: Vec<Effect> = labelled
        .iter()
        .map(|effect| Effect {
            line: code.file_line(effect.line),
            ..effect.clone()
        })
        .collect();
    let is_same = labelled == found;
    let named = |effect: &Effect| {
        let target = effect.target.as_deref().unwrap_or("-");
        let (line, kind, count) = (effect.line, &effect.kind, effect.count);
        format!("{file}:{line} {kind} {target} x{count}")
    };
    let mut left = found;
    let tally = scores.kind("initialization: effects");
    for effect in &labelled {
        match left.iter().position(|found| found == effect) {
            Some(at) => {
                left.remove(at);
                tally.right();
            }
            None => tally.missed(named(effect)),
        }
    }
    for effect in &left {
        tally.wrong(named(effect));
    }
    if !labelled.is_empty() {
        scores
            .kind("initialization: effects of a run in order")
            .property(is_same, || named(&labelled[0]));
    }
}

fn score_names<'f>(
    kind: &str,
    labelled: &'f [String],
    found: impl Iterator<Item = &'f String>,
    place: &str,
    scores: &mut Scores,
) {
    let mut found: BTreeSet<&String> = found.collect();
    let tally = scores.kind(kind);
    for name in labelled {
        if found.remove(name) {
            tally.right();
        } else {
            tally.missed(format!("{place} {name}"));
        }
    }
    for name in found {
        tally.wrong(format!("{place} {name}"));
    }
}
