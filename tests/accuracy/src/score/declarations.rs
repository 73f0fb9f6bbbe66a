//! Global variables and constants.

use super::{Corpus, note};
use crate::event::{EventCode, context_name, event};
use crate::labels::{Constant, Declarations, Global};
use crate::repository::{Extractor, Repository, RepositoryError};
use crate::tally::Scores;
use quarry_windev::wlanguage::declarations;

/// A declaration that was found in the labelled event.
struct Found {
    name: String,
    /// Its line in the file.
    line: u32,
    declared_type: String,
    has_value: bool,
}

/// What was found in the labelled event.
#[derive(Default)]
struct FoundDeclarations {
    globals: Vec<Found>,
    constants: Vec<Found>,
}

/// Scores the labels of one event of a file.
pub(super) fn score(
    labels: &Declarations,
    corpus: &mut Corpus,
    scores: &mut Scores,
) -> Result<(), RepositoryError> {
    let Some((repository, path)) = corpus.locate(&labels.file, scores)? else {
        return Ok(());
    };
    let bytes = repository.read(path)?;
    let code = event(&labels.context).and_then(|event| EventCode::read(&bytes, event));
    let found = match &code {
        Some(code) => {
            let project = repository.project_of_code(path);
            note(scores, repository, &labels.file, project.as_deref());
            match project {
                Some(project) => of_project(repository, &project, path, code)?,
                None => alone(code),
            }
        }
        None => FoundDeclarations::default(),
    };
    let file_line = |line| code.as_ref().map_or(line, |code| code.file_line(line));
    if let Some(globals) = &labels.globals {
        score_globals(labels, globals, found.globals, file_line, scores);
    }
    if let Some(constants) = &labels.constants {
        score_constants(labels, constants, found.constants, file_line, scores);
    }
    Ok(())
}

/// What the extractor finds in the event, within a project.
fn of_project(
    repository: &mut Repository,
    project: &str,
    path: &str,
    code: &EventCode,
) -> Result<FoundDeclarations, RepositoryError> {
    let facts = repository.facts(Extractor::GlobalState, project)?;
    let globals = facts.global_variables.iter();
    let constants = facts.constants.iter();
    Ok(FoundDeclarations {
        globals: globals
            .filter(|found| found.origin.path == path && code.holds(found.origin.line))
            .map(|found| Found {
                name: found.name.clone(),
                line: found.origin.line,
                declared_type: found.declared_type.clone(),
                has_value: found.default_value.is_some(),
            })
            .collect(),
        constants: constants
            .filter(|found| found.origin.path == path && code.holds(found.origin.line))
            .map(|found| Found {
                name: found.name.clone(),
                line: found.origin.line,
                declared_type: String::new(),
                has_value: found.value.is_some(),
            })
            .collect(),
    })
}

/// What the parser finds in the event of a file that no project lists.
fn alone(code: &EventCode) -> FoundDeclarations {
    let found = declarations(&code.code);
    let globals = found.variables.into_iter();
    let constants = found.constants.into_iter();
    FoundDeclarations {
        globals: globals
            .map(|found| Found {
                name: found.name,
                line: found.span.line,
                declared_type: found.declared_type,
                has_value: found.default_value.is_some(),
            })
            .collect(),
        constants: constants
            .map(|found| Found {
                name: found.name,
                line: found.span.line,
                declared_type: String::new(),
                has_value: found.value.is_some(),
            })
            .collect(),
    }
}

fn score_globals(
    labels: &Declarations,
    globals: &[Global],
    mut found: Vec<Found>,
    file_line: impl Fn(u32) -> u32,
    scores: &mut Scores,
) {
    let kind = format!("globals: {}", context_name(&labels.context));
    scores.kind(&kind);
    for label in globals {
        let line = file_line(label.line());
        let place = format!("{}:{line} {}", labels.file, label.name);
        let same = |found: &Found| found.line == line && found.name == label.name;
        let Some(at) = found.iter().position(same) else {
            scores.kind(&kind).missed(place);
            continue;
        };
        let found = found.swap_remove(at);
        scores.kind(&kind).right();
        if let Some(declared_type) = &label.declared_type {
            let (labelled, written) = (spaced(declared_type), spaced(&found.declared_type));
            scores
                .kind("globals, declared type")
                .property(labelled == written, || {
                    format!("{place}: `{labelled}`, not `{written}`")
                });
        }
        if let Some(has_init) = label.has_init {
            scores
                .kind("globals, initial value or none")
                .property(has_init == found.has_value, || place);
        }
    }
    for found in found {
        let known = labels.not_global.iter().find(|not| not.name == found.name);
        let why = known.map_or(String::new(), |not| format!(" ({})", not.why));
        let place = format!("{}:{} {}{why}", labels.file, found.line, found.name);
        scores.kind(&kind).wrong(place);
    }
}

fn score_constants(
    labels: &Declarations,
    constants: &[Constant],
    mut found: Vec<Found>,
    file_line: impl Fn(u32) -> u32,
    scores: &mut Scores,
) {
    let kind = format!("constants: {}", context_name(&labels.context));
    for label in constants {
        let line = label.line().map(&file_line);
        let same = |found: &Found| {
            found.name == label.name() && line.is_none_or(|line| line == found.line)
        };
        match found.iter().position(same) {
            Some(at) => {
                found.swap_remove(at);
                scores.kind(&kind).right();
            }
            None => {
                let line = line.map_or(String::new(), |line| format!(":{line}"));
                let place = format!("{}{line} {}", labels.file, label.name());
                scores.kind(&kind).missed(place);
            }
        }
    }
    for found in found {
        let place = format!("{}:{} {}", labels.file, found.line, found.name);
        scores.kind(&kind).wrong(place);
    }
}

/// A type with one space where there are several.
fn spaced(declared_type: &str) -> String {
    let words: Vec<&str> = declared_type.split_whitespace().collect();
    words.join(" ")
}
