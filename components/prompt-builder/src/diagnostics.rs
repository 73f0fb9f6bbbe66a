//! What could not be read: an agent that does not know what is missing takes silence for absence.

use crate::Source;
use crate::facts::{Diagnostic, Severity};
use crate::markdown::{Document, Inline};

/// How many places of a code are named.
const MOST_PLACES: usize = 3;

/// The diagnostics of one code.
struct Group<'i> {
    severity: Severity,
    first: &'i Diagnostic,
    count: usize,
    places: Vec<Inline>,
}

/// Writes warnings and errors, one item a code.
pub(crate) fn write(source: &Source<'_>, document: &mut Document) {
    document.heading(3, Inline::ours("What Could Not Be Read"));
    let groups = groups(&source.input.diagnostics);
    if groups.is_empty() {
        return document.paragraph(Inline::ours(
            "The extractors reported no warnings and no errors.",
        ));
    }
    document.paragraph(Inline::ours(
        "By code, with the first message and the first places:",
    ));
    for group in groups {
        document.item(item(&group));
    }
}

fn groups(diagnostics: &[Diagnostic]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    for diagnostic in diagnostics {
        if diagnostic.severity == Severity::Info {
            continue;
        }
        let key = (severity(diagnostic.severity), diagnostic.code.as_str());
        let index = *known.entry(key).or_insert_with(|| {
            groups.push(Group {
                severity: diagnostic.severity,
                first: diagnostic,
                count: 0,
                places: Vec::new(),
            });
            groups.len() - 1
        });
        let Some(group) = groups.get_mut(index) else {
            continue;
        };
        group.count += 1;
        if let Some(origin) = diagnostic
            .origin
            .as_ref()
            .filter(|_| group.places.len() < MOST_PLACES)
        {
            group.places.push(Inline::new().place(origin));
        }
    }
    // Errors first; otherwise in the order in which they were reported.
    groups.sort_by_key(|group| group.severity != Severity::Error);
    groups
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn item(group: &Group<'_>) -> Inline {
    let code = Inline::new()
        .name(&group.first.code)
        .and(", ")
        .number(group.count as u64);
    let plural = if group.count == 1 { "" } else { "s" };
    let mut item = code.and(" ").and(severity(group.severity)).and(plural);
    item = item.and(": ").sentence(&group.first.message);
    if !group.places.is_empty() {
        item = item.and("; at ").join(group.places.iter().cloned(), ", ");
    }
    let more = group.count - group.places.len();
    if more > 0 && !group.places.is_empty() {
        item = item.and(" and ").number(more as u64).and(" more");
    }
    item
}
