//! What the source project is.

use crate::facts::{ElementForm, Project, ProjectKind};
use crate::markdown::{Document, Inline};
use crate::{Facts, Source};

/// Writes the project, its configurations and its elements.
pub(crate) fn write(source: &Source<'_>, document: &mut Document) -> Facts {
    let facts = &source.input.facts;
    document.heading(3, Inline::ours("Source Project"));
    match source.project() {
        Some(project) => describe(project, document),
        None => document.paragraph(Inline::ours(
            "No project file was found in the source tree.",
        )),
    }
    configurations(source, document);
    others(source, document);
    elements(source, document);
    let named = facts.projects.len() + facts.configurations.len();
    Facts {
        shown: named,
        // Elements are counted, not named.
        total: named + facts.elements.len(),
    }
}

fn describe(project: &Project, document: &mut Document) {
    let mut name = Inline::ours("Name: ")
        .name(&project.name)
        .and(", ")
        .and(kind(project.kind));
    name = name.and(", made with ").name(&project.product);
    if let Some(version) = &project.version {
        name = name.and(" version ").name(version);
    }
    document.item(name.and(", ").place(&project.origin));
    if !project.description.is_empty() {
        document.item(Inline::ours("Description: ").sentence(&project.description));
    }
    if !project.languages.is_empty() {
        let languages = project.languages.iter().map(String::as_str);
        document.item(Inline::ours("Languages of the user interface: ").names(languages));
    }
}

fn kind(kind: ProjectKind) -> &'static str {
    match kind {
        ProjectKind::Desktop => "a desktop application",
        ProjectKind::Web => "a web site",
        ProjectKind::Mobile => "a mobile application",
        ProjectKind::Other => "of an unknown kind",
    }
}

fn configurations(source: &Source<'_>, document: &mut Document) {
    match &source.input.configuration {
        Some(chosen) => document.item(Inline::ours("Configuration to rewrite: ").name(chosen)),
        None if source.input.facts.configurations.len() > 1 => document.item(Inline::ours(
            "Configuration to rewrite: none was chosen, so the facts are those of all",
        )),
        None => {}
    }
    if source.input.facts.configurations.is_empty() {
        return;
    }
    document.item(Inline::ours("Configurations (name: target):"));
    for configuration in &source.input.facts.configurations {
        let name = Inline::new().name(&configuration.name);
        let target = name.and(": ").name(&configuration.target);
        document.subitem(target.and(", ").place(&configuration.origin));
    }
}

fn others(source: &Source<'_>, document: &mut Document) {
    let others: Vec<Inline> = source
        .input
        .facts
        .projects
        .iter()
        .filter(|project| !project.selected)
        .map(|project| {
            Inline::new()
                .name(&project.name)
                .and(" ")
                .place(&project.origin)
        })
        .collect();
    if !others.is_empty() {
        document.item(
            Inline::ours("Other projects of the source tree, not described here: ")
                .join(others, ", "),
        );
    }
}

/// How many elements of a kind there are.
#[derive(Default)]
struct Count {
    total: u32,
    text: u32,
    binary: u32,
    missing: u32,
    left_out: u32,
}

fn elements(source: &Source<'_>, document: &mut Document) {
    let counts = counts(source);
    if counts.is_empty() {
        return document.paragraph(
            Inline::ours("No elements were found in ")
                .then(&source.subject())
                .and("."),
        );
    }
    document.paragraph(Inline::ours(
        "Elements by kind. Only those in text form could be read; binary ones are known by name alone, missing ones \
         are named by the project and not in the source tree.",
    ));
    let rows = counts.iter().map(|(kind, count)| row(kind, count));
    if source.input.configuration.is_none() {
        return document.table(["Kind", "Elements", "Text", "Binary", "Missing"], rows);
    }
    let rows = rows
        .zip(&counts)
        .map(|([kind, total, text, binary, missing], (_, count))| {
            let left_out = Inline::new().number(count.left_out);
            [kind, total, text, binary, missing, left_out]
        });
    document.table(
        [
            "Kind",
            "Elements",
            "Text",
            "Binary",
            "Missing",
            "Left out of the configuration",
        ],
        rows,
    );
}

fn row(kind: &str, count: &Count) -> [Inline; 5] {
    let number = |number: u32| Inline::new().number(number);
    [
        Inline::new().name(kind),
        number(count.total),
        number(count.text),
        number(count.binary),
        number(count.missing),
    ]
}

/// The counts of all kinds, the most frequent kind first.
fn counts<'i>(source: &Source<'i>) -> Vec<(&'i str, Count)> {
    let mut counts = std::collections::BTreeMap::<&str, Count>::new();
    for element in &source.input.facts.elements {
        let count = counts.entry(&element.kind).or_default();
        count.total += 1;
        count.left_out += u32::from(source.is_left_out(element));
        match element.form {
            ElementForm::Text => count.text += 1,
            ElementForm::Binary => count.binary += 1,
            ElementForm::Missing => count.missing += 1,
        }
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(count.total));
    counts
}
