//! What could not be read, for an agent that does not know what is missing takes silence for absence; and what
//! extractors note that has no record of its own.

use super::beginning::FENCE;
use crate::budget::{About, Costs, Section, Shown};
use crate::facts::{Diagnostic, Note, Severity};
use crate::markdown::{Document, Inline};
use crate::{Source, Tokenizer};
use std::collections::BTreeMap;

const ABOUT: About = About {
    id: "reading",
    title: "What Could Not Be Read",
    weight: 8,
};

/// How many places of a code are named.
const MOST_PLACES: usize = 3;

/// The diagnostics of one code.
struct Group<'i> {
    first: &'i Diagnostic,
    count: usize,
    places: Vec<Inline>,
}

/// What one step adds.
enum Step<'i> {
    /// A code of diagnostics.
    Group(Inline),
    /// A note, without its text.
    Note(Inline),
    /// The text of a note, by its number.
    Text(usize, &'i str),
}

/// The section.
pub(crate) struct Reading<'i> {
    source: &'i Source<'i>,
    groups: Vec<Group<'i>>,
    steps: Vec<Step<'i>>,
    costs: Costs,
}

impl<'i> Reading<'i> {
    pub(crate) fn new(source: &'i Source<'i>, tokenizer: &dyn Tokenizer) -> Self {
        let groups = groups(&source.input.diagnostics);
        let mut steps: Vec<Step> = groups
            .iter()
            .map(|group| Step::Group(item(group)))
            .collect();
        let notes = &source.input.facts.notes;
        steps.extend(notes.iter().map(|note| Step::Note(described(note))));
        let texts = notes
            .iter()
            .enumerate()
            .filter(|(_, note)| !crate::text::lines(&note.text).is_empty());
        steps.extend(texts.map(|(index, note)| Step::Text(index, &note.text)));
        let mut costs = Costs::new(source.input.budget);
        for step in &steps {
            if !costs.has_room() {
                break;
            }
            costs.push(match step {
                Step::Group(item) | Step::Note(item) => {
                    tokenizer.count(&format!("\n- {}\n", item.text()))
                }
                Step::Text(_, text) => tokenizer.count(&crate::text::lines(text)) + FENCE,
            });
        }
        Reading {
            source,
            groups,
            costs,
            steps,
        }
    }
}

impl Section for Reading<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn steps(&self) -> &[u32] {
        self.costs.as_slice()
    }

    fn write(&self, taken: usize, document: &mut Document) -> Shown {
        document.heading(2, Inline::ours(ABOUT.title));
        let notes = &self.source.input.facts.notes;
        let codes = self.groups.len();
        if codes == 0 {
            document.paragraph(Inline::ours(
                "The extractors reported no warnings and no errors.",
            ));
        } else {
            let of = |severity| {
                let of = self
                    .groups
                    .iter()
                    .filter(|group| group.first.severity == severity);
                of.map(|group| group.count).sum()
            };
            let count = Inline::new().count(of(Severity::Error), "error and ", "errors and ");
            let count = count.count(of(Severity::Warning), "warning", "warnings");
            document.paragraph(
                count.and(", by code, with the first message. All: `context/diagnostics.csv`."),
            );
        }
        let taken = self.steps.get(..taken).unwrap_or(&self.steps);
        for step in taken {
            if let Step::Group(item) = step {
                document.item(item.clone());
            }
        }
        if !notes.is_empty() {
            self.write_notes(taken, document);
        }
        Shown::of(
            taken
                .iter()
                .filter(|step| !matches!(step, Step::Text(..)))
                .count(),
            codes + notes.len(),
        )
        .with("codes of diagnostics", taken.len().min(codes), codes)
        .with(
            "notes",
            taken.len().saturating_sub(codes).min(notes.len()),
            notes.len(),
        )
    }
}

impl Reading<'_> {
    fn write_notes(&self, taken: &[Step<'_>], document: &mut Document) {
        let notes = self.source.input.facts.notes.len();
        let count = Inline::ours("Of extractors, ").count(notes, "note", "notes");
        document.paragraph(count.and(", all in `context/notes.json`:"));
        let of_notes = taken.iter().filter_map(|step| match step {
            Step::Note(item) => Some(item),
            _ => None,
        });
        let texts: BTreeMap<usize, &str> = taken
            .iter()
            .filter_map(|step| match step {
                Step::Text(index, text) => Some((*index, *text)),
                _ => None,
            })
            .collect();
        for (index, item) in of_notes.enumerate() {
            document.item(item.clone());
            if let Some(text) = texts.get(&index) {
                document.data("text", &self.source.input.revision, text);
            }
        }
    }
}

/// `binary-file, 23 warnings: …; at …`
fn item(group: &Group<'_>) -> Inline {
    let (one, many) = match group.first.severity {
        Severity::Error => ("error: ", "errors: "),
        Severity::Warning | Severity::Info => ("warning: ", "warnings: "),
    };
    let code = Inline::new().name(&group.first.code).and(", ");
    let mut item = code
        .count(group.count, one, many)
        .sentence(&group.first.message);
    if !group.places.is_empty() {
        item = item.and("; at ").join(group.places.iter().cloned(), ", ");
    }
    let more = group.count - group.places.len();
    if more > 0 && !group.places.is_empty() {
        item = item.and(" and ").number(more as u64).and(" more");
    }
    item
}

fn described(note: &Note) -> Inline {
    let mut item = Inline::new()
        .name(&note.kind)
        .and(": ")
        .sentence(&note.title);
    if let Some(origin) = &note.origin {
        item = item.and(", ").place(origin);
    }
    for attribute in &note.attributes {
        item = item
            .and("; ")
            .name(&attribute.name)
            .and(" ")
            .sentence(&attribute.value);
    }
    item
}

/// Warnings and errors by code, errors first; otherwise in the order in which they were reported.
fn groups(diagnostics: &[Diagnostic]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut known = BTreeMap::new();
    for diagnostic in diagnostics {
        if diagnostic.severity == Severity::Info {
            continue;
        }
        let is_error = diagnostic.severity == Severity::Error;
        let index = *known
            .entry((is_error, &*diagnostic.code))
            .or_insert_with(|| {
                groups.push(Group {
                    first: diagnostic,
                    count: 0,
                    places: Vec::new(),
                });
                groups.len() - 1
            });
        let group = &mut groups[index];
        group.count += 1;
        let origin = diagnostic.origin.as_ref();
        if let Some(origin) = origin.filter(|_| group.places.len() < MOST_PLACES) {
            group.places.push(Inline::new().place(origin));
        }
    }
    groups.sort_by_key(|group| group.first.severity != Severity::Error);
    groups
}
