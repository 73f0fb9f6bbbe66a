//! Names of files that every system takes.

use crate::text;
use std::collections::{BTreeMap, BTreeSet};

/// The longest name, in bytes.
const LONGEST: usize = 80;

/// Names that are devices on Windows, whatever their extension.
const DEVICES: [&str; 4] = ["aux", "con", "nul", "prn"];

/// Hands out names of files, no two of which are equal without regard to case.
#[derive(Debug, Default)]
pub(super) struct Names {
    taken: BTreeSet<String>,
    /// The last number behind each name, so that many equal names take no longer than as many others.
    numbers: BTreeMap<String, usize>,
}

impl Names {
    /// A name like `name`, of ASCII letters and digits, `_` and `-`.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let base = portable(name);
        let mut unique = base.clone();
        let number = self.numbers.entry(base.to_ascii_lowercase()).or_insert(1);
        while !self.taken.insert(unique.to_ascii_lowercase()) {
            *number += 1;
            unique = format!("{base}-{number}");
        }
        unique
    }
}

fn portable(name: &str) -> String {
    let mut portable = String::new();
    for character in name.chars() {
        if character.is_ascii_alphanumeric() || matches!(character, '_' | '-') {
            portable.push(character);
        } else {
            match character.to_uppercase().next().and_then(text::ascii) {
                Some(letters) if character.is_lowercase() => {
                    portable.push_str(&letters.to_ascii_lowercase());
                }
                Some(letters) => portable.push_str(letters),
                None => portable.push('_'),
            }
        }
        if portable.len() >= LONGEST {
            portable.truncate(LONGEST);
            break;
        }
    }
    let lower = portable.to_ascii_lowercase();
    let is_numbered = |device: &str| {
        let number = lower.strip_prefix(device);
        number.is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
    };
    let is_device = DEVICES.contains(&&*lower) || is_numbered("com") || is_numbered("lpt");
    // A leading `-` is an option to many programs.
    if portable.is_empty() || is_device || portable.starts_with('-') {
        portable.insert(0, '_');
    }
    portable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_equal_names_as_there_may_be_are_told_apart_at_once() {
        let start = std::time::Instant::now();
        let mut names = Names::default();
        assert_eq!(names.unique("名前-2"), "__-2");
        let last = (0..50_000).map(|_| names.unique("名前")).last();
        assert_eq!(last.as_deref(), Some("__-50001"));
        // Once for each pair would be minutes.
        assert!(start.elapsed().as_secs() < 20);
    }

    #[test]
    fn names_are_portable_and_each_there_once() {
        let mut names = Names::default();
        assert_eq!(names.unique("CLIENT"), "CLIENT");
        assert_eq!(names.unique("client"), "client-2");
        assert_eq!(names.unique("Bibliothèque ÉTÉ"), "Bibliotheque_ETE");
        assert_eq!(names.unique("../../etc"), "______etc");
        assert_eq!(names.unique("nul"), "_nul");
        assert_eq!(names.unique("COM1"), "_COM1");
        assert_eq!(names.unique(""), "_");
        assert_eq!(names.unique("-rf"), "_-rf");
        assert_eq!(names.unique(&"é".repeat(200)).len(), LONGEST);
    }
}
