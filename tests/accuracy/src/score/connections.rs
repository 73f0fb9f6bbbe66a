//! Connections. A fact's host or database is only looked at for whether it is there.

use super::{Corpus, note};
use crate::labels::{self, ConnectionSource, Connections};
use crate::repository::{Extractor, Repository, RepositoryError};
use crate::tally::Scores;
use quarry_windev::analysis::Analysis;
use std::collections::{BTreeMap, BTreeSet};

/// A connection that was found.
struct Found {
    name: String,
    path: String,
    line: u32,
    kind: String,
    host: bool,
    port: Option<u16>,
    database: bool,
    user: bool,
    password: bool,
}

/// Scores the labels. Of repositories that are labelled completely, what is found in other files is false.
pub(super) fn score(
    labels: &[Connections],
    corpus: &mut Corpus,
    scores: &mut Scores,
) -> Result<(), RepositoryError> {
    let mut labelled: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut complete = BTreeSet::new();
    let mut matched = BTreeSet::new();
    for label in labels {
        let elsewhere = score_file(label, corpus, scores)?;
        let (repository, path) = label.file.split_once('/').unwrap_or((&label.file, ""));
        matched.extend(
            elsewhere
                .into_iter()
                .map(|(path, line)| (repository, path, line)),
        );
        labelled.entry(repository).or_default().insert(path);
        if label.is_complete {
            complete.insert(repository);
        }
    }
    for name in complete {
        let labelled = &labelled[name];
        let Some(repository) = corpus.repositories.get_mut(name) else {
            continue;
        };
        let Some(selected) = repository.selected().map(str::to_owned) else {
            continue;
        };
        for found in of_project(repository, &selected)? {
            let is_labelled = labelled.contains(found.path.as_str());
            if !is_labelled && !matched.contains(&(name, found.path.clone(), found.line)) {
                let kind = kind(source_of(&found.path));
                scores.kind(kind).wrong(format!(
                    "{name}/{}:{} {}",
                    found.path, found.line, found.name
                ));
            }
        }
    }
    Ok(())
}

fn kind(source: ConnectionSource) -> &'static str {
    match source {
        ConnectionSource::Analysis => "connections: analysis",
        ConnectionSource::Code => "connections: code",
    }
}

fn source_of(path: &str) -> ConnectionSource {
    if path.to_lowercase().ends_with(".xdd") {
        ConnectionSource::Analysis
    } else {
        ConnectionSource::Code
    }
}

/// Scores the labels of one file. Returns where in other files those stand that were matched with them.
fn score_file(
    labels: &Connections,
    corpus: &mut Corpus,
    scores: &mut Scores,
) -> Result<Vec<(String, u32)>, RepositoryError> {
    let Some((repository, path)) = corpus.locate(&labels.file, scores)? else {
        return Ok(Vec::new());
    };
    let project = match labels.source {
        ConnectionSource::Analysis => repository.project_of_analysis(path),
        ConnectionSource::Code => repository.project_of_code(path),
    };
    note(scores, repository, &labels.file, project.as_deref());
    let all = match (project, labels.source) {
        (Some(project), _) => of_project(repository, &project)?,
        (None, ConnectionSource::Analysis) => alone(path, &repository.read(path)?),
        (None, ConnectionSource::Code) => Vec::new(),
    };
    let (mut here, mut elsewhere): (Vec<Found>, Vec<Found>) =
        all.into_iter().partition(|found| found.path == path);
    let mut matched = Vec::new();
    for label in &labels.connections {
        let found = take(&mut here, label).or_else(|| {
            // What two analyses declare alike is given once, with the first as its place; what code declares in one
            // file and describes in another is found there.
            let found = take(&mut elsewhere, label)?;
            matched.push((found.path.clone(), found.line));
            Some(found)
        });
        score_connection(labels, label, found.as_ref(), scores);
    }
    for found in here {
        let place = format!("{}:{} {}", labels.file, found.line, found.name);
        scores.kind(kind(labels.source)).wrong(place);
    }
    Ok(matched)
}

/// Takes out the connection of a label's name: of several the one of its kind, else the first.
fn take(found: &mut Vec<Found>, label: &labels::Connection) -> Option<Found> {
    let is_named = |found: &Found| found.name == label.name;
    let is_of_kind = |found: &Found| label.kind.as_ref() == Some(&found.kind);
    let best = found
        .iter()
        .position(|found| is_named(found) && is_of_kind(found));
    let at = best.or_else(|| found.iter().position(is_named))?;
    Some(found.remove(at))
}

fn score_connection(
    labels: &Connections,
    label: &labels::Connection,
    found: Option<&Found>,
    scores: &mut Scores,
) {
    let line = label.line.or(found.map(|found| found.line));
    let line = line.map_or(String::new(), |line| format!(":{line}"));
    let place = format!("{}{line} {}", labels.file, label.name);
    let kind = kind(labels.source);
    let Some(found) = found else {
        return scores.kind(kind).missed(place);
    };
    scores.kind(kind).right();
    if let Some(database_kind) = &label.kind {
        scores
            .kind("connections, kind of database")
            .property(*database_kind == found.kind, || {
                format!("{place}: {database_kind}, not {}", found.kind)
            });
    }
    if let Some(port) = label.port {
        scores
            .kind("connections, port")
            .property(port == found.port, || place.clone());
    }
    let properties = [
        ("connections, host or none", label.host, found.host),
        (
            "connections, database or none",
            label.database,
            found.database,
        ),
        ("connections, user or none", label.user, found.user),
        (
            "connections, password or none",
            label.password,
            found.password,
        ),
    ];
    for (kind, labelled, found) in properties {
        if let Some(labelled) = labelled {
            scores.kind(kind).property(labelled == found, || {
                let what = if labelled { "has one" } else { "has none" };
                format!("{place}: {what}")
            });
        }
    }
}

fn of_project(repository: &mut Repository, project: &str) -> Result<Vec<Found>, RepositoryError> {
    let facts = repository.facts(Extractor::Connections, project)?;
    let connections = facts.connections.iter();
    Ok(connections
        .map(|found| Found {
            name: found.name.clone(),
            path: found.origin.path.clone(),
            line: found.origin.line,
            kind: found.kind.clone(),
            host: found.host.is_some(),
            port: found.port,
            database: found.database.is_some(),
            user: found.has_user,
            password: found.has_password,
        })
        .collect())
}

/// The connections of an analysis that is read for no project.
fn alone(path: &str, bytes: &[u8]) -> Vec<Found> {
    let connections = Analysis::read(bytes).connections.into_iter();
    connections
        .map(|found| Found {
            name: found.name,
            path: path.to_owned(),
            line: found.span.line,
            kind: found.kind,
            host: found.host.is_some(),
            port: found.port,
            database: found.database.is_some(),
            user: found.has_user,
            password: found.has_password,
        })
        .collect()
}
