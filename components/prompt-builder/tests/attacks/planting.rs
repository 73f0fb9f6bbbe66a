//! Attacks in the fields of an input, and what becomes of the files.

use super::fields::{FIELDS, Field, Kind, rich};
use super::files::{self, File, Form};
use super::support::four_bytes;
use super::{characters, corpus};
use quarry_component_prompt_builder::build;
use quarry_component_prompt_builder::prompt::Input;

type Forms = Vec<(String, String, Form)>;

/// A word that nobody escapes.
pub const HARMLESS: &str = "Harmless";

/// Words that are sorted before and behind all names of the input: lists may be sorted by name.
pub const HARMLESS_ELSEWHERE: [&str; 2] = ["0Harmless", "名Harmless"];

/// Fields in which a text is planted at once. One field at a time would be some 50,000 documents; fields of a group
/// are of one kind and, mostly, of different records, so that each still stands among harmless ones.
pub type Group = Vec<&'static Field>;

/// How many groups the fields of a kind are spread over.
const GROUPS: [(Kind, usize); 3] = [(Kind::Name, 5), (Kind::Words, 2), (Kind::Lines, 2)];

pub fn groups() -> Vec<Group> {
    let spread = |(kind, count): (Kind, usize)| {
        let fields = FIELDS.iter().filter(move |field| field.kind == kind);
        let fields: Vec<&Field> = fields.collect();
        let every = move |start| fields.iter().copied().skip(start).step_by(count).collect();
        (0..count).map(every).collect::<Vec<Group>>()
    };
    GROUPS.into_iter().flat_map(spread).collect()
}

pub fn each_field_alone() -> Vec<Group> {
    FIELDS.iter().map(|field| vec![field]).collect()
}

pub fn planted(group: &[&Field], text: &str) -> Input {
    let mut input = rich();
    for field in group {
        (field.plant)(&mut input, text);
    }
    input
}

pub fn built(group: &[&Field], text: &str) -> Result<Vec<File>, String> {
    let output = build(&planted(group, text), &four_bytes);
    Ok(output
        .map_err(|error| format!("not built: {error:?}"))?
        .files)
}

pub fn forms(group: &[&Field], text: &str) -> Result<Forms, String> {
    Ok(files::forms(&built(group, text)?, group[0].kind))
}

/// The letters of an attack, which are as harmless as any word: it is as long, and sorted as the attack is.
fn tamed(attack: &str) -> String {
    let is_tame = |letter: &char| letter.is_ascii_alphanumeric() || *letter == '_';
    attack.chars().filter(is_tame).collect()
}

/// What extractors put in the place of a text.
const LEFT_OUT: &str = "\"…\"";

/// What stands in the place of a secret. A value with one is a variable as well.
const MASK: &str = "[REDACTED:harmless]";

/// How attacks begin that look like one.
const MASK_BEGINNING: &str = "[REDACTED:";

/// A group with the forms that harmless words give the files.
struct Planting {
    group: Group,
    harmless: Vec<Forms>,
    /// The form that a mask gives them.
    masked: Forms,
    /// The forms that nothing at all gives them.
    empty: Forms,
}

impl Planting {
    fn new(group: Group) -> Self {
        let words = [HARMLESS].into_iter().chain(HARMLESS_ELSEWHERE);
        Planting {
            harmless: words.map(|word| forms(&group, word).unwrap()).collect(),
            masked: forms(&group, MASK).unwrap(),
            empty: forms(&group, "").unwrap(),
            group,
        }
    }

    /// Whether files have the form that a harmless text in the same fields gives them.
    fn is_harmless(&self, attack: &str, found: &Forms) -> bool {
        if self.harmless.contains(found) {
            return true;
        }
        if attack.contains(MASK_BEGINNING) && self.masked == *found {
            return true;
        }
        // Where nothing of a text is seen, there may be nothing, in one field or another.
        if characters::is_blank(attack) {
            let is_group = self.group.len() > 1;
            return self.empty == *found || is_group && self.fields_of(attack, true).is_empty();
        }
        // Of a value that was left out nothing is said: it takes its own ` = …` along.
        if attack == LEFT_OUT {
            return true;
        }
        let tamed = tamed(attack);
        !tamed.is_empty() && forms(&self.group, &tamed).as_ref() == Ok(found)
    }

    /// The fields of the group in which an attack alone succeeds; none when nobody asks.
    fn fields_of(&self, attack: &str, is_asked: bool) -> Vec<&'static str> {
        let fields = self.group.iter().filter(|_| is_asked);
        let alone = fields.map(|field| Planting::new(vec![field]));
        let alone = alone.filter(|alone| !alone.complaints(attack).is_empty());
        alone.map(|alone| alone.group[0].name).collect()
    }

    fn complaints(&self, attack: &str) -> Vec<String> {
        let files = match built(&self.group, attack) {
            Ok(files) => files,
            Err(error) => return vec![error],
        };
        let mut complaints = files::complaints(&files);
        let found = files::forms(&files, self.group[0].kind);
        if !self.is_harmless(attack, &found) {
            let difference = files::difference(&self.harmless[0], &found);
            complaints.push(format!("another form: {difference}"));
        }
        complaints
    }
}

/// How many failures are traced to their fields: that takes as many documents as there are fields.
const MOST_TRACED: usize = 20;

/// Plants the attacks of a file in groups of fields. Where one succeeds, each field of the group is tried alone to
/// tell which it is.
pub fn attack(category: &str, groups: Vec<Group>) {
    let plantings: Vec<Planting> = groups.into_iter().map(Planting::new).collect();
    let mut failures = Vec::new();
    for attack in corpus::category(category) {
        for planting in &plantings {
            let complaints = planting.complaints(&attack.text);
            if complaints.is_empty() {
                continue;
            }
            let is_traced = failures.len() < MOST_TRACED;
            let names = planting.fields_of(&attack.text, is_traced);
            let complaints = complaints.join("\n  ");
            failures.push(format!("{} in {names:?}:\n  {complaints}", attack.id));
        }
    }
    let count = failures.len();
    assert!(
        failures.is_empty(),
        "{count} failures:\n{}",
        failures.join("\n")
    );
}
