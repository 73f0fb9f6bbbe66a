//! Scoring what the extractors find in the files that are labelled.

mod columns;
mod connections;
mod declarations;
mod initialization;

use crate::labels::Labels;
use crate::repository::{Repository, RepositoryError};
use crate::tally::Scores;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Scores labels with the repositories below a directory.
///
/// # Errors
///
/// When a repository cannot be read or an extractor refuses it.
pub fn score(labels: &Labels, corpus: &Path) -> Result<Scores, RepositoryError> {
    let mut corpus = Corpus {
        directory: corpus.to_owned(),
        repositories: HashMap::new(),
    };
    let mut scores = Scores::default();
    for label in &labels.declarations {
        declarations::score(label, &mut corpus, &mut scores)?;
    }
    initialization::score(&labels.initialization, &mut corpus, &mut scores)?;
    connections::score(&labels.connections, &mut corpus, &mut scores)?;
    for label in &labels.columns {
        columns::score(label, &mut corpus, &mut scores)?;
    }
    Ok(scores)
}

/// Repositories by the names of their directories.
struct Corpus {
    directory: PathBuf,
    repositories: HashMap<String, Repository>,
}

impl Corpus {
    /// The repository of a labelled file and its path in there; none when the corpus does not have it, which is
    /// noted.
    fn locate<'f>(
        &mut self,
        file: &'f str,
        scores: &mut Scores,
    ) -> Result<Option<(&mut Repository, &'f str)>, RepositoryError> {
        let (name, path) = file.split_once('/').unwrap_or((file, ""));
        let root = self.directory.join(name);
        if !root.join(path).is_file() {
            scores.absent.insert(file.to_owned());
            return Ok(None);
        }
        if !self.repositories.contains_key(name) {
            let repository = Repository::open(&root)?;
            self.repositories.insert(name.to_owned(), repository);
        }
        let repository = self.repositories.get_mut(name);
        Ok(repository.map(|repository| (repository, path)))
    }
}

/// Notes with which project a file is scored.
fn note(scores: &mut Scores, repository: &Repository, file: &str, project: Option<&str>) {
    match project {
        None => scores.alone.insert(file.to_owned()),
        Some(project) if repository.selected() != Some(project) => {
            scores.elsewhere.insert(format!("{file} ({project})"))
        }
        Some(_) => true,
    };
}
