//! The elements of the selected project.

use crate::{SelectedProject, file, origin, stem};
use quarry_sdk::facts::Origin;
use quarry_windev::layout::{PathIndex, directory, extension, join};
use quarry_windev::project::Project;
use std::collections::{HashMap, HashSet};

/// An element of the selected project.
#[derive(Debug, Clone)]
pub struct SourceElement<'r> {
    /// Its name.
    pub name: String,
    /// What it is, in kebab-case.
    pub kind: String,
    /// Its file; none when that is not among the inputs.
    pub input: Option<&'r str>,
    /// That file's path, or the one that the project names.
    pub path: String,
    /// Names of the configurations that leave it out.
    pub excluded_from: Vec<String>,
    /// Where the project says that it has it.
    pub origin: Origin,
}

/// The selected project's elements: those that it lists, and those of the components that are built into it, which only
/// their binary `.wci` lists: all in its directory. Of a project that cannot be read, all in its directory, but for
/// those in directories of other projects. Each file once.
pub fn elements<'r>(
    selected: &SelectedProject<'_>,
    inputs: &'r [String],
) -> Vec<SourceElement<'r>> {
    let (Some(project), Some(path)) = (&selected.project, selected.path) else {
        return in_directory(selected, inputs);
    };
    let mut elements = listed(project, path, inputs);
    let mut known: HashSet<&str> = HashSet::new();
    elements.retain(|element| element.input.is_none_or(|input| known.insert(input)));
    elements.extend(
        of_components(project, path, inputs)
            .into_iter()
            .filter(|element| element.input.is_some_and(|input| known.insert(input))),
    );
    elements
}

fn listed<'r>(project: &Project, path: &str, inputs: &'r [String]) -> Vec<SourceElement<'r>> {
    let index = PathIndex::new(inputs);
    let elements = project.elements.iter();
    elements
        .map(|element| {
            let input = index.resolve(directory(path), &element.physical_path);
            SourceElement {
                name: element.name.clone(),
                kind: element.kind.clone(),
                input,
                path: input.unwrap_or(&element.physical_path).to_owned(),
                excluded_from: element.excluded_from.clone(),
                origin: origin(element.span, path),
            }
        })
        .collect()
}

/// A component beside the project itself has no directory of its own that would tell its elements.
fn of_components<'r>(
    project: &Project,
    path: &str,
    inputs: &'r [String],
) -> Vec<SourceElement<'r>> {
    let own = directory(path).to_lowercase();
    let directories: HashMap<String, Origin> = project
        .internal_components
        .iter()
        .filter_map(|component| {
            let file = join(directory(path), &component.path)?;
            let directory = directory(&file).to_lowercase();
            Some((directory, origin(component.span, path)))
        })
        .filter(|(directory, _)| *directory != own)
        .collect();
    if directories.is_empty() {
        return Vec::new();
    }
    inputs
        .iter()
        .filter_map(|input| {
            let folded = input.to_lowercase();
            let origin = ancestors(&folded).find_map(|parent| directories.get(parent))?;
            by_extension(input, origin.clone())
        })
        .collect()
}

fn in_directory<'r>(
    selected: &SelectedProject<'_>,
    inputs: &'r [String],
) -> Vec<SourceElement<'r>> {
    let own = selected.directory();
    let others: HashSet<&str> = selected
        .others
        .iter()
        .map(|other| directory(other))
        .collect();
    inputs
        .iter()
        .filter(|input| {
            // What lies nearer to another project is that one's.
            let nearest = ancestors(input).find(|parent| *parent == own || others.contains(parent));
            nearest == Some(own)
        })
        .filter_map(|input| by_extension(input, file(input)))
        .collect()
}

/// The directories that a file is in, the nearest first; the root, which is empty, is the last.
fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(directory(path)), |parent| {
        (!parent.is_empty()).then(|| directory(parent))
    })
}

fn by_extension(input: &str, origin: Origin) -> Option<SourceElement<'_>> {
    Some(SourceElement {
        name: stem(input).to_owned(),
        kind: kind(input)?.to_owned(),
        input: Some(input),
        path: input.to_owned(),
        excluded_from: Vec::new(),
        origin,
    })
}

/// What an extension tells (the kinds that a project file names are in `quarry_windev::project`).
fn kind(path: &str) -> Option<&'static str> {
    Some(match extension(path).as_str() {
        "wdg" => "procedure-set",
        "wwn" => "browser-procedure-set",
        "wdc" => "class",
        "wdw" | "wpw" => "window",
        "wwh" => "page",
        "wde" => "report",
        "wdr" => "query",
        "wdt" => "window-template",
        "wwt" => "page-template",
        "wte" => "report-template",
        "wdrest" => "rest-service",
        "wxt" => "automated-test",
        _ => return None,
    })
}
