//! Which project of a source tree is meant.

use std::fmt;

use super::paths::{depth, directory, extension, file_path};

/// The project that is read, and those that are not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectSelection<'p> {
    /// The project file; none when the tree has none.
    pub chosen: Option<&'p str>,
    /// All other project files, in the order of the paths.
    pub others: Vec<&'p str>,
}

/// A project was asked for that the tree does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProject {
    /// What was asked for.
    pub requested: String,
    /// The project files that there are.
    pub available: Vec<String>,
}

impl fmt::Display for UnknownProject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// As many as somebody reads.
        const SHOWN: usize = 10;
        write!(formatter, "there is no project `{}`; ", self.requested)?;
        if self.available.is_empty() {
            return formatter.write_str("the tree has no project file at all");
        }
        let shown = &self.available[..self.available.len().min(SHOWN)];
        write!(formatter, "there is `{}`", shown.join("`, `"))?;
        match self.available.len() - shown.len() {
            0 => Ok(()),
            more => write!(formatter, " and {more} more"),
        }
    }
}

impl std::error::Error for UnknownProject {}

/// Selects the project of a tree: the one that lies in the fewest directories; of several such, the first in the
/// order of the paths.
///
/// `requested` is a project file, or a directory, in which the same rule holds; case does not matter unless two
/// files differ by nothing else.
pub fn select_project<'p, P: AsRef<str>>(
    paths: &'p [P],
    requested: Option<&str>,
) -> Result<ProjectSelection<'p>, UnknownProject> {
    let projects: Vec<&str> = paths
        .iter()
        .map(AsRef::as_ref)
        .filter(|path| matches!(extension(path).as_str(), "wdp" | "wwp" | "wpp"))
        .collect();
    let chosen = match requested {
        Some(requested) => Some(find(&projects, requested)?),
        None => shallowest(projects.iter().copied()),
    };
    let others = projects
        .into_iter()
        .filter(|path| Some(*path) != chosen)
        .collect();
    Ok(ProjectSelection { chosen, others })
}

fn find<'p>(projects: &[&'p str], requested: &str) -> Result<&'p str, UnknownProject> {
    let wanted = file_path(requested);
    let folded = wanted.to_lowercase();
    let exact = projects.iter().copied().find(|path| *path == wanted);
    exact
        .or_else(|| {
            projects
                .iter()
                .copied()
                .find(|path| path.to_lowercase() == folded)
        })
        .or_else(|| {
            shallowest(
                projects
                    .iter()
                    .copied()
                    .filter(|path| is_within(path, &folded)),
            )
        })
        .ok_or_else(|| UnknownProject {
            requested: requested.to_owned(),
            available: projects.iter().map(|path| (*path).to_owned()).collect(),
        })
}

fn shallowest<'p>(paths: impl Iterator<Item = &'p str>) -> Option<&'p str> {
    paths.min_by_key(|path| (depth(path), *path))
}

/// Whether a file is in a directory, given in lower case, or below it.
fn is_within(path: &str, folded_directory: &str) -> bool {
    let directory = directory(path).to_lowercase();
    folded_directory.is_empty()
        || directory
            .strip_prefix(folded_directory)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
