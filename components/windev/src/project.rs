//! The project file: `.wdp`, `.wwp`, `.wpp` (measured on 29 of them, versions 25 to 30).

use std::collections::HashMap;
use std::ops::RangeInclusive;

use crate::diagnostic::Diagnostic;
use crate::layout::{extension, file_path};
use crate::position::Span;
use crate::text::{Document, Kind, Node};

/// The versions whose files were measured.
const KNOWN_VERSIONS: RangeInclusive<u32> = 25..=30;

/// What a project's users run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProjectKind {
    /// A desktop program (`.wdp`).
    Desktop,
    /// A web site (`.wwp`).
    Web,
    /// A mobile application (`.wpp`, or a `.wdp` that builds nothing else).
    Mobile,
    /// Not known.
    Other,
}

/// A project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Its name; the file's name when the file says nothing.
    pub name: String,
    /// What its users run.
    pub kind: ProjectKind,
    /// The major version of the product that saved it, such as 28.
    pub major_version: Option<u32>,
    /// The minor version; 0 in every file seen.
    pub minor_version: Option<u32>,
    /// The developers' description, as it stands; empty when there is none.
    pub description: String,
    /// The languages of the user interface, as BCP 47 tags.
    pub languages: Vec<String>,
    /// The language of the keywords in the editor: `fr`, `en`, `de`, `es`, or the file's number for another.
    pub editor_language: Option<String>,
    /// What is built from it.
    pub configurations: Vec<Configuration>,
    /// Its parts with a file of their own.
    pub elements: Vec<Element>,
    /// Its analyses, in the order of the file.
    pub analyses: Vec<AnalysisReference>,
    /// Components that are built into it, and whose elements are in a directory of their own.
    pub internal_components: Vec<ComponentReference>,
    /// Components that it uses as they were built elsewhere.
    pub external_components: Vec<ComponentReference>,
    /// Where its name stands; the beginning of the file when it has none.
    pub span: Span,
    /// What there is to say about it; what the text reader said is in the document.
    pub diagnostics: Vec<Diagnostic>,
}

/// A build of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Its name.
    pub name: String,
    /// The number by which elements name it, as written.
    pub id: String,
    /// What is built, in kebab-case: `windows-executable`, `web-site`, …, or `unknown-7` with the file's number.
    pub kind: String,
    /// Where its name stands.
    pub span: Span,
}

/// A part of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name.
    pub name: String,
    /// Its number, as written.
    pub identifier: String,
    /// What it is, in kebab-case: `window`, `procedure-set`, …, or `unknown-7` with the file's number.
    pub kind: String,
    /// Its file, from the project's directory: separated by `/`, may begin with `..`. Of an absolute path, which
    /// tells of somebody's machine, only the file name is left.
    pub physical_path: String,
    /// Names of the configurations that leave it out.
    pub excluded_from: Vec<String>,
    /// Where its name stands.
    pub span: Span,
}

/// An analysis of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnalysisReference {
    /// The `.wda` file, as [`Element::physical_path`].
    pub path: String,
    /// Where that stands.
    pub span: Span,
}

/// A component of a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentReference {
    /// Its name; that of its file when the project gives none.
    pub name: String,
    /// Its file, always binary, as [`Element::physical_path`]: `.wci` of an internal component, whose elements lie
    /// beside it, `.wdi` of an external one.
    pub path: String,
    /// Where that stands.
    pub span: Span,
}

impl Project {
    /// Reads a project from its file. `path` is that file's, for its extension.
    pub fn read(document: &Document<'_>, path: &str) -> Self {
        let info = document.get("info");
        let body = document.get("project");
        let name = info.and_then(|info| info.get("name"));
        let configurations = list(body, "configurations");
        let elements = body.and_then(|body| body.get("elements"));
        let number = |key| info.and_then(|info| info.get(key)).and_then(Node::number);
        let mut project = Project {
            name: name
                .map(plain_text)
                .filter(|name| !name.is_empty())
                .unwrap_or_else(|| stem(path)),
            kind: ProjectKind::of(path),
            major_version: number("major_version").and_then(|version| version.try_into().ok()),
            minor_version: number("minor_version").and_then(|version| version.try_into().ok()),
            description: info
                .map(|info| text(info, "description"))
                .unwrap_or_default(),
            languages: list(body, "languages").map(plain_text).collect(),
            editor_language: configurations.clone().find_map(editor_language),
            configurations: configurations.map(Configuration::read).collect(),
            elements: Vec::new(),
            analyses: elements.map(analyses).unwrap_or_default(),
            internal_components: components(elements, "internal_components", "physical_name"),
            external_components: components(elements, "external_components", "wdi_physical_name"),
            span: name.map_or(Span::BEGINNING, Node::value_span),
            diagnostics: Vec::new(),
        };
        let names: HashMap<&str, &str> = project
            .configurations
            .iter()
            .map(|configuration| (configuration.id.as_str(), configuration.name.as_str()))
            .collect();
        if project.kind == ProjectKind::Desktop && builds_only_mobile(&project.configurations) {
            project.kind = ProjectKind::Mobile;
        }
        project.elements = list(elements, "elements")
            .map(|element| Element::read(element, &names))
            .collect();
        project.diagnostics = diagnostics(&project, body.is_some());
        project
    }
}

impl ProjectKind {
    /// The kind that a project file's extension tells.
    pub fn of(path: &str) -> Self {
        match extension(path).as_str() {
            "wdp" => ProjectKind::Desktop,
            "wwp" => ProjectKind::Web,
            "wpp" => ProjectKind::Mobile,
            _ => ProjectKind::Other,
        }
    }
}

impl Configuration {
    fn read(node: Node<'_>) -> Self {
        Configuration {
            name: text(node, "name"),
            id: text(node, "configuration_id"),
            kind: configuration_kind(node.get("type").and_then(Node::number)),
            span: node.get("name").unwrap_or(node).value_span(),
        }
    }
}

impl Element {
    fn read(node: Node<'_>, configurations: &HashMap<&str, &str>) -> Self {
        let excluded = list(Some(node), "configurations")
            .filter(|configuration| {
                configuration.get("excluded").and_then(Node::boolean) == Some(true)
            })
            .map(|configuration| text(configuration, "configuration_id"));
        Element {
            name: text(node, "name"),
            identifier: text(node, "identifier"),
            kind: element_kind(node.get("type").and_then(Node::number)),
            physical_path: file_path(&text(node, "physical_name")),
            excluded_from: excluded
                .map(|id| {
                    configurations
                        .get(id.as_str())
                        .map_or(id.clone(), |name| (*name).to_owned())
                })
                .collect(),
            span: node.get("name").unwrap_or(node).value_span(),
        }
    }
}

/// The numbers of configurations that were seen. What a library builds ends in `.WDL`; that 6 is an assembly and 8 is for
/// Java is what the projects say that have such a one.
fn configuration_kind(number: Option<u64>) -> String {
    let kind = match number {
        Some(1) => "windows-executable",
        Some(2) => "web-site",
        Some(3) => "library",
        Some(6) => "dotnet-assembly",
        Some(8) => "java-application",
        Some(9) => "linux-executable",
        Some(15) => "android-application",
        Some(18) => "ios-application",
        Some(23) => "web-service",
        other => return unknown(other),
    };
    kind.to_owned()
}

/// WinDev builds for telephones, too: of the 25 `.wdp` files with configurations that were seen, two have no other.
fn builds_only_mobile(configurations: &[Configuration]) -> bool {
    let is_mobile = |configuration: &Configuration| {
        matches!(
            configuration.kind.as_str(),
            "android-application" | "ios-application"
        )
    };
    !configurations.is_empty() && configurations.iter().all(is_mobile)
}

/// The numbers of elements; a file's own `info.type` is the same.
fn element_kind(number: Option<u64>) -> String {
    let kind = match number {
        Some(2) => "window",
        Some(3) => "report",
        Some(4) => "class",
        Some(5) => "query",
        Some(7) => "procedure-set",
        Some(8) => "internal-window",
        Some(17) => "automated-test",
        Some(18 | 20) => "window-template",
        Some(21) => "report-template",
        Some(22) => "web-service-description",
        Some(28) => "rest-service",
        Some(4097) => "project",
        Some(65538) => "page",
        Some(65539) => "browser-procedure-set",
        Some(65541 | 65543) => "page-template",
        Some(65542) => "internal-page",
        other => return unknown(other),
    };
    kind.to_owned()
}

fn unknown(number: Option<u64>) -> String {
    number.map_or_else(
        || "unknown".to_owned(),
        |number| format!("unknown-{number}"),
    )
}

/// `analysis` up to version 28, `array_of_analysis` from 29 on; `analysis_password` is never looked at.
fn analyses(elements: Node<'_>) -> Vec<AnalysisReference> {
    let listed = list(Some(elements), "array_of_analysis").filter_map(|item| item.get("analysis"));
    let paths = elements.get("analysis").into_iter().chain(listed);
    paths
        .filter(|path| path.kind() == Kind::Scalar)
        .map(|path| AnalysisReference {
            path: file_path(&plain_text(path)),
            span: path.value_span(),
        })
        .filter(|reference| !reference.path.is_empty())
        .collect()
}

fn components(elements: Option<Node<'_>>, key: &str, path_key: &str) -> Vec<ComponentReference> {
    list(elements, key)
        .filter_map(|component| {
            let written = component.get(path_key)?;
            let path = file_path(&plain_text(written));
            let name = text(component, "name");
            Some(ComponentReference {
                name: if name.is_empty() { stem(&path) } else { name },
                path,
                span: written.value_span(),
            })
        })
        .filter(|component| !component.path.is_empty())
        .collect()
}

fn editor_language(configuration: Node<'_>) -> Option<String> {
    let number = configuration.get("language")?.text()?;
    let language = match number.as_ref() {
        "1" => "fr",
        "2" => "en",
        "3" => "de",
        "8" => "es",
        other => other,
    };
    Some(language.to_owned())
}

fn diagnostics(project: &Project, has_body: bool) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    if !has_body {
        diagnostics.push(Diagnostic::error(
            "not-a-project",
            "the file does not describe a project. Name the .wdp, .wwp or .wpp file of the project",
        ));
    }
    if let Some(version) = project
        .major_version
        .filter(|version| !KNOWN_VERSIONS.contains(version))
    {
        diagnostics.push(Diagnostic::warning(
            "unknown-version",
            format!(
                "the project was saved by version {version}; the format is known from 25 to 30 only"
            ),
        ));
    }
    diagnostics
}

/// The items of a list that may be absent.
fn list<'d>(node: Option<Node<'d>>, key: &str) -> impl Iterator<Item = Node<'d>> + Clone {
    node.and_then(|node| node.get(key))
        .into_iter()
        .flat_map(Node::children)
}

fn text(node: Node<'_>, key: &str) -> String {
    node.get(key).map(plain_text).unwrap_or_default()
}

fn plain_text(node: Node<'_>) -> String {
    node.text().map(Into::into).unwrap_or_default()
}

fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.')
        .map_or(name, |(stem, _)| stem)
        .to_owned()
}

#[cfg(test)]
mod tests;
