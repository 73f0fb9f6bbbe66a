//! A repository of the corpus: its projects, and what the extractors find in them.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_sdk::facts::FactSet;
use quarry_sdk::{Source, SourceError};
use quarry_windev::layout::{directory, is_ignored, select_project};
use quarry_windev_source::{analyses, elements, select};
use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The extractors that are scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Extractor {
    /// Global variables, constants, initialization code.
    GlobalState,
    /// Connections.
    Connections,
    /// Tables and columns.
    Schema,
}

impl Extractor {
    fn manifest(self) -> Manifest {
        match self {
            Extractor::GlobalState => quarry_component_global_state::describe(),
            Extractor::Connections => quarry_component_connections::describe(),
            Extractor::Schema => quarry_component_schema::describe(),
        }
    }

    fn extract(self, source: &Source, request: &Request) -> Result<Extraction, ExtractError> {
        match self {
            Extractor::GlobalState => quarry_component_global_state::extract(source, request),
            Extractor::Connections => quarry_component_connections::extract(source, request),
            Extractor::Schema => quarry_component_schema::extract(source, request),
        }
    }
}

/// A repository cannot be scored.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// A file or directory cannot be read.
    #[error("{path}: cannot be read: {error}", path = path.display())]
    Unreadable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A directory cannot be listed.
    #[error(transparent)]
    Unlisted(#[from] SourceError),
    /// A manifest's globs are not valid.
    #[error("a glob of a manifest is not valid: {0}")]
    Glob(#[from] globset::Error),
    /// An extractor refused its request.
    #[error("an extractor refused {project}: {error:?}")]
    Refused {
        /// The project that was asked for.
        project: String,
        /// Why.
        error: ExtractError,
    },
}

/// A project of a repository and the files that are its own.
#[derive(Debug)]
struct Project {
    path: String,
    /// Its elements' files.
    elements: HashSet<String>,
    /// The analyses that are read for it.
    analyses: HashSet<String>,
}

/// A repository.
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
    /// All files but those of version control and of backups, relative to the root, sorted.
    files: Vec<String>,
    /// The selected project first.
    projects: Vec<Project>,
    facts: HashMap<(Extractor, String), FactSet>,
}

impl Repository {
    /// Lists the files and reads the projects of a directory.
    ///
    /// # Errors
    ///
    /// When a directory cannot be read.
    pub fn open(root: &Path) -> Result<Self, RepositoryError> {
        let mut files = Source::directory(root).paths()?;
        files.retain(|path| !is_ignored(path) && !is_version_control(path));
        let projects = projects(root, &files)?;
        Ok(Repository {
            root: root.to_owned(),
            files,
            projects,
            facts: HashMap::new(),
        })
    }

    /// The project that is selected when nobody asks for one.
    pub fn selected(&self) -> Option<&str> {
        self.projects.first().map(|project| project.path.as_str())
    }

    /// Whether a file is there.
    pub fn has(&self, file: &str) -> bool {
        self.root.join(file).is_file()
    }

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn read(&self, file: &str) -> Result<Vec<u8>, RepositoryError> {
        let path = self.root.join(file);
        fs::read(&path).map_err(|error| RepositoryError::Unreadable { path, error })
    }

    /// The project that a file of code is scored with: the selected one if the file is an element of it, else the
    /// nearest that has it.
    pub fn project_of_code(&self, file: &str) -> Option<String> {
        self.owner(file, |project| {
            project.path == file || project.elements.contains(file)
        })
    }

    /// The project that an analysis is scored with: the selected one if it is read for that, else the nearest.
    pub fn project_of_analysis(&self, file: &str) -> Option<String> {
        self.owner(file, |project| project.analyses.contains(file))
    }

    fn owner(&self, file: &str, owns: impl Fn(&Project) -> bool) -> Option<String> {
        let (selected, others) = self.projects.split_first()?;
        let nearest = || {
            let mut owners: Vec<&Project> = others.iter().filter(|other| owns(other)).collect();
            owners.sort_by_key(|owner| std::cmp::Reverse(common_depth(&owner.path, file)));
            owners.first().copied()
        };
        let owner = Some(selected).filter(|selected| owns(selected));
        owner.or_else(nearest).map(|owner| owner.path.clone())
    }

    /// What an extractor finds in a project.
    ///
    /// # Errors
    ///
    /// When the extractor refuses.
    pub fn facts(
        &mut self,
        extractor: Extractor,
        project: &str,
    ) -> Result<&FactSet, RepositoryError> {
        let key = (extractor, project.to_owned());
        if !self.facts.contains_key(&key) {
            let request = Request {
                inputs: self.inputs(&extractor.manifest())?,
                options: Some(serde_json::json!({ "project": project }).to_string()),
            };
            let extraction = extractor
                .extract(&Source::directory(&self.root), &request)
                .map_err(|error| RepositoryError::Refused {
                    project: project.to_owned(),
                    error,
                })?;
            self.facts.insert(key.clone(), extraction.facts);
        }
        Ok(&self.facts[&key])
    }

    /// The files that a manifest asks for.
    fn inputs(&self, manifest: &Manifest) -> Result<Vec<String>, RepositoryError> {
        let accepts = globs(&manifest.accepts)?;
        let accepted = self.files.iter().filter(|path| accepts.is_match(path));
        Ok(accepted.cloned().collect())
    }
}

fn projects(root: &Path, files: &[String]) -> Result<Vec<Project>, RepositoryError> {
    let source = Source::directory(root);
    // Without a request for one, there is none that could be unknown.
    let Ok(selection) = select_project(files, None) else {
        return Ok(Vec::new());
    };
    let paths = selection.chosen.into_iter().chain(selection.others);
    paths.map(|path| project(&source, path, files)).collect()
}

fn project(source: &Source, path: &str, files: &[String]) -> Result<Project, RepositoryError> {
    let request = Request {
        inputs: files.to_vec(),
        options: Some(serde_json::json!({ "project": path }).to_string()),
    };
    let selected = select(source, &request).map_err(|error| RepositoryError::Refused {
        project: path.to_owned(),
        error,
    })?;
    let elements = elements(&selected, files).into_iter();
    let elements = elements.filter_map(|element| Some(element.input?.to_owned()));
    let elements = elements.collect();
    let read = analyses(source, &selected, &request.inputs, &mut Vec::new());
    Ok(Project {
        path: path.to_owned(),
        elements,
        analyses: read.into_iter().map(|(path, _)| path.to_owned()).collect(),
    })
}

fn is_version_control(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, ".git" | ".hg" | ".svn" | ".quarry"))
}

/// How many directories two files have in common.
fn common_depth(one: &str, other: &str) -> usize {
    let pairs = directory(one).split('/').zip(directory(other).split('/'));
    pairs.take_while(|(one, other)| one == other).count()
}

fn globs(patterns: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let mut glob = GlobBuilder::new(pattern);
        set.add(
            glob.case_insensitive(true)
                .literal_separator(true)
                .build()?,
        );
    }
    set.build()
}
