//! No attack of `tests/attacks` at the repository's root leaves the place that it stands in.
//!
//! Each is planted in every string of an otherwise harmless input. Whatever the layout of the documents is, they must
//! then have the form that they have with a harmless word in the same place, and hold nothing that a reader takes
//! for markup, a command or an import. An input of harmless words tells which form that is, so nothing here knows
//! what a document looks like.

mod characters;
mod corpus;
mod dotenv;
mod fields;
mod files;
mod markdown;
mod planting;
mod sql;
#[path = "../support/mod.rs"]
mod support;

use fields::{FIELDS, Field, Kind};
use planting::{
    Group, HARMLESS, HARMLESS_ELSEWHERE, attack, built, each_field_alone, forms, groups, planted,
};
use quarry_component_prompt_builder::build;
use quarry_component_prompt_builder::prompt::BuildError;
use support::four_bytes;

macro_rules! categories {
    ($($test:ident $category:literal,)*) => {
        /// The files that tests below plant.
        const CATEGORIES: &[&str] = &[$($category,)*];

        $(
            #[test]
            fn $test() {
                attack($category, groups());
            }
        )*
    };
}

categories! {
    no_fence_is_closed_by_data "fences",
    no_block_is_begun_by_data "blocks",
    no_markup_in_a_line_is_made_by_data "inlines",
    no_html_is_made_by_data "html",
    nothing_is_imported_by_data "imports",
    no_turn_and_no_command_is_made_by_data "agents",
    sentences_stay_where_data_stand "prose",
    marks_of_quarry_are_not_forged "markers",
    nothing_that_nobody_sees_is_written "invisible",
    letters_of_all_kinds_stay_in_their_place "letters",
    names_become_portable_paths "paths",
    values_stay_values "values",
    what_the_replaced_system_withstood_is_withstood "identifiers",
}

#[test]
fn every_file_of_attacks_is_planted() {
    let planted = CATEGORIES.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(corpus::categories(), planted);
}

#[test]
fn harmless_words_are_no_attack() {
    for group in each_field_alone() {
        for word in [HARMLESS].into_iter().chain(HARMLESS_ELSEWHERE) {
            let files = built(&group, word).unwrap();
            let name = group[0].name;
            assert_eq!(files::complaints(&files), Vec::<String>::new(), "{name}");
        }
    }
}

#[test]
fn a_text_of_several_lines_may_have_as_many_as_it_likes() {
    let is_code = |group: &Group| group[0].kind == Kind::Lines;
    let code = each_field_alone().into_iter().find(is_code).unwrap();
    assert_eq!(forms(&code, "a\nb\n\nc"), forms(&code, HARMLESS));
}

#[test]
fn every_string_is_in_a_group() {
    let grouped: usize = groups().iter().map(Vec::len).sum();
    assert_eq!(grouped, FIELDS.len());
}

/// Where room is short, texts are cut and left out, and what is left is as harmless.
#[test]
fn no_attack_succeeds_where_room_is_short() {
    let all: Group = FIELDS.iter().collect();
    for attack in CATEGORIES.iter().flat_map(|name| corpus::category(name)) {
        let mut input = planted(&all, &attack.text);
        input.budget = 0;
        let Err(BuildError::OverBudget(floor)) = build(&input, &four_bytes) else {
            panic!("{}: a document of no tokens", attack.id);
        };
        input.budget = floor.tokens + floor.tokens / 4;
        let output = build(&input, &four_bytes).unwrap();
        let complaints = files::complaints(&output.files);
        assert_eq!(complaints, Vec::<String>::new(), "{}", attack.id);
    }
}

#[test]
fn every_hidden_character_of_a_string_that_is_shown_is_counted() {
    let count = |field: &'static Field, text| {
        let output = build(&planted(&[field], text), &four_bytes).unwrap();
        (output.hidden_characters, output.files)
    };
    let is_uncounted = |field: &&'static Field| {
        let (without, shown) = count(field, "Harmless");
        let is_shown = shown != count(field, "Another").1;
        is_shown && count(field, "Harm\u{200b}less").0 <= without
    };
    let uncounted = FIELDS.iter().filter(is_uncounted);
    let uncounted: Vec<&str> = uncounted.map(|field| field.name).collect();
    assert_eq!(uncounted, Vec::<&str>::new());
}

/// The same as all tests of categories, one field at a time: some 50,000 documents, minutes without optimisation.
#[test]
#[ignore = "takes minutes: run it with --release after a change to how anything is escaped"]
fn no_attack_succeeds_in_any_string_alone() {
    for category in CATEGORIES {
        attack(category, each_field_alone());
    }
}
