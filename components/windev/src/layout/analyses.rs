//! Which `.xdd` files describe a project's database.
//!
//! One analysis appears many times in a tree: in `X.ana/` as it is now, in `X.ana/ANA00001/`, … as it was, in
//! backups, and as a copy at the project's root (18 of 18 were byte-identical). The one in `X.ana/` is taken.

use std::collections::HashSet;

use super::is_ignored;
use super::paths::{PathIndex, depth, directory, extension, file_name};

/// How an analysis was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FoundBy {
    /// The project names it, and it lies beside the `.wda` file that is named (19 of 21 projects).
    Reference,
    /// The project names it, and it lies in the project's directory under the same name.
    ReferencedName,
    /// By the usual places: the project is binary, or there is none, or nothing that it names is there.
    Guess,
}

/// An analysis to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisFile<'p> {
    /// The `.xdd` file.
    pub path: &'p str,
    /// How it was found.
    pub how: FoundBy,
}

/// The analyses of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AnalysisFiles<'p> {
    /// What is to be read, each once, in the order of the references or paths.
    pub files: Vec<AnalysisFile<'p>>,
    /// References without a file.
    pub unresolved: Vec<String>,
}

/// Finds the analyses of a project.
///
/// `project` is the project file, none when the tree has none. `references` are the paths of its analyses
/// (`.wda`), none when the project cannot be read; a project that can be read and names no analysis has none.
/// `paths` may hold other files than `.xdd`, which are passed over.
pub fn analysis_files<'p, R: AsRef<str>, P: AsRef<str>>(
    project: Option<&str>,
    references: Option<&[R]>,
    paths: &'p [P],
) -> AnalysisFiles<'p> {
    let root = project.map_or("", directory);
    let references = references.map(|references| references.iter().map(AsRef::as_ref));
    let names_none = references
        .as_ref()
        .is_some_and(|references| references.len() == 0);
    let mut found = AnalysisFiles::default();
    if let Some(references) = references.filter(|_| !names_none) {
        let index = PathIndex::new(paths);
        let mut known = HashSet::new();
        for reference in references {
            match resolve(root, reference, &index) {
                Some(file) if known.insert(file.path) => found.files.push(file),
                Some(_) => {}
                None => found.unresolved.push(reference.to_owned()),
            }
        }
    }
    if found.files.is_empty() && !names_none {
        found.files = guesses(project, root, paths)
            .into_iter()
            .map(|path| AnalysisFile {
                path,
                how: FoundBy::Guess,
            })
            .collect();
    }
    found
}

fn resolve<'p>(root: &str, reference: &str, index: &PathIndex<'p>) -> Option<AnalysisFile<'p>> {
    let reference = reference.replace('\\', "/");
    let exported = match reference.rsplit_once('.') {
        Some((stem, extension)) if extension.eq_ignore_ascii_case("wda") => format!("{stem}.xdd"),
        _ => return None,
    };
    let beside = index
        .resolve(root, &exported)
        .map(|path| (path, FoundBy::Reference));
    let by_name = || {
        let path = index.resolve(root, file_name(&exported))?;
        Some((path, FoundBy::ReferencedName))
    };
    beside
        .or_else(by_name)
        .map(|(path, how)| AnalysisFile { path, how })
}

/// The analyses in the usual places below the project's directory: the shallowest of all `X.ana/X.xdd`, else of all
/// `*.ana/*.xdd`, else of all. The one that is called like the project comes first.
///
/// Several of one level are all taken: the one with the project's name can be the forgotten one (seen once, at
/// generation 2 beside another at 168, of which the tree had every generation). Where tables repeat, the analysis
/// of the highest generation is the current one.
fn guesses<'p, P: AsRef<str>>(project: Option<&str>, root: &str, paths: &'p [P]) -> Vec<&'p str> {
    let prefix = if root.is_empty() {
        String::new()
    } else {
        format!("{root}/")
    };
    let candidates: Vec<&str> = paths
        .iter()
        .map(AsRef::as_ref)
        .filter(|path| {
            path.starts_with(&prefix)
                && extension(path) == "xdd"
                && !is_ignored(&path[prefix.len()..])
        })
        .collect();
    let tiers: [fn(&str) -> bool; 3] = [is_of_its_directory, is_in_analysis_directory, |_| true];
    let mut found: Vec<&str> = tiers
        .into_iter()
        .map(|tier| {
            shallowest(
                candidates
                    .iter()
                    .copied()
                    .filter(|path| tier(path))
                    .collect(),
            )
        })
        .find(|paths| !paths.is_empty())
        .unwrap_or_default();
    let name = project.map(|project| stem(file_name(project)).to_lowercase());
    // Stable: the others stay in the order of the paths.
    found.sort_by_key(|path| Some(stem(file_name(path)).to_lowercase()) != name);
    found
}

/// Whether a path is `…/X.ana/X.xdd`. Renamed analyses leave others in the directory.
fn is_of_its_directory(path: &str) -> bool {
    let parent = file_name(directory(path));
    is_in_analysis_directory(path)
        && stem(parent).to_lowercase() == stem(file_name(path)).to_lowercase()
}

fn is_in_analysis_directory(path: &str) -> bool {
    extension(directory(path)) == "ana"
}

fn shallowest(paths: Vec<&str>) -> Vec<&str> {
    let least = paths.iter().map(|path| depth(path)).min();
    paths
        .into_iter()
        .filter(|path| Some(depth(path)) == least)
        .collect()
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
