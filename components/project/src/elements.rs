//! A project's elements, and whether their files can be read.

use quarry_sdk::Source;
use quarry_sdk::extractor::Request;
use quarry_sdk::facts::{Diagnostic, Element, ElementForm, Severity};
use quarry_windev::diagnostic::Diagnostic as Said;
use quarry_windev::text::{Format, detect};
use quarry_windev_source::{SelectedProject, SourceElement, file};

/// More than the header that tells the formats apart (70 bytes).
const HEAD: usize = 256;

/// The selected project's elements.
pub(crate) fn elements(
    source: &Source,
    selected: &SelectedProject<'_>,
    request: &Request,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Element> {
    let found = quarry_windev_source::elements(selected, &request.inputs);
    let elements: Vec<Element> = found
        .into_iter()
        .map(|found| element(source, found))
        .collect();
    report(&elements, diagnostics);
    elements
}

fn element(source: &Source, found: SourceElement<'_>) -> Element {
    Element {
        form: found
            .input
            .map_or(ElementForm::Missing, |path| form(source, path)),
        name: found.name,
        kind: found.kind,
        path: found.path,
        excluded_from: found.excluded_from,
        origin: found.origin,
    }
}

fn form(source: &Source, path: &str) -> ElementForm {
    match source.head(path, HEAD) {
        Ok(head) if detect(&head) == Format::Text => ElementForm::Text,
        Ok(_) => ElementForm::Binary,
        Err(_) => ElementForm::Missing,
    }
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
