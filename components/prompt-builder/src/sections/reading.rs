//! What could not be read, for an agent that does not know what is missing takes silence for absence; and what
//! extractors note that has no record of its own.

use super::beginning::FENCE;
use crate::budget::{About, Costs, Section, Shown};
use crate::facts::{Diagnostic, Note, Severity};
use crate::markdown::{Document, Inline};
use crate::{Source, Tokenizer, text};
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
enum Step {
    /// A code of diagnostics.
    Group(Inline),
    /// A note, without its text.
    Note(Inline),
    /// More lines of the text of a note, by its number, up to this one.
    Text(usize, usize),
}

/// The most lines of a note's text that one step shows, so that a long text keeps nothing behind it out.
const MOST_LINES: usize = 40;

/// The section.
pub(crate) struct Reading<'i> {
    source: &'i Source<'i>,
    groups: Vec<Group<'i>>,
    /// The lines of the notes' texts.
    texts: Vec<Vec<String>>,
    steps: Vec<Step>,
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
        let texts: Vec<Vec<String>> = notes.iter().map(|note| lines(&note.text)).collect();
        for (index, text) in texts.iter().enumerate() {
            let ends = (MOST_LINES..text.len() + MOST_LINES).step_by(MOST_LINES);
            steps.extend(ends.map(|end| Step::Text(index, end.min(text.len()))));
        }
        let mut costs = Costs::new(source.input.budget);
        for step in &steps {
            if !costs.has_room() {
                break;
            }
            costs.push(match step {
                Step::Group(item) | Step::Note(item) => {
                    tokenizer.count(&format!("\n- {}\n", item.text()))
                }
                Step::Text(index, end) => {
                    let start = (end - 1) / MOST_LINES * MOST_LINES;
                    let frame = if start == 0 { FENCE + CUT } else { 0 };
                    tokenizer.count(&texts[*index][start..*end].concat()) + frame
                }
            });
        }
        Reading {
            source,
            groups,
            texts,
            costs,
            steps,
        }
    }
}

/// What the line below a text that is cut costs at most, in tokens.
const CUT: u32 = 30;

/// The lines of a text, each with its end.
fn lines(text: &str) -> Vec<String> {
    let text = text::lines(text);
    text.lines().map(|line| format!("{line}\n")).collect()
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
        let codes = self.groups.len();
        let taken = self.steps.get(..taken).unwrap_or(&self.steps);
        let of_kind = |is_it: fn(&&Step) -> bool| taken.iter().filter(is_it).count();
        let shown_codes = of_kind(|step| matches!(step, Step::Group(_)));
        let shown_notes = of_kind(|step| matches!(step, Step::Note(_)));
        self.write_summary(shown_codes, document);
        for step in taken {
            if let Step::Group(item) = step {
                document.item(item.clone());
            }
        }
        let notes = self.texts.len();
        if notes > 0 {
            let count = Inline::new().number(shown_notes as u64).and(" of ");
            let count = count.count(
                notes,
                "note of extractors shown",
                "notes of extractors shown",
            );
            document.paragraph(count.and(". All: `context/notes.json`."));
            self.write_notes(taken, document);
        }
        Shown::of(shown_codes + shown_notes, codes + notes)
            .with("codes of diagnostics", shown_codes, codes)
            .with("notes", shown_notes, notes)
    }
}

impl Reading<'_> {
    fn write_summary(&self, shown: usize, document: &mut Document) {
        let codes = self.groups.len();
        if codes == 0 {
            return document.paragraph(Inline::ours(
                "The extractors reported no warnings and no errors.",
            ));
        }
        let of = |severity| {
            let of = self.groups.iter();
            let of = of.filter(|group| group.first.severity == severity);
            of.map(|group| group.count).sum()
        };
        let count = Inline::new().count(of(Severity::Error), "error and ", "errors and ");
        let count = count.count(of(Severity::Warning), "warning; ", "warnings; ");
        let count = count.number(shown as u64).and(" of ");
        document.paragraph(count.count(codes, "code shown", "codes shown").and(
            ", each with the beginning of its first message. All: `context/diagnostics.csv`.",
        ));
    }

    fn write_notes(&self, taken: &[Step], document: &mut Document) {
        let mut ends = BTreeMap::new();
        for step in taken {
            if let Step::Text(index, end) = step {
                ends.insert(*index, *end);
            }
        }
        let notes = taken.iter().filter_map(|step| match step {
            Step::Note(item) => Some(item),
            _ => None,
        });
        for (index, item) in notes.enumerate() {
            document.item(item.clone());
            let Some(end) = ends.get(&index) else {
                continue;
            };
            let text = &self.texts[index];
            let revision = &self.source.input.revision;
            document.data("text", revision, &text[..*end].concat());
            if *end < text.len() {
                let cut = Inline::ours("Cut: lines ")
                    .number(*end as u64 + 1)
                    .and(" to ");
                document.paragraph(cut.number(text.len() as u64).and("."));
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
        .sentence(first_sentence(&group.first.message));
    if !group.places.is_empty() {
        item = item.and("; at ").join(group.places.iter().cloned(), ", ");
    }
    let more = group.count - group.places.len();
    if more > 0 && !group.places.is_empty() {
        item = item.and(" and ").number(more as u64).and(" more");
    }
    item
}

/// The first sentence of a message: what was found. What a person can do about it is behind that, and no help to an
/// agent, who has nothing but the sources.
fn first_sentence(message: &str) -> &str {
    let end = message.find(". ").unwrap_or(message.len());
    &message[..end]
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
