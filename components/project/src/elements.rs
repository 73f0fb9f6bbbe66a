//! A project's elements, and whether their files can be read.

use quarry_sdk::Source;
use quarry_sdk::extractor::Request;
use quarry_sdk::facts::{Diagnostic, Element, ElementForm, Severity};
use quarry_windev::diagnostic::Diagnostic as Said;
use quarry_windev::layout::{PathIndex, extension};
use quarry_windev::project::Element as Listed;
use quarry_windev::text::{Format, detect};
use quarry_windev_source::{SelectedProject, file, origin, stem};

/// More than the header that tells the formats apart (70 bytes).
const HEAD: usize = 256;

/// The selected project's elements: those that it lists, or, when its file is binary, those whose files are in its
/// directory.
pub(crate) fn elements(
    source: &Source,
    selected: &SelectedProject<'_>,
    request: &Request,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Element> {
    let elements = match (&selected.project, selected.path) {
        (Some(project), Some(path)) => {
            let index = PathIndex::new(&request.inputs);
            let listed = project.elements.iter();
            listed
                .map(|element| {
                    let found = index.resolve(selected.directory(), &element.physical_path);
                    from_list(source, element, found, path)
                })
                .collect()
        }
        _ => from_directory(source, selected, request),
    };
    report(&elements, diagnostics);
    elements
}

fn from_list(source: &Source, element: &Listed, found: Option<&str>, project: &str) -> Element {
    Element {
        name: element.name.clone(),
        kind: element.kind.clone(),
        path: found.unwrap_or(&element.physical_path).to_owned(),
        form: found.map_or(ElementForm::Missing, |path| form(source, path)),
        excluded_from: element.excluded_from.clone(),
        origin: origin(element.span, project),
    }
}

/// The files beside and below a project that cannot be read, as far as their extension tells what they are. Another
/// project's directory below is its own.
fn from_directory(
    source: &Source,
    selected: &SelectedProject<'_>,
    request: &Request,
) -> Vec<Element> {
    let prefix = match selected.directory() {
        "" => String::new(),
        directory => format!("{directory}/"),
    };
    let is_other = |path: &str| {
        selected.others.iter().any(|other| {
            let directory = quarry_windev::layout::directory(other);
            directory.len() > prefix.len() && path.starts_with(&format!("{directory}/"))
        })
    };
    let inputs = request.inputs.iter().map(String::as_str);
    inputs
        .filter(|path| path.starts_with(&prefix) && !is_other(path))
        .filter_map(|path| {
            Some(Element {
                name: stem(path).to_owned(),
                kind: kind(path)?.to_owned(),
                path: path.to_owned(),
                form: form(source, path),
                excluded_from: Vec::new(),
                origin: file(path),
            })
        })
        .collect()
}

fn form(source: &Source, path: &str) -> ElementForm {
    match source.head(path, HEAD) {
        Ok(head) if detect(&head) == Format::Text => ElementForm::Text,
        Ok(_) => ElementForm::Binary,
        Err(_) => ElementForm::Missing,
    }
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

/// Says which elements cannot be read: each in a word, and once what to do about it.
fn report(elements: &[Element], diagnostics: &mut Vec<Diagnostic>) {
    let of_form = |form| elements.iter().filter(move |element| element.form == form);
    let binary: Vec<&Element> = of_form(ElementForm::Binary).collect();
    if let Some(first) = binary.first() {
        diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            code: "binary-elements".to_owned(),
            message: format!(
                "{} of {} elements cannot be read, this is the first: {}",
                binary.len(),
                elements.len(),
                Said::binary_file().message
            ),
            origin: Some(file(&first.path)),
        });
    }
    for element in binary {
        diagnostics.push(Diagnostic {
            severity: Severity::Info,
            code: "binary-file".to_owned(),
            message: format!(
                "the {} {} is in WinDev's binary format and is skipped",
                element.kind, element.name
            ),
            origin: Some(file(&element.path)),
        });
    }
    for element in of_form(ElementForm::Missing) {
        diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            code: "missing-element".to_owned(),
            message: format!(
                "the project lists the {} {} as {}, which is not in the tree; copy it there if it belongs to the project",
                element.kind, element.name, element.path
            ),
            origin: Some(element.origin.clone()),
        });
    }
}
