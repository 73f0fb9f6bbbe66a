//! The attacks of `tests/attacks`, at the repository's root.

use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// One input that tries to leave the place that it stands in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    pub id: String,
    pub text: String,
    pub why: String,
    /// How many times in a row the text is meant.
    #[serde(default = "once")]
    repeat: usize,
}

fn once() -> usize {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    attack: Vec<Attack>,
}

fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/attacks")
}

/// The attacks of one file, their texts as long as they are meant.
pub fn category(name: &str) -> Vec<Attack> {
    let path = directory().join(format!("{name}.toml"));
    let text = fs::read_to_string(&path).unwrap();
    let file: File = toml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let mut attacks = file.attack;
    for attack in &mut attacks {
        attack.text = attack.text.repeat(attack.repeat);
    }
    attacks
}

/// The names of all files.
pub fn categories() -> BTreeSet<String> {
    let files = fs::read_dir(directory()).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    let paths = paths.filter(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    paths
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_attack_is_named_once_and_says_why() {
    let mut ids = BTreeSet::new();
    for attack in categories().iter().flat_map(|name| category(name)) {
        let is_part =
            |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
        assert!(attack.id.chars().all(is_part), "{}", attack.id);
        assert!(!attack.why.is_empty(), "{}", attack.id);
        assert!(ids.insert(attack.id.clone()), "{} twice", attack.id);
    }
    assert!(ids.len() >= 400, "{} attacks", ids.len());
}

#[test]
fn the_identifiers_that_the_replaced_system_tested_are_all_there() {
    assert_eq!(category("identifiers").len(), 17);
}
